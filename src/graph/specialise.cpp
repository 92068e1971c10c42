// SPDX-License-Identifier: Apache-2.0
#include "graph/specialise.h"

#include "acl/acl_base.h"
#include "graph/passes/passes.h"

namespace softacl::graph {
bool suits(const Shape& open, const Shape& shape) {
    if (open.rank() != shape.rank()) {
        return false;
    }
    for (size_t i = 0; i < open.rank(); ++i) {
        if (open[i] >= 0 && open[i] != shape[i]) {
            return false;
        }
    }
    return true;
}

Result<Graph> specialise(const Graph& graph, const std::vector<Shape>& shapes) {
    Graph special = graph;
    for (size_t i = 0; i < special.inputs.size(); ++i) {
        Value& input = special.value(special.inputs[i]);
        if (!shapes[i].fits(size_of(input.type.dtype))) {
            return fail(ACL_ERROR_GE_SHAPE_INVALID, "the input '", input.name, "' is impossibly large: ", shapes[i]);
        }
        if (!shapes[i].is_known() || !suits(input.type.shape, shapes[i])) {
            return fail(ACL_ERROR_GE_SHAPE_INVALID, "the input '", input.name, "' cannot have the shape ", shapes[i],
                        "; expected ", input.type.shape);
        }
        input.type.shape = shapes[i];
    }
    SOFTACL_TRY(special.infer_types());
    SOFTACL_TRY(run_conversion_passes(special));
    SOFTACL_TRY(special.infer_types());
    for (const Node& node : special.nodes) {
        for (const ValueId id : node.outputs) {
            if (const Shape& shape = special.value(id).type.shape; !shape.is_known()) {
                return special.call(node).fail("the shape of its output, ", shape, ", depends on data");
            }
        }
    }
    return special;
}

}  // namespace softacl::graph
