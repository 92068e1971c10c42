// SPDX-License-Identifier: Apache-2.0
// What passes change a graph with: one walk over the nodes, in linear time.
#pragma once

#include <string>
#include <vector>

#include "base/status.h"
#include "graph/graph.h"

namespace softacl::graph {

/// Lives for one sweep of one pass. Patterns are looked for backwards from their last node, which then becomes the
/// node that does the work of all: its inputs are made before it, its outputs stay as they are. So nothing moves.
class Edit {
   public:
    explicit Edit(Graph& graph);

    /// Calls `visit(position)`, which returns a Status, for each node that is still needed, in order, with inputs that
    /// follow all edits.
    template <class Visit>
    Status sweep(Visit visit) {
        const size_t count = graph_.nodes.size();  // nodes that the sweep adds are not visited
        for (size_t i = 0; i < count; ++i) {
            if (dead_[i]) {
                continue;
            }
            follow(graph_.nodes[i].inputs);
            SOFTACL_TRY(visit(i));
        }
        return finish();
    }

    bool changed() const { return changed_; }

    Graph& graph() { return graph_; }
    const Node& node(size_t position) const { return graph_.nodes[position]; }
    const TensorType& type(ValueId id) const { return graph_.value(id).type; }
    /// The value, if it is known; null for an absent one, too.
    const Tensor* constant(ValueId id) const;
    /// The node that makes the value, if its operator has this name (any if null); else null.
    const Node* made_by(ValueId id, const char* op = nullptr) const;
    /// The same, and nobody but one input of one node sees the value.
    const Node* made_for_one(ValueId id, const char* op = nullptr) const;
    bool is_output(ValueId id) const { return is_output_[static_cast<size_t>(id)]; }
    bool has_one_reader(ValueId id) const { return uses_[static_cast<size_t>(id)] == 1 && !is_output(id); }
    /// Position of a node of the graph.
    size_t position(const Node& node) const { return static_cast<size_t>(&node - graph_.nodes.data()); }

    /// Makes the node at the position another one with the same outputs, which also does the work of `merged`. False,
    /// and nothing has changed, if the operator does not take this or would make other types.
    bool become(size_t position, const std::string& op, std::vector<ValueId> inputs, Attrs attrs,
                const std::vector<const Node*>& merged);

    /// Adds a node with one output before the one at the position. References to nodes become invalid.
    Result<ValueId> add_before(size_t position, const std::string& name, const std::string& op,
                               std::vector<ValueId> inputs, Attrs attrs);
    ValueId add_constant(const std::string& name, Tensor tensor);

    /// Readers of `from`, which the node at the position makes, henceforth read `to`. False if clients would notice:
    /// an output is replaced only by what another node makes, is no output yet and has the same type.
    bool bypass(size_t position, ValueId from, ValueId to);

    /// The outputs of the node are known; the node goes.
    void fold(size_t position, const std::vector<Tensor>& values);

    void set_shape(ValueId id, Shape shape) { graph_.value(id).type.shape = std::move(shape); }

   private:
    void follow(std::vector<ValueId>& ids) const;
    void use(ValueId id);
    void release(ValueId id);
    void remove(size_t position);
    void grow();
    Status finish();

    Graph& graph_;
    bool changed_ = false;
    // By value:
    std::vector<int> made_by_;
    std::vector<int> uses_;  // readers and outputs
    std::vector<bool> is_output_;
    std::vector<ValueId> instead_;  // kNoValue: itself
    // By node:
    std::vector<bool> dead_;
    std::vector<size_t> before_;  // where added nodes belong; of the others their own position
};

/// Names of the nodes that `merged` and then `last` do the work of, without doubles.
std::vector<std::string> joined_origins(const std::vector<const Node*>& merged, const Node& last);

}  // namespace softacl::graph
