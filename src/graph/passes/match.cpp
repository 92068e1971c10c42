// SPDX-License-Identifier: Apache-2.0
#include "graph/passes/match.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace softacl::graph {

std::optional<double> number(const Edit& edit, ValueId id) {
    const Tensor* tensor = edit.constant(id);
    if (tensor == nullptr || tensor->elements() != 1 || !is_floating(tensor->dtype())) {
        return std::nullopt;
    }
    return tensor->dtype() == ACL_DOUBLE ? *tensor->data_as<double>() : static_cast<double>(tensor->to_floats()[0]);
}

bool is_about(double a, double b) { return std::fabs(a - b) <= 1e-4 * std::fabs(b); }

std::optional<std::vector<double>> per_channel(const Edit& edit, ValueId id, const Shape& shape, size_t axis) {
    const Tensor* tensor = edit.constant(id);
    if (tensor == nullptr || tensor->dtype() != ACL_FLOAT || tensor->shape().rank() > shape.rank() || shape[axis] < 1) {
        return std::nullopt;
    }
    const size_t missing = shape.rank() - tensor->shape().rank();
    for (size_t i = 0; i < tensor->shape().rank(); ++i) {
        const int64_t dim = tensor->shape()[i];
        if (dim != 1 && (missing + i != axis || dim != shape[axis])) {
            return std::nullopt;
        }
    }
    const std::vector<float> values = tensor->to_floats();
    if (values.size() == 1) {
        return std::vector<double>(static_cast<size_t>(shape[axis]), static_cast<double>(values[0]));
    }
    return std::vector<double>(values.begin(), values.end());
}

Attrs copied(const Attrs& attrs, std::initializer_list<const char*> names) {
    Attrs copy;
    for (const char* name : names) {
        if (const ops::Attr* value = attrs.find(name)) {
            copy.set(name, *value);
        }
    }
    return copy;
}

std::optional<ops::Ints> known_ints(const Edit& edit, ValueId id) {
    const Tensor* tensor = edit.constant(id);
    return tensor == nullptr || !is_integer(tensor->dtype()) ? std::nullopt : std::optional(tensor->to_ints());
}

namespace {

template <size_t kCount>
bool is_one_of(const Node& node, const std::array<const char*, kCount>& names) {
    return std::any_of(names.begin(), names.end(), [&](const char* name) { return node.op->name() == name; });
}

}  // namespace

bool is_unary_elementwise(const Node& node) {
    static constexpr std::array<const char*, 28> kNames = {
        "Relu",  "Relu6",     "LeakyRelu", "Sigmoid", "Tanh",        "Elu",      "Selu",
        "Swish", "HardSwish", "Gelu",      "Mish",    "HardSigmoid", "Softplus", "Softsign",
        "Abs",   "Neg",       "Exp",       "Log",     "Sqrt",        "Rsqrt",    "Square",
        "Erf",   "Cast",      "Muls",      "Adds",    "Identity",    "Floor",    "Reciprocal"};
    return is_one_of(node, kNames);
}

bool is_broadcasting(const Node& node) {
    static constexpr std::array<const char*, 10> kNames = {
        "Add", "Sub", "Mul", "RealDiv", "Maximum", "Minimum", "Pow", "AddN", "SquaredDifference", "ClipByValueV2"};
    return is_one_of(node, kNames);
}

}  // namespace softacl::graph
