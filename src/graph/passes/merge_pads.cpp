// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "graph/passes/match.h"
#include "graph/passes/passes.h"

namespace softacl::graph {
namespace {

// Zeros that a node puts around the spatial dimensions: begin and end of each. Nothing if it does something else.
std::optional<ops::Ints> zeros_around(const Edit& edit, const Node& node) {
    const std::string& op = node.op->name();
    const size_t rank = edit.type(node.inputs[0]).shape.rank();
    if ((op != "Pad" && op != "PadV2" && op != "PadV3") ||
        node.attrs.get<std::string>("mode", "constant") != "constant") {
        return std::nullopt;
    }
    if (node.inputs.size() > 2 && node.inputs[2] != kNoValue && number(edit, node.inputs[2]) != 0.0) {
        return std::nullopt;
    }
    const auto values = known_ints(edit, node.inputs[1]);
    if (!values || values->size() != 2 * rank || rank < 3) {
        return std::nullopt;
    }
    ops::Ints pads;
    const bool pairs = node.attrs.get<bool>("paddings_contiguous", true);
    for (size_t i = 0; i < rank; ++i) {
        const int64_t before = (*values)[pairs ? 2 * i : i];
        const int64_t after = (*values)[pairs ? 2 * i + 1 : rank + i];
        if (before < 0 || after < 0 || (i < 2 && before + after != 0)) {
            return std::nullopt;
        }
        if (i >= 2) {
            pads.insert(pads.end(), {before, after});
        }
    }
    return pads;
}

}  // namespace

Result<bool> merge_pads(Graph& graph) {
    Edit edit(graph);
    SOFTACL_TRY(edit.sweep([&](size_t position) -> Status {
        const Node& node = edit.node(position);
        if (node.op->name() != "Conv2D" && node.op->name() != "Conv3D") {
            return {};
        }
        const Node* before = edit.made_for_one(node.inputs[0]);
        const auto zeros = before == nullptr ? std::nullopt : zeros_around(edit, *before);
        ops::Ints pads = node.attrs.at<ops::Ints>("pads");
        if (!zeros || zeros->size() != pads.size()) {
            return {};
        }
        std::transform(pads.begin(), pads.end(), zeros->begin(), pads.begin(), std::plus<>());
        Attrs attrs = node.attrs;
        attrs.set("pads", std::move(pads));
        std::vector<ValueId> inputs = node.inputs;
        inputs[0] = before->inputs[0];
        edit.become(position, node.op->name(), std::move(inputs), std::move(attrs), {before});
        return {};
    }));
    return edit.changed();
}

}  // namespace softacl::graph
