// SPDX-License-Identifier: Apache-2.0
// Rewrites of graphs that keep what clients see: the number, order, names, types and values of inputs and outputs.
// Values may differ by rounding where arithmetic moves into weights.
#pragma once

#include "base/status.h"
#include "graph/graph.h"

namespace softacl::graph {

/// By the converter: what is worth keeping in a file.
Status run_conversion_passes(Graph& graph);
/// By the loader, before kernels are chosen: nodes that one kernel does together.
Status run_execution_passes(Graph& graph);

/// One sweep; true if it changed something. Nodes that nobody needs are gone afterwards if it did.
using Pass = Result<bool> (*)(Graph& graph);

// Conversion:
Result<bool> fold_constants(Graph& graph);    ///< nodes whose inputs are known
Result<bool> remove_no_ops(Graph& graph);     ///< nodes whose output is their input
Result<bool> merge_reshapes(Graph& graph);    ///< of nodes that only change the shape the last remains
Result<bool> merge_transposes(Graph& graph);  ///< consecutive ones become one; pairs around elementwise nodes go
Result<bool> sink_transposes(Graph& graph);   ///< from channels first to last: below what works in either order
Result<bool> fold_affine(Graph& graph);       ///< batch normalisation, factors, summands: into weights beside them
Result<bool> merge_pads(Graph& graph);        ///< zeros around the input of a convolution
Result<bool> find_activations(Graph& graph);  ///< that are spelled out: x * sigmoid(x) is Swish

// Execution:
Result<bool> find_global_pools(Graph& graph);  ///< means over all spatial axes
Result<bool> affine_to_conv(Graph& graph);     ///< what scales and moves channels and found no weights to go into
Result<bool> fuse_conv(Graph& graph);          ///< convolution, sum and activation

}  // namespace softacl::graph
