// SPDX-License-Identifier: Apache-2.0
// The place where import functions build: a graph whose nodes are computed at once where their inputs are known.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "graph/graph.h"
#include "ops/import.h"

namespace softacl::convert {

class GraphImporter final : public ops::Importer {
   public:
    explicit GraphImporter(graph::Graph& graph) : graph_(graph) {}

    /// The foreign node that is built next.
    void begin(const std::string& node_name) {
        node_name_ = node_name;
        first_value_ = static_cast<ops::ValueRef>(graph_.value_count());
    }
    /// True for values that were made since begin().
    bool is_new(ops::ValueRef value) const { return value >= first_value_; }

    const TensorType& type(ops::ValueRef value) const override;
    const Tensor* constant(ops::ValueRef value) const override;
    Maker maker(ops::ValueRef value) const override;
    ops::ValueRef add_constant(Tensor value, const std::string& suffix) override;
    Result<std::vector<ops::ValueRef>> add_node(const std::string& op, std::vector<ops::ValueRef> inputs,
                                                ops::Attrs attrs, size_t outputs, const std::string& suffix) override;

    /// A node that runs graphs, named after the foreign one.
    Result<std::vector<ops::ValueRef>> add_runner(const char* op, std::vector<ops::ValueRef> inputs, size_t outputs,
                                                  std::vector<std::shared_ptr<const graph::Graph>> bodies);

   private:
    bool is_value(ops::ValueRef value) const { return value >= 0 && static_cast<size_t>(value) < graph_.value_count(); }
    Status compute(const ops::OpCall& call, const std::vector<ops::ValueRef>& outputs);

    graph::Graph& graph_;
    std::string node_name_;
    ops::ValueRef first_value_ = 0;
    size_t computed_bytes_ = 0;
};

}  // namespace softacl::convert
