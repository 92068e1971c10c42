// SPDX-License-Identifier: Apache-2.0
// Loops over the elements of a row that products of bytes need. Bytes are int8, or uint8 whose highest bit is flipped:
// that is the int8 which is 128 less, and with a zero point that is less by as much nothing else changes. Sums wrap
// around. Any thread.
#pragma once

#include <array>
#include <cstdint>

#include "acl/acl_base.h"

namespace softacl::ops {

/// What makes bytes of a type int8.
inline uint8_t flip_of(aclDataType type) { return type == ACL_UINT8 ? 0x80 : 0; }
/// How much less they are then.
inline int32_t shift_of(aclDataType type) { return type == ACL_UINT8 ? 128 : 0; }

/// to[i] = from[i * step], as int8.
void flip_row(const uint8_t* from, int64_t step, int64_t count, uint8_t flip, int8_t* to);

int32_t sum_of_row(const int8_t* row, int64_t count);

/// sums[i] += row[i]
void add_row(const int8_t* row, int64_t count, int32_t* sums);

/// Differences of a row from its zero point, as a convolution with the stride `step` along it sees them: element i of
/// phase k, at to[k * phase_step + i], is that at position first + i * step + k; what is outside of the row is 0. All
/// phases have `count` elements. They are small whole numbers: their products and short sums are exact.
void stage_row(const uint8_t* row, int64_t size, int64_t first, int64_t step, int64_t count, uint8_t flip, int32_t zero,
               float* to, int64_t phase_step);

/// sums[i] += factors[0] * taps[0][i] + factors[1] * taps[1][i] + ... Of differences of bytes, at most kMostTaps.
inline constexpr int64_t kMostTaps = 64;
void add_taps(const float* const* taps, const float* factors, int64_t tap_count, int64_t count, int32_t* sums);

/// What zero points add to a row of a product of bytes: sums[i] += summand - row_zero * column_sums[i]
///   - column_zeros[i] * rest. Both lists may be null.
struct ZeroPoints {
    int32_t summand = 0;
    int32_t row_zero = 0;
    const int32_t* column_sums = nullptr;
    int32_t rest = 0;
    const int32_t* column_zeros = nullptr;
};
void correct_row(const ZeroPoints& zeros, int64_t count, int32_t* sums);

/// y[i] = (sums[i] + summand) * (row_scale * column_scales[i * step] / scale), halves to the even number, + zero; what
/// is beyond the type becomes its limit.
struct Requantization {
    float row_scale = 1;
    const float* column_scales = nullptr;
    int64_t step = 0;
    float scale = 1;
    int32_t zero = 0;
    aclDataType type = ACL_UINT8;
    int32_t summand = 0;

    /// Where there is one column scale, or none.
    float factor() const { return row_scale * (column_scales == nullptr ? 1 : *column_scales) / scale; }
};
void requantize_row(const Requantization& how, const int32_t* sums, int64_t count, uint8_t* y);

/// y[i] = x[i] / scale, halves to the even number, + zero; what is beyond the type becomes its limit, NaN 0.
void quantize_row(const float* x, int64_t count, float scale, int32_t zero, aclDataType type, uint8_t* y);

/// y[i] = (x[i] - zero) * scale, of bytes.
void dequantize_row(const uint8_t* x, int64_t count, float scale, int32_t zero, aclDataType type, float* y);

}  // namespace softacl::ops
