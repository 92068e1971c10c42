// SPDX-License-Identifier: Apache-2.0
// 16-bit floats as they lie in memory; arithmetic happens in float. The conversions choose between results without
// branching, so that loops become vectors.
#pragma once

#include <cstdint>
#include <cstring>

namespace softacl {
namespace detail {

inline uint32_t bits_of(float value) {
    uint32_t bits = 0;
    std::memcpy(&bits, &value, sizeof bits);
    return bits;
}
inline float float_of(uint32_t bits) {
    float value = 0;
    std::memcpy(&value, &bits, sizeof value);
    return value;
}

}  // namespace detail

/// IEEE half precision. Rounds to nearest, halves to even.
struct Half {
    uint16_t bits = 0;
    Half() = default;
    explicit Half(float value) {
        const uint32_t in = detail::bits_of(value);
        const uint32_t magnitude = in & 0x7fffffffU;
        const uint32_t odd = (magnitude >> 13) & 1U;
        const uint32_t normal = (magnitude - 0x38000000U + 0xfffU + odd) >> 13;
        // Below 2^-14: adding 0.5 leaves the rounded multiple of 2^-24 in the low bits.
        const uint32_t small = detail::bits_of(detail::float_of(magnitude) + 0.5F) - detail::bits_of(0.5F);
        const uint32_t nan = 0x7e00U | ((magnitude >> 13) & 0x3ffU);
        uint32_t result = magnitude < 0x38800000U ? small : normal;
        result = magnitude >= 0x477ff000U ? 0x7c00U : result;  // rounds to 65520 or more
        result = magnitude > 0x7f800000U ? nan : result;
        bits = static_cast<uint16_t>(((in >> 16) & 0x8000U) | result);
    }
    explicit operator float() const {
        const uint32_t magnitude = bits & 0x7fffU;
        const float small = static_cast<float>(static_cast<int32_t>(magnitude)) * 0x1p-24F;
        const uint32_t shift = magnitude >= 0x7c00U ? 0x70000000U : 0x38000000U;
        const uint32_t result = magnitude < 0x400U ? detail::bits_of(small) : (magnitude << 13) + shift;
        return detail::float_of(((bits & 0x8000U) << 16) | result);
    }
};

/// The upper half of a float.
struct BFloat16 {
    uint16_t bits = 0;
    BFloat16() = default;
    explicit BFloat16(float value) {
        const uint32_t in = detail::bits_of(value);
        const uint32_t rounded = (in + 0x7fffU + ((in >> 16) & 1U)) >> 16;
        bits = static_cast<uint16_t>((in & 0x7fffffffU) > 0x7f800000U ? (in >> 16) | 0x40U : rounded);
    }
    explicit operator float() const { return detail::float_of(static_cast<uint32_t>(bits) << 16); }
};

}  // namespace softacl
