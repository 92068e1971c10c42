// SPDX-License-Identifier: Apache-2.0
// Graphs inside graphs, made ready to run: the plan of a body is a kernel of the node that runs it.
#pragma once

#include "exec/plan.h"
#include "graph/graph.h"

namespace softacl::exec {

/// The bodies of a node, as its kernels compile them. They live as long as the node.
ops::Bodies planned_bodies(const graph::Node& node, const Plan::Options& options);

}  // namespace softacl::exec
