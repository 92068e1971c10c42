// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "kernels/ref/real.h"
#include "ops/caffe/imports.h"
#include "ops/common/adapt.h"
#include "ops/common/import_simple.h"
#include "ops/common/reference.h"
#include "ops/common/scalar.h"
#include "ops/nn/activation.h"

namespace softacl::ops {
namespace {

namespace ref = kernels::ref;

Status infer(OpCall& call) {
    for (const size_t bound : {size_t{1}, size_t{2}}) {
        const TensorType& type = *call.inputs[bound];
        if (type.dtype != call.inputs[0]->dtype) {
            return call.fail("the input ", call.op->inputs()[bound].name, " is ", name_of(type.dtype), "; expected ",
                             name_of(call.inputs[0]->dtype), " like x");
        }
        if (type.shape.is_known() && type.shape.elements() != 1 && type.shape != call.inputs[0]->shape) {
            return call.fail("the input ", call.op->inputs()[bound].name, " has the shape ", type.shape,
                             "; expected one element, or the shape of x, ", call.inputs[0]->shape);
        }
    }
    call.outputs[0] = *call.inputs[0];
    return {};
}

Result<kernels::KernelPtr> make_fast(const OpCall& call) {
    const auto function = elementwise_of(call);
    if (!function) {
        return fail(ACL_ERROR_FEATURE_UNSUPPORTED, "bounds that are not constant numbers");
    }
    return make_fast_kernel(call, {0}, [&](const kernels::FastKernels& fast) {
        return fast.elementwise({*function, call.inputs[0]->shape, call.layout(0)});
    });
}

Result<kernels::KernelPtr> make_reference(const OpCall& call) {
    kernels::KernelPtr kernel;
    const int64_t count = call.inputs[0]->shape.elements();
    const int64_t low_step = call.inputs[1]->shape.elements() == 1 ? 0 : 1;
    const int64_t high_step = call.inputs[2]->shape.elements() == 1 ? 0 : 1;
    ref::visit_numbers(call.inputs[0]->dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        using R = ref::Real<T>;
        kernel = function_kernel(call, [count, low_step, high_step](const kernels::Kernel::Buffers& b) -> Status {
            const auto* x = static_cast<const T*>(b.inputs[0]);
            const auto* low = static_cast<const T*>(b.inputs[1]);
            const auto* high = static_cast<const T*>(b.inputs[2]);
            auto* y = static_cast<T*>(b.outputs[0]);
            for (int64_t i = 0; i < count; ++i) {
                const R raised = std::max(static_cast<R>(x[i]), static_cast<R>(low[i * low_step]));
                y[i] = static_cast<T>(std::min(raised, static_cast<R>(high[i * high_step])));
            }
            return {};
        });
    });
    return kernel;
}

/// Bounds are attributes before opset 11, then optional inputs.
Imported import_clip(Importer& graph, const ForeignNode& node) {
    const aclDataType dtype = graph.type(node.input(0)).dtype;
    const auto bound = [&](size_t input, const char* attr, Tensor limit, const char* suffix) {
        if (node.has_input(input)) {
            return node.input(input);
        }
        const auto* value = node.attrs.find_as<float>(attr);
        return graph.add_constant(value == nullptr ? std::move(limit) : scalar_of(dtype, static_cast<double>(*value)),
                                  suffix);
    };
    const ValueRef low = bound(1, "min", lowest_of(dtype), "clip_value_min");
    const ValueRef high = bound(2, "max", highest_of(dtype), "clip_value_max");
    return one(graph.add("ClipByValueV2", {node.input(0), low, high}));
}

OpDef clip(const char* name) {
    return OpDef(name, "x between two bounds.")
        .input("x", kNumbers)
        .input("clip_value_min", kNumbers)
        .input("clip_value_max", kNumbers)
        .output("y", kNumbers)
        .infer(infer)
        .kernel("onednn", make_fast)
        .kernel("reference", make_reference);
}

}  // namespace

OpDef declare_ClipByValue() { return clip("ClipByValue"); }
OpDef declare_ClipByValueV2() {
    return clip("ClipByValueV2").onnx("Clip", import_clip).caffe("Clip", import_caffe_clip);
}

}  // namespace softacl::ops
