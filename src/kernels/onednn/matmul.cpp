// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "kernels/onednn/post_ops.h"
#include "kernels/onednn/simple.h"

namespace softacl::kernels {
namespace {

enum Input : size_t { kA, kB, kBias };

// An operand with `rank` dimensions, the last two swapped if it is stored so.
struct Operand {
    std::vector<int64_t> dims;
    Desc stored;
};

Operand operand(const Shape& shape, size_t rank, bool transposed) {
    std::vector<int64_t> dims(rank - shape.rank(), 1);
    dims.insert(dims.end(), shape.begin(), shape.end());
    std::vector<int64_t> strides(rank, 1);
    for (size_t i = rank - 1; i > 0; --i) {
        strides[i - 1] = strides[i] * dims[i];
    }
    if (transposed) {
        std::swap(dims[rank - 1], dims[rank - 2]);
        std::swap(strides[rank - 1], strides[rank - 2]);
    }
    return {dims, describe_strided(dims, strides)};
}

class MatMul final : public PrimitiveKernel {
   public:
    explicit MatMul(const MatMulParams& params)
        : PrimitiveKernel(std::vector<Layout>(params.bias.rank() == 0 ? 2 : 3), {{}}), params_(params) {}

    Status prepare() {
        const size_t rank = params_.output.rank();
        const Operand a = operand(params_.a, rank, params_.transpose_a);
        const Operand b = operand(params_.b, rank, params_.transpose_b);
        given_ = b.stored;
        const Desc output = describe(params_.output, {});
        Desc bias;
        if (params_.bias.rank() != 0) {
            bias = operand(params_.bias, rank, false).stored;
        }
        auto attr = attributes();
        if (params_.alpha != 1) {
            attr.set_output_scales(0, {params_.alpha});
            if (params_.bias.rank() != 0) {
                return refuse("the engine scales after it has added the bias");
            }
        }
        dnnl::post_ops ops;
        SOFTACL_TRY(append(ops, params_.activation));
        attr.set_post_ops(ops);
        const dnnl::matmul::primitive_desc desc(
            {a.stored, params_.b_is_constant ? describe_any(b.dims) : b.stored, bias, output}, attr, engine());
        if (is_reference(desc)) {
            return refuse("the engine has plain loops only");
        }
        bind_input(DNNL_ARG_SRC, kA, a.stored);
        packed_ = desc.weights_desc();
        if (params_.b_is_constant) {
            packs_input[kB] = true;
            packed_bytes = packed_.get_size();
            if (const std::string weights = key_of(packed_); !weights.empty()) {
                pack_key = text("matrix ", params_.transpose_b, params_.b, " to ", weights);
            }
            bind_packed(DNNL_ARG_WEIGHTS, 0, packed_);
        } else {
            bind_input(DNNL_ARG_WEIGHTS, kB, packed_);
        }
        if (params_.bias.rank() != 0) {
            bind_input(DNNL_ARG_BIAS, kBias, bias);
        }
        bind_output(DNNL_ARG_DST, 0, output);
        set_primitive(dnnl::matmul(desc), desc.scratchpad_desc(), desc.impl_info_str());
        return {};
    }

    Status pack(const std::vector<const void*>& constants, void* packed) override {
        if (!params_.b_is_constant) {
            return {};
        }
        dnnl::memory from(given_, engine(), const_cast<void*>(constants[kB]));
        dnnl::memory to(packed_, engine(), packed);
        dnnl::reorder(from, to).execute(stream(), from, to);
        return {};
    }

   private:
    const MatMulParams params_;
    Desc given_;
    Desc packed_;
};

}  // namespace

namespace {

// One matrix b for a batch of matrices a: the rows of all of them are rows of one.
MatMulParams folded(const MatMulParams& params) {
    const auto rows_only = [](const Shape& shape) {
        return Shape{shape.elements(0, shape.rank() - 1), shape[shape.rank() - 1]};
    };
    const int64_t b_batch = params.b.elements(0, params.b.rank() - 2);
    const bool bias_is_row = params.bias.rank() == 0 || params.bias.elements() == params.bias[params.bias.rank() - 1];
    if (params.transpose_a || b_batch != 1 || !bias_is_row) {
        return params;
    }
    MatMulParams flat = params;
    flat.a = rows_only(params.a);
    flat.b = {params.b[params.b.rank() - 2], params.b[params.b.rank() - 1]};
    flat.output = rows_only(params.output);
    flat.bias = params.bias.rank() == 0 ? Shape{} : Shape{params.bias.elements()};
    return flat;
}

}  // namespace

Result<KernelPtr> make_matmul(const MatMulParams& given) {
    if (given.a.rank() < 2 || given.b.rank() < 2) {
        return refuse("matrices of 2 to 6 dimensions only");
    }
    const MatMulParams params = folded(given);
    const size_t rank = params.output.rank();
    if (rank < 2 || rank > 6 || params.bias.rank() > rank) {
        return refuse("matrices of 2 to 6 dimensions only");
    }
    return guarded([&]() -> Result<KernelPtr> {
        auto kernel = std::make_unique<MatMul>(params);
        SOFTACL_TRY(kernel->prepare());
        return Result<KernelPtr>(std::move(kernel));
    });
}

}  // namespace softacl::kernels
