// SPDX-License-Identifier: Apache-2.0
#include "convert/inner_graphs.h"

#include <algorithm>
#include <utility>

#include "ops/common/importing.h"

namespace softacl::convert {

using ops::ValueRef;
using InnerGraph = NodeImporter::InnerGraph;

Result<std::optional<InnerGraph>> end_tensor_graph(NodeImporter& importer, const std::vector<ValueRef>& outputs) {
    for (size_t i = 0; i < outputs.size(); ++i) {
        if (importer.sequences().find(outputs[i]) != nullptr) {
            importer.abandon_graph();
            return ops::import_fail("its output ", i, " is a sequence, but whether it is made is known only when the ",
                                    "model runs");
        }
        if (outputs[i] < 0) {
            importer.abandon_graph();
            return std::optional<InnerGraph>();
        }
    }
    return std::optional(importer.end_graph(outputs));
}

std::vector<ValueRef> unite_inputs(const graph::Graph& outer, std::vector<InnerGraph>& graphs, size_t fixed) {
    std::vector<ValueRef> all;
    for (const InnerGraph& inner : graphs) {
        for (const ValueRef value : inner.captured) {
            if (std::find(all.begin(), all.end(), value) == all.end()) {
                all.push_back(value);
            }
        }
    }
    for (InnerGraph& inner : graphs) {
        std::vector<ValueRef> inputs(inner.graph.inputs.begin(),
                                     inner.graph.inputs.begin() + static_cast<std::ptrdiff_t>(fixed));
        for (const ValueRef value : all) {
            const auto at = std::find(inner.captured.begin(), inner.captured.end(), value);
            if (at != inner.captured.end()) {
                inputs.push_back(inner.graph.inputs[fixed + static_cast<size_t>(at - inner.captured.begin())]);
            } else {
                const graph::Value& source = outer.value(value);
                inputs.push_back(inner.graph.add_value({source.name, source.type, std::nullopt}));
            }
        }
        inner.graph.inputs = std::move(inputs);
        inner.captured = all;
    }
    return all;
}

Result<std::vector<ValueRef>> add_runner(NodeImporter& importer, const char* op, const std::string& name,
                                         std::vector<ValueRef> inputs, size_t outputs, std::vector<InnerGraph> graphs) {
    std::vector<std::shared_ptr<const graph::Graph>> bodies;
    for (InnerGraph& inner : graphs) {
        inner.graph.compact();
        bodies.push_back(std::make_shared<const graph::Graph>(std::move(inner.graph)));
    }
    importer.importer().begin(name);
    return importer.importer().add_runner(op, std::move(inputs), outputs, std::move(bodies));
}

}  // namespace softacl::convert
