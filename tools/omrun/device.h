// SPDX-License-Identifier: Apache-2.0
// The device: its session, its memory, and what its calls answer.
#pragma once

#include <cstddef>
#include <string>

#include "acl/acl.h"

namespace omrun {

/// Throws for a call that failed, with its code and the library's sentence.
void check(aclError code, const char* call);

/// From aclInit to aclFinalize.
class Session {
   public:
    Session(int device, const std::string& config);
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

   private:
    int device_;
};

/// Memory of the device.
class Block {
   public:
    Block() = default;
    explicit Block(size_t size);
    ~Block();
    Block(Block&& other) noexcept;
    Block& operator=(Block&& other) noexcept;

    void* data() const { return data_; }
    size_t size() const { return size_; }

   private:
    void* data_ = nullptr;
    size_t size_ = 0;
};

void copy_in(void* device, size_t room, const void* host, size_t size);
void copy_out(void* host, const void* device, size_t size);

}  // namespace omrun
