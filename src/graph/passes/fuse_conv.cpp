// SPDX-License-Identifier: Apache-2.0
// Convolution, sum and activation become one node.
#include "graph/passes/match.h"
#include "graph/passes/passes.h"
#include "ops/nn/activation.h"

namespace softacl::graph {
namespace {

constexpr const char* kFused = "CpuFusedConv2D";
enum Inputs : size_t { kX, kFilter, kBias, kAddend };

// The convolution that makes the value for one reader, and has no activation yet.
const Node* open_conv(const Edit& edit, ValueId id) {
    const Node* node = edit.made_for_one(id);
    if (node == nullptr) {
        return nullptr;
    }
    const bool open = node->op->name() == "Conv2D" ||
                      (node->op->name() == kFused && node->attrs.at<std::string>("activation").empty());
    return open && edit.type(id).dtype == ACL_FLOAT ? node : nullptr;
}

bool has_addend(const Node& node) {
    return node.op->name() == kFused && node.inputs.size() > kAddend && node.inputs[kAddend] != kNoValue;
}

std::vector<ValueId> fused_inputs(const Node& conv, ValueId addend) {
    std::vector<ValueId> inputs = conv.inputs;
    if (conv.op->name() != kFused) {
        inputs.resize(kAddend, kNoValue);  // the fourth of Conv2D is not used
    }
    inputs.resize(kAddend + 1, kNoValue);
    inputs[kAddend] = addend == kNoValue ? inputs[kAddend] : addend;
    return inputs;
}

Attrs conv_attrs(const Node& conv) {
    return copied(conv.attrs, {"strides", "pads", "dilations", "groups", "data_format"});
}

void fuse_activation(Edit& edit, size_t position) {
    const Node& node = edit.node(position);
    const Node* conv = node.inputs.empty() ? nullptr : open_conv(edit, node.inputs[0]);
    const auto function = conv == nullptr ? std::nullopt : ops::elementwise_of(edit.graph().call(node));
    if (!function || ops::activation_name(function->kind).empty()) {
        return;
    }
    Attrs attrs = conv_attrs(*conv);
    ops::set_activation(attrs, *function);
    edit.become(position, kFused, fused_inputs(*conv, kNoValue), std::move(attrs), {conv});
}

// If both operands come from convolutions, the later one takes the sum: the other operand is there already.
void fuse_sum(Edit& edit, size_t position) {
    const Node& node = edit.node(position);
    if (node.op->name() != "Add" || !edit.type(node.inputs[0]).shape.is_known() ||
        edit.type(node.inputs[0]).shape != edit.type(node.inputs[1]).shape) {
        return;
    }
    const Node* best = nullptr;
    ValueId addend = kNoValue;
    for (const auto& [x, other] : both_orders(node)) {
        const Node* conv = open_conv(edit, x);
        if (conv != nullptr && !has_addend(*conv) && (best == nullptr || edit.position(*conv) > edit.position(*best))) {
            best = conv;
            addend = other;
        }
    }
    if (best != nullptr) {
        edit.become(position, kFused, fused_inputs(*best, addend), conv_attrs(*best), {best});
    }
}

}  // namespace

Result<bool> fuse_conv(Graph& graph) {
    Edit edit(graph);
    SOFTACL_TRY(edit.sweep([&](size_t position) -> Status {
        fuse_sum(edit, position);
        fuse_activation(edit, position);
        return {};
    }));
    return edit.changed();
}

}  // namespace softacl::graph
