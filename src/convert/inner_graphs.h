// SPDX-License-Identifier: Apache-2.0
// The graphs that If and While run, while a network is converted.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "convert/node_importer.h"

namespace softacl::convert {

/// Ends the graph that was begun last. Nothing if one of the outputs is broken; fails if one is a sequence.
Result<std::optional<NodeImporter::InnerGraph>> end_tensor_graph(NodeImporter& importer,
                                                                 const std::vector<ops::ValueRef>& outputs);

/// Gives graphs, whose first inputs are the same `fixed` ones, the captured inputs of each other, so that all read the
/// same. Returns the values of `outer` that these are.
std::vector<ops::ValueRef> unite_inputs(const graph::Graph& outer, std::vector<NodeImporter::InnerGraph>& graphs,
                                        size_t fixed = 0);

/// The node that runs the graphs.
Result<std::vector<ops::ValueRef>> add_runner(NodeImporter& importer, const char* op, const std::string& name,
                                              std::vector<ops::ValueRef> inputs, size_t outputs,
                                              std::vector<NodeImporter::InnerGraph> graphs);

}  // namespace softacl::convert
