// SPDX-License-Identifier: Apache-2.0
// Dropout drops nothing when a network only runs.
#include "ops/common/infer.h"
#include "ops/common/reals.h"
#include "ops/common/values.h"

namespace softacl::ops {
namespace {

/// A network that was not scaled while it was trained is scaled when it runs.
Status infer(OpCall& call) {
    const float ratio = call.attrs.at<float>("dropout_ratio");
    if (!(ratio >= 0 && ratio < 1)) {
        return call.fail("the attribute dropout_ratio is ", ratio, "; expected 0 to less than 1");
    }
    const float alpha = call.attrs.at<float>("alpha");
    const float beta = call.attrs.at<float>("beta");
    if (alpha != 1 || beta != 0) {
        return call.fail("the attributes alpha and beta are ", alpha, " and ", beta, "; only 1 and 0 are supported");
    }
    return same_as_first(call);
}

Result<kernels::KernelPtr> make_dropout_view(const OpCall& call) {
    if (!call.attrs.at<bool>("scale_train")) {
        return call.fail("it scales x");
    }
    return make_view_of_any_layout(call);
}

Result<kernels::KernelPtr> make_reference(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    const float factor = call.attrs.at<bool>("scale_train") ? 1.0F : 1 - call.attrs.at<float>("dropout_ratio");
    const int64_t count = call.inputs[0]->shape.elements();
    return function_kernel(call, [=](const kernels::Kernel::Buffers& b) -> Status {
        for (int64_t i = 0; i < count; ++i) {
            static_cast<float*>(b.outputs[0])[i] = static_cast<const float*>(b.inputs[0])[i] * factor;
        }
        return {};
    });
}

}  // namespace

OpDef declare_Dropout() {
    return OpDef("Dropout", "x, or x times 1 - dropout_ratio if scale_train is false: nothing is dropped.")
        .input("x", {ACL_FLOAT})
        .output("y", {ACL_FLOAT})
        .attr("dropout_ratio", 0.5F)
        .attr("scale_train", true)
        .attr("alpha", 1.0F)
        .attr("beta", 0.0F)
        .infer(infer)
        .kernel("view", make_dropout_view)
        .kernel("reference", make_reference);
}

}  // namespace softacl::ops
