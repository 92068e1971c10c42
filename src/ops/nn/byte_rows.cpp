// SPDX-License-Identifier: Apache-2.0
#include "ops/nn/byte_rows.h"

#include <algorithm>
#include <cmath>

#include "ops/nn/byte_loops.h"

namespace softacl::ops {
namespace {

SOFTACL_LOOP int32_t plus(int32_t a, int32_t b) {
    return static_cast<int32_t>(static_cast<uint32_t>(a) + static_cast<uint32_t>(b));
}
SOFTACL_LOOP int32_t times(int32_t a, int32_t b) {
    return static_cast<int32_t>(static_cast<uint32_t>(a) * static_cast<uint32_t>(b));
}
SOFTACL_LOOP int8_t flipped(uint8_t byte, uint8_t flip) { return static_cast<int8_t>(byte ^ flip); }

/// `low` and `high` are whole numbers less the zero point, so that they may come before rounding. NaN becomes `low`.
SOFTACL_LOOP uint8_t rounded(float value, float low, float high, int32_t zero) {
    value = value > low ? value : low;
    value = value < high ? value : high;
    value = (value + kRounder) - kRounder;
    return static_cast<uint8_t>(static_cast<int32_t>(value) + zero);
}

// What the compiler does not find by itself. Sums without sign wrap around.
constexpr int64_t kLanes = 8;
using Lanes [[gnu::vector_size(kLanes * sizeof(float)), gnu::aligned(alignof(float)), gnu::may_alias]] = float;
using IntLanes [[gnu::vector_size(kLanes * sizeof(float)), gnu::aligned(alignof(float)), gnu::may_alias]] = uint32_t;

using SignedLanes [[gnu::vector_size(kLanes * sizeof(float))]] = int32_t;

struct Loops {
    SOFTACL_LOOP static void flip(const uint8_t* from, int64_t step, int64_t count, uint8_t mask, int8_t* to) {
        if (step == 1) {
            for (int64_t i = 0; i < count; ++i) {
                to[i] = flipped(from[i], mask);
            }
        } else if (step == 2) {
            for (int64_t i = 0; i < count; ++i) {
                to[i] = flipped(from[2 * i], mask);
            }
        } else {
            for (int64_t i = 0; i < count; ++i) {
                to[i] = flipped(from[i * step], mask);
            }
        }
    }

    SOFTACL_LOOP static int32_t sum(const int8_t* row, int64_t count) {
        uint32_t sum = 0;
        for (int64_t i = 0; i < count; ++i) {
            sum += static_cast<uint32_t>(int32_t{row[i]});
        }
        return static_cast<int32_t>(sum);
    }

    SOFTACL_LOOP static void add(const int8_t* row, int64_t count, int32_t* sums) {
        for (int64_t i = 0; i < count; ++i) {
            sums[i] = plus(sums[i], row[i]);
        }
    }

    SOFTACL_LOOP static void widen(const uint8_t* from, int64_t step, int64_t count, uint8_t mask, int32_t zero,
                                   float* to) {
        if (step == 1) {
            for (int64_t i = 0; i < count; ++i) {
                to[i] = static_cast<float>(flipped(from[i], mask) - zero);
            }
        } else if (step == 2) {
            for (int64_t i = 0; i < count; ++i) {
                to[i] = static_cast<float>(flipped(from[2 * i], mask) - zero);
            }
        } else {
            for (int64_t i = 0; i < count; ++i) {
                to[i] = static_cast<float>(flipped(from[i * step], mask) - zero);
            }
        }
    }

    // Whole numbers below 2^24 are exact: kMostTaps products are.
    SOFTACL_LOOP static void add_taps(const float* const* taps, const float* factors, int64_t tap_count, int64_t count,
                                      int32_t* sums) {
        int64_t i = 0;
        for (; i + 2 * kLanes <= count; i += 2 * kLanes) {
            Lanes first = {};
            Lanes second = {};
            for (int64_t t = 0; t < tap_count; ++t) {
                first += factors[t] * *reinterpret_cast<const Lanes*>(taps[t] + i);
                second += factors[t] * *reinterpret_cast<const Lanes*>(taps[t] + i + kLanes);
            }
            *reinterpret_cast<IntLanes*>(sums + i) +=
                reinterpret_cast<IntLanes>(__builtin_convertvector(first, SignedLanes));
            *reinterpret_cast<IntLanes*>(sums + i + kLanes) +=
                reinterpret_cast<IntLanes>(__builtin_convertvector(second, SignedLanes));
        }
        for (; i < count; ++i) {
            float sum = 0;
            for (int64_t t = 0; t < tap_count; ++t) {
                sum += factors[t] * taps[t][i];
            }
            sums[i] = plus(sums[i], static_cast<int32_t>(sum));
        }
    }

    SOFTACL_LOOP static void correct(const ZeroPoints& zeros, int64_t count, int32_t* sums) {
        const auto [summand, row_zero, column_sums, rest, column_zeros] = zeros;
        if (column_sums != nullptr && row_zero != 0) {
            for (int64_t i = 0; i < count; ++i) {
                sums[i] = plus(sums[i], times(-row_zero, column_sums[i]));
            }
        }
        if (column_zeros != nullptr) {
            const int32_t factor = times(rest, -1);
            for (int64_t i = 0; i < count; ++i) {
                sums[i] = plus(sums[i], times(factor, column_zeros[i]));
            }
        }
        if (summand != 0) {
            for (int64_t i = 0; i < count; ++i) {
                sums[i] = plus(sums[i], summand);
            }
        }
    }

    SOFTACL_LOOP static void requantize(const Requantization& how, const int32_t* sums, int64_t count, uint8_t* y) {
        const int32_t zero = how.zero;
        const int32_t summand = how.summand;
        const float low = low_of(how.type, zero);
        const float high = high_of(how.type, zero);
        if (how.column_scales == nullptr || how.step == 0) {
            const float factor = how.factor();
            for (int64_t i = 0; i < count; ++i) {
                y[i] = rounded(static_cast<float>(plus(sums[i], summand)) * factor, low, high, zero);
            }
            return;
        }
        const float* const columns = how.column_scales;
        const float row = how.row_scale;
        const float scale = how.scale;
        for (int64_t i = 0; i < count; ++i) {
            const float factor = row * columns[i] / scale;
            y[i] = rounded(static_cast<float>(plus(sums[i], summand)) * factor, low, high, zero);
        }
    }

    SOFTACL_LOOP static void quantize(const float* x, int64_t count, float scale, int32_t zero, aclDataType type,
                                      uint8_t* y) {
        const float low = low_of(type, zero);
        const float high = high_of(type, zero);
        const auto none = static_cast<float>(-zero);
        for (int64_t i = 0; i < count; ++i) {
            const float value = x[i] / scale;
            y[i] = rounded(std::isnan(value) ? none : value, low, high, zero);
        }
    }

    SOFTACL_LOOP static void dequantize(const uint8_t* x, int64_t count, float scale, int32_t zero, uint8_t mask,
                                        float* y) {
        for (int64_t i = 0; i < count; ++i) {
            y[i] = static_cast<float>(flipped(x[i], mask) - zero) * scale;
        }
    }
};

SOFTACL_DISPATCH(flip, (const uint8_t* from, int64_t step, int64_t count, uint8_t mask, int8_t* to),
                 (from, step, count, mask, to))
SOFTACL_DISPATCH(sum, (const int8_t* row, int64_t count), (row, count))
SOFTACL_DISPATCH(add, (const int8_t* row, int64_t count, int32_t* sums), (row, count, sums))
SOFTACL_DISPATCH(widen, (const uint8_t* from, int64_t step, int64_t count, uint8_t mask, int32_t zero, float* to),
                 (from, step, count, mask, zero, to))
SOFTACL_DISPATCH(add_taps,
                 (const float* const* taps, const float* factors, int64_t tap_count, int64_t count, int32_t* sums),
                 (taps, factors, tap_count, count, sums))
SOFTACL_DISPATCH(correct, (const ZeroPoints& zeros, int64_t count, int32_t* sums), (zeros, count, sums))
SOFTACL_DISPATCH(requantize, (const Requantization& how, const int32_t* sums, int64_t count, uint8_t* y),
                 (how, sums, count, y))
SOFTACL_DISPATCH(quantize, (const float* x, int64_t count, float scale, int32_t zero, aclDataType type, uint8_t* y),
                 (x, count, scale, zero, type, y))
SOFTACL_DISPATCH(dequantize, (const uint8_t* x, int64_t count, float scale, int32_t zero, uint8_t mask, float* y),
                 (x, count, scale, zero, mask, y))

}  // namespace

void flip_row(const uint8_t* from, int64_t step, int64_t count, uint8_t flip, int8_t* to) {
    flip_best(from, step, count, flip, to);
}
int32_t sum_of_row(const int8_t* row, int64_t count) { return sum_best(row, count); }
void add_row(const int8_t* row, int64_t count, int32_t* sums) { add_best(row, count, sums); }

void stage_row(const uint8_t* row, int64_t size, int64_t first, int64_t step, int64_t count, uint8_t flip, int32_t zero,
               float* to, int64_t phase_step) {
    for (int64_t k = 0; k < step; ++k, to += phase_step) {
        // Element i is position start + i * step: those inside are [begin, end).
        const int64_t start = first + k;
        const int64_t below = start < 0 ? (-start + step - 1) / step : 0;
        const int64_t begin = std::min(below, count);
        const int64_t inside = start < size ? (size - 1 - start) / step + 1 : 0;
        const int64_t end = std::clamp(inside, begin, count);
        std::fill(to, to + begin, 0.0F);
        if (begin < end) {
            widen_best(row + start + begin * step, step, end - begin, flip, zero, to + begin);
        }
        std::fill(to + end, to + count, 0.0F);
    }
}

void add_taps(const float* const* taps, const float* factors, int64_t tap_count, int64_t count, int32_t* sums) {
    add_taps_best(taps, factors, tap_count, count, sums);
}
void correct_row(const ZeroPoints& zeros, int64_t count, int32_t* sums) { correct_best(zeros, count, sums); }
void requantize_row(const Requantization& how, const int32_t* sums, int64_t count, uint8_t* y) {
    requantize_best(how, sums, count, y);
}

void quantize_row(const float* x, int64_t count, float scale, int32_t zero, aclDataType type, uint8_t* y) {
    quantize_best(x, count, scale, zero, type, y);
}
void dequantize_row(const uint8_t* x, int64_t count, float scale, int32_t zero, aclDataType type, float* y) {
    dequantize_best(x, count, scale, zero - shift_of(type), flip_of(type), y);
}

}  // namespace softacl::ops
