// SPDX-License-Identifier: Apache-2.0
// What a program is told of a task that failed, when it fails.
#pragma once

#include <cstdint>

#include "acl/acl_rt.h"
#include "base/handle.h"

namespace softacl::runtime {

/// Lives while the program's function runs; its handle is all the program sees.
struct ExceptionInfo final : Object {
    static constexpr Kind kKind = Kind::kExceptionInfo;

    uint32_t task = 0;    ///< number of the task in its stream
    uint32_t stream = 0;  ///< number of the stream on its device
    uint32_t thread = 0;  ///< the system's id of the thread that queued the task
    uint32_t device = 0;
    int code = 0;
};

using ExceptionCallback = void (*)(aclrtExceptionInfo* info);

/// One for the process, the last one set; null for none. Any thread.
void set_exception_callback(ExceptionCallback callback);

/// Runs the program's function, if there is one, on the calling thread. Hold no lock.
void report_exception(const ExceptionInfo& info);

/// The system's id of the calling thread.
uint32_t current_thread_id();

}  // namespace softacl::runtime
