// SPDX-License-Identifier: Apache-2.0
// The graph of a network: nodes in an order in which they can run, and the values between them. No threads, no devices.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "base/status.h"
#include "ops/op_def.h"
#include "tensor/tensor.h"

namespace softacl::graph {

using ops::Attrs;
using ops::kNoValue;
using ValueId = ops::ValueRef;

/// What a node makes, or a constant, or an input of the graph.
struct Value {
    std::string name;  ///< of the tensor in the source network, or made up; not necessarily unique
    TensorType type;
    std::optional<Tensor> constant;
};

class Graph;

struct Node {
    std::string name;  ///< unique in the graph
    const ops::OpDef* op = nullptr;
    Attrs attrs;                  ///< complete: defaults included
    std::vector<ValueId> inputs;  ///< flat, see ops::OpCall; kNoValue: absent
    std::vector<ValueId> outputs;
    /// Graphs that the operator runs, one per body of its declaration. They read nothing but the node's inputs.
    std::vector<std::shared_ptr<const Graph>> bodies;
    std::vector<std::string> origins;  ///< names of the source network's nodes that this one does the work of
};

/// Values are named by their position, which never changes; passes leave values that nobody uses to compact().
class Graph {
   public:
    std::string name;
    std::vector<Node> nodes;
    std::vector<ValueId> inputs;
    std::vector<ValueId> outputs;
    /// One per output: what a client sees, e.g. "fc:0:prob".
    std::vector<std::string> output_names;

    const Value& value(ValueId id) const { return values_[static_cast<size_t>(id)]; }
    Value& value(ValueId id) { return values_[static_cast<size_t>(id)]; }
    size_t value_count() const { return values_.size(); }

    ValueId add_value(Value value) {
        values_.push_back(std::move(value));
        return static_cast<ValueId>(values_.size() - 1);
    }
    ValueId add_input(std::string input_name, TensorType type);
    ValueId add_constant(std::string constant_name, Tensor tensor);

    /// Completes and checks the node, infers the types of its outputs and appends it, or inserts it before the node at
    /// `position`. The name is made unique.
    Result<std::vector<ValueId>> add_node(const std::string& node_name, const ops::OpDef& op,
                                          std::vector<ValueId> node_inputs, Attrs attrs, size_t output_count,
                                          std::optional<size_t> position = std::nullopt,
                                          std::vector<std::shared_ptr<const Graph>> bodies = {});

    /// The call that a node is, for inference and kernels. It refers to the graph's values.
    ops::OpCall call(const Node& node) const;

    /// Infers all types anew, after an input's type or a constant was changed.
    Status infer_types();

    /// Position of the node that makes each value, by value; -1 for inputs and constants.
    std::vector<int> producers() const;
    /// Positions of the nodes that read each value, once per reading input, in order.
    std::vector<std::vector<int>> consumers() const;
    /// Readers and graph outputs henceforth see `to` instead of `from`.
    void replace_uses(ValueId from, ValueId to);
    /// Drops nodes that nobody needs and values that nobody uses. Invalidates ids.
    void compact();

    /// Checks what the code relies on: ids in range, one producer per value, nodes in order, unique names.
    Status verify() const;

   private:
    std::string unique_name(const std::string& wanted);

    std::deque<Value> values_;               // a reference to a value stays good while others are added
    std::unordered_set<std::string> names_;  // every node name ever given
};

}  // namespace softacl::graph
