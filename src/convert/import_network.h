// SPDX-License-Identifier: Apache-2.0
// From a network as a file describes it to the graph of our operators.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/status.h"
#include "convert/network.h"
#include "convert/problems.h"
#include "graph/graph.h"

namespace softacl::convert {

/// What a user may ask for beyond what the file says.
struct ImportOptions {
    std::string folder;                   ///< of the model file, for data in files beside it
    std::map<std::string, Shape> shapes;  ///< of inputs

    /// An output that is named by the node that makes it, or, without index, by its tensor.
    struct Output {
        std::string name;
        std::optional<size_t> index;
    };
    std::vector<Output> outputs;  ///< none: those of the file

    std::set<std::string> float16_inputs;
    std::optional<aclDataType> output_type;  ///< of all outputs
    struct OutputType {
        std::string node;
        size_t index;
        aclDataType type;
    };
    std::vector<OutputType> output_types;  ///< of single ones
};

/// What became of a node of the network.
struct NodeState {
    enum Kind { kConverted, kFailed, kUnchecked, kUnneeded };
    std::string name;
    std::string type;
    Kind kind;
    std::string cause;  ///< of kUnchecked and kUnneeded
};

/// Builds the graph. Goes on after a node that cannot be converted, with all that do not need its results, so that
/// `problems` names everything; the graph is of use only if that stays empty. Nodes whose inputs are known are computed
/// at once, and nodes that no output needs are left out. `states` gets all nodes, in the network's order.
graph::Graph import_network(const Network& network, const ImportOptions& options, Problems& problems,
                            std::vector<NodeState>* states = nullptr);

/// Reads and imports an ONNX model in memory.
Result<graph::Graph> onnx_to_graph(const void* data, size_t size, const ImportOptions& options = {});

/// Reads and imports a frozen TensorFlow graph in memory.
Result<graph::Graph> tensorflow_to_graph(const void* data, size_t size, const ImportOptions& options = {});

/// Reads and imports the two files of a Caffe network.
Result<graph::Graph> caffe_to_graph(const std::string& text, const std::string& weights,
                                    const ImportOptions& options = {});

}  // namespace softacl::convert
