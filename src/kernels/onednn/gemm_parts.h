// SPDX-License-Identifier: Apache-2.0
// What products of matrices of all types are made of.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <type_traits>

#include "kernels/onednn/gemm.h"
#include "kernels/onednn/gemm_rows.h"
#include "kernels/onednn/host.h"

namespace softacl::kernels {

inline char blas_letter(bool transposed) { return transposed ? 'T' : 'N'; }

inline Status engine_status(dnnl_status_t status) {
    return status == dnnl_success ? Status() : fail(ACL_ERROR_INTERNAL_ERROR, "the engine failed: ", int{status});
}

// Rows of an operand, [rows, columns] as it is stored.
template <class T>
struct Stored {
    const T* data;
    int64_t rows;
    int64_t columns;
    int64_t step;
};

// Rows [first, first + count) of a or, if it is stored transposed, these columns.
template <class T>
Stored<T> rows_of_a(const GemmParams& p, const void* a, int64_t first, int64_t count, int64_t first_k,
                    int64_t count_k) {
    const T* data = static_cast<const T*>(a);
    return p.transpose_a ? Stored<T>{data + first_k * p.a_step + first, count_k, count, p.a_step}
                         : Stored<T>{data + first * p.a_step + first_k, count, count_k, p.a_step};
}
template <class T>
Stored<T> rows_of_b(const GemmParams& p, const void* b, int64_t first_k, int64_t count_k) {
    const T* data = static_cast<const T*>(b);
    return p.transpose_b ? Stored<T>{data + first_k, p.n, count_k, p.b_step}
                         : Stored<T>{data + first_k * p.b_step, count_k, p.n, p.b_step};
}

inline constexpr int64_t kWorth = 1 << 14;  // elements to pass over that are worth a thread

inline void for_rows(int64_t rows, int64_t columns, FunctionRef<void(int64_t, int64_t)> body) {
    host().parallel_for(rows, std::max<int64_t>(1, kWorth / columns), body);
}

// The same as float32, close together.
template <class T>
Stored<float> widened(const Stored<T>& from, void* memory) {
    if constexpr (std::is_same_v<T, float>) {
        return from;
    } else {
        auto* const to = static_cast<float*>(memory);
        for_rows(from.rows, from.columns, [&](int64_t begin, int64_t end) {
            for (int64_t i = begin; i < end; ++i) {
                widen(from.data + i * from.step, static_cast<size_t>(from.columns), to + i * from.columns);
            }
        });
        return {to, from.rows, from.columns, from.columns};
    }
}

// Where sums go, or results.
template <class T>
struct Target {
    T* data;
    int64_t step;
};

inline Status multiply_floats(const GemmParams& p, int64_t rows, const Stored<float>& a, const Stored<float>& b,
                              int64_t k, float alpha, float beta, Target<float> to) {
    return engine_status(dnnl_sgemm(blas_letter(p.transpose_a), blas_letter(p.transpose_b), rows, p.n, k, alpha, a.data,
                                    a.step, b.data, b.step, beta, to.data, to.step));
}

// Rows of a at a time: few enough to need little working memory, and so many that it does not matter that the engine
// rearranges b for each lot.
inline int64_t rows_at_a_time(const GemmParams& p) {
    constexpr int64_t kElements = 1 << 23;
    return std::min(p.m, std::max<int64_t>(2048, kElements / (p.k + p.n)));
}

// alpha * sums + beta * c for rows of the result.
template <class Sum, class Out>
void finish(const GemmParams& p, const Kernel::Buffers& buffers, int64_t first, int64_t count, const Sum* sums,
            int64_t sums_step) {
    using Wide = typename Factors<Out>::Wide;
    const Factors<Out> factors(buffers);
    const Wide alpha = factors.alpha;
    const Wide beta = factors.beta;
    const auto row = [&](const Sum* sum, const Out* c, Out* y) {
        constexpr int64_t kPart = 256;
        std::array<float, kPart> values;
        std::array<float, kPart> summands;
        for (int64_t j = 0; j < p.n; j += kPart) {
            const int64_t part = std::min(kPart, p.n - j);
            if constexpr (std::is_class_v<Out>) {
                if (beta != 0 && p.c_column_step == 1) {
                    widen(c + j, static_cast<size_t>(part), summands.data());
                } else if (beta != 0) {
                    std::fill_n(summands.data(), part, static_cast<float>(*c));
                }
                for (int64_t i = 0; i < part; ++i) {
                    values[static_cast<size_t>(i)] = alpha * sum[j + i];
                }
                if (beta != 0) {
                    for (int64_t i = 0; i < part; ++i) {
                        values[static_cast<size_t>(i)] += beta * summands[static_cast<size_t>(i)];
                    }
                }
                gemm_rows().narrow_half(values.data(), static_cast<size_t>(part), y + j);
            } else if (beta == 0) {
                for (int64_t i = j; i < j + part; ++i) {
                    y[i] = static_cast<Out>(alpha * static_cast<Wide>(sum[i]));
                }
            } else {
                for (int64_t i = j; i < j + part; ++i) {
                    y[i] = static_cast<Out>(alpha * static_cast<Wide>(sum[i]) +
                                            beta * static_cast<Wide>(c[i * p.c_column_step]));
                }
            }
        }
    };
    const auto* c = static_cast<const Out*>(buffers.inputs[kGemmC]);
    auto* y = static_cast<Out*>(buffers.outputs[0]);
    for_rows(count, p.n, [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) {
            const int64_t at = first + i;
            row(sums + i * sums_step, beta == 0 ? nullptr : c + at * p.c_row_step, y + at * p.y_step);
        }
    });
}

}  // namespace softacl::kernels
