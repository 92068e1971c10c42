// SPDX-License-Identifier: Apache-2.0
// Puts AIPP between the inputs of a graph and those who read them.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "convert/aipp/config.h"
#include "graph/graph.h"

namespace softacl::convert {

/// What the sizes and switches of a block come to for a network that takes pictures of `target`: sizes that are not
/// given are the network's, and colours are converted with the default numbers where none are given (a warning says
/// so). Reports everything that is wrong with it.
aipp::Params complete_aipp(const AippBlock& block, const std::string& input, const TensorType& target,
                           Problems& problems);

/// Each block's input becomes pictures as bytes, with the name it had, which an operator Aipp turns into what the
/// network reads. `format` says what the dimensions of inputs are. Gives per input of the graph the parameters as
/// JSON, "" without AIPP. The graph is changed only as far as nothing is wrong.
std::vector<std::string> insert_aipp(graph::Graph& graph, const std::vector<AippBlock>& blocks, aclFormat format,
                                     const std::set<std::string>& float16_inputs, Problems& problems);

}  // namespace softacl::convert
