// SPDX-License-Identifier: Apache-2.0
// What a program is told of a model, read off its graph.
#pragma once

#include "exec/model.h"
#include "graph/graph.h"
#include "model/om.h"

namespace softacl::exec {

/// Inputs and outputs of a graph, whose dimensions may be open.
Variant variant_of(const graph::Graph& graph);

/// All but gears, variants and sizes of memory.
ModelInfo describe(const graph::Graph& graph);

/// The same for a model whose shapes are free, with sizes where the ranges of dimensions have ends.
ModelInfo describe_free(const model::OmModel& om);

/// 100013 unless pictures whose bytes their shape does not tell, and parameters set at run time, are inputs of the
/// model that only their AIPP reads: everybody else would read beyond them. Shapes that are free go with neither.
Status check_aipp(const graph::Graph& graph, bool is_free);

/// What lies in memory for a node whose pictures have other bytes than their shape tells; none if they are known only
/// when it runs.
std::optional<TensorType> pictures_of_aipp(const graph::Graph& graph, const graph::Node& node);

/// Completes the description with what its variants, one per gear, say.
void describe_gears(ModelInfo& info);

}  // namespace softacl::exec
