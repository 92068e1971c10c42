// SPDX-License-Identifier: Apache-2.0
// The nodes of a network become nodes of graphs: the network's own, and those that its nodes run.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "convert/graph_importer.h"
#include "convert/network.h"
#include "convert/problems.h"
#include "convert/sequences.h"
#include "graph/graph.h"

namespace softacl::convert {

/// What a node makes that could not be converted. The problem has been reported.
inline constexpr ops::ValueRef kBroken = -2;

class NodeImporter {
   public:
    using ValueRef = ops::ValueRef;

    NodeImporter(const Network& network, Problems& problems);

    /// The graph that is being built.
    graph::Graph& graph() { return frames_.back()->graph; }
    GraphImporter& importer() { return frames_.back()->importer; }
    Sequences& sequences() { return sequences_; }

    /// The value of a tensor, in the graph that is being built.
    ValueRef find(const std::string& tensor);
    void set(const std::string& tensor, ValueRef value) { scopes_.back().values[tensor] = value; }
    /// True for what this network's own nodes and inputs failed to make.
    bool is_broken(const std::string& tensor) const;

    /// Reports what is wrong; the node's outputs are broken then. Its counterpart gets this name.
    void import_node(const NetworkNode& node, const std::string& name);

    /// The results of a body for these inputs, one per input that it declares. `prefix` tells its nodes from others.
    std::vector<ValueRef> import_body(const Network& body, const std::string& prefix,
                                      const std::vector<ValueRef>& inputs);

    /// Until end_graph(), nodes go into a new graph. Values from around it that it needs become its inputs, or
    /// constants if they are.
    void begin_graph(const std::string& name);
    struct InnerGraph {
        graph::Graph graph;
        std::vector<ValueRef> captured;  ///< the values around it that are its last inputs, in order
    };
    /// With these values as outputs; none is broken or a sequence.
    InnerGraph end_graph(const std::vector<ValueRef>& outputs);
    /// Without a result: something in it could not be converted.
    void abandon_graph() { frames_.pop_back(); }
    /// A value of the graph around the one that is being built.
    ValueRef capture(ValueRef value);

   private:
    // A graph under construction.
    struct Frame {
        graph::Graph graph;
        GraphImporter importer{graph};
        std::vector<ValueRef> captured;
        std::unordered_map<ValueRef, ValueRef> inner;  ///< of captured values and constants
    };
    // The tensors of a network. Those around it are seen, too.
    struct Scope {
        const Network* network;
        size_t frame;
        std::unordered_map<std::string, ValueRef> values;
    };

    ValueRef bring_inside(ValueRef value, size_t from);
    ValueRef capture(ValueRef value, size_t frame);
    ops::Import import_function(const NetworkNode& node);
    Result<std::vector<ValueRef>> convert(const NetworkNode& node, const std::string& name,
                                          std::vector<ValueRef> inputs);

    Problems& problems_;
    Sequences sequences_;
    std::vector<std::unique_ptr<Frame>> frames_;
    std::vector<Scope> scopes_;
};

/// How messages name a node.
std::string place(const NetworkNode& node);
/// What messages of other code say in the middle of a sentence, as the end of one of ours.
std::string ending(const std::string& sentence);

}  // namespace softacl::convert
