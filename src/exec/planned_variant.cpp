// SPDX-License-Identifier: Apache-2.0
#include "exec/planned_variant.h"

#include "acl/acl_base.h"
#include "base/log.h"
#include "exec/describe_model.h"

namespace softacl::exec {

Result<PlannedVariantPtr> plan_variant(graph::Graph graph, WeightPlaces& places) {
    const std::string name = graph.name;
    Variant variant = variant_of(graph);
    auto plan = Plan::compile(std::move(graph), {}, &places);
    if (!plan.ok() && plan.status().code() == ACL_ERROR_INVALID_PARAM) {  // a node that no kernel takes
        return Status(ACL_ERROR_GE_EXEC_LOAD_KERNEL_PARTITION_FAILED, plan.status().message());
    }
    SOFTACL_TRY(plan.status());
    if (log_enabled(LogLevel::kDebug)) {
        log(LogLevel::kDebug, SOFTACL_HERE, "plan of model '" + name + "': " + (*plan)->describe());
    }
    return std::make_shared<PlannedVariant>(std::move(variant), std::move(*plan));
}

}  // namespace softacl::exec
