// SPDX-License-Identifier: Apache-2.0
#include "runtime/host_memory.h"

#include <cstdlib>

#include "acl/acl_base.h"
#include "base/log.h"

namespace softacl::runtime {

HostMemory& HostMemory::instance() {
    static auto* const kMemory = new HostMemory;  // leaked: programs free from their own destructors
    return *kMemory;
}

Result<void*> HostMemory::allocate(size_t size) {
    constexpr size_t kAlignment = 64;
    void* block = nullptr;
    if (posix_memalign(&block, kAlignment, size) != 0) {
        return fail(ACL_ERROR_RT_MEMORY_ALLOCATION, "size is ", size, ", which the host does not have");
    }
    const std::lock_guard lock(mutex_);
    blocks_.emplace(block, size);
    return block;
}

bool HostMemory::release(void* address) {
    {
        const std::lock_guard lock(mutex_);
        if (blocks_.erase(address) == 0) {
            return false;
        }
    }
    std::free(address);
    return true;
}

void HostMemory::release_all() {
    std::unordered_map<void*, size_t> left;
    {
        const std::lock_guard lock(mutex_);
        left.swap(blocks_);
    }
    if (!left.empty()) {
        log(LogLevel::kWarning, SOFTACL_HERE,
            text(left.size(), " blocks of aclrtMallocHost were left alive; they are released now"));
    }
    for (const auto& [block, size] : left) {
        std::free(block);
    }
}

}  // namespace softacl::runtime
