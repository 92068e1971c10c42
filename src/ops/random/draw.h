// SPDX-License-Identifier: Apache-2.0
// From the generator's words to numbers with a distribution.
//
// A distribution makes kAtOnce numbers at a time, of kBlocks blocks of its own; `rounded` brings one into an element
// type. Number i of a run follows from the stream and i alone.
#pragma once

#include <algorithm>
#include <cmath>

#include "base/parallel.h"
#include "kernels/ref/number.h"
#include "ops/random/sequence.h"

namespace softacl::ops {

/// [0, 1) in steps of 2^-24.
inline float unit_float(uint32_t word) { return static_cast<float>(word >> 8) * 0x1p-24F; }
inline uint64_t joined(uint32_t low, uint32_t high) { return uint64_t{high} << 32 | low; }
/// [0, 1) in steps of 2^-53.
inline double unit_double(uint32_t low, uint32_t high) {
    return static_cast<double>(joined(low, high) >> 11) * 0x1p-53;
}

/// The upper half of a product: of a random word, a number in [0, range). Numbers differ in how likely they are by
/// less than range / 2^64 of it.
inline uint64_t scaled(uint64_t word, uint64_t range) {
    constexpr uint64_t kLow = 0xFFFFFFFFU;
    const uint64_t middle = (word >> 32) * (range & kLow) + ((word & kLow) * (range & kLow) >> 32);
    const uint64_t other = (word & kLow) * (range >> 32) + (middle & kLow);
    return (word >> 32) * (range >> 32) + (middle >> 32) + (other >> 32);
}

template <class Number>
struct RoundedToNearest {
    template <class T>
    static T rounded(Number value) {
        return kernels::narrow<T>(value);
    }
};

/// [0, 1), also after rounding to 16 bits.
template <class Real>
struct Uniform {
    static constexpr int kAtOnce = sizeof(Real) == 4 ? 4 : 2;
    static constexpr int kBlocks = 1;

    std::array<Real, kAtOnce> operator()(const Stream& stream, uint64_t group) const {
        const PhiloxBlock words = stream.block(group);
        if constexpr (sizeof(Real) == 4) {
            return {unit_float(words[0]), unit_float(words[1]), unit_float(words[2]), unit_float(words[3])};
        } else {
            return {unit_double(words[0], words[1]), unit_double(words[2], words[3])};
        }
    }
    template <class T>
    static T rounded(Real value) {
        T number = kernels::narrow<T>(value);
        if constexpr (std::is_class_v<T>) {
            if (kernels::widen(number) >= 1) {
                --number.bits;  // the greatest number below
            }
        }
        return number;
    }
};

/// Mean 0, deviation 1: Box and Muller's pairs. Floats come of 32 bits each, so they end at 6.7; doubles of 53, at 8.6.
template <class Real>
struct Normal : RoundedToNearest<Real> {
    static constexpr int kAtOnce = sizeof(Real) == 4 ? 4 : 2;
    static constexpr int kBlocks = 1;

    std::array<Real, kAtOnce> operator()(const Stream& stream, uint64_t group) const {
        return numbers_of(stream.block(group));
    }
    static std::array<Real, kAtOnce> numbers_of(const PhiloxBlock& words) {
        std::array<Real, kAtOnce> numbers;
        if constexpr (sizeof(Real) == 4) {
            pair((words[0] + 1.0) * 0x1p-32, words[1] * 0x1p-32, numbers.data());
            pair((words[2] + 1.0) * 0x1p-32, words[3] * 0x1p-32, numbers.data() + 2);
        } else {
            pair(unit_double(words[0], words[1]) + 0x1p-53, unit_double(words[2], words[3]), numbers.data());
        }
        return numbers;
    }

   private:
    // `length` in (0, 1], `turn` in [0, 1).
    static void pair(double length, double turn, Real* numbers) {
        const double radius = std::sqrt(-2 * std::log(length));
        const double angle = 2 * M_PI * turn;
        numbers[0] = static_cast<Real>(radius * std::cos(angle));
        numbers[1] = static_cast<Real>(radius * std::sin(angle));
    }
};

/// Of normal numbers those below 2, without their sign; 16 bits may round them to 2. Each group takes the first ones of
/// blocks of its own, of which it practically never needs more than there are.
template <class Real>
struct TruncatedNormal : RoundedToNearest<Real> {
    static constexpr int kAtOnce = Normal<Real>::kAtOnce;
    static constexpr int kBlocks = 64;

    std::array<Real, kAtOnce> operator()(const Stream& stream, uint64_t group) const {
        std::array<Real, kAtOnce> numbers;
        int found = 0;
        for (uint64_t block = group * kBlocks; found < kAtOnce; ++block) {
            for (const Real number : Normal<Real>::numbers_of(stream.block(block))) {
                if (std::abs(number) < 2 && found < kAtOnce) {
                    numbers[static_cast<size_t>(found++)] = number;
                }
            }
        }
        return numbers;
    }
};

/// All bits of an integer type.
template <class T>
struct AnyInteger : RoundedToNearest<T> {
    static constexpr int kAtOnce = sizeof(T) == 4 ? 4 : 2;
    static constexpr int kBlocks = 1;

    std::array<T, kAtOnce> operator()(const Stream& stream, uint64_t group) const {
        const PhiloxBlock words = stream.block(group);
        if constexpr (sizeof(T) == 4) {
            return {static_cast<T>(words[0]), static_cast<T>(words[1]), static_cast<T>(words[2]),
                    static_cast<T>(words[3])};
        } else {
            return {static_cast<T>(joined(words[0], words[1])), static_cast<T>(joined(words[2], words[3]))};
        }
    }
};

/// From low to before high, which is greater.
template <class T>
struct IntegerBetween : RoundedToNearest<T> {
    static constexpr int kAtOnce = 2;
    static constexpr int kBlocks = 1;
    T low;
    T high;

    IntegerBetween(T least, T end) : low(least), high(end) {}
    std::array<T, kAtOnce> operator()(const Stream& stream, uint64_t group) const {
        const PhiloxBlock words = stream.block(group);
        return {place(joined(words[0], words[1])), place(joined(words[2], words[3]))};
    }

   private:
    T place(uint64_t word) const {
        const auto first = static_cast<uint64_t>(low);
        return static_cast<T>(first + scaled(word, static_cast<uint64_t>(high) - first));
    }
};

/// How many blocks `count` numbers take.
template <class Distribution>
uint64_t blocks_for(int64_t count) {
    const auto groups = static_cast<uint64_t>((count + Distribution::kAtOnce - 1) / Distribution::kAtOnce);
    return groups * Distribution::kBlocks;
}

/// Calls put(i, number) for each i below `count`, on several threads.
template <class Distribution, class Put>
void draw(const Stream& stream, int64_t count, const Distribution& distribution, const Put& put) {
    constexpr int64_t kAtOnce = Distribution::kAtOnce;
    constexpr int64_t kGrain = 1024;
    parallel_for((count + kAtOnce - 1) / kAtOnce, kGrain, [&](int64_t begin, int64_t end) {
        for (int64_t group = begin; group < end; ++group) {
            const auto numbers = distribution(stream, static_cast<uint64_t>(group));
            const int64_t first = group * kAtOnce;
            const int64_t here = std::min(kAtOnce, count - first);
            for (int64_t i = 0; i < here; ++i) {
                put(first + i, numbers[static_cast<size_t>(i)]);
            }
        }
    });
}

/// The same into a tensor.
template <class T, class Distribution>
void fill(const Stream& stream, int64_t count, const Distribution& distribution, void* to) {
    T* y = static_cast<T*>(to);
    draw(stream, count, distribution,
         [y](int64_t i, auto number) { y[i] = Distribution::template rounded<T>(number); });
}

}  // namespace softacl::ops
