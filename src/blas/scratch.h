// SPDX-License-Identifier: Apache-2.0
// Working memory of a run. Large blocks are kept for the next run: pages that are new to the process cost more than
// what is done in them.
#pragma once

#include <cstddef>
#include <utility>

#include "base/status.h"

namespace softacl::blas {

/// Not cleared, aligned to 64 bytes, with room to read 64 bytes beyond its end. Any thread.
class Scratch {
   public:
    /// 200000 if the host has none left.
    static Result<Scratch> take(size_t size);

    Scratch(Scratch&& other) noexcept : memory_(std::exchange(other.memory_, nullptr)), size_(other.size_) {}
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    Scratch& operator=(Scratch&&) = delete;
    ~Scratch();

    void* get() const { return memory_; }

   private:
    Scratch(void* memory, size_t size) : memory_(memory), size_(size) {}

    void* memory_;
    size_t size_;
};

}  // namespace softacl::blas
