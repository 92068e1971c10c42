// SPDX-License-Identifier: Apache-2.0
// The library as the benchmarks use it: any failure ends the program.
#pragma once

#include <acl/acl.h>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstdlib>

namespace bench {

inline void must(int code) {
    if (code != 0) {
        const char* const message = aclGetRecentErrMsg();
        std::fprintf(stderr, "%d: %s\n", code, message == nullptr ? "" : message);
        std::abort();
    }
}

/// Device 0 with a stream, for as long as a benchmark runs. What it allocates and the program does not free is
/// released with it.
class Session {
   public:
    Session() {
        must(aclInit(nullptr));
        must(aclrtSetDevice(0));
        must(aclrtCreateStream(&stream));
    }
    ~Session() { must(aclFinalize()); }
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    void* device_memory(size_t size) {
        void* memory = nullptr;
        must(aclrtMalloc(&memory, size, ACL_MEM_MALLOC_HUGE_FIRST));
        return memory;
    }
    void* host_memory(size_t size) {
        void* memory = nullptr;
        must(aclrtMallocHost(&memory, size));
        return memory;
    }
    /// `count` elements on the device.
    template <class T>
    T* filled(size_t count, T value) {
        auto* const memory = static_cast<T*>(device_memory(count * sizeof(T)));
        std::fill_n(memory, count, value);
        return memory;
    }

    aclrtStream stream = nullptr;
};

}  // namespace bench
