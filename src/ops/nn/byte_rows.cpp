// SPDX-License-Identifier: Apache-2.0
#include "ops/nn/byte_rows.h"

namespace softacl::ops {
namespace {

int32_t plus(int32_t a, int32_t b) { return static_cast<int32_t>(static_cast<uint32_t>(a) + static_cast<uint32_t>(b)); }
int32_t times(int32_t a, int32_t b) {
    return static_cast<int32_t>(static_cast<uint32_t>(a) * static_cast<uint32_t>(b));
}
int8_t flipped(uint8_t byte, uint8_t flip) { return static_cast<int8_t>(byte ^ flip); }

// Adding this makes a float near 0 whole, halves to the even number; functions that round are slower.
constexpr float kRounder = 12582912.0F;  // 1.5 * 2^23

/// `low` and `high` are whole numbers less the zero point, so that they may come before rounding. NaN becomes `low`.
uint8_t requantized(int32_t sum, float factor, float low, float high, int32_t zero) {
    float value = static_cast<float>(sum) * factor;
    value = value > low ? value : low;
    value = value < high ? value : high;
    value = (value + kRounder) - kRounder;
    return static_cast<uint8_t>(static_cast<int32_t>(value) + zero);
}

}  // namespace

void flip_row(const uint8_t* from, int64_t step, int64_t count, uint8_t flip, int8_t* to) {
    if (step == 1) {
        for (int64_t i = 0; i < count; ++i) {
            to[i] = flipped(from[i], flip);
        }
        return;
    }
    for (int64_t i = 0; i < count; ++i) {
        to[i] = flipped(from[i * step], flip);
    }
}

int32_t sum_of_row(const int8_t* row, int64_t count) {
    uint32_t sum = 0;
    for (int64_t i = 0; i < count; ++i) {
        sum += static_cast<uint32_t>(int32_t{row[i]});
    }
    return static_cast<int32_t>(sum);
}

void add_row(const int8_t* row, int64_t count, int32_t* sums) {
    for (int64_t i = 0; i < count; ++i) {
        sums[i] = plus(sums[i], row[i]);
    }
}

void add_product(const uint8_t* row, int64_t step, int64_t count, uint8_t flip, int32_t zero, int32_t factor,
                 int32_t* sums) {
    if (step == 1) {
        for (int64_t i = 0; i < count; ++i) {
            sums[i] = plus(sums[i], factor * (flipped(row[i], flip) - zero));
        }
        return;
    }
    for (int64_t i = 0; i < count; ++i) {
        sums[i] = plus(sums[i], factor * (flipped(row[i * step], flip) - zero));
    }
}

void correct_row(const ZeroPoints& zeros, int64_t count, int32_t* sums) {
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

void requantize_row(const Requantization& how, const int32_t* sums, int64_t count, uint8_t* y) {
    const int32_t zero = how.zero;
    const auto low = static_cast<float>((how.type == ACL_INT8 ? INT8_MIN : 0) - zero);
    const auto high = static_cast<float>((how.type == ACL_INT8 ? INT8_MAX : UINT8_MAX) - zero);
    if (how.column_scales == nullptr || how.step == 0) {
        const float factor = how.row_scale * (how.column_scales == nullptr ? 1 : *how.column_scales) / how.scale;
        for (int64_t i = 0; i < count; ++i) {
            y[i] = requantized(sums[i], factor, low, high, zero);
        }
        return;
    }
    const float* const columns = how.column_scales;
    const float row = how.row_scale;
    const float scale = how.scale;
    for (int64_t i = 0; i < count; ++i) {
        y[i] = requantized(sums[i], row * columns[i] / scale, low, high, zero);
    }
}

}  // namespace softacl::ops
