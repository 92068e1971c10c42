// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "graph/evaluate.h"
#include "graph/passes/edit.h"
#include "graph/passes/passes.h"

namespace softacl::graph {
namespace {

// Shape, Size and Rank need no more of their input than its type.
std::optional<Tensor> evaluate_shape(const ops::OpCall& call) {
    const std::string& op = call.op->name();
    if ((op != "Shape" && op != "Size" && op != "Rank") || !call.inputs[0]->shape.is_known()) {
        return std::nullopt;
    }
    const Shape& x = call.inputs[0]->shape;
    const ops::Ints numbers = op == "Shape"  ? x.dims()
                              : op == "Size" ? ops::Ints{x.elements()}
                                             : ops::Ints{static_cast<int64_t>(x.rank())};
    const TensorType& type = call.outputs[0];
    if (type.shape.elements() != static_cast<int64_t>(numbers.size())) {
        return std::nullopt;
    }
    void* data = nullptr;
    Tensor tensor = Tensor::zeros(type, &data);
    for (size_t i = 0; i < numbers.size(); ++i) {
        if (type.dtype == ACL_INT64) {
            static_cast<int64_t*>(data)[i] = numbers[i];
        } else if (type.dtype == ACL_INT32) {
            static_cast<int32_t*>(data)[i] = static_cast<int32_t>(numbers[i]);
        } else {
            return std::nullopt;
        }
    }
    return tensor;
}

// Values that became known may tell dimensions that were not.
void find_unknown_shapes(Graph& graph) {
    for (const Node& node : graph.nodes) {
        const auto is_known = [&](ValueId id) { return graph.value(id).type.shape.is_known(); };
        if (std::all_of(node.outputs.begin(), node.outputs.end(), is_known)) {
            continue;
        }
        ops::OpCall call = graph.call(node);
        if (!node.op->complete(call).ok()) {
            continue;  // the model fails here if it ever runs
        }
        for (size_t i = 0; i < node.outputs.size(); ++i) {
            graph.value(node.outputs[i]).type.shape = call.outputs[i].shape;
        }
    }
}

}  // namespace

Result<bool> fold_constants(Graph& graph) {
    Edit edit(graph);
    SOFTACL_TRY(edit.sweep([&](size_t position) -> Status {
        const Node& node = edit.node(position);
        for (const ValueId id : node.outputs) {
            if (edit.is_output(id)) {
                return {};  // some node has to make it when the model runs
            }
        }
        const ops::OpCall call = graph.call(node);
        if (auto value = evaluate_shape(call)) {
            edit.fold(position, {std::move(*value)});
        } else if (node.op->name() == "Const" || is_worth_evaluating(call)) {
            // What fails now, such as an index out of range, fails when the model runs.
            if (const auto values = evaluate(call); values.ok()) {
                edit.fold(position, *values);
            }
        }
        return {};
    }));
    if (edit.changed()) {
        find_unknown_shapes(graph);
    }
    return edit.changed();
}

}  // namespace softacl::graph
