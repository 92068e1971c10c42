// SPDX-License-Identifier: Apache-2.0
#include "single_op/fit_outputs.h"

#include "acl/acl_base.h"

namespace softacl::single_op {
namespace {

using exec::TensorFacts;

// One element is one element, whatever the number of dimensions.
bool is_same(const Shape& a, const Shape& b) {
    const auto single = [](const Shape& shape) { return shape.rank() <= 1 && shape.elements() == 1; };
    return a == b || (single(a) && single(b));
}

}  // namespace

Status fit_outputs(const ProgramCall& call, const KnownOp& known, bool writes_shapes) {
    for (size_t i = 0; i < call.output_descs.size(); ++i) {
        const TensorType& gives = known.outputs[i];
        const auto title = [&] { return text("operator ", call.type, ": output ", i); };
        SOFTACL_TRY(call.output_descs[i]->with([&](TensorFacts& facts) -> Status {
            if (facts.dtype == ACL_DT_UNDEFINED) {
                return {};
            }
            if (facts.dtype != gives.dtype) {
                return fail(ACL_ERROR_OP_OUTPUT_NOT_MATCH, title(), " is described as ", name_of(facts.dtype),
                            "; the operator gives ", gives.text());
            }
            const bool is_open = !facts.layout.shape || !facts.layout.shape->is_known();
            if (!is_open && is_same(*facts.layout.shape, gives.shape)) {
                return {};
            }
            if (!is_open && !known.depends_on_values) {
                return fail(ACL_ERROR_OP_OUTPUT_NOT_MATCH, title(), " is described with the shape ",
                            *facts.layout.shape, "; the operator gives ", gives.text());
            }
            if (!writes_shapes) {
                return fail(ACL_ERROR_OP_OUTPUT_NOT_MATCH, title(), " has the shape ", gives.shape,
                            ", which is not the one described; aclopExecuteV2 can write it into the description");
            }
            facts.layout.shape = gives.shape;
            facts.ranges.clear();
            return {};
        }));
    }
    return {};
}

}  // namespace softacl::single_op
