// SPDX-License-Identifier: Apache-2.0
// The operators that apply one function to each element.
#include "kernels/ref/elementwise.h"

#include "kernels/ref/number.h"
#include "kernels/ref/real.h"
#include "ops/caffe/imports.h"
#include "ops/common/adapt.h"
#include "ops/common/for_elements.h"
#include "ops/common/import_simple.h"
#include "ops/common/infer.h"
#include "ops/common/reference.h"
#include "ops/nn/activation.h"

namespace softacl::ops {
namespace {

namespace ref = kernels::ref;

Result<kernels::KernelPtr> make_fast(const OpCall& call) {
    const auto function = elementwise_of(call);
    if (!function) {
        return fail(ACL_ERROR_FEATURE_UNSUPPORTED, "not with these attributes");
    }
    return make_fast_kernel(call, {0}, [&](const kernels::FastKernels& fast) {
        return fast.elementwise({*function, call.inputs[0]->shape, call.layout(0)});
    });
}

/// The operator's float attributes in the order of their declaration.
ref::Parameters parameters_of(const OpCall& call) {
    ref::Parameters parameters{};
    size_t count = 0;
    for (const AttrDef& attr : call.op->attrs()) {
        parameters.at(count++) = call.attrs.at<float>(attr.name);
    }
    return parameters;
}

enum class Types { kFloats, kNumbers };

/// The layout of the input, unless padding in it would not stay zero.
template <class Function>
kernels::Layout kept_layout(const OpCall& call, const Function& function) {
    const kernels::Layout layout = call.layout(0);
    const Shape& shape = call.inputs[0]->shape;
    const bool padded = !layout.is_plain() && shape[1] % layout.block != 0;
    return padded && function(0) != 0 ? kernels::Layout{} : layout;
}

template <template <class> class Function, Types types>
Result<kernels::KernelPtr> make_reference(const OpCall& call) {
    kernels::KernelPtr kernel;
    const auto make = [&](auto tag) {
        using T = typename decltype(tag)::Type;
        using R = ref::Real<T>;
        const Function<R> function(parameters_of(call));
        const kernels::Layout layout = kept_layout(call, function);
        const auto count = static_cast<int64_t>(kernels::storage_bytes(*call.inputs[0], layout) / sizeof(T));
        kernel = function_kernel(call, [count, function](const kernels::Kernel::Buffers& buffers) -> Status {
            const auto* x = static_cast<const T*>(buffers.inputs[0]);
            auto* y = static_cast<T*>(buffers.outputs[0]);
            for_elements<kernels::kUsual<T>>(
                count, [x, y, function](int64_t i) { y[i] = static_cast<T>(function(static_cast<R>(x[i]))); });
            return {};
        });
        kernel->input_layouts[0] = kernel->output_layouts[0] = layout;
        kernel->reuses_input = 0;
    };
    if constexpr (types == Types::kNumbers) {
        ref::visit_numbers(call.inputs[0]->dtype, make);
    } else {
        ref::visit_floats(call.inputs[0]->dtype, make);
    }
    return kernel;
}

template <template <class> class Function, Types types = Types::kFloats>
OpDef function(const char* name, const char* doc, const char* input = "x", const char* output = "y") {
    constexpr DTypes kTypes = types == Types::kNumbers ? kNumbers : kFloats;
    return OpDef(name, doc)
        .input(input, kTypes)
        .output(output, kTypes)
        .infer(same_as_first)
        .kernel("onednn", make_fast)
        .kernel("reference", make_reference<Function, types>);
}

template <class Real>
struct Relu6 : ref::Clip<Real> {
    explicit Relu6(const ref::Parameters&) : ref::Clip<Real>({0, 6, 0}) {}
};

template <class Real>
struct Selu : ref::Elu<Real> {
    static constexpr float kAlpha = 1.67326319217681884765625F;
    static constexpr float kGamma = 1.05070102214813232421875F;
    explicit Selu(const ref::Parameters&) : ref::Elu<Real>({kAlpha, kGamma, 1}) {}
};

Imported import_elu(Importer& graph, const ForeignNode& node) {
    return import_unary(graph, node, "Elu", {{"alpha", 1.0F, "alpha"}});
}
Imported import_leaky_relu(Importer& graph, const ForeignNode& node) {
    return import_unary(graph, node, "LeakyRelu", {{"alpha", 0.01F, "negative_slope"}});
}
Imported import_hard_sigmoid(Importer& graph, const ForeignNode& node) {
    return import_unary(graph, node, "HardSigmoid", {{"alpha", 0.2F, "alpha"}, {"beta", 0.5F, "beta"}});
}
Imported import_celu(Importer& graph, const ForeignNode& node) {
    return import_unary(graph, node, "CeluV2", {{"alpha", 1.0F, "alpha"}});
}
Imported import_thresholded_relu(Importer& graph, const ForeignNode& node) {
    return import_unary(graph, node, "ThresholdedRelu", {{"alpha", 1.0F, "alpha"}});
}

/// The standard's factors are attributes there and fixed here; a node with others is an Elu.
Imported import_selu(Importer& graph, const ForeignNode& node) {
    // Opset 1 rounds the factors.
    const float alpha = node.attrs.get<float>("alpha", node.version < 6 ? 1.6732F : Selu<float>::kAlpha);
    const float gamma = node.attrs.get<float>("gamma", node.version < 6 ? 1.0507F : Selu<float>::kGamma);
    if (alpha == Selu<float>::kAlpha && gamma == Selu<float>::kGamma) {
        return import_unary(graph, node, "Selu");
    }
    return one(graph.add("Elu", {node.input(0)}, {{"alpha", alpha}, {"scale", gamma}}));
}

Imported import_gelu(Importer& graph, const ForeignNode& node) {
    const auto approximate = node.attrs.get<std::string>("approximate", "none");
    if (approximate != "none") {
        return fail(ACL_ERROR_FEATURE_UNSUPPORTED, "approximate is ", approximate, "; only none is supported");
    }
    return import_unary(graph, node, "Gelu");
}

/// Functions without attributes that have one name in both worlds.
Imported import_same_name(Importer& graph, const ForeignNode& node) {
    return import_unary(graph, node, node.type.c_str());
}

}  // namespace

OpDef declare_Relu() {
    return function<ref::Relu, Types::kNumbers>("Relu", "max(x, 0) of each element.")
        .onnx("Relu", import_same_name)
        .caffe("ReLU", import_caffe_relu);
}
OpDef declare_Relu6() {
    return function<Relu6, Types::kNumbers>("Relu6", "x between 0 and 6.").caffe("ReLU6", import_caffe_relu6);
}
OpDef declare_LeakyRelu() {
    return function<ref::LeakyRelu>("LeakyRelu", "x, or negative_slope * x below 0.")
        .attr("negative_slope", 0.0F)
        .onnx("LeakyRelu", import_leaky_relu);
}
OpDef declare_Elu() {
    return function<ref::Elu>("Elu", "scale * x, or scale * alpha * (exp(input_scale * x) - 1) below 0.")
        .attr("alpha", 1.0F)
        .attr("scale", 1.0F)
        .attr("input_scale", 1.0F)
        .onnx("Elu", import_elu)
        .caffe("ELU", import_caffe_elu);
}
OpDef declare_Selu() {
    return function<Selu>("Selu", "Elu with the two factors that keep mean and variance.").onnx("Selu", import_selu);
}
OpDef declare_CeluV2() {
    return function<ref::Celu>("CeluV2", "x, or alpha * (exp(x / alpha) - 1) below 0.")
        .attr("alpha", 1.0F)
        .onnx("Celu", import_celu);
}
OpDef declare_ThresholdedRelu() {
    return function<ref::ThresholdedRelu>("ThresholdedRelu", "x above alpha, else 0.")
        .attr("alpha", 1.0F)
        .onnx("ThresholdedRelu", import_thresholded_relu);
}
OpDef declare_Sigmoid() {
    return function<ref::Sigmoid>("Sigmoid", "1 / (1 + exp(-x)).")
        .onnx("Sigmoid", import_same_name)
        .caffe("Sigmoid", import_caffe_function);
}
OpDef declare_Tanh() {
    return function<ref::Tanh>("Tanh", "Hyperbolic tangent.")
        .onnx("Tanh", import_same_name)
        .caffe("TanH", import_caffe_function);
}
OpDef declare_HardSigmoid() {
    return function<ref::HardSigmoid>("HardSigmoid", "alpha * x + beta between 0 and 1.", "input_x", "output_y")
        .attr("alpha", 0.16666666F)
        .attr("beta", 0.5F)
        .onnx("HardSigmoid", import_hard_sigmoid);
}
OpDef declare_HardSwish() {
    return function<ref::HardSwish>("HardSwish", "x times (x / 6 + 1/2 between 0 and 1).")
        .onnx("HardSwish", import_same_name);
}
OpDef declare_Swish() {
    return function<ref::Swish>("Swish", "x / (1 + exp(-scale * x)).")
        .attr("scale", 1.0F)
        .caffe("Swish", import_caffe_swish);
}
OpDef declare_Gelu() {
    return function<ref::Gelu>("Gelu", "x times the normal distribution's value at x (with erf).")
        .onnx("Gelu", import_gelu);
}
OpDef declare_Mish() {
    return function<ref::Mish>("Mish", "x * tanh(softplus(x)).")
        .onnx("Mish", import_same_name)
        .caffe("Mish", import_caffe_function);
}
OpDef declare_Softplus() {
    return function<ref::Softplus>("Softplus", "log(1 + exp(x)).")
        .onnx("Softplus", import_same_name)
        .caffe("BNLL", import_caffe_function);
}
OpDef declare_Softsign() {
    return function<ref::Softsign>("Softsign", "x / (1 + abs(x)).").onnx("Softsign", import_same_name);
}

}  // namespace softacl::ops
