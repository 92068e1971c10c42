// SPDX-License-Identifier: Apache-2.0
// Nodes as a GraphDef has them, and as they are after functions have been put in place of their calls.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "convert/problems.h"
#include "convert/tensorflow/graph.pb.h"
#include "ops/attrs.h"

namespace softacl::convert {

/// An output of a node.
struct TensorPlace {
    std::string node;
    size_t index = 0;
};

/// What others call it: the first output has the name of its node.
std::string tensor_name(const TensorPlace& place);

struct GraphNode;

/// A function that a node chooses or repeats. Its nodes read tensors around them by name.
struct Branch {
    std::string name;      ///< of the attribute: then_branch, else_branch, cond, body
    std::string function;  ///< as the attribute says
    std::vector<GraphNode> nodes;
    std::vector<TensorPlace> parameters;  ///< of While: what its nodes call the state
    std::vector<TensorPlace> results;
};

struct GraphNode {
    std::string type;
    std::string name;
    ops::Attrs attrs;
    std::string function;              ///< that it calls; "": none
    std::vector<Branch> branches;      ///< of If and While; filled by inline_functions()
    std::vector<std::string> inputs;   ///< as they stand in the file, data only
    std::vector<std::string> waits;    ///< nodes that only have to run before
    std::vector<TensorPlace> sources;  ///< `inputs`, after inline_functions(); of If the condition alone
};

/// Reads the attributes, and the inputs as they stand there. Large constants are moved out of the message.
GraphNode read_node(tensorflow::NodeDef& proto, Problems& problems);

/// Where an operator's output of this name begins: bodies of functions count the outputs of each name by themselves.
size_t first_output(const std::string& type, const std::string& name);

}  // namespace softacl::convert
