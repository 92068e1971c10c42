// SPDX-License-Identifier: Apache-2.0
// LayerNorm, InstanceNorm and GroupNorm: each row of its kind brought to mean 0 and variance 1.
#include "kernels/ref/normalize.h"
#include "ops/common/importing.h"
#include "ops/common/infer.h"
#include "ops/common/reference.h"
#include "ops/common/scalar.h"
#include "ops/common/values.h"

namespace softacl::ops {
namespace {

namespace ref = kernels::ref;

/// Output 0 is like x, the others have one element per row.
void set_outputs(OpCall& call, const Shape& statistics) {
    for (size_t i = 0; i < call.outputs.size(); ++i) {
        call.outputs[i] = *call.inputs[0];
        if (i > 0) {
            call.outputs[i].shape = statistics;
        }
    }
}

Status check_parameters(const OpCall& call, int64_t count, const char* what) {
    for (const size_t i : {size_t{1}, size_t{2}}) {
        SOFTACL_TRY(require_same_dtype(call, 0, i));
        const Shape& shape = call.inputs[i]->shape;
        if (count >= 0 && shape.is_known() && shape.elements() != count) {
            return call.fail("the input ", input_name(call, i), " has the shape ", shape, "; expected ", count,
                             " elements, one for each ", what);
        }
    }
    return {};
}

Result<kernels::KernelPtr> make_kernel(const OpCall& call, const ref::NormGeometry& geometry, float epsilon) {
    kernels::KernelPtr kernel;
    const size_t outputs = call.outputs.size();
    ref::visit_floats(call.inputs[0]->dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        kernel = function_kernel(call, [=](const kernels::Kernel::Buffers& b) -> Status {
            const auto input = [&](size_t i) { return static_cast<const T*>(b.inputs[i]); };
            const auto output = [&](size_t i) { return i < outputs ? static_cast<T*>(b.outputs[i]) : nullptr; };
            ref::normalize(geometry, static_cast<ref::Real<T>>(epsilon), input(0), input(1), input(2), output(0),
                           output(1), output(2));
            return {};
        });
    });
    return kernel;
}

int64_t known_elements(const Shape& shape, size_t first) {
    const Shape rest(Ints(shape.begin() + static_cast<std::ptrdiff_t>(first), shape.end()));
    return rest.is_known() ? rest.elements() : -1;
}

// LayerNorm

Status infer_layer_norm(OpCall& call) {
    const Shape& x = call.inputs[0]->shape;
    SOFTACL_ASSIGN(const size_t first, normal_axis(call, call.attrs.at<int64_t>("begin_norm_axis"), x.rank()));
    SOFTACL_ASSIGN(const size_t params, normal_axis(call, call.attrs.at<int64_t>("begin_params_axis"), x.rank()));
    if (params < first) {
        return call.fail("begin_params_axis is ", params, "; expected at least begin_norm_axis, ", first);
    }
    SOFTACL_TRY(check_parameters(call, known_elements(x, params), "element from begin_params_axis on"));
    Shape statistics = x;
    for (size_t i = first; i < x.rank(); ++i) {
        statistics[i] = 1;
    }
    set_outputs(call, statistics);
    return {};
}

Result<kernels::KernelPtr> make_layer_norm(const OpCall& call) {
    const Shape& x = call.inputs[0]->shape;
    SOFTACL_ASSIGN(const size_t first, normal_axis(call, call.attrs.at<int64_t>("begin_norm_axis"), x.rank()));
    SOFTACL_ASSIGN(const size_t params, normal_axis(call, call.attrs.at<int64_t>("begin_params_axis"), x.rank()));
    ref::NormGeometry geometry;
    geometry.rows = x.elements(0, first);
    geometry.count = x.elements(first, x.rank());
    geometry.params = x.elements(params, x.rank());
    return make_kernel(call, geometry, call.attrs.at<float>("epsilon"));
}

/// A list of `count` equal numbers.
Tensor repeated(aclDataType dtype, double value, Shape shape) {
    Tensor tensor;
    const Tensor one = scalar_of(dtype, value);
    void* data = nullptr;
    tensor = Tensor::zeros({dtype, std::move(shape), ACL_FORMAT_ND}, &data);
    const size_t size = size_of(dtype);
    for (size_t at = 0; at < tensor.bytes(); at += size) {
        std::memcpy(static_cast<char*>(data) + at, one.data(), size);
    }
    return tensor;
}

Imported import_layer_norm(Importer& graph, const ForeignNode& node) {
    const TensorType x = graph.type(node.input(0));
    const Shape scale = graph.type(node.input(1)).shape;
    const auto rank = static_cast<int64_t>(x.shape.rank());
    const auto axis = node.attrs.get<int64_t>("axis", -1);
    if (axis < -rank || axis >= rank) {
        return import_fail("axis is ", axis, "; X has ", rank, " dimensions");
    }
    const Shape normalized(Ints(x.shape.begin() + (axis < 0 ? axis + rank : axis), x.shape.end()));
    if (normalized.is_known() && scale.is_known() && scale.elements() != normalized.elements()) {
        return import_fail("Scale has the shape ", scale, "; only that of the normalized dimensions, ", normalized,
                           ", is supported");
    }
    ValueRef beta = node.input(2);
    if (beta == kNoValue) {
        if (!scale.is_known()) {
            return import_fail("without B the shape of Scale must be known; it is ", scale);
        }
        beta = graph.add_constant(repeated(x.dtype, 0, scale), "beta");
    }
    const float epsilon = node.attrs.get<float>("epsilon", 1e-5F);
    const bool statistics = node.outputs > 1;
    SOFTACL_ASSIGN(auto outputs,
                   graph.add_node("LayerNorm", {node.input(0), node.input(1), beta},
                                  {{"begin_norm_axis", axis}, {"begin_params_axis", axis}, {"epsilon", epsilon}},
                                  statistics ? 3 : 1, ""));
    if (node.outputs > 2) {  // the inverse of the deviation, where ours is the variance
        const ValueRef more = graph.add_constant(scalar_of(x.dtype, static_cast<double>(epsilon)), "epsilon");
        SOFTACL_ASSIGN(const ValueRef sum, graph.add("Add", {outputs[2], more}, {}, "variance"));
        SOFTACL_ASSIGN(outputs[2], graph.add("Rsqrt", {sum}, {}, "inverse_deviation"));
    }
    outputs.resize(std::min(outputs.size(), node.outputs));
    return outputs;
}

// InstanceNorm and GroupNorm: channels are axis 1

Status check_format(const OpCall& call) {
    const Shape& x = call.inputs[0]->shape;
    const auto& format = call.attrs.at<std::string>("data_format");
    if (format != "NCHW" && format != "NCDHW") {
        return call.fail("data_format is ", format, "; only NCHW and NCDHW are supported so far");
    }
    if (x.rank() < 2) {
        return call.fail("the input x has the shape ", x, "; expected at least 2 dimensions");
    }
    return {};
}

Status infer_instance_norm(OpCall& call) {
    SOFTACL_TRY(check_format(call));
    Shape statistics = call.inputs[0]->shape;
    SOFTACL_TRY(check_parameters(call, statistics[1], "channel"));
    for (size_t i = 2; i < statistics.rank(); ++i) {
        statistics[i] = 1;
    }
    set_outputs(call, statistics);
    return {};
}

Result<kernels::KernelPtr> make_instance_norm(const OpCall& call) {
    const Shape& x = call.inputs[0]->shape;
    ref::NormGeometry geometry;
    geometry.rows = x.elements(0, 2);
    geometry.count = geometry.inner = x.elements(2, x.rank());
    geometry.periods = x[1];
    return make_kernel(call, geometry, call.attrs.at<float>("epsilon"));
}

std::string format_of(const Shape& x) { return x.rank() == 5 ? "NCDHW" : "NCHW"; }

Imported import_instance_norm(Importer& graph, const ForeignNode& node) {
    const std::string format = format_of(graph.type(node.input(0)).shape);
    return one(graph.add("InstanceNorm", {node.input(0), node.input(1), node.input(2)},
                         {{"epsilon", node.attrs.get<float>("epsilon", 1e-5F)}, {"data_format", format}}));
}

Status infer_group_norm(OpCall& call) {
    SOFTACL_TRY(check_format(call));
    const Shape& x = call.inputs[0]->shape;
    const auto groups = call.attrs.at<int64_t>("num_groups");
    if (groups < 1 || (x[1] >= 0 && x[1] % groups != 0)) {
        return call.fail("num_groups is ", groups, ", which does not divide the ", x[1], " channels of the input x");
    }
    SOFTACL_TRY(check_parameters(call, x[1], "channel"));
    set_outputs(call, {x[0], groups});
    return {};
}

Result<kernels::KernelPtr> make_group_norm(const OpCall& call) {
    const Shape& x = call.inputs[0]->shape;
    const auto groups = call.attrs.at<int64_t>("num_groups");
    ref::NormGeometry geometry;
    geometry.rows = x[0] * groups;
    geometry.inner = x.elements(2, x.rank());
    geometry.periods = groups;
    geometry.params = x[1] / groups;
    geometry.count = geometry.params * geometry.inner;
    return make_kernel(call, geometry, call.attrs.at<float>("eps"));
}

/// Opset 18 has one parameter per group, ours are per channel; so are those of 21.
Result<ValueRef> per_channel(Importer& graph, ValueRef list, int64_t groups, int64_t channels, const char* suffix) {
    const TensorType type = graph.type(list);
    if (type.shape.is_known() && type.shape.elements() == channels) {
        return list;
    }
    if (channels < 0 || groups < 1 || channels % groups != 0 || type.shape != Shape{groups}) {
        return import_fail("scale or bias has the shape ", type.shape, " for ", channels, " channels in ", groups,
                           " groups");
    }
    const ValueRef column = graph.add_constant(Tensor::list(Ints{groups, 1}), std::string(suffix) + "_column");
    const ValueRef full =
        graph.add_constant(Tensor::list(Ints{groups, channels / groups}), std::string(suffix) + "_full");
    const ValueRef flat = graph.add_constant(Tensor::list(Ints{channels}), std::string(suffix) + "_flat");
    SOFTACL_ASSIGN(const ValueRef matrix, graph.add("Reshape", {list, column}, {}, std::string(suffix) + "_groups"));
    SOFTACL_ASSIGN(const ValueRef wide, graph.add("Expand", {matrix, full}, {}, std::string(suffix) + "_expand"));
    return graph.add("Reshape", {wide, flat}, {}, suffix);
}

Imported import_group_norm(Importer& graph, const ForeignNode& node) {
    const Shape x = graph.type(node.input(0)).shape;
    const auto groups = node.attrs.get<int64_t>("num_groups", 0);
    if (x.rank() < 2) {
        return import_fail("X has the shape ", x, "; expected at least 2 dimensions");
    }
    SOFTACL_ASSIGN(const ValueRef gamma, per_channel(graph, node.input(1), groups, x[1], "gamma"));
    SOFTACL_ASSIGN(const ValueRef beta, per_channel(graph, node.input(2), groups, x[1], "beta"));
    return one(graph.add(
        "GroupNorm", {node.input(0), gamma, beta},
        {{"num_groups", groups}, {"eps", node.attrs.get<float>("epsilon", 1e-5F)}, {"data_format", format_of(x)}}));
}

OpDef norm(const char* name, const char* doc) {
    return OpDef(name, doc)
        .input("x", kFloats)
        .input("gamma", kFloats)
        .input("beta", kFloats)
        .output("y", kFloats)
        .output("mean", kFloats)
        .output("variance", kFloats);
}

}  // namespace

OpDef declare_LayerNorm() {
    return norm("LayerNorm", "The axes from begin_norm_axis on normalised together, then scaled and moved.")
        .attr("begin_norm_axis", int64_t{0})
        .attr("begin_params_axis", int64_t{0})
        .attr("epsilon", 1e-7F)
        .infer(infer_layer_norm)
        .kernel("reference", make_layer_norm)
        .onnx("LayerNormalization", import_layer_norm);
}
OpDef declare_InstanceNorm() {
    return norm("InstanceNorm", "Each channel of each image normalised, then scaled and moved.")
        .attr("data_format", std::string("NDHWC"))
        .attr("epsilon", 1e-6F)
        .infer(infer_instance_norm)
        .kernel("reference", make_instance_norm)
        .onnx("InstanceNormalization", import_instance_norm);
}
OpDef declare_GroupNorm() {
    return norm("GroupNorm", "Groups of channels of each image normalised, then scaled and moved.")
        .required_attr("num_groups", int64_t{0})
        .attr("data_format", std::string("NHWC"))
        .attr("eps", 1e-4F)
        .attr("is_training", true)
        .infer(infer_group_norm)
        .kernel("reference", make_group_norm)
        .onnx("GroupNormalization", import_group_norm);
}

}  // namespace softacl::ops
