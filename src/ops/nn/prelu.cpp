// SPDX-License-Identifier: Apache-2.0
#include "kernels/ref/real.h"
#include "kernels/ref/strided.h"
#include "ops/caffe/imports.h"
#include "ops/common/importing.h"
#include "ops/common/infer.h"
#include "ops/common/reference.h"
#include "ops/common/values.h"

namespace softacl::ops {
namespace {

namespace ref = kernels::ref;

/// A list of slopes belongs to the channels (axis 1); any other shape broadcasts as usual.
Shape aligned(const Shape& weight, const Shape& x) {
    if (weight.rank() != 1 || x.rank() < 3) {
        return weight;
    }
    Ints dims(x.rank() - 1, 1);
    dims[0] = weight[0];
    return Shape(std::move(dims));
}

Status infer(OpCall& call) {
    SOFTACL_TRY(require_same_dtype(call, 0, 1));
    const Shape& x = call.inputs[0]->shape;
    const Shape& weight = call.inputs[1]->shape;
    const auto both = broadcast(x, aligned(weight, x));
    if (!both.ok() || (x.is_known() && weight.is_known() && *both != x)) {
        return call.fail("the input weight has the shape ", weight, ", which does not broadcast to the input x of ", x,
                         " (a list has one slope for each channel)");
    }
    call.outputs[0] = *call.inputs[0];
    return {};
}

Result<kernels::KernelPtr> make_reference(const OpCall& call) {
    const Shape& x = call.inputs[0]->shape;
    const kernels::StridedLoop<2> loop(
        x, {kernels::row_strides(x), kernels::broadcast_strides(aligned(call.inputs[1]->shape, x), x)});
    kernels::KernelPtr kernel;
    ref::visit_floats(call.inputs[0]->dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        using R = ref::Real<T>;
        kernel = function_kernel(call, [loop](const kernels::Kernel::Buffers& b) -> Status {
            loop.run([&](const auto& at, int64_t count, const auto& steps) {
                const T* from = static_cast<const T*>(b.inputs[0]) + at[0];
                const T* slope = static_cast<const T*>(b.inputs[1]) + at[1];
                T* to = static_cast<T*>(b.outputs[0]) + at[0];
                const auto apply = [](T value, R factor) {
                    const auto wide = static_cast<R>(value);
                    return static_cast<T>(wide < R{} ? wide * factor : wide);
                };
                if (steps[1] == 0) {
                    const auto factor = static_cast<R>(*slope);
                    for (int64_t i = 0; i < count; ++i) {
                        to[i] = apply(from[i], factor);
                    }
                } else {
                    for (int64_t i = 0; i < count; ++i) {
                        to[i] = apply(from[i], static_cast<R>(slope[i * steps[1]]));
                    }
                }
            });
            return {};
        });
    });
    return kernel;
}

/// From opset 7 on slopes broadcast, so a list belongs to the last axis there; before, to the channels.
Imported import_prelu(Importer& graph, const ForeignNode& node) {
    ValueRef slope = node.input(1);
    const Shape shape = graph.type(slope).shape;
    if (node.version >= 7 && shape.rank() == 1 && shape[0] != 1 && graph.type(node.input(0)).shape.rank() >= 3) {
        SOFTACL_ASSIGN(slope, graph.add("Unsqueeze", {slope}, {{"axes", Ints{0}}}, "weight"));
    }
    return one(graph.add("PRelu", {node.input(0), slope}));
}

}  // namespace

OpDef declare_PRelu() {
    return OpDef("PRelu", "x, or weight * x below 0.")
        .input("x", kFloats)
        .input("weight", kFloats)
        .output("y", kFloats)
        .infer(infer)
        .kernel("reference", make_reference)
        .onnx("PRelu", import_prelu)
        .caffe("PReLU", import_caffe_prelu);
}

}  // namespace softacl::ops
