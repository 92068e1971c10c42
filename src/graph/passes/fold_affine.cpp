// SPDX-License-Identifier: Apache-2.0
// Factors and summands of channels go into the weights of the convolution or matrix product beside them. All arithmetic
// is done in double and rounded once.
#include <algorithm>

#include "graph/passes/affine.h"
#include "graph/passes/match.h"
#include "graph/passes/passes.h"

namespace softacl::graph {
namespace {

enum class Kind { kConv, kTransposedConv, kProduct, kGemm };

// Where a node has its tensors.
struct Layer {
    Kind kind;
    size_t x;
    size_t weights;
    size_t bias;
};

std::optional<Layer> layer_of(const Node& node) {
    const std::string& op = node.op->name();
    if (op == "Conv2D" || op == "Conv3D") {
        return Layer{Kind::kConv, 0, 1, 2};
    }
    if (op == "Conv2DTranspose" || op == "Conv3DTranspose") {
        return Layer{Kind::kTransposedConv, 1, 2, 3};
    }
    if (op == "MatMulV2" || op == "BatchMatMulV2") {
        return Layer{Kind::kProduct, 0, 1, 2};
    }
    return op == "GEMM" ? std::optional(Layer{Kind::kGemm, 0, 1, 2}) : std::nullopt;
}

bool is_conv(const Layer& layer) { return layer.kind == Kind::kConv || layer.kind == Kind::kTransposedConv; }

// Multiplies each weight by what `factor` says for its position.
template <class Factor>
Tensor scaled(const Tensor& weights, Factor factor) {
    void* data = nullptr;
    Tensor result = Tensor::zeros(weights.type(), &data);
    const auto* from = weights.data_as<float>();
    auto* to = static_cast<float*>(data);
    for (int64_t i = 0; i < weights.elements(); ++i) {
        to[i] = static_cast<float>(static_cast<double>(from[i]) * factor(i));
    }
    return result;
}

Tensor scaled_outputs(const Node& node, const Layer& layer, const Tensor& weights, const std::vector<double>& scale) {
    const Shape& shape = weights.shape();
    const auto by = [&scale](int64_t channel) { return scale[static_cast<size_t>(channel)]; };
    switch (layer.kind) {
        case Kind::kConv: {
            const int64_t size = shape.elements(1, shape.rank());
            return scaled(weights, [=](int64_t i) { return by(i / size); });
        }
        case Kind::kTransposedConv: {  // [C, O / groups, ...]
            const int64_t inputs_of_group = shape[0] / node.attrs.at<int64_t>("groups");
            const int64_t outputs_of_group = shape[1];
            const int64_t taps = shape.elements(2, shape.rank());
            return scaled(weights, [=](int64_t i) {
                const int64_t group = i / (taps * outputs_of_group) / inputs_of_group;
                return by(group * outputs_of_group + i / taps % outputs_of_group);
            });
        }
        default: break;
    }
    bool transposed = false;
    for (const char* attr : {"transpose_b", "transpose_x2", "adj_x2"}) {
        transposed = transposed || node.attrs.get<bool>(attr, false);
    }
    const int64_t columns = shape[1];
    return transposed ? scaled(weights, [=](int64_t i) { return by(i / columns); })
                      : scaled(weights, [=](int64_t i) { return by(i % columns); });
}

// The summand of each output channel; nothing if it is not known.
std::optional<std::vector<double>> known_bias(const Edit& edit, const Node& node, const Layer& layer, size_t channels) {
    if (layer.bias >= node.inputs.size() || node.inputs[layer.bias] == kNoValue) {
        return std::vector<double>(channels, 0);
    }
    const Tensor* bias = edit.constant(node.inputs[layer.bias]);
    if (bias == nullptr || bias->dtype() != ACL_FLOAT) {
        return std::nullopt;
    }
    const Shape& output = edit.type(node.outputs[0]).shape;
    if (!is_conv(layer)) {
        return per_channel(edit, node.inputs[layer.bias], output, output.rank() - 1);
    }
    const auto values = bias->to_floats();
    return values.size() == channels ? std::optional(std::vector<double>(values.begin(), values.end())) : std::nullopt;
}

Tensor to_tensor(const std::vector<double>& values) {
    std::vector<float> floats;
    std::transform(values.begin(), values.end(), std::back_inserter(floats),
                   [](double value) { return static_cast<float>(value); });
    return Tensor::list(floats);
}

// How much of the bias input is added: GEMM has a factor for it, which must be known. 0: none.
double bias_factor(const Edit& edit, const Node& node, const Layer& layer) {
    return layer.kind == Kind::kGemm ? number(edit, node.inputs[4]).value_or(0) : 1;
}

struct Weights {
    const Tensor* tensor = nullptr;
    std::vector<double> bias;
    double factor = 1;
};

std::optional<Weights> weights_of(const Edit& edit, const Node& node, const Layer& layer) {
    Weights weights;
    const Shape& output = edit.type(node.outputs[0]).shape;
    weights.tensor = edit.constant(node.inputs[layer.weights]);
    if (weights.tensor == nullptr || weights.tensor->dtype() != ACL_FLOAT || output.rank() < 2 ||
        (!is_conv(layer) && weights.tensor->shape().rank() != 2)) {
        return std::nullopt;
    }
    const int64_t channels = output[is_conv(layer) ? 1 : output.rank() - 1];
    auto bias = channels < 1 ? std::nullopt : known_bias(edit, node, layer, static_cast<size_t>(channels));
    weights.factor = bias_factor(edit, node, layer);
    if (!bias || weights.factor == 0) {
        return std::nullopt;
    }
    weights.bias = std::move(*bias);
    return weights;
}

// The node at the position works on what only `before` makes: `before` does its work with other weights.
void fold_behind(Edit& edit, size_t position, const Affine& affine, const Node& before, const Layer& layer) {
    auto weights = weights_of(edit, before, layer);
    if (!weights) {
        return;
    }
    std::vector<ValueId> inputs = before.inputs;
    inputs.resize(std::max(inputs.size(), layer.bias + 1), kNoValue);
    if (!affine.only_moves()) {
        inputs[layer.weights] = edit.add_constant(edit.graph().value(inputs[layer.weights]).name,
                                                  scaled_outputs(before, layer, *weights->tensor, affine.scale));
    }
    for (size_t c = 0; c < weights->bias.size(); ++c) {
        weights->bias[c] = weights->bias[c] * affine.scale[c] + affine.offset[c] / weights->factor;
    }
    if (inputs[layer.bias] != kNoValue || !affine.only_scales()) {
        inputs[layer.bias] = edit.add_constant(edit.node(position).name + "_bias", to_tensor(weights->bias));
    }
    edit.become(position, before.op->name(), std::move(inputs), before.attrs, {&before});
}

bool pads_nothing(const Node& node) {
    const auto& pads = node.attrs.at<ops::Ints>("pads");
    return std::all_of(pads.begin(), pads.end(), [](int64_t pad) { return pad == 0; });
}

// The convolution at the position reads what only `before` makes, which scales and moves the channels. Padding would
// have to be moved, too, so it goes with factors only.
void fold_ahead(Edit& edit, size_t position, const Affine& affine, const Node& before) {
    const Node& node = edit.node(position);
    const Layer layer = *layer_of(node);
    auto weights = weights_of(edit, node, layer);
    if (!weights || (!affine.only_scales() && !pads_nothing(node))) {
        return;
    }
    const Shape& shape = weights->tensor->shape();
    const int64_t outputs_of_group = shape[0] / node.attrs.at<int64_t>("groups");
    const int64_t taps = shape.elements(2, shape.rank());
    const auto channel = [=, inputs_of_group = shape[1]](int64_t i) {
        const int64_t group = i / (taps * inputs_of_group) / outputs_of_group;
        return static_cast<size_t>(group * inputs_of_group + i / taps % inputs_of_group);
    };
    const auto* filter = weights->tensor->data_as<float>();
    for (int64_t i = 0; i < weights->tensor->elements(); ++i) {
        const auto output = static_cast<size_t>(i / (taps * shape[1]));
        weights->bias[output] += static_cast<double>(filter[i]) * affine.offset[channel(i)];
    }
    std::vector<ValueId> inputs = node.inputs;
    inputs.resize(std::max(inputs.size(), layer.bias + 1), kNoValue);
    inputs[layer.x] = affine.x;
    if (!affine.only_moves()) {
        inputs[layer.weights] =
            edit.add_constant(edit.graph().value(inputs[layer.weights]).name,
                              scaled(*weights->tensor, [&](int64_t i) { return affine.scale[channel(i)]; }));
    }
    if (!affine.only_scales()) {
        inputs[layer.bias] = edit.add_constant(node.name + "_bias", to_tensor(weights->bias));
    }
    edit.become(position, node.op->name(), std::move(inputs), node.attrs, {&before});
}

}  // namespace

Result<bool> fold_affine(Graph& graph) {
    Edit edit(graph);
    SOFTACL_TRY(edit.sweep([&](size_t position) -> Status {
        const Node& node = edit.node(position);
        const auto layer = layer_of(node);
        if (layer && layer->kind == Kind::kConv) {
            const Node* before = edit.made_for_one(node.inputs[layer->x]);
            const auto affine = before == nullptr ? std::nullopt : affine_of(edit, *before, 1);
            if (affine) {
                fold_ahead(edit, position, *affine, *before);
            }
            return {};
        }
        for (const ValueId x : node.inputs) {
            const Node* before = edit.made_for_one(x);
            const auto layer_before = before == nullptr ? std::nullopt : layer_of(*before);
            if (!layer_before) {
                continue;
            }
            const size_t axis = is_conv(*layer_before) ? 1 : edit.type(x).shape.rank() - 1;
            const auto affine = affine_of(edit, node, axis);
            if (affine && affine->x == x) {
                fold_behind(edit, position, *affine, *before, *layer_before);
                return {};
            }
        }
        return {};
    }));
    return edit.changed();
}

}  // namespace softacl::graph
