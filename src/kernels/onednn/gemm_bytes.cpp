// SPDX-License-Identifier: Apache-2.0
// Products of matrices of int8.
#include "kernels/onednn/gemm.h"
#include "kernels/onednn/gemm_parts.h"
#include "kernels/onednn/narrow_bytes_rows.h"

namespace softacl::kernels {
namespace {

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

// Products by the engine.
class EngineBytes {
   public:
    static constexpr const char* kName = "gemm_s8s8s32";

    explicit EngineBytes(const GemmParams& p) : params_(p) {}
    static int64_t scratch_bytes(const GemmParams&) { return 0; }
    void begin(const Stored<int8_t>& b, void*) { b_ = b; }

    Status multiply(const Stored<int8_t>& a, int64_t rows, Target<int32_t> to) const {
        const int32_t offset = 0;
        return engine_status(dnnl_gemm_s8s8s32(blas_letter(params_.transpose_a), blas_letter(params_.transpose_b), 'F',
                                               rows, params_.n, params_.k, 1, a.data, a.step, 0, b_.data, b_.step, 0, 0,
                                               to.data, to.step, &offset));
    }

   private:
    const GemmParams& params_;
    Stored<int8_t> b_{};
};

constexpr int64_t kProducts = 1 << 19;  // that are worth a thread

// Products whose second operand has few columns.
class NarrowProduct {
   public:
    static bool serves(const GemmParams& p) { return has_narrow_bytes() && p.n <= kNarrow && !p.transpose_a; }

   protected:
    explicit NarrowProduct(const GemmParams& p) : params_(p) {}

    void take(const Stored<int8_t>& b, void* memory) {
        const bool transposed = params_.transpose_b;
        operand_ = {b.data, params_.n, params_.k, transposed ? 1 : b.step, transposed ? b.step : 1};
        packed_ = static_cast<uint8_t*>(memory);
    }

    const GemmParams& params_;
    NarrowOperand operand_{};
    uint8_t* packed_ = nullptr;
};

// Threads share the rows of the first operand.
class NarrowBytes : private NarrowProduct {
   public:
    static constexpr const char* kName = "narrow_s8s8s32";
    using NarrowProduct::serves;

    explicit NarrowBytes(const GemmParams& p) : NarrowProduct(p) {}
    static int64_t scratch_bytes(const GemmParams& p) { return narrow_bytes(p.n, p.k); }

    void begin(const Stored<int8_t>& b, void* scratch) {
        take(b, scratch);
        host().parallel_for(narrow_groups(params_.k), std::max<int64_t>(1, kWorth / (params_.n * kNarrowGroup)),
                            [&](int64_t begin, int64_t end) { pack_narrow(operand_, begin, end, packed_); });
    }

    Status multiply(const Stored<int8_t>& a, int64_t rows, Target<int32_t> to) const {
        const int64_t n = params_.n;
        const int64_t k = params_.k;
        const int64_t tile = narrow_tile(n);
        host().parallel_for((rows - 1) / tile + 1, std::max<int64_t>(1, kProducts / (tile * n * k)),
                            [&](int64_t begin, int64_t end) {
                                const int64_t first = begin * tile;
                                multiply_narrow(a.data + first * a.step, a.step, std::min(end * tile, rows) - first,
                                                packed_, n, k, to.data + first * to.step, to.step);
                            });
        return {};
    }
};

// Where the second operand is much larger than the result, threads share the depth: none reads what another one has
// rearranged, and sums are added at the end.
class DeepNarrowBytes : private NarrowProduct {
   public:
    static constexpr const char* kName = "deep_narrow_s8s8s32";
    static bool serves(const GemmParams& p) {
        constexpr int64_t kDeep = 4;
        return NarrowProduct::serves(p) && p.k >= kDeep * p.m && p.m <= rows_at_a_time(p);
    }

    explicit DeepNarrowBytes(const GemmParams& p) : NarrowProduct(p), parts_(parts_of(p)) {}
    static int64_t scratch_bytes(const GemmParams& p) {
        return (parts_of(p) - 1) * p.m * p.n * static_cast<int64_t>(sizeof(int32_t)) + narrow_bytes(p.n, p.k);
    }

    void begin(const Stored<int8_t>& b, void* scratch) {
        sums_ = static_cast<int32_t*>(scratch);
        take(b, sums_ + (parts_ - 1) * params_.m * params_.n);
    }

    Status multiply(const Stored<int8_t>& a, int64_t rows, Target<int32_t> to) const {
        const int64_t n = params_.n;
        const int64_t groups = narrow_groups(params_.k);
        host().parallel_for(parts_, 1, [&](int64_t first, int64_t last) {
            for (int64_t part = first; part < last; ++part) {
                const int64_t begin = groups * part / parts_;
                const int64_t end = groups * (part + 1) / parts_;
                pack_narrow(operand_, begin, end, packed_);
                const int64_t at = begin * kNarrowGroup;
                const Target<int32_t> target = part == 0 ? to : Target<int32_t>{sums_ + (part - 1) * rows * n, n};
                multiply_narrow(a.data + at, a.step, rows, packed_ + narrow_bytes(n, at), n,
                                std::min(end * kNarrowGroup, params_.k) - at, target.data, target.step);
            }
        });
        for (int64_t part = 1; part < parts_; ++part) {
            const int32_t* const sums = sums_ + (part - 1) * rows * n;
            for (int64_t i = 0; i < rows; ++i) {
                for (int64_t j = 0; j < n; ++j) {  // sums without sign wrap around
                    int32_t& sum = to.data[i * to.step + j];
                    sum = static_cast<int32_t>(static_cast<uint32_t>(sum) + static_cast<uint32_t>(sums[i * n + j]));
                }
            }
        }
        return {};
    }

   private:
    static int64_t parts_of(const GemmParams& p) {
        return std::clamp<int64_t>(p.m * p.n * p.k / kProducts, 1, static_cast<int64_t>(host().parallel_width()));
    }

    const int64_t parts_;
    int32_t* sums_ = nullptr;
};

template <class Product, class Out>
class ByteGemm final : public GemmKernel {
   public:
    explicit ByteGemm(const GemmParams& p) : GemmKernel(p, Product::kName), rows_(rows_at_a_time(p)) {
        sums_at_ = reserve(rows_ * p.n * static_cast<int64_t>(sizeof(int32_t)));
        product_at_ = reserve(Product::scratch_bytes(p));
    }

    Status run(const Buffers& buffers) override {
        const GemmParams& p = params_;
        auto* const scratch = static_cast<char*>(buffers.scratch);
        Product product(p);
        product.begin(rows_of_b<int8_t>(p, buffers.inputs[kGemmB], 0, p.k), scratch + product_at_);
        if constexpr (std::is_same_v<Out, int32_t>) {
            if (const Factors<Out> factors(buffers); factors.beta == 0) {
                const Target<int32_t> y{static_cast<int32_t*>(buffers.outputs[0]), p.y_step};
                SOFTACL_TRY(product.multiply(rows_of_a<int8_t>(p, buffers.inputs[kGemmA], 0, p.m, 0, p.k), p.m, y));
                if (factors.alpha != 1) {
                    finish<int32_t, int32_t>(p, buffers, 0, p.m, y.data, y.step);
                }
                return {};
            }
        }
        auto* const sums = reinterpret_cast<int32_t*>(scratch + sums_at_);
        for (int64_t first = 0; first < p.m; first += rows_) {
            const int64_t count = std::min(rows_, p.m - first);
            const auto a = rows_of_a<int8_t>(p, buffers.inputs[kGemmA], first, count, 0, p.k);
            SOFTACL_TRY(product.multiply(a, count, {sums, p.n}));
            finish<int32_t, Out>(p, buffers, first, count, sums, p.n);
        }
        return {};
    }

   private:
    const int64_t rows_;
    size_t sums_at_ = 0;
    size_t product_at_ = 0;
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
                SOFTACL_TRY(multiply_floats(p, count, a, b, depth, 1, 0, {part, p.n}));
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
    if (DeepNarrowBytes::serves(params)) {
        return std::make_unique<ByteGemm<DeepNarrowBytes, Out>>(params);
    }
    if (NarrowBytes::serves(params)) {
        return std::make_unique<ByteGemm<NarrowBytes, Out>>(params);
    }
    if (has_byte_instructions()) {
        return std::make_unique<ByteGemm<EngineBytes, Out>>(params);
    }
    return std::make_unique<WidenedByteGemm<Out>>(params);
}

}  // namespace

KernelPtr make_byte_gemm(const GemmParams& params) {
    return params.result == ACL_INT32 ? byte_gemm<int32_t>(params) : byte_gemm<float>(params);
}

}  // namespace softacl::kernels
