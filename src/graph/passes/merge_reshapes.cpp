// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "graph/passes/edit.h"
#include "graph/passes/passes.h"

namespace softacl::graph {
namespace {

bool only_reshapes(const Node& node) {
    static constexpr std::array<const char*, 6> kOps = {"Reshape", "Flatten",   "FlattenV2",
                                                        "Squeeze", "Unsqueeze", "ExpandDims"};
    return std::any_of(kOps.begin(), kOps.end(), [&](const char* op) { return node.op->name() == op; });
}

// The value of Reshape's input `shape` that gives this shape whatever is reshaped; nothing if two dimensions are open.
std::optional<ops::Ints> target(const Shape& shape) {
    ops::Ints dims = shape.dims();
    if (std::count(dims.begin(), dims.end(), -1) > 1 || std::count(dims.begin(), dims.end(), 0) > 0) {
        return std::nullopt;
    }
    return dims;
}

}  // namespace

Result<bool> merge_reshapes(Graph& graph) {
    Edit edit(graph);
    SOFTACL_TRY(edit.sweep([&](size_t position) -> Status {
        const Node& node = edit.node(position);
        const Node* before = only_reshapes(node) ? edit.made_by(node.inputs[0]) : nullptr;
        if (before == nullptr || !only_reshapes(*before)) {
            return {};
        }
        const auto dims = target(edit.type(node.outputs[0]).shape);
        if (!dims) {
            return {};
        }
        const bool alone = edit.has_one_reader(node.inputs[0]);
        const ValueId shape = edit.add_constant(node.name + "_shape", Tensor::list(*dims));
        edit.become(position, "Reshape", {before->inputs[0], shape}, {},
                    alone ? std::vector<const Node*>{before} : std::vector<const Node*>{});
        return {};
    }));
    return edit.changed();
}

}  // namespace softacl::graph
