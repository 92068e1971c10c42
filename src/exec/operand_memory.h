// SPDX-License-Identifier: Apache-2.0
// The program's memory that a run reads and writes, looked at before it is used.
#pragma once

#include <string>
#include <vector>

#include "base/function_ref.h"
#include "base/status.h"
#include "exec/data_buffer.h"

namespace softacl::exec {

/// Device memory is looked up when it is added: freeing it later does not take it from queued work. Host memory is
/// probed when it is about to be used, since it may go away while a task waits.
class OperandMemory {
   public:
    enum class Use { kRead, kWrite };

    /// 107000 where that much of a device is not allocated. `title` begins sentences: "input 0 'data'".
    Status add(Buffer range, Use use, FunctionRef<std::string()> title);
    /// 107000 if host memory cannot be accessed.
    Status probe() const;
    const std::string& warning() const { return warning_; }

   private:
    struct HostRange {
        Buffer range;
        Use use;
        std::string title;
    };
    std::vector<HostRange> host_ranges_;
    std::string warning_;
};

}  // namespace softacl::exec
