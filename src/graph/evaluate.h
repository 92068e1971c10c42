// SPDX-License-Identifier: Apache-2.0
// Computes a node whose inputs are all known: constant folding, for importers and passes.
#pragma once

#include <vector>

#include "base/status.h"
#include "ops/op_def.h"
#include "tensor/tensor.h"

namespace softacl::graph {

/// The outputs of a completed call whose present inputs are all constants, by the plainest kernel of the operator (the
/// reference kernel, or a view, whose result shares the input's bytes). Fails with a sentence if an input is not known,
/// an output's shape is not, or no kernel takes the call. Any thread.
Result<std::vector<Tensor>> evaluate(ops::OpCall call);

/// True if evaluate() may stand for the node: its inputs are known, it is not random, and its outputs are not larger
/// than its inputs by more than kMaxGrowth.
bool is_worth_evaluating(const ops::OpCall& call);
inline constexpr size_t kMaxGrowth = size_t{1} << 20;

}  // namespace softacl::graph
