// SPDX-License-Identifier: Apache-2.0
// The text form of a graph, for people, tests and bug reports: printed, and parsed back.
//
//     graph "net" (%data: float32[1,3,8,8] NCHW) {
//       %w = const float32[4,3,3,3] {repeat 0.5}
//       %conv1 = Conv2D(%data, %w, _) {pads=[1,1,1,1], strides=[1,1,1,1]} : float32[1,4,8,8] NCHW
//       %s.0, %s.1 = SplitD(%conv1) {num_split=2, split_dim=1} @"s" from "a", "b" : float32[1,2,8,8], float32[1,2,8,8]
//       return %s.1 "s:1:y"
//     }
//
// A value is written %name; `_` is an absent input. Names that are no identifiers stand in quotes: %"conv 1".
// Attributes equal to the default are left out; the rest stands in the order of names. `@` gives the node's name if it
// is not that of its value (of the first one without ":0", if there are several), `from` the origins if they are not
// just this name. The format ND is left out. `{repeat 1, 2}` repeats the elements until the constant is full. Comments
// begin with // and end with the line. Graphs that a node runs stand behind its inputs, each after the name it has in
// the operator's declaration: If(%c, %x) then_branch graph "a" (%x: ...) {...} else_branch graph "b" ... . Constants
// stand before their first use; values that nobody uses are not printed.
#pragma once

#include <string>
#include <string_view>

#include "base/status.h"
#include "graph/graph.h"

namespace softacl::graph {

struct PrintOptions {
    /// A constant with more elements ends in `...`, and such a text does not parse back.
    size_t max_elements = 64;
};
inline constexpr PrintOptions kPrintAll = {static_cast<size_t>(-1)};

/// Parses back to the same graph: names, types, attributes, every bit of every constant (but the payload of a NaN).
/// Values whose name another one has already are numbered.
std::string print(const Graph& graph, const PrintOptions& options = {});

/// `type` and, of at most max_elements elements, the values: "float32[2] {0.1, 1e+20}".
std::string print(const Tensor& tensor, const PrintOptions& options = {});

/// Types of nodes may be left out; those given must agree with what inference finds. The sentence of a failure begins
/// with "line 3, column 7: ". Any text is safe to parse. `find`: where operators come from.
using FindOp = const ops::OpDef* (*)(const std::string& name);
Result<Graph> parse(std::string_view text, FindOp find = ops::find_op);

}  // namespace softacl::graph
