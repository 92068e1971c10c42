// SPDX-License-Identifier: Apache-2.0
// SoftmaxV2, LogSoftmaxV2 and HardMax.
#include "kernels/ref/softmax.h"

#include "kernels/ref/real.h"
#include "ops/caffe/imports.h"
#include "ops/common/adapt.h"
#include "ops/common/axes.h"
#include "ops/common/import_simple.h"
#include "ops/common/infer.h"
#include "ops/common/reference.h"
#include "ops/common/values.h"

namespace softacl::ops {
namespace {

namespace ref = kernels::ref;

bool is_logarithm(const OpCall& call) { return call.op->name() == "LogSoftmaxV2"; }

Result<ref::Middle> middle(const OpCall& call) {
    return middle_of(call, call.attrs.at<Ints>("axes"), call.inputs[0]->shape);
}

Status infer_softmax(OpCall& call) {
    SOFTACL_TRY(middle(call).status());
    call.outputs[0] = *call.inputs[0];
    if (call.attrs.get<bool>("half_to_float", false) && call.inputs[0]->dtype == ACL_FLOAT16) {
        call.outputs[0].dtype = ACL_FLOAT;
    }
    return {};
}

Result<kernels::KernelPtr> make_fast(const OpCall& call) {
    SOFTACL_ASSIGN(const auto axes, normal_axes(call, call.attrs.at<Ints>("axes"), call.inputs[0]->shape.rank()));
    kernels::SoftmaxParams params;
    params.logarithm = is_logarithm(call);
    if (axes.size() == 1) {
        params.shape = call.inputs[0]->shape;
        params.axis = axes[0];
        params.layout = call.layout(0);
    } else {
        SOFTACL_ASSIGN(const ref::Middle m, middle(call));
        params.shape = {m.outer, m.count, m.inner};
        params.axis = 1;
    }
    return make_fast_kernel(call, {0}, [&](const kernels::FastKernels& fast) { return fast.softmax(params); });
}

Result<kernels::KernelPtr> make_reference(const OpCall& call) {
    SOFTACL_ASSIGN(const ref::Middle m, middle(call));
    kernels::KernelPtr kernel;
    const bool logarithm = is_logarithm(call);
    const auto make = [&](auto from, auto to) {
        using T = typename decltype(from)::Type;
        using U = typename decltype(to)::Type;
        kernel = function_kernel(call, [m, logarithm](const kernels::Kernel::Buffers& b) -> Status {
            ref::softmax(m, logarithm, static_cast<const T*>(b.inputs[0]), static_cast<U*>(b.outputs[0]));
            return {};
        });
    };
    ref::visit_floats(call.inputs[0]->dtype, [&](auto tag) {
        if (call.outputs[0].dtype == call.inputs[0]->dtype) {
            make(tag, tag);
        } else {
            make(tag, TypeTag<float>());
        }
    });
    return kernel;
}

/// Before opset 13 the default axis is 1 and all axes from there on are one.
Result<Ints> onnx_axes(Importer& graph, const ForeignNode& node) {
    const bool flattens = node.version < 13;
    const auto axis = node.attrs.get<int64_t>("axis", flattens ? 1 : -1);
    return flattens ? flattened_axes(axis, graph.type(node.input(0)).shape.rank()) : Result<Ints>(Ints{axis});
}

template <bool logarithm>
Imported import_softmax(Importer& graph, const ForeignNode& node) {
    SOFTACL_ASSIGN(Ints axes, onnx_axes(graph, node));
    return one(graph.add(logarithm ? "LogSoftmaxV2" : "SoftmaxV2", {node.input(0)}, {{"axes", axes}}));
}

Status infer_hardmax(OpCall& call) {
    SOFTACL_TRY(normal_axis(call, call.attrs.at<int64_t>("axis"), call.inputs[0]->shape.rank()).status());
    return same_as_first(call);
}

Result<kernels::KernelPtr> make_hardmax(const OpCall& call) {
    SOFTACL_ASSIGN(const ref::Middle m, middle_of(call, Ints{call.attrs.at<int64_t>("axis")}, call.inputs[0]->shape));
    kernels::KernelPtr kernel;
    ref::visit_floats(call.inputs[0]->dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        kernel = function_kernel(call, [m](const kernels::Kernel::Buffers& b) -> Status {
            ref::hardmax(m, static_cast<const T*>(b.inputs[0]), static_cast<T*>(b.outputs[0]));
            return {};
        });
    });
    return kernel;
}

Imported import_hardmax(Importer& graph, const ForeignNode& node) {
    SOFTACL_ASSIGN(const Ints axes, onnx_axes(graph, node));
    const Shape shape = graph.type(node.input(0)).shape;
    if (axes.size() == 1) {
        return one(graph.add("HardMax", {node.input(0)}, {{"axis", axes[0]}}));
    }
    if (!shape.is_known()) {
        return fail(ACL_ERROR_INVALID_PARAM, "axes flattened from axis need known dimensions; the input has ", shape);
    }
    const size_t first = shape.rank() - axes.size();
    const ValueRef flat = graph.add_constant(
        Tensor::list<int64_t>({shape.elements(0, first), shape.elements(first, shape.rank())}), "flat");
    SOFTACL_ASSIGN(const ValueRef matrix, graph.add("Reshape", {node.input(0), flat}, {}, "flatten"));
    SOFTACL_ASSIGN(const ValueRef y, graph.add("HardMax", {matrix}, {{"axis", int64_t{1}}}, "hardmax"));
    const ValueRef full = graph.add_constant(Tensor::list(shape.dims()), "shape");
    return one(graph.add("Reshape", {y, full}));
}

}  // namespace

OpDef declare_SoftmaxV2() {
    return OpDef("SoftmaxV2", "exp(x) divided by its sum over axes.")
        .input("x", kFloats)
        .output("y", kFloats)
        .attr("axes", Ints{-1})
        .attr("half_to_float", false)
        .infer(infer_softmax)
        .kernel("onednn", make_fast)
        .kernel("reference", make_reference)
        .onnx("Softmax", import_softmax<false>)
        .caffe("Softmax", import_caffe_softmax)
        .caffe("SoftmaxWithLoss", import_caffe_softmax);
}
OpDef declare_LogSoftmaxV2() {
    return OpDef("LogSoftmaxV2", "The logarithm of SoftmaxV2.")
        .input("logits", kFloats)
        .output("logsoftmax", kFloats)
        .attr("axes", Ints{-1})
        .infer(infer_softmax)
        .kernel("onednn", make_fast)
        .kernel("reference", make_reference)
        .onnx("LogSoftmax", import_softmax<true>);
}
OpDef declare_HardMax() {
    return OpDef("HardMax", "1 at the first maximum along an axis, else 0.")
        .input("x", kFloats)
        .output("y", kFloats)
        .attr("axis", int64_t{-1})
        .infer(infer_hardmax)
        .kernel("reference", make_hardmax)
        .onnx("Hardmax", import_hardmax);
}

}  // namespace softacl::ops
