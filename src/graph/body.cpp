// SPDX-License-Identifier: Apache-2.0
#include "graph/body.h"

#include <algorithm>

#include "acl/acl_base.h"
#include "graph/passes/passes.h"
#include "graph/specialise.h"

namespace softacl::graph {
namespace {

std::vector<TensorType> types_of(const Graph& graph, const std::vector<ValueId>& ids) {
    std::vector<TensorType> types;
    types.reserve(ids.size());
    for (const ValueId id : ids) {
        types.push_back(graph.value(id).type);
    }
    return types;
}

}  // namespace

Result<Graph> with_inputs(const Graph& body, const std::vector<TensorType>& inputs) {
    if (inputs.size() != body.inputs.size()) {
        return fail(ACL_ERROR_INVALID_PARAM, "the graph '", body.name, "' has ", body.inputs.size(),
                    " inputs; it is given ", inputs.size());
    }
    Graph copy = body;
    bool changed = false;
    for (size_t i = 0; i < inputs.size(); ++i) {
        TensorType& type = copy.value(copy.inputs[i]).type;
        // Known dimensions stay what they are: values may have been computed of them.
        if (type.dtype != inputs[i].dtype || !suits(type.shape, inputs[i].shape)) {
            return fail(ACL_ERROR_INVALID_PARAM, "the graph '", body.name, "' takes ", type.text(), " as input ", i,
                        "; it is given ", inputs[i].text());
        }
        changed = changed || type.shape != inputs[i].shape;
        type.shape = inputs[i].shape;
    }
    if (changed) {
        SOFTACL_TRY(copy.infer_types());
    }
    return copy;
}

// NOLINTNEXTLINE(misc-no-recursion): as deep as graphs are nested, which their readers limit
Status simplify_bodies(Graph& graph) {
    for (Node& node : graph.nodes) {
        if (node.bodies.empty()) {
            continue;
        }
        const std::vector<TensorType> all = types_of(graph, node.inputs);
        for (auto& body : node.bodies) {
            // The condition of If stands before what the bodies read.
            const size_t read = std::min(body->inputs.size(), all.size());
            SOFTACL_ASSIGN(Graph simple,
                           with_inputs(*body, {all.end() - static_cast<std::ptrdiff_t>(read), all.end()}));
            SOFTACL_TRY(run_conversion_passes(simple));
            body = std::make_shared<const Graph>(std::move(simple));
        }
    }
    return {};
}

Result<std::vector<TensorType>> GraphBody::infer(const std::vector<TensorType>& inputs) const {
    if (types_of(*body_, body_->inputs) == inputs) {
        return types_of(*body_, body_->outputs);
    }
    SOFTACL_ASSIGN(const Graph typed, with_inputs(*body_, inputs));
    return types_of(typed, typed.outputs);
}

std::optional<size_t> GraphBody::input_of(size_t output) const {
    const auto at = std::find(body_->inputs.begin(), body_->inputs.end(), body_->outputs[output]);
    return at == body_->inputs.end() ? std::nullopt : std::optional(static_cast<size_t>(at - body_->inputs.begin()));
}

Result<kernels::KernelPtr> GraphBody::compile(const std::vector<TensorType>& /*inputs*/,
                                              const std::vector<bool>& /*wanted*/) const {
    return fail(ACL_ERROR_FEATURE_UNSUPPORTED, "the graph '", body_->name, "' runs in a loaded model only");
}

}  // namespace softacl::graph
