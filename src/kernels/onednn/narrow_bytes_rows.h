// SPDX-License-Identifier: Apache-2.0
// Products of a matrix of int8 with one of few columns, which the engine spends on rearranging the first. Sums wrap
// around. Any thread.
#pragma once

#include <cstdint>

namespace softacl::kernels {

/// Beyond so many columns the engine is as fast.
inline constexpr int64_t kNarrow = 64;

/// Whether this processor has the instructions for it; nothing below may be called without.
bool has_narrow_bytes();

/// The second operand is rearranged: four rows after the other, of each column four bytes together.
inline constexpr int64_t kNarrowBlock = 16;
inline constexpr int64_t kNarrowGroup = 4;
inline int64_t narrow_groups(int64_t k) { return (k + kNarrowGroup - 1) / kNarrowGroup; }
inline int64_t narrow_bytes(int64_t n, int64_t k) {
    return (n + kNarrowBlock - 1) / kNarrowBlock * kNarrowBlock * narrow_groups(k) * kNarrowGroup;
}

/// The second operand as it is given: element (row, column) at b[row * row_step + column * column_step], and one of the
/// steps is 1.
struct NarrowOperand {
    const int8_t* b;
    int64_t n;
    int64_t k;
    int64_t row_step;
    int64_t column_step;
};
/// Rearranges the groups [begin, end) of all columns.
void pack_narrow(const NarrowOperand& from, int64_t begin, int64_t end, uint8_t* packed);

/// Rows of y go in tiles of so many.
int64_t narrow_tile(int64_t n);

/// y[rows, n] = a[rows, k] * b; rows of a and y are their steps apart.
void multiply_narrow(const int8_t* a, int64_t a_step, int64_t rows, const uint8_t* packed, int64_t n, int64_t k,
                     int32_t* y, int64_t y_step);

}  // namespace softacl::kernels
