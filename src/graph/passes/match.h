// SPDX-License-Identifier: Apache-2.0
// What several passes look for in graphs.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "graph/passes/edit.h"

namespace softacl::graph {

/// The value of a floating constant with one element.
std::optional<double> number(const Edit& edit, ValueId id);

/// Whether a is b but for rounding as people write constants (1.41421).
bool is_about(double a, double b);

/// The numbers by which the channels (along the axis) of a tensor of this shape are scaled or moved by a float32
/// constant that broadcasts to it: one per channel. Nothing if it is no such constant.
std::optional<std::vector<double>> per_channel(const Edit& edit, ValueId id, const Shape& shape, size_t axis);

/// The two operands of a node of a commutative operator, in both orders.
struct Operands {
    ValueId one;
    ValueId other;
};
inline std::vector<Operands> both_orders(const Node& node) {
    return {{node.inputs[0], node.inputs[1]}, {node.inputs[1], node.inputs[0]}};
}

/// Operators that do the same to each element of their one tensor, wherever it lies.
bool is_unary_elementwise(const Node& node);
/// Operators that do the same to the elements of several tensors that lie at one place, once they are broadcast.
bool is_broadcasting(const Node& node);

/// Copies the attributes of these names.
Attrs copied(const Attrs& attrs, std::initializer_list<const char*> names);

/// Known integers of an input.
std::optional<ops::Ints> known_ints(const Edit& edit, ValueId id);

}  // namespace softacl::graph
