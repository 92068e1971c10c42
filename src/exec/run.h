// SPDX-License-Identifier: Apache-2.0
// How a model is run, and what is told of a run beyond its status.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "exec/failed_op.h"

namespace softacl::exec {

struct RunMode {
    /// Results of type float16 that are too large become the largest finite number instead of infinity.
    bool saturates = false;
    /// Say so in `warning`.
    bool tells_overflow = false;
};

struct Run {
    RunMode mode;
    uint32_t stream = 0;                  ///< number of the stream, for files and messages
    StepObserver* observer = nullptr;     ///< null: nobody looks
    std::string warning;                  ///< goes with success
    std::unique_ptr<FailedOp> failed_op;  ///< goes with a failure, where it is one operator's
};

}  // namespace softacl::exec
