// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "graph/passes/match.h"
#include "graph/passes/passes.h"

namespace softacl::graph {
namespace {

// The permutation of a TransposeD, counted from the front.
ops::Ints order_of(const Node& node) {
    ops::Ints order = node.attrs.at<ops::Ints>("perm");
    for (int64_t& axis : order) {
        axis += axis < 0 ? static_cast<int64_t>(order.size()) : 0;
    }
    return order;
}

// `first`, then `second`, as one.
ops::Ints joined(const ops::Ints& first, const ops::Ints& second) {
    ops::Ints order;
    for (const int64_t axis : second) {
        order.push_back(first[static_cast<size_t>(axis)]);
    }
    return order;
}

bool is_identity(const ops::Ints& order) {
    for (size_t i = 0; i < order.size(); ++i) {
        if (order[i] != static_cast<int64_t>(i)) {
            return false;
        }
    }
    return true;
}

// Nodes with one moving operand that do the same to each element, wherever it lies.
bool is_elementwise(const Edit& edit, const Node& node) {
    const Shape& x = edit.type(node.inputs[0]).shape;
    const auto is_number = [&](ValueId id) {
        return id != kNoValue && edit.type(id).shape.elements() == 1 && edit.type(id).shape.rank() <= x.rank();
    };
    return is_unary_elementwise(node) ||
           (is_broadcasting(node) && std::all_of(node.inputs.begin() + 1, node.inputs.end(), is_number));
}

// Finds the transpose above the one at the position, with only elementwise nodes between that nobody else sees; if
// they undo each other, both go, and what lies between works in the order of the tensor above.
bool remove_pair(Edit& edit, size_t position) {
    const Node& last = edit.node(position);
    std::vector<size_t> between;  // upwards
    ValueId value = last.inputs[0];
    const Node* above = edit.made_for_one(value);
    while (above != nullptr && is_elementwise(edit, *above)) {
        between.push_back(edit.position(*above));
        value = above->inputs[0];
        above = edit.made_by(value);
        if (above == nullptr || (above->op->name() != "TransposeD" && !edit.has_one_reader(value))) {
            return false;
        }
    }
    if (between.empty() || above == nullptr || above->op->name() != "TransposeD" ||
        !is_identity(joined(order_of(*above), order_of(last)))) {
        return false;
    }
    const Shape shape = edit.type(above->inputs[0]).shape;
    for (const size_t node : between) {
        if (edit.type(edit.node(node).outputs[0]).shape.rank() != shape.rank()) {
            return false;
        }
    }
    // From above: the first node reads what the transpose reads.
    ValueId input = above->inputs[0];
    for (auto at = between.rbegin(); at != between.rend(); ++at) {
        const ValueId output = edit.node(*at).outputs[0];
        const Shape before = edit.type(output).shape;
        edit.set_shape(output, shape);
        std::vector<ValueId> inputs = edit.node(*at).inputs;
        inputs[0] = input;
        if (!edit.become(*at, edit.node(*at).op->name(), inputs, edit.node(*at).attrs, {})) {
            edit.set_shape(output, before);  // the first one refuses or none
            return false;
        }
        input = output;
    }
    return true;  // `last` now is a transpose of its own shape, see below
}

}  // namespace

Result<bool> merge_transposes(Graph& graph) {
    Edit edit(graph);
    SOFTACL_TRY(edit.sweep([&](size_t position) -> Status {
        const Node& node = edit.node(position);
        if (node.op->name() != "TransposeD") {
            return {};
        }
        if (const Node* before = edit.made_by(node.inputs[0], "TransposeD")) {
            const bool alone = edit.has_one_reader(node.inputs[0]);
            edit.become(position, "TransposeD", {before->inputs[0]},
                        {{"perm", joined(order_of(*before), order_of(node))}},
                        alone ? std::vector<const Node*>{before} : std::vector<const Node*>{});
            return {};
        }
        if (remove_pair(edit, position)) {
            ops::Ints order = order_of(edit.node(position));
            for (size_t i = 0; i < order.size(); ++i) {
                order[i] = static_cast<int64_t>(i);
            }
            edit.become(position, "TransposeD", edit.node(position).inputs, {{"perm", order}}, {});
        }
        return {};
    }));
    return edit.changed();
}

}  // namespace softacl::graph
