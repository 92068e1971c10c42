// SPDX-License-Identifier: Apache-2.0
// Functions of real numbers in float without branches and calls, so that loops over them become vectors; in other types
// they are the C library's. Within four units of the last place, exact at 0, NaN stays NaN.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "tensor/half.h"

namespace softacl::kernels::ref {
namespace detail {

using softacl::detail::bits_of;
using softacl::detail::float_of;

/// x = power * ln(2) + rest, power whole, rest within ln(2) / 2 of 0.
struct Split {
    int32_t power;
    float rest;
};
inline Split split(float x) {
    constexpr float kRounder =
        12582912.0F;  // 1.5 * 2^23: adding it rounds, and leaves the whole number in the low bits
    const float rounded = x * 1.44269504F + kRounder;
    const float power = rounded - kRounder;
    // The first part of ln(2) has few digits, so that its product is exact.
    return {static_cast<int32_t>(bits_of(rounded) - bits_of(kRounder)),
            (x - power * 0.693359375F) + power * 2.12194440e-4F};
}

/// (exp(x) - 1) / x for x within ln(2) / 2 of 0. Even and odd powers apart, as in all that follows: one long chain of
/// operations would have each wait for the one before.
inline float growth(float x) {
    const float square = x * x;
    float even = 1.0F / 5040;
    even = even * square + 1.0F / 120;
    even = even * square + 1.0F / 6;
    even = even * square + 1.0F;
    float odd = 1.0F / 720;
    odd = odd * square + 1.0F / 24;
    odd = odd * square + 0.5F;
    return even + odd * x;
}

/// x = quarters * pi / 2 + rest, quarters whole (their low bits), rest within pi / 4 of 0; for x within kMostAngle of
/// 0.
struct Turn {
    uint32_t quarters;
    float rest;
};
inline Turn turn(float x) {
    constexpr double kRounder = 6755399441055744.0;  // 1.5 * 2^52, as in split()
    const double wide = static_cast<double>(x);      // a float next to a multiple of pi has no digits to spare
    const double rounded = wide * 0.63661977236758134 + kRounder;
    const double quarters = rounded - kRounder;
    uint64_t bits = 0;
    std::memcpy(&bits, &rounded, sizeof(bits));
    // The first part of pi / 2 has 32 digits, so that its product is exact.
    return {static_cast<uint32_t>(bits),
            static_cast<float>((wide - quarters * 1.5707963267341256) - quarters * 6.0771005065061922e-11)};
}

/// The sine of what was turned. Both polynomials were fitted at Chebyshev's points.
inline float sine_of(const Turn& turned) {
    const float rest = turned.rest;
    const float square = rest * rest;
    float sine = -1.9515630265232176e-4F;
    sine = sine * square + 8.332163095474243e-3F;
    sine = sine * square - 1.6666655242443085e-1F;
    sine = sine * (square * rest) + rest;
    float cosine = 2.4435488739982247e-5F;
    cosine = cosine * square - 1.3887338573113084e-3F;
    cosine = cosine * square + 4.166664555668831e-2F;
    cosine = cosine * (square * square) + (1.0F - 0.5F * square);
    const float size = (turned.quarters & 1) != 0 ? cosine : sine;
    return float_of(bits_of(size) ^ (turned.quarters & 2) << 30);
}

/// 2^power for -126 to 127.
inline float power_of_2(int32_t power) { return float_of(static_cast<uint32_t>(power + 127) << 23); }

}  // namespace detail

template <class T>
T exponential(T x) {
    if constexpr (std::is_same_v<T, float>) {
        float inside = x > 90.0F ? 90.0F : x;  // beyond the result is infinite or 0
        inside = inside < -110.0F ? -110.0F : inside;
        const auto [power, rest] = detail::split(inside);
        const int32_t half = power / 2;  // the whole power may be none of a float
        return (detail::growth(rest) * rest + 1.0F) * detail::power_of_2(half) * detail::power_of_2(power - half);
    } else {
        return std::exp(x);
    }
}

/// exp(x) - 1, exact near 0.
template <class T>
T exponential_less_1(T x) {
    if constexpr (std::is_same_v<T, float>) {
        float inside = x > 90.0F ? 90.0F : x;
        inside = inside < -30.0F ? -30.0F : inside;  // beyond the result is -1
        const auto [power, rest] = detail::split(inside);
        const int32_t half = power / 2;
        const float scale = detail::power_of_2(half);
        const float upper = detail::power_of_2(power - half);
        const float grown = detail::growth(rest) * rest;
        // One is nothing beside a large power of two, which may be none of a float where the result is one.
        const float large = (grown + 1.0F) * scale * upper;
        const float result = power > 64 ? large : grown * scale * upper + (scale * upper - 1.0F);
        return x == 0.0F ? x : result;
    } else {
        return std::expm1(x);
    }
}

template <class T>
T hyperbolic_tangent(T x) {
    if constexpr (std::is_same_v<T, float>) {
        const float size = std::abs(x);
        const float grown = exponential_less_1(2.0F * (size > 10.0F ? 10.0F : size));
        const float result = grown / (grown + 2.0F);
        return std::copysign(x != x ? x : result, x);
    } else {
        return std::tanh(x);
    }
}

/// The largest angle that sine() and cosine() take as float.
inline constexpr float kMostAngle = 1 << 20;

template <class T>
T sine(T x) {
    if constexpr (std::is_same_v<T, float>) {
        const float result = detail::sine_of(detail::turn(x));
        return x == 0.0F ? x : result;  // which has a sign
    } else {
        return std::sin(x);
    }
}

template <class T>
T cosine(T x) {
    if constexpr (std::is_same_v<T, float>) {
        const auto [quarters, rest] = detail::turn(x);
        return detail::sine_of({quarters + 1, rest});
    } else {
        return std::cos(x);
    }
}

/// Below 1 a series of odd powers, above 1 - exp(-p(x)); both were fitted at Chebyshev's points.
template <class T>
T error_function(T x) {
    if constexpr (std::is_same_v<T, float>) {
        const float size = std::abs(x);
        const float square = x * x;
        const float fourth = square * square;
        float small = 1.1268253729213029e-4F;
        small = small * fourth + 5.221053492277861e-3F;
        small = small * fourth + 1.1283782869577408e-1F;
        small = small * fourth + 1.128379225730896F;
        float odd = -9.673590284364764e-06F;
        odd = odd * fourth - 8.484396385028958e-4F;
        odd = odd * fourth - 2.6865437626838684e-2F;
        odd = odd * fourth - 3.7612637877464294e-1F;
        small += odd * square;
        const float inside = size > 4.0F ? 4.0F : size;
        const float inside_square = inside * inside;
        float large = -1.6140616025950294e-06F;
        large = large * inside_square - 5.927695310674608e-4F;
        large = large * inside_square - 2.636471763253212e-2F;
        large = large * inside_square + 6.319370865821838e-1F;
        large = large * inside_square - 3.032129898201674e-4F;
        odd = 4.559062290354632e-5F;
        odd = odd * inside_square + 4.740222357213497e-3F;
        odd = odd * inside_square + 1.0997824370861053e-1F;
        odd = odd * inside_square + 1.1301666498184204F;
        large += odd * inside;
        const float far = std::copysign(1.0F - exponential(-large), x);
        return size >= 1.0F ? far : small * x;
    } else {
        return std::erf(x);
    }
}

}  // namespace softacl::kernels::ref
