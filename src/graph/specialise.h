// SPDX-License-Identifier: Apache-2.0
// From a graph whose inputs have open dimensions to one for given shapes.
#pragma once

#include <vector>

#include "base/status.h"
#include "graph/graph.h"

namespace softacl::graph {

/// Whether every dimension that `open` knows is that of `shape`.
bool suits(const Shape& open, const Shape& shape);

/// The graph for inputs of these shapes, one per input: what follows from them is computed, and the graph simplified,
/// as if it had been converted for them. Constants are shared with `graph`. Fails with a sentence that names the input
/// whose rank or fixed dimension differs, or the node that these shapes do not suit or whose output's shape they do not
/// tell.
Result<Graph> specialise(const Graph& graph, const std::vector<Shape>& shapes);

}  // namespace softacl::graph
