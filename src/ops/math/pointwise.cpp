// SPDX-License-Identifier: Apache-2.0
#include "ops/math/pointwise.h"

#include "ops/common/infer.h"

namespace softacl::ops {

Result<Reduction> reduction_of(const OpCall& call) {
    const auto& name = call.attrs.at<std::string>("reduction");
    const bool batch = call.op->name() == "KLDiv" || call.op->name() == "KLDivV2";
    if (name == "none" || name == "sum" || name == "mean") {
        return name == "none" ? Reduction::kNone : name == "sum" ? Reduction::kSum : Reduction::kMean;
    }
    if (batch && name == "batchmean") {
        return Reduction::kBatchMean;
    }
    return call.fail("the attribute reduction is '", name, "'; expected none, mean", batch ? ", batchmean" : "",
                     " or sum");
}

Status broadcast_all(OpCall& call) {
    TensorType& y = call.outputs[0];
    y = *call.inputs[0];
    for (size_t i = 1; i < call.inputs.size(); ++i) {
        if (!call.has_input(i)) {
            continue;
        }
        SOFTACL_TRY(require_same_dtype(call, 0, i));
        auto shape = broadcast(y.shape, call.inputs[i]->shape);
        if (!shape.ok()) {
            return call.fail("the input ", input_name(call, i), " does not fit: ", shape.status().message());
        }
        y.format = *shape == y.shape ? y.format : call.inputs[i]->format;
        y.shape = std::move(*shape);
    }
    return {};
}

}  // namespace softacl::ops
