// SPDX-License-Identifier: Apache-2.0
#include "graph/passes/affine.h"

#include <algorithm>
#include <cmath>

#include "graph/passes/match.h"

namespace softacl::graph {
namespace {

bool all_are(const std::vector<double>& values, double wanted) {
    return std::all_of(values.begin(), values.end(), [wanted](double value) { return value == wanted; });
}

std::optional<Affine> batch_norm(const Edit& edit, const Node& node) {
    const Shape& x = edit.type(node.inputs[0]).shape;
    const auto channels = static_cast<size_t>(std::max<int64_t>(x[1], 0));
    const auto numbers = [&](size_t input, double fallback) -> std::optional<std::vector<double>> {
        if (input >= node.inputs.size() || node.inputs[input] == kNoValue) {
            return std::vector<double>(channels, fallback);
        }
        const Tensor* tensor = edit.constant(node.inputs[input]);
        if (tensor == nullptr || tensor->dtype() != ACL_FLOAT || static_cast<size_t>(tensor->elements()) != channels) {
            return std::nullopt;
        }
        const auto floats = tensor->to_floats();
        return std::vector<double>(floats.begin(), floats.end());
    };
    const auto mean = numbers(1, 0);
    const auto variance = numbers(2, 1);
    const auto momentum = number(edit, node.inputs[3]);
    auto scale = numbers(4, 1);
    auto offset = numbers(5, 0);
    if (channels == 0 || !mean || !variance || !momentum || !scale || !offset) {
        return std::nullopt;
    }
    const double factor = *momentum == 0 ? 0 : 1 / *momentum;  // the statistics are sums over so many batches
    const auto epsilon = static_cast<double>(node.attrs.at<float>("epsilon"));
    for (size_t c = 0; c < channels; ++c) {
        (*scale)[c] /= std::sqrt((*variance)[c] * factor + epsilon);
        (*offset)[c] -= (*mean)[c] * factor * (*scale)[c];
    }
    return Affine{node.inputs[0], std::move(*scale), std::move(*offset)};
}

// The same for all channels.
std::optional<Affine> by_attribute(const Edit& edit, const Node& node, size_t axis) {
    const int64_t channels = edit.type(node.inputs[0]).shape[axis];
    const float* value = node.attrs.find_as<float>("value");
    if (channels < 1 || value == nullptr) {
        return std::nullopt;
    }
    const std::vector<double> values(static_cast<size_t>(channels), static_cast<double>(*value));
    const std::vector<double> neutral(values.size(), node.op->name() == "Muls" ? 0 : 1);
    return node.op->name() == "Muls" ? Affine{node.inputs[0], values, neutral}
                                     : Affine{node.inputs[0], neutral, values};
}

std::optional<Affine> by_operand(const Edit& edit, const Node& node, size_t axis) {
    const std::string& op = node.op->name();
    const Shape& shape = edit.type(node.outputs[0]).shape;
    for (const auto& [x, constant] : both_orders(node)) {
        const bool swapped = x != node.inputs[0];
        auto values = edit.constant(x) == nullptr ? per_channel(edit, constant, shape, axis) : std::nullopt;
        if (!values || edit.type(x).shape != shape || (swapped && op == "RealDiv")) {
            continue;
        }
        const size_t channels = values->size();
        if (op == "Mul" || op == "RealDiv") {
            for (double& value : *values) {
                value = op == "Mul" ? value : 1 / value;
            }
            return Affine{x, std::move(*values), std::vector<double>(channels, 0)};
        }
        for (double& value : *values) {
            value = op == "Sub" && !swapped ? -value : value;
        }
        return Affine{x, std::vector<double>(channels, op == "Sub" && swapped ? -1 : 1), std::move(*values)};
    }
    return std::nullopt;
}

}  // namespace

bool Affine::only_moves() const { return all_are(scale, 1); }
bool Affine::only_scales() const { return all_are(offset, 0); }
bool Affine::is_finite() const {
    const auto finite = [](double value) { return std::fabs(value) < 1e30; };
    return std::all_of(scale.begin(), scale.end(), finite) && std::all_of(offset.begin(), offset.end(), finite);
}

std::optional<Affine> affine_of(const Edit& edit, const Node& node, size_t axis) {
    const std::string& op = node.op->name();
    if (node.inputs.empty() || node.inputs[0] == kNoValue || node.outputs.size() != 1 ||
        edit.type(node.outputs[0]).dtype != ACL_FLOAT || edit.type(node.outputs[0]).shape.rank() <= axis) {
        return std::nullopt;
    }
    std::optional<Affine> affine;
    if (op == "BNInference") {
        affine = axis == 1 ? batch_norm(edit, node) : std::nullopt;
    } else if (op == "Muls" || op == "Adds") {
        affine = by_attribute(edit, node, axis);
    } else if (op == "Add" || op == "Sub" || op == "Mul" || op == "RealDiv") {
        affine = by_operand(edit, node, axis);
    }
    return affine && affine->is_finite() ? affine : std::nullopt;
}

}  // namespace softacl::graph
