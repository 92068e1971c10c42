// SPDX-License-Identifier: Apache-2.0
// What is known of the outputs of a call before it runs: shapes, or the ranges that they lie in.
#include <algorithm>

#include "acl/acl_base.h"
#include "single_op/op_call.h"
#include "single_op/read_values.h"

namespace softacl::single_op {

using exec::TensorFacts;
using graph::OpRequest;
using graph::ResolvedOp;

Status infer_shapes(const ProgramCall& call) {
    SOFTACL_ASSIGN(OpRequest request, request_of(call));
    for (graph::TensorRequest& output : request.outputs) {
        output.shape.reset();  // what is described is overwritten
    }
    const auto knows_rank = [](const graph::TensorRequest& input) { return input.shape.has_value(); };
    const ops::OpDef* const op = ops::find_op(call.type);
    if (op != nullptr && !std::all_of(request.inputs.begin(), request.inputs.end(), knows_rank)) {
        for (const auto& desc : call.output_descs) {
            desc->with([](TensorFacts& facts) {
                facts.layout.shape.reset();
                facts.ranges.clear();
            });
        }
        return {};
    }
    if (op != nullptr) {
        SOFTACL_TRY(read_value_inputs(call, *op, call.inputs, request));
    }
    SOFTACL_ASSIGN(const auto resolved, ResolvedOp::resolve(request));
    auto ranges = graph::output_ranges(request, *resolved);
    const std::vector<TensorType> outputs = resolved->outputs();
    for (size_t i = 0; i < call.output_descs.size(); ++i) {
        const TensorType& output = outputs[i];
        call.output_descs[i]->with([&](TensorFacts& facts) {
            facts.dtype = output.dtype;
            facts.layout.shape = output.shape;
            facts.ranges = output.shape.is_known() ? std::vector<exec::Range>() : std::move(ranges[i]);
            if (facts.layout.format == ACL_FORMAT_UNDEFINED) {
                facts.layout.format = ACL_FORMAT_ND;
            }
        });
    }
    return {};
}

}  // namespace softacl::single_op
