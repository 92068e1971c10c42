// SPDX-License-Identifier: Apache-2.0
// Operators of a graph in an order in which they can run.
#pragma once

#include <vector>

#include "model/proto/ge_ir.pb.h"

namespace softacl::model {

/// Every operator after those it reads, otherwise as they stand. Who takes part in a circle comes last; names must be
/// unique.
std::vector<const ge::OpDef*> in_running_order(const ge::GraphDef& graph);

}  // namespace softacl::model
