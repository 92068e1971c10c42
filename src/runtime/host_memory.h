// SPDX-License-Identifier: Apache-2.0
// Memory of the host that the program asked the library for.
#pragma once

#include <cstddef>
#include <mutex>
#include <unordered_map>

#include "base/status.h"

namespace softacl::runtime {

/// Blocks are 64-byte aligned. Any thread.
class HostMemory {
   public:
    static HostMemory& instance();

    /// 207001 if the system has none left.
    Result<void*> allocate(size_t size);
    /// False if `address` is not the start of a live block.
    bool release(void* address);
    /// Frees everything and reports how much that was in the log.
    void release_all();

   private:
    std::mutex mutex_;
    std::unordered_map<void*, size_t> blocks_;
};

}  // namespace softacl::runtime
