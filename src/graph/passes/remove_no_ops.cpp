// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <unordered_map>

#include "graph/passes/edit.h"
#include "graph/passes/passes.h"

namespace softacl::graph {
namespace {

using Condition = bool (*)(const Edit& edit, const Node& node);

bool always(const Edit& /*edit*/, const Node& /*node*/) { return true; }

bool has_one_input(const Edit& /*edit*/, const Node& node) { return node.inputs.size() == 1; }

bool all_ints(const Edit& edit, ValueId id, bool (*wanted)(int64_t)) {
    const Tensor* tensor = edit.constant(id);
    if (tensor == nullptr || !is_integer(tensor->dtype())) {
        return false;
    }
    const auto numbers = tensor->to_ints();
    return std::all_of(numbers.begin(), numbers.end(), wanted);
}

bool pads_nothing(const Edit& edit, const Node& node) {
    return all_ints(edit, node.inputs[1], [](int64_t pad) { return pad == 0; });
}

bool keeps_order(const Edit& edit, const Node& node) {
    ops::Ints order;
    for (const char* attr : {"perm", "order"}) {
        order = node.attrs.get<ops::Ints>(attr, order);
    }
    if (node.inputs.size() > 1) {
        const Tensor* tensor = edit.constant(node.inputs[1]);
        order = tensor == nullptr ? ops::Ints{-1} : tensor->to_ints();
    }
    for (size_t i = 0; i < order.size(); ++i) {
        if (order[i] != static_cast<int64_t>(i)) {
            return false;
        }
    }
    return true;
}

// A slice that is as large as the tensor is the tensor, unless it runs backwards.
bool steps_forward(const Edit& edit, const Node& node) {
    const size_t strides = node.op->name() == "StridedSlice" ? 3 : 4;
    return strides >= node.inputs.size() || node.inputs[strides] == kNoValue ||
           all_ints(edit, node.inputs[strides], [](int64_t stride) { return stride > 0; });
}

// The other operand is a constant whose elements are all 0 or all 1. Operators that know order have it second.
bool is_neutral(const Edit& edit, ValueId id, float wanted) {
    const Tensor* tensor = edit.constant(id);
    if (tensor == nullptr || !is_floating(tensor->dtype())) {
        return false;
    }
    const auto values = tensor->to_floats();
    return std::all_of(values.begin(), values.end(), [wanted](float value) { return value == wanted; });
}
template <size_t other, int wanted>
bool has_neutral(const Edit& edit, const Node& node) {
    return is_neutral(edit, node.inputs[other], static_cast<float>(wanted));
}

struct Rule {
    size_t input = 0;
    bool known_shape = true;  ///< same shape may mean same elements only if no dimension is unknown
    Condition condition = always;
};

// Operators whose output is the input when both have the same type and the condition holds.
using Rules = std::unordered_multimap<std::string, Rule>;
const Rules& all_rules() {
    static const auto& rules = *new Rules{
        {"Identity", {0, false, always}},
        {"Cast", {0, false, always}},
        {"CastLike", {0, false, always}},
        {"AddN", {0, false, has_one_input}},
        {"ConcatD", {0, false, has_one_input}},
        {"TransposeD", {0, false, keeps_order}},
        {"Transpose", {0, false, keeps_order}},
        {"Permute", {0, false, keeps_order}},
        {"Pad", {0, false, pads_nothing}},
        {"PadV2", {0, false, pads_nothing}},
        {"PadV3", {0, false, pads_nothing}},
        {"MirrorPad", {0, false, pads_nothing}},
        {"Reshape", {}},
        {"Flatten", {}},
        {"FlattenV2", {}},
        {"Squeeze", {}},
        {"Unsqueeze", {}},
        {"ExpandDims", {}},
        {"Expand", {}},
        {"BroadcastTo", {}},
        {"Tile", {}},
        {"Slice", {}},
        {"StridedSlice", {0, true, steps_forward}},
        {"StridedSliceV2", {0, true, steps_forward}},
        {"SplitV", {}},
        {"Split", {1, true, always}},
        {"Add", {0, true, has_neutral<1, 0>}},
        {"Add", {1, true, has_neutral<0, 0>}},
        {"Sub", {0, true, has_neutral<1, 0>}},
        {"Mul", {0, true, has_neutral<1, 1>}},
        {"Mul", {1, true, has_neutral<0, 1>}},
        {"RealDiv", {0, true, has_neutral<1, 1>}},
    };
    return rules;
}

// The input that the node's output is, or kNoValue.
ValueId unchanged_input(const Edit& edit, const Node& node) {
    const auto [begin, end] = all_rules().equal_range(node.op->name());
    for (auto at = begin; at != end && node.outputs.size() == 1; ++at) {
        const Rule& rule = at->second;
        if (rule.input >= node.inputs.size()) {
            continue;
        }
        const ValueId x = node.inputs[rule.input];
        const TensorType& from = edit.type(x);
        const TensorType& to = edit.type(node.outputs[0]);
        if (from.dtype == to.dtype && from.shape == to.shape && (!rule.known_shape || from.shape.is_known()) &&
            rule.condition(edit, node)) {
            return x;
        }
    }
    return kNoValue;
}

}  // namespace

Result<bool> remove_no_ops(Graph& graph) {
    Edit edit(graph);
    SOFTACL_TRY(edit.sweep([&](size_t position) -> Status {
        const Node& node = edit.node(position);
        if (const ValueId x = unchanged_input(edit, node); x != kNoValue) {
            edit.bypass(position, node.outputs[0], x);
        }
        return {};
    }));
    return edit.changed();
}

}  // namespace softacl::graph
