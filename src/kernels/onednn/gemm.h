// SPDX-License-Identifier: Apache-2.0
// Matrix products with factors that are known only when they run.
#pragma once

#include <cstring>
#include <type_traits>

#include "kernels/fast.h"
#include "kernels/onednn/engine.h"

namespace softacl::kernels {

Result<KernelPtr> make_gemm(const GemmParams& params);

/// For operands of int8 and results of int32 or float.
KernelPtr make_byte_gemm(const GemmParams& params);

/// For products whose m or n is 1: they are bound by memory, which no copy of the matrix may double.
Result<KernelPtr> make_gemv(const GemmParams& params);
/// Whether the elements of the matrix that are summed lie one after the other. If not, the engine is faster in float32.
inline bool sums_rows(const GemmParams& p) { return p.n == 1 ? !p.transpose_a : p.transpose_b; }

/// The inputs of all these kernels.
enum GemmInput : size_t { kGemmA, kGemmB, kGemmC, kGemmAlpha, kGemmBeta, kGemmInputs };

/// A kernel of the inputs above and one output, all row by row.
class GemmKernel : public Kernel {
   public:
    GemmKernel(const GemmParams& params, const char* kernel_name) : params_(params) {
        name = kernel_name;
        input_layouts.resize(kGemmInputs);
        output_layouts.resize(1);
        packs_input.resize(kGemmInputs);
        if (params.c_column_step == 1 && (params.c_row_step == params.y_step || params.m == 1)) {
            reuses_input = kGemmC;
        }
    }

   protected:
    /// Room in the scratch memory; its offset.
    size_t reserve(int64_t bytes) {
        const size_t at = scratch_bytes;
        scratch_bytes += (static_cast<size_t>(bytes) + 63) / 64 * 64;
        return at;
    }

    const GemmParams params_;
};

/// alpha * sum + beta * c in the type of the results: floats in float32, integers wrap around.
template <class Out>
struct Factors {
    using Wide = std::conditional_t<std::is_integral_v<Out>, uint32_t, float>;
    Wide alpha;
    Wide beta;

    explicit Factors(const Kernel::Buffers& buffers)
        : alpha(read(buffers, kGemmAlpha)), beta(read(buffers, kGemmBeta)) {}

   private:
    static Wide read(const Kernel::Buffers& buffers, GemmInput input) {
        Out value;
        std::memcpy(&value, buffers.inputs[input], sizeof value);
        if constexpr (std::is_class_v<Out>) {
            return static_cast<float>(value);
        } else {
            return static_cast<Wide>(value);
        }
    }
};

}  // namespace softacl::kernels
