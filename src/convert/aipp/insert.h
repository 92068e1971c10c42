// SPDX-License-Identifier: Apache-2.0
// Puts AIPP between the inputs of a graph and those who read them.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "convert/aipp/config.h"
#include "graph/graph.h"
#include "model/gears.h"

namespace softacl::convert {

/// What the sizes and switches of a block come to for a network that takes pictures of `target`: sizes that are not
/// given are the network's, and colours are converted with the default numbers where none are given (a warning says
/// so). Reports everything that is wrong with it.
aipp::Params complete_aipp(const AippBlock& block, const std::string& input, const TensorType& target,
                           Problems& problems);

/// What a model's attributes tell of AIPP, per input of the graph.
struct AippRecord {
    std::vector<std::string> settings;  ///< as JSON; "" without AIPP
    std::vector<int64_t> links;         ///< which input brings the parameters of dynamic AIPP; -1: none
};

/// Each block's input becomes pictures as bytes, with the name it had, which an operator Aipp turns into what the
/// network reads. For parameters that are dynamic an input is added behind all others. `format` says what the
/// dimensions of inputs are, `gears` which of them are open, which is corrected for where they lie in pictures. The
/// graph is changed only as far as nothing is wrong.
AippRecord insert_aipp(graph::Graph& graph, const std::vector<AippBlock>& blocks, aclFormat format, model::Gears& gears,
                       const std::set<std::string>& float16_inputs, Problems& problems);

}  // namespace softacl::convert
