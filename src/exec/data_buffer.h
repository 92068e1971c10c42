// SPDX-License-Identifier: Apache-2.0
// Where a tensor's bytes lie: what a program hands to a model or an operator.
#pragma once

#include <cstddef>
#include <mutex>

#include "base/handle.h"

namespace softacl::exec {

/// An address and the number of bytes there. Null: nothing, whatever the size says.
struct Buffer {
    void* data = nullptr;
    size_t size = 0;
};

/// Names memory of the program; owns none of it. Any thread.
class DataBuffer final : public Object {
   public:
    static constexpr Kind kKind = Kind::kDataBuffer;

    explicit DataBuffer(Buffer buffer) : buffer_(buffer) {}

    Buffer get() const {
        const std::lock_guard lock(mutex_);
        return buffer_;
    }
    void set(Buffer buffer) {
        const std::lock_guard lock(mutex_);
        buffer_ = buffer;
    }

   private:
    mutable std::mutex mutex_;
    Buffer buffer_;
};

}  // namespace softacl::exec
