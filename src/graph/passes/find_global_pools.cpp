// SPDX-License-Identifier: Apache-2.0
#include <set>

#include "graph/passes/match.h"
#include "graph/passes/passes.h"

namespace softacl::graph {
namespace {

bool takes_all_behind_channels(const Edit& edit, const Node& node) {
    const auto rank = static_cast<int64_t>(edit.type(node.inputs[0]).shape.rank());
    const auto axes = known_ints(edit, node.inputs[1]);
    if (!axes || rank < 4) {
        return false;  // three dimensions are a text more often than a signal, and its mean is of a norm
    }
    std::set<int64_t> from_front;
    for (const int64_t axis : *axes) {
        from_front.insert(axis < 0 ? axis + rank : axis);
    }
    return from_front.count(0) == 0 && from_front.count(1) == 0 && static_cast<int64_t>(from_front.size()) == rank - 2;
}

}  // namespace

Result<bool> find_global_pools(Graph& graph) {
    Edit edit(graph);
    SOFTACL_TRY(edit.sweep([&](size_t position) -> Status {
        const Node& node = edit.node(position);
        if (node.op->name() != "ReduceMean" || !takes_all_behind_channels(edit, node) ||
            !is_floating(edit.type(node.inputs[0]).dtype)) {
            return {};
        }
        const ValueId x = node.inputs[0];
        if (node.attrs.at<bool>("keep_dims")) {
            edit.become(position, "GlobalAveragePool", {x}, {}, {});
            return {};
        }
        const Shape shape = edit.type(node.outputs[0]).shape;
        if (!shape.is_known() || shape.elements() == 0) {
            return {};
        }
        const std::string name = node.name;
        SOFTACL_ASSIGN(const ValueId pool, edit.add_before(position, name + "_pool", "GlobalAveragePool", {x}, {}));
        const ValueId dims = edit.add_constant(name + "_shape", Tensor::list(shape.dims()));
        edit.become(position, "Reshape", {pool, dims}, {}, {});
        return {};
    }));
    return edit.changed();
}

}  // namespace softacl::graph
