// SPDX-License-Identifier: Apache-2.0
#include "kernels/onednn/gemm.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "kernels/onednn/gemm_rows.h"
#include "kernels/onednn/host.h"

namespace softacl::kernels {
namespace {

char letter(bool transposed) { return transposed ? 'T' : 'N'; }

Status check(dnnl_status_t status) {
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

constexpr int64_t kWorth = 1 << 14;  // elements to pass over that are worth a thread

void for_rows(int64_t rows, int64_t columns, FunctionRef<void(int64_t, int64_t)> body) {
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

Status multiply(const GemmParams& p, int64_t rows, const Stored<float>& a, const Stored<float>& b, int64_t k,
                float alpha, float beta, Target<float> to) {
    return check(dnnl_sgemm(letter(p.transpose_a), letter(p.transpose_b), rows, p.n, k, alpha, a.data, a.step, b.data,
                            b.step, beta, to.data, to.step));
}

// Rows of a at a time: few enough to need little working memory, and so many that it does not matter that the engine
// rearranges b for each lot.
int64_t rows_at_a_time(const GemmParams& p) {
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
                SOFTACL_TRY(multiply(p, count, a, b, p.k, 1, 0, {sums, p.n}));
                finish<float, Out>(p, buffers, first, count, sums, p.n);
            } else {
                const Factors<float> factors(buffers);
                float* const y = static_cast<float*>(buffers.outputs[0]) + first * p.y_step;
                if (factors.beta != 0) {
                    copy_c(static_cast<const float*>(buffers.inputs[kGemmC]) + first * p.c_row_step, count, y);
                }
                SOFTACL_TRY(multiply(p, count, a, b, p.k, factors.alpha, factors.beta, {y, p.y_step}));
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

// The engine's products of bytes are exact only with the processor's instructions for them.
bool has_byte_instructions() {
    switch (dnnl::get_effective_cpu_isa()) {
        case dnnl::cpu_isa::all:
        case dnnl::cpu_isa::sse41:
        case dnnl::cpu_isa::avx:
        case dnnl::cpu_isa::avx2:
        case dnnl::cpu_isa::avx2_vnni:
        case dnnl::cpu_isa::avx512_core: return false;
        default: return true;
    }
}

template <class Out>
class ByteGemm final : public GemmKernel {
   public:
    explicit ByteGemm(const GemmParams& p) : GemmKernel(p, "gemm_s8s8s32"), rows_(rows_at_a_time(p)) {
        sums_at_ = reserve(rows_ * p.n * static_cast<int64_t>(sizeof(int32_t)));
    }

    Status run(const Buffers& buffers) override {
        const GemmParams& p = params_;
        const auto b = rows_of_b<int8_t>(p, buffers.inputs[kGemmB], 0, p.k);
        if constexpr (std::is_same_v<Out, int32_t>) {
            if (const Factors<Out> factors(buffers); factors.beta == 0) {
                const Target<int32_t> y{static_cast<int32_t*>(buffers.outputs[0]), p.y_step};
                SOFTACL_TRY(multiply_bytes(rows_of_a<int8_t>(p, buffers.inputs[kGemmA], 0, p.m, 0, p.k), b, p.m, y));
                if (factors.alpha != 1) {
                    finish<int32_t, int32_t>(p, buffers, 0, p.m, y.data, y.step);
                }
                return {};
            }
        }
        auto* const sums = reinterpret_cast<int32_t*>(static_cast<char*>(buffers.scratch) + sums_at_);
        for (int64_t first = 0; first < p.m; first += rows_) {
            const int64_t count = std::min(rows_, p.m - first);
            const auto a = rows_of_a<int8_t>(p, buffers.inputs[kGemmA], first, count, 0, p.k);
            SOFTACL_TRY(multiply_bytes(a, b, count, {sums, p.n}));
            finish<int32_t, Out>(p, buffers, first, count, sums, p.n);
        }
        return {};
    }

   private:
    Status multiply_bytes(const Stored<int8_t>& a, const Stored<int8_t>& b, int64_t rows, Target<int32_t> to) const {
        const int32_t offset = 0;
        return check(dnnl_gemm_s8s8s32(letter(params_.transpose_a), letter(params_.transpose_b), 'F', rows, params_.n,
                                       params_.k, 1, a.data, a.step, 0, b.data, b.step, 0, 0, to.data, to.step,
                                       &offset));
    }

    const int64_t rows_;
    size_t sums_at_ = 0;
};

// The same for other processors: as float32 products, of so many at a time that each sum is an integer it can hold.
template <class Out>
class WidenedByteGemm final : public GemmKernel {
   public:
    explicit WidenedByteGemm(const GemmParams& p)
        : GemmKernel(p, "sgemm"), rows_(rows_at_a_time(p)), depth_(std::min(p.k, kExact)) {
        a_at_ = reserve(rows_ * depth_ * kFloat);
        b_at_ = reserve(depth_ * p.n * kFloat);
        part_at_ = reserve(rows_ * p.n * kFloat);
        sums_at_ = reserve(rows_ * p.n * static_cast<int64_t>(sizeof(uint32_t)));
    }

    Status run(const Buffers& buffers) override {
        const GemmParams& p = params_;
        auto* const scratch = static_cast<char*>(buffers.scratch);
        auto* const sums = reinterpret_cast<uint32_t*>(scratch + sums_at_);
        auto* const part = reinterpret_cast<float*>(scratch + part_at_);
        for (int64_t first = 0; first < p.m; first += rows_) {
            const int64_t count = std::min(rows_, p.m - first);
            std::fill_n(sums, count * p.n, 0U);
            for (int64_t at = 0; at < p.k; at += depth_) {
                const int64_t depth = std::min(depth_, p.k - at);
                const auto a =
                    widened(rows_of_a<int8_t>(p, buffers.inputs[kGemmA], first, count, at, depth), scratch + a_at_);
                const auto b = widened(rows_of_b<int8_t>(p, buffers.inputs[kGemmB], at, depth), scratch + b_at_);
                SOFTACL_TRY(multiply(p, count, a, b, depth, 1, 0, {part, p.n}));
                for_rows(count, p.n, [&](int64_t begin, int64_t end) {
                    for (int64_t i = begin * p.n; i < end * p.n; ++i) {
                        sums[i] += static_cast<uint32_t>(static_cast<int32_t>(part[i]));
                    }
                });
            }
            finish<int32_t, Out>(p, buffers, first, count, reinterpret_cast<const int32_t*>(sums), p.n);
        }
        return {};
    }

   private:
    static constexpr int64_t kExact = (1 << 24) / (128 * 128);
    static constexpr int64_t kFloat = sizeof(float);

    const int64_t rows_;
    const int64_t depth_;
    size_t a_at_ = 0;
    size_t b_at_ = 0;
    size_t part_at_ = 0;
    size_t sums_at_ = 0;
};

template <class Out>
KernelPtr byte_gemm(const GemmParams& params) {
    if (has_byte_instructions()) {
        return std::make_unique<ByteGemm<Out>>(params);
    }
    return std::make_unique<WidenedByteGemm<Out>>(params);
}

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
    if ((params.m == 1 || params.n == 1) && params.operands != ACL_FLOAT &&
        (is(ACL_FLOAT16, ACL_FLOAT16) || is(ACL_FLOAT16, ACL_FLOAT) || is(ACL_INT8, ACL_INT32) ||
         is(ACL_INT8, ACL_FLOAT))) {
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
    if (is(ACL_INT8, ACL_INT32)) {
        return byte_gemm<int32_t>(params);
    }
    if (is(ACL_INT8, ACL_FLOAT)) {
        return byte_gemm<float>(params);
    }
    return refuse("no product of ", name_of(params.operands), " with results of ", name_of(params.result));
}

}  // namespace softacl::kernels
