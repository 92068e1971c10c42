// SPDX-License-Identifier: Apache-2.0
// A variant of a model together with what computes it.
#pragma once

#include <memory>
#include <vector>

#include "exec/device_block.h"
#include "exec/model.h"
#include "exec/plan.h"

namespace softacl::exec {

struct PlannedVariant final : Variant {
    PlannedVariant(Variant variant, std::unique_ptr<Plan> its_plan)
        : Variant(std::move(variant)), plan(std::move(its_plan)) {}

    const std::unique_ptr<Plan> plan;
    std::vector<std::shared_ptr<DeviceBlock>> weights;  ///< what the plan reads, if the model does not own it
};
using PlannedVariantPtr = std::shared_ptr<PlannedVariant>;

/// Lets go of the graph's constants as soon as they are packed, if nobody else holds the graph. 545005 if there is no
/// kernel for a node.
Result<PlannedVariantPtr> plan_variant(graph::Graph graph, WeightPlaces& places);

}  // namespace softacl::exec
