// SPDX-License-Identifier: Apache-2.0
// A file in memory that somebody else owns, and the arithmetic of sizes.
#pragma once

#include <cstddef>
#include <cstdint>

namespace softacl::media {

struct Bytes {
    const uint8_t* data;
    size_t size;
};

/// The smallest multiple of `unit` that is not below `value`.
constexpr uint32_t align_up(uint32_t value, uint32_t unit) { return (value + unit - 1) / unit * unit; }

}  // namespace softacl::media
