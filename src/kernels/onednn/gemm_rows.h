// SPDX-License-Identifier: Apache-2.0
// Loops over the elements of a row that products with vectors, and those of float16 and int8, need. Any thread.
#pragma once

#include <cstddef>
#include <cstdint>

#include "tensor/dtype.h"

namespace softacl::kernels {

/// How many rows are added to sums while these are in a register.
inline constexpr int64_t kRowsAtOnce = 4;

struct GemmRows {
    void (*widen_half)(const Half* from, size_t count, float* to);
    void (*widen_byte)(const int8_t* from, size_t count, float* to);
    void (*narrow_half)(const float* from, size_t count, Half* to);
    float (*dot_float)(const float* row, const float* x, size_t count);
    float (*dot_half)(const Half* row, const float* x, size_t count);
    int32_t (*dot_byte)(const int8_t* row, const int8_t* x, size_t count);
    /// sums += factors[0] * row + factors[1] * the row `step` elements behind + ..., kRowsAtOnce of them
    void (*add_floats)(const float* row, int64_t step, const float* factors, size_t count, float* sums);
    void (*add_halves)(const Half* row, int64_t step, const float* factors, size_t count, float* sums);
    void (*add_bytes)(const int8_t* row, int64_t step, const int8_t* factors, size_t count, int32_t* sums);
};

/// The fastest ones of this processor.
const GemmRows& gemm_rows();
/// Those that any processor has.
const GemmRows& common_gemm_rows();

inline void widen(const Half* from, size_t count, float* to) { gemm_rows().widen_half(from, count, to); }
inline void widen(const int8_t* from, size_t count, float* to) { gemm_rows().widen_byte(from, count, to); }

}  // namespace softacl::kernels
