// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "kernels/onednn/post_ops.h"
#include "kernels/onednn/simple.h"
#include "kernels/onednn/streamed.h"

namespace softacl::kernels {
namespace {

dnnl::algorithm algorithm_of(Binary kind) {
    switch (kind) {
        case Binary::kAdd: return dnnl::algorithm::binary_add;
        case Binary::kSub: return dnnl::algorithm::binary_sub;
        case Binary::kMul: return dnnl::algorithm::binary_mul;
        case Binary::kDiv: return dnnl::algorithm::binary_div;
        case Binary::kMax: return dnnl::algorithm::binary_max;
        case Binary::kMin: break;
    }
    return dnnl::algorithm::binary_min;
}

bool commutes(Binary kind) { return kind != Binary::kSub && kind != Binary::kDiv; }

Shape with_rank(const Shape& shape, size_t rank) {
    std::vector<int64_t> dims(rank - shape.rank(), 1);
    dims.insert(dims.end(), shape.begin(), shape.end());
    return Shape(std::move(dims));
}

/// As many elements in memory as the shape has: no padding.
bool is_dense(const Shape& shape, Layout layout) {
    return layout.is_plain() || (shape.rank() > 1 && shape[1] % layout.block == 0);
}

Result<KernelPtr> whole_binary(const BinaryParams& params) {
    // The engine's first operand has the shape of the result; the second one may be broadcast.
    const bool swapped = params.a != params.output;
    const Shape& large = swapped ? params.b : params.a;
    const Shape& small = swapped ? params.a : params.b;
    if (large != params.output || (swapped && !commutes(params.kind))) {
        return refuse("the first operand must have the shape of the result");
    }
    const size_t rank = std::max<size_t>(params.output.rank(), 1);
    if (rank > 5) {
        return refuse("at most 5 dimensions");
    }
    const Layout layout = swapped ? params.b_layout : params.a_layout;
    const Shape aligned_small = with_rank(small, rank);
    // A second operand that has one channel, or too few dimensions for blocks, lies row by row.
    const bool blocked_small = !layout.is_plain() && rank >= 3 && small.rank() == rank && aligned_small[1] != 1;
    const Layout small_layout = blocked_small ? layout : Layout{};
    if (!layout.is_plain() && !blocked_small && aligned_small[1] != 1) {
        return refuse("the second operand has no blocks of channels");
    }
    // In the padding of blocks 0 / 0 would be no 0.
    if (!layout.is_plain() && params.kind == Binary::kDiv && params.output[1] % layout.block != 0) {
        return refuse("no division of padded blocks");
    }
    return guarded([&]() -> Result<KernelPtr> {
        const Desc a = describe(with_rank(large, rank), layout);
        const Desc b = describe(aligned_small, small_layout);
        dnnl::post_ops ops;
        SOFTACL_TRY(append(ops, params.activation));
        auto attr = attributes();
        attr.set_post_ops(ops);
        const dnnl::binary::primitive_desc desc({algorithm_of(params.kind), a, b, a}, attr, engine());
        if (is_reference(desc)) {
            return refuse("the engine has plain loops only");
        }
        const size_t first = swapped ? 1 : 0;
        std::vector<Layout> inputs(2);
        inputs[first] = layout;
        inputs[1 - first] = small_layout;
        auto kernel = std::make_unique<PassKernel>(inputs, std::vector<Layout>{layout});
        kernel->bind_input(DNNL_ARG_SRC_0, first, a);
        kernel->bind_input(DNNL_ARG_SRC_1, 1 - first, b);
        kernel->bind_output(DNNL_ARG_DST, 0, a);
        kernel->reuses_input = first;
        kernel->set_primitive(dnnl::binary(desc), desc.scratchpad_desc(), desc.impl_info_str());
        return Result<KernelPtr>(std::move(kernel));
    });
}

Result<KernelPtr> whole_elementwise(const ElementwiseParams& params) {
    return guarded([&]() -> Result<KernelPtr> {
        Elementwise first = params.function;
        dnnl::post_ops ops;
        if (first.kind == Activation::kHardSigmoid) {
            SOFTACL_TRY(append(ops, {Activation::kClip, 0, 1}));
            first.kind = Activation::kLinear;
        }
        const auto function = engine_function(first);
        if (!function) {
            return refuse("the engine lacks this function of elements");
        }
        // The engine keeps padding zero for functions with f(0) = 0 only.
        const bool padded = !params.layout.is_plain() && params.shape[1] % params.layout.block != 0;
        const Layout layout = padded ? Layout{} : params.layout;
        const Desc data = describe(params.shape, layout);
        auto attr = attributes();
        attr.set_post_ops(ops);
        const dnnl::eltwise_forward::primitive_desc desc(
            {dnnl::prop_kind::forward_inference, function->algorithm, data, function->alpha, function->beta}, attr,
            engine());
        if (is_reference(desc)) {
            return refuse("the engine has plain loops only");
        }
        auto kernel = std::make_unique<PassKernel>(std::vector<Layout>{layout}, std::vector<Layout>{layout});
        kernel->bind_input(DNNL_ARG_SRC, 0, data);
        kernel->bind_output(DNNL_ARG_DST, 0, data);
        kernel->reuses_input = 0;
        kernel->set_primitive(dnnl::eltwise_forward(desc), desc.scratchpad_desc(), desc.impl_info_str());
        return Result<KernelPtr>(std::move(kernel));
    });
}

}  // namespace

Result<KernelPtr> make_binary(const BinaryParams& params) {
    const bool same = params.a == params.b && params.a_layout == params.b_layout;
    const bool alone = params.activation.kind == Activation::kNone;
    if (!same || !alone || !is_dense(params.a, params.a_layout)) {
        return whole_binary(params);
    }
    return streamed(whole_binary(params), params.output.elements(), stream_function(params.kind));
}

Result<KernelPtr> make_elementwise(const ElementwiseParams& params) {
    if (!is_dense(params.shape, params.layout)) {
        return whole_elementwise(params);
    }
    return streamed(whole_elementwise(params), params.shape.elements(), stream_function(params.function.kind),
                    params.function);
}

}  // namespace softacl::kernels
