// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <type_traits>

#include "kernels/onednn/gemm.h"
#include "kernels/onednn/gemm_rows.h"
#include "kernels/onednn/host.h"

namespace softacl::kernels {
namespace {

// How operands of a type are summed: a vector of `Element`, sums of `Sum`.
template <class In>
struct Summing;
template <>
struct Summing<Half> {
    using Element = float;
    using Sum = float;
    static float element(Half value) { return static_cast<float>(value); }
    static float dot(const Half* row, const float* x, size_t count) { return gemm_rows().dot_half(row, x, count); }
    static void add(const Half* row, int64_t step, const float* factors, size_t count, float* sums) {
        gemm_rows().add_halves(row, step, factors, count, sums);
    }
};
template <>
struct Summing<float> {
    using Element = float;
    using Sum = float;
    static float element(float value) { return value; }
    static float dot(const float* row, const float* x, size_t count) { return gemm_rows().dot_float(row, x, count); }
    static void add(const float* row, int64_t step, const float* factors, size_t count, float* sums) {
        gemm_rows().add_floats(row, step, factors, count, sums);
    }
};
template <>
struct Summing<int8_t> {
    using Element = int8_t;
    using Sum = int32_t;
    static int8_t element(int8_t value) { return value; }
    static int32_t dot(const int8_t* row, const int8_t* x, size_t count) { return gemm_rows().dot_byte(row, x, count); }
    static void add(const int8_t* row, int64_t step, const int8_t* factors, size_t count, int32_t* sums) {
        gemm_rows().add_bytes(row, step, factors, count, sums);
    }
};

// The matrix is a if n is 1, else b; the other operand is the vector.
template <class In, class Out>
class Gemv final : public GemmKernel {
   public:
    explicit Gemv(const GemmParams& p)
        : GemmKernel(p, "gemv"),
          matrix_(p.n == 1 ? kGemmA : kGemmB),
          vector_(p.n == 1 ? kGemmB : kGemmA),
          length_(p.n == 1 ? p.m : p.n),
          step_(p.n == 1 ? p.a_step : p.b_step),
          x_step_(p.n == 1 ? (p.transpose_b ? 1 : p.b_step) : (p.transpose_a ? p.a_step : 1)),
          c_step_(p.n == 1 ? p.c_row_step : p.c_column_step),
          y_step_(p.n == 1 ? p.y_step : 1),
          rows_are_summed_(sums_rows(p)) {
        reserve(p.k * static_cast<int64_t>(sizeof(Element)));
    }

    Status run(const Buffers& buffers) override {
        const Run run(buffers, buffers.inputs[matrix_], buffers.scratch);
        const auto* x = static_cast<const In*>(buffers.inputs[vector_]);
        for (int64_t i = 0; i < params_.k; ++i) {
            run.x[i] = Summing<In>::element(x[i * x_step_]);
        }
        const auto part = [&](int64_t begin, int64_t end) {
            rows_are_summed_ ? sum_rows(run, begin, end) : add_rows(run, begin, end);
        };
        constexpr int64_t kWorth = 1 << 15;  // elements of the matrix that are worth a thread
        host().parallel_for(length_, std::max<int64_t>(rows_are_summed_ ? 1 : 256, kWorth / params_.k), part);
        return {};
    }

   private:
    using Element = typename Summing<In>::Element;
    using Sum = typename Summing<In>::Sum;
    struct Run {
        Run(const Buffers& buffers, const void* given_matrix, void* scratch)
            : factors(buffers),
              matrix(static_cast<const In*>(given_matrix)),
              x(static_cast<Element*>(scratch)),
              c(static_cast<const Out*>(buffers.inputs[kGemmC])),
              y(static_cast<Out*>(buffers.outputs[0])) {}
        Factors<Out> factors;
        const In* matrix;
        Element* x;
        const Out* c;
        Out* y;
    };

    void finish(const Run& run, int64_t at, Sum sum) const {
        using Wide = typename Factors<Out>::Wide;
        Wide value = run.factors.alpha * static_cast<Wide>(sum);
        if (run.factors.beta != 0) {
            value += run.factors.beta * as_wide(run.c[at * c_step_]);
        }
        run.y[at * y_step_] = static_cast<Out>(value);
    }
    static typename Factors<Out>::Wide as_wide(Out value) {
        if constexpr (std::is_class_v<Out>) {
            return static_cast<float>(value);
        } else {
            return static_cast<typename Factors<Out>::Wide>(value);
        }
    }

    void sum_rows(const Run& run, int64_t begin, int64_t end) const {
        for (int64_t i = begin; i < end; ++i) {
            finish(run, i, Summing<In>::dot(run.matrix + i * step_, run.x, static_cast<size_t>(params_.k)));
        }
    }

    void add_rows(const Run& run, int64_t begin, int64_t end) const {
        constexpr int64_t kBlock = 2048;  // sums stay in the nearest cache
        std::array<Sum, kBlock> sums;
        for (int64_t first = begin; first < end; first += kBlock) {
            const int64_t count = std::min(kBlock, end - first);
            sums.fill(Sum{});
            const int64_t whole = params_.k / kRowsAtOnce * kRowsAtOnce;
            for (int64_t i = 0; i < whole; i += kRowsAtOnce) {
                Summing<In>::add(run.matrix + i * step_ + first, step_, run.x + i, static_cast<size_t>(count),
                                 sums.data());
            }
            for (int64_t i = whole; i < params_.k; ++i) {
                add_row(run.matrix + i * step_ + first, run.x[i], count, sums.data());
            }
            for (int64_t i = 0; i < count; ++i) {
                finish(run, first + i, sums[static_cast<size_t>(i)]);
            }
        }
    }

    static void add_row(const In* row, Element factor, int64_t count, Sum* sums) {
        for (int64_t i = 0; i < count; ++i) {
            if constexpr (std::is_same_v<Sum, float>) {
                sums[i] += factor * static_cast<float>(row[i]);
            } else {  // sums without sign wrap around
                sums[i] = static_cast<Sum>(static_cast<uint32_t>(sums[i]) + static_cast<uint32_t>(row[i] * factor));
            }
        }
    }

    const GemmInput matrix_;
    const GemmInput vector_;
    const int64_t length_;
    const int64_t step_;
    const int64_t x_step_;
    const int64_t c_step_;
    const int64_t y_step_;
    const bool rows_are_summed_;  // else each row of the matrix is added to the results
};

}  // namespace

Result<KernelPtr> make_gemv(const GemmParams& params) {
    if (params.operands == ACL_FLOAT) {
        return KernelPtr(std::make_unique<Gemv<float, float>>(params));
    }
    if (params.operands == ACL_FLOAT16) {
        return params.result == ACL_FLOAT16 ? KernelPtr(std::make_unique<Gemv<Half, Half>>(params))
                                            : KernelPtr(std::make_unique<Gemv<Half, float>>(params));
    }
    return params.result == ACL_INT32 ? KernelPtr(std::make_unique<Gemv<int8_t, int32_t>>(params))
                                      : KernelPtr(std::make_unique<Gemv<int8_t, float>>(params));
}

}  // namespace softacl::kernels
