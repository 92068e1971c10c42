// SPDX-License-Identifier: Apache-2.0
#include "kernels/ref/real.h"
#include "ops/common/adapt.h"
#include "ops/common/import_simple.h"
#include "ops/common/reference.h"

namespace softacl::ops {
namespace {

namespace ref = kernels::ref;

Status infer(OpCall& call) {
    const TensorType& x = *call.inputs[0];
    if (x.shape.rank() < 3) {
        return call.fail("the input x has the shape ", x.shape, "; expected at least 3 dimensions");
    }
    call.outputs[0] = x;
    for (size_t i = 2; i < x.shape.rank(); ++i) {
        call.outputs[0].shape[i] = 1;
    }
    return {};
}

Result<kernels::KernelPtr> make_fast(const OpCall& call) {
    kernels::PoolParams params;
    params.kind = kernels::PoolParams::Kind::kAverage;
    params.input = call.inputs[0]->shape;
    params.output = call.outputs[0].shape;
    const size_t spatial = params.input.rank() - 2;
    params.window.assign(params.input.begin() + 2, params.input.end());
    params.strides = Ints(spatial, 1);
    params.pads_begin = params.pads_end = Ints(spatial, 0);
    params.input_layout = call.layout(0);
    return make_fast_kernel(call, {0}, [&](const kernels::FastKernels& fast) { return fast.pool(params); });
}

Result<kernels::KernelPtr> make_reference(const OpCall& call) {
    kernels::KernelPtr kernel;
    const Shape& shape = call.inputs[0]->shape;
    const int64_t planes = shape.elements(0, 2);
    const int64_t plane = shape.elements(2, shape.rank());
    ref::visit_floats(call.inputs[0]->dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        kernel = function_kernel(call, [planes, plane](const kernels::Kernel::Buffers& b) -> Status {
            const auto* x = static_cast<const T*>(b.inputs[0]);
            for (int64_t i = 0; i < planes; ++i, x += plane) {
                double sum = 0;
                for (int64_t k = 0; k < plane; ++k) {
                    sum += static_cast<double>(static_cast<ref::Real<T>>(x[k]));
                }
                const double mean = sum / static_cast<double>(plane);
                static_cast<T*>(b.outputs[0])[i] = static_cast<T>(static_cast<ref::Real<T>>(mean));
            }
            return {};
        });
    });
    return kernel;
}

Imported import_node(Importer& graph, const ForeignNode& node) {
    return import_unary(graph, node, "GlobalAveragePool");
}

}  // namespace

OpDef declare_GlobalAveragePool() {
    return OpDef("GlobalAveragePool", "The mean over all axes behind the channels.")
        .input("x", kFloats)
        .output("y", kFloats)
        .infer(infer)
        .kernel("onednn", make_fast)
        .kernel("reference", make_reference)
        .onnx("GlobalAveragePool", import_node);
}

}  // namespace softacl::ops
