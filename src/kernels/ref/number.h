// SPDX-License-Identifier: Apache-2.0
// Arithmetic on element types: 16-bit floats compute as float, integers wrap around.
#pragma once

#include <cmath>
#include <limits>
#include <type_traits>

#include "tensor/dtype.h"

namespace softacl::kernels {

template <class T>
struct WideOf {
    using Type = T;
};
template <>
struct WideOf<Half> {
    using Type = float;
};
template <>
struct WideOf<BFloat16> {
    using Type = float;
};
/// The type in which elements of type T are computed.
template <class T>
using Wide = typename WideOf<T>::Type;

template <class T>
Wide<T> widen(T value) {
    return static_cast<Wide<T>>(value);
}
template <class T>
T narrow(Wide<T> value) {
    return static_cast<T>(value);
}

/// The types of most networks: their loops are worth being compiled for several processors.
template <class T>
inline constexpr bool kUsual =
    std::is_same_v<T, float> || std::is_same_v<T, Half> || std::is_same_v<T, int32_t> || std::is_same_v<T, bool>;

/// Wide enough that the product of two does not pass through a signed type.
template <class T>
using Unsigned = std::conditional_t<sizeof(T) <= 4, uint32_t, uint64_t>;

template <class T>
T wrapping_add(T a, T b) {
    if constexpr (std::is_integral_v<T>) {
        return static_cast<T>(static_cast<Unsigned<T>>(a) + static_cast<Unsigned<T>>(b));
    } else {
        return a + b;
    }
}
template <class T>
T wrapping_sub(T a, T b) {
    if constexpr (std::is_integral_v<T>) {
        return static_cast<T>(static_cast<Unsigned<T>>(a) - static_cast<Unsigned<T>>(b));
    } else {
        return a - b;
    }
}
template <class T>
T wrapping_mul(T a, T b) {
    if constexpr (std::is_integral_v<T>) {
        return static_cast<T>(static_cast<Unsigned<T>>(a) * static_cast<Unsigned<T>>(b));
    } else {
        return a * b;
    }
}

/// The smallest and the largest value, infinities included.
template <class T>
constexpr T lowest() {
    return std::numeric_limits<T>::has_infinity ? -std::numeric_limits<T>::infinity()
                                                : std::numeric_limits<T>::lowest();
}
template <class T>
constexpr T highest() {
    return std::numeric_limits<T>::has_infinity ? std::numeric_limits<T>::infinity() : std::numeric_limits<T>::max();
}

template <class T>
bool is_nan(T value) {
    if constexpr (std::is_floating_point_v<T>) {
        return std::isnan(value);
    } else {
        return false;
    }
}

/// An element as another type. Floats that an integer type cannot hold become its nearest value, NaN becomes 0;
/// integers keep their low bits; as bool, everything but 0 is true.
template <class To, class From>
To converted(From from) {
    const Wide<From> value = widen(from);
    if constexpr (std::is_same_v<To, bool>) {
        return value != Wide<From>{};
    } else if constexpr (std::is_integral_v<To> && std::is_floating_point_v<Wide<From>>) {
        // The limits are powers of two (or 0), which every floating type holds; max() + 1 is the upper one. Without
        // branches, so that loops become vectors: what is beyond them is replaced before it is cut.
        using Limits = std::numeric_limits<To>;
        const Wide<From> upper = static_cast<Wide<From>>(Limits::max() / 2 + 1) * 2;
        const auto lower = static_cast<Wide<From>>(Limits::min());
        const bool fits = value < upper && value > lower;
        const To cut = static_cast<To>(fits ? value : Wide<From>{});
        const To most = value >= upper ? Limits::max() : To{};
        const To limit = value <= lower ? Limits::min() : most;
        return fits ? cut : limit;  // NaN is neither
    } else if constexpr (std::is_class_v<To>) {
        return To(static_cast<float>(value));
    } else {
        return static_cast<To>(value);
    }
}

}  // namespace softacl::kernels
