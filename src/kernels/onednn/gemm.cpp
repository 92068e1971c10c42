// SPDX-License-Identifier: Apache-2.0
#include "kernels/onednn/gemm.h"

#include "kernels/onednn/gemm_parts.h"

namespace softacl::kernels {
namespace {

// Operands of float32 or widened to it; results of float32 are summed where they go.
template <class In, class Out>
class FloatGemm final : public GemmKernel {
   public:
    explicit FloatGemm(const GemmParams& p) : GemmKernel(p, "sgemm"), rows_(kWidens ? rows_at_a_time(p) : p.m) {
        if constexpr (kWidens) {
            a_at_ = reserve(rows_ * p.k * kFloat);
            b_at_ = reserve(p.k * p.n * kFloat);
        }
        if constexpr (kNarrows) {
            sums_at_ = reserve(rows_ * p.n * kFloat);
        }
    }

    Status run(const Buffers& buffers) override {
        const GemmParams& p = params_;
        auto* const scratch = static_cast<char*>(buffers.scratch);
        const auto b = widened(rows_of_b<In>(p, buffers.inputs[kGemmB], 0, p.k), scratch + b_at_);
        for (int64_t first = 0; first < p.m; first += rows_) {
            const int64_t count = std::min(rows_, p.m - first);
            const auto a = widened(rows_of_a<In>(p, buffers.inputs[kGemmA], first, count, 0, p.k), scratch + a_at_);
            if constexpr (kNarrows) {
                auto* const sums = reinterpret_cast<float*>(scratch + sums_at_);
                SOFTACL_TRY(multiply_floats(p, count, a, b, p.k, 1, 0, {sums, p.n}));
                finish<float, Out>(p, buffers, first, count, sums, p.n);
            } else {
                const Factors<float> factors(buffers);
                float* const y = static_cast<float*>(buffers.outputs[0]) + first * p.y_step;
                if (factors.beta != 0) {
                    copy_c(static_cast<const float*>(buffers.inputs[kGemmC]) + first * p.c_row_step, count, y);
                }
                SOFTACL_TRY(multiply_floats(p, count, a, b, p.k, factors.alpha, factors.beta, {y, p.y_step}));
            }
        }
        return {};
    }

   private:
    static constexpr bool kWidens = !std::is_same_v<In, float>;
    static constexpr bool kNarrows = !std::is_same_v<Out, float>;
    static constexpr int64_t kFloat = sizeof(float);

    void copy_c(const float* c, int64_t rows, float* y) const {
        const GemmParams& p = params_;
        if (c == y) {
            return;
        }
        for_rows(rows, p.n, [&](int64_t begin, int64_t end) {
            for (int64_t i = begin; i < end; ++i) {
                if (p.c_column_step == 1) {
                    std::copy_n(c + i * p.c_row_step, p.n, y + i * p.y_step);
                } else {
                    std::fill_n(y + i * p.y_step, p.n, c[i * p.c_row_step]);
                }
            }
        });
    }

    const int64_t rows_;
    size_t a_at_ = 0;
    size_t b_at_ = 0;
    size_t sums_at_ = 0;
};

}  // namespace

Result<KernelPtr> make_gemm(const GemmParams& params) {
    const auto is = [&](aclDataType operands, aclDataType result) {
        return params.operands == operands && params.result == result;
    };
    if (params.m <= 0 || params.n <= 0 || params.k <= 0) {
        return refuse("matrices with elements only");
    }
    constexpr int64_t kSafeDepth = INT32_MAX / (128 * 128);
    if (is(ACL_INT8, ACL_FLOAT) && params.k > kSafeDepth) {
        return refuse("sums of up to ", kSafeDepth, " products of int8 only");
    }
    if ((params.m == 1 || params.n == 1) &&
        (is(ACL_FLOAT16, ACL_FLOAT16) || is(ACL_FLOAT16, ACL_FLOAT) || is(ACL_INT8, ACL_INT32) ||
         is(ACL_INT8, ACL_FLOAT) || (is(ACL_FLOAT, ACL_FLOAT) && sums_rows(params)))) {
        return make_gemv(params);
    }
    if (is(ACL_FLOAT, ACL_FLOAT)) {
        return KernelPtr(std::make_unique<FloatGemm<float, float>>(params));
    }
    if (is(ACL_FLOAT16, ACL_FLOAT16)) {
        return KernelPtr(std::make_unique<FloatGemm<Half, Half>>(params));
    }
    if (is(ACL_FLOAT16, ACL_FLOAT)) {
        return KernelPtr(std::make_unique<FloatGemm<Half, float>>(params));
    }
    if (is(ACL_INT8, ACL_INT32) || is(ACL_INT8, ACL_FLOAT)) {
        return make_byte_gemm(params);
    }
    return refuse("no product of ", name_of(params.operands), " with results of ", name_of(params.result));
}

}  // namespace softacl::kernels
