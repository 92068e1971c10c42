// SPDX-License-Identifier: Apache-2.0
// Graphs as text before and after a pass, and a tiny interpreter that runs them with the reference kernels.
#pragma once

#include <random>
#include <string>
#include <vector>

#include "graph/graph.h"
#include "graph/passes/passes.h"

namespace softacl::graph {

/// The text of a graph whose input is %x, with the given lines: "graph "" (%x: <input>) { <lines> }".
std::string network(const std::string& input, const std::string& lines);

/// The graph that the text describes; a failing test and an empty graph if it does not parse.
Graph parsed(const std::string& text);
/// As print() writes it: what was left out is filled in.
std::string normal(const std::string& text);

/// The graph of the text after sweeps of the pass until it changes nothing; or the sentence of its failure.
std::string after(Pass pass, const std::string& text);

/// The values of the outputs; a failing test and nothing if a node fails.
std::vector<Tensor> run(const Graph& graph, const std::vector<Tensor>& inputs);
/// Random inputs: small floats, small integers.
std::vector<Tensor> random_inputs(const Graph& graph, std::mt19937& random);
Tensor random_tensor(const TensorType& type, std::mt19937& random);

/// Runs both with the same random inputs and compares types, and values within `tolerance` times the largest.
void expect_same_results(const Graph& before, const Graph& after, std::mt19937& random, double tolerance = 1e-5);

}  // namespace softacl::graph
