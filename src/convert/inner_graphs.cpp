// SPDX-License-Identifier: Apache-2.0
#include "convert/inner_graphs.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "ops/common/importing.h"

namespace softacl::convert {
namespace {

using ops::ValueRef;
using InnerGraph = NodeImporter::InnerGraph;

/// A graph whose first inputs are like these values. Nothing if an output is broken.
Result<std::optional<InnerGraph>> build(NodeImporter& importer, const std::string& name,
                                        const std::vector<ValueRef>& like, const MakeOutputs& make) {
    std::vector<graph::Value> inputs;
    for (const ValueRef value : like) {
        if (importer.sequences().find(value) != nullptr) {
            return ops::import_fail(
                "its state has a sequence, but how often it runs is known only when the model runs");
        }
        inputs.push_back({importer.graph().value(value).name, importer.graph().value(value).type, std::nullopt});
    }
    importer.begin_graph(name);
    std::vector<ValueRef> inner;
    inner.reserve(inputs.size());
    for (graph::Value& input : inputs) {
        inner.push_back(importer.graph().add_input(std::move(input.name), std::move(input.type)));
    }
    const auto outputs = make(inner);
    const bool good =
        outputs.ok() && std::all_of(outputs->begin(), outputs->end(), [](ValueRef value) { return value >= 0; });
    if (good) {
        return std::optional(importer.end_graph(*outputs));
    }
    importer.abandon_graph();
    SOFTACL_TRY(outputs.status());
    for (size_t i = 0; i < outputs->size(); ++i) {
        if (importer.sequences().find((*outputs)[i]) != nullptr) {
            return ops::import_fail("its output ", i,
                                    " is a sequence, but what it has is known only when the model runs");
        }
    }
    return std::optional<InnerGraph>();
}

/// Gives each graph, behind its first `fixed` inputs, the captured inputs of the other, so that both read the same.
/// Returns the values of `outer` that these are.
std::vector<ValueRef> unite_inputs(const graph::Graph& outer, InnerGraph& first, InnerGraph& second, size_t fixed) {
    std::vector<ValueRef> all = first.captured;
    std::copy_if(second.captured.begin(), second.captured.end(), std::back_inserter(all),
                 [&](ValueRef value) { return std::find(all.begin(), all.end(), value) == all.end(); });
    for (InnerGraph* inner : {&first, &second}) {
        std::vector<ValueRef> inputs(inner->graph.inputs.begin(),
                                     inner->graph.inputs.begin() + static_cast<std::ptrdiff_t>(fixed));
        for (const ValueRef value : all) {
            const auto at = std::find(inner->captured.begin(), inner->captured.end(), value);
            if (at != inner->captured.end()) {
                inputs.push_back(inner->graph.inputs[fixed + static_cast<size_t>(at - inner->captured.begin())]);
            } else {
                const graph::Value& source = outer.value(value);
                inputs.push_back(inner->graph.add_value({source.name, source.type, std::nullopt}));
            }
        }
        inner->graph.inputs = std::move(inputs);
    }
    return all;
}

Result<std::vector<ValueRef>> add_node(NodeImporter& importer, const char* op, const std::string& name,
                                       std::vector<ValueRef> inputs, size_t outputs, InnerGraph first,
                                       InnerGraph second) {
    std::vector<std::shared_ptr<const graph::Graph>> bodies;
    for (InnerGraph* inner : {&first, &second}) {
        inner->graph.compact();
        bodies.push_back(std::make_shared<const graph::Graph>(std::move(inner->graph)));
    }
    importer.importer().begin(name);
    return importer.importer().add_runner(op, std::move(inputs), outputs, std::move(bodies));
}

}  // namespace

Result<std::vector<ValueRef>> add_if(NodeImporter& importer, const std::string& name, ValueRef condition,
                                     size_t outputs, const MakeOutputs& then_branch, const MakeOutputs& else_branch) {
    SOFTACL_ASSIGN(auto first, build(importer, name + "_then_branch", {}, then_branch));
    SOFTACL_ASSIGN(auto second, build(importer, name + "_else_branch", {}, else_branch));
    if (!first || !second) {
        return std::vector<ValueRef>(outputs, kBroken);
    }
    std::vector<ValueRef> inputs = unite_inputs(importer.graph(), *first, *second, 0);
    inputs.insert(inputs.begin(), condition);
    return add_node(importer, "If", name, std::move(inputs), outputs, std::move(*first), std::move(*second));
}

Result<std::vector<ValueRef>> add_while(NodeImporter& importer, const std::string& name, std::vector<ValueRef> state,
                                        const MakeOutputs& cond, const MakeOutputs& body) {
    const size_t count = state.size();
    SOFTACL_ASSIGN(auto first, build(importer, name + "_cond", state, cond));
    SOFTACL_ASSIGN(auto second, build(importer, name + "_body", state, body));
    if (!first || !second) {
        return std::vector<ValueRef>(count, kBroken);
    }
    const std::vector<ValueRef> captured = unite_inputs(importer.graph(), *first, *second, count);
    graph::Graph& inner = second->graph;
    for (size_t i = count; i < inner.inputs.size(); ++i) {
        inner.outputs.push_back(inner.inputs[i]);
        inner.output_names.push_back(inner.value(inner.inputs[i]).name);
    }
    state.insert(state.end(), captured.begin(), captured.end());
    const size_t outputs = state.size();
    SOFTACL_ASSIGN(auto made,
                   add_node(importer, "While", name, std::move(state), outputs, std::move(*first), std::move(*second)));
    made.resize(count);
    return made;
}

}  // namespace softacl::convert
