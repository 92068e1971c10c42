// SPDX-License-Identifier: Apache-2.0
// XXH3-128 of bytes that come in pieces.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace softacl::model {

/// The lower 64 bits first, each half little-endian.
using Digest = std::array<uint8_t, 16>;

class Checksum {
   public:
    Checksum();
    void add(const void* data, size_t size);
    Digest digest() const;

   private:
    struct Deleter {
        void operator()(void* state) const;
    };
    std::unique_ptr<void, Deleter> state_;
};

Digest digest_of(const void* data, size_t size);

}  // namespace softacl::model
