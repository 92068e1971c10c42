// SPDX-License-Identifier: Apache-2.0
// The best of boxes that overlap, as many rows as may be asked for: those beyond what was found are zeros, since shapes
// are fixed before a model runs. With a sigma above 0 overlap lowers scores instead of removing boxes.
#include <algorithm>

#include "kernels/ref/real.h"
#include "ops/common/reference.h"
#include "ops/common/values.h"
#include "ops/detection/nms.h"

namespace softacl::ops {
namespace {

namespace ref = kernels::ref;

constexpr DTypes kTypes = {ACL_FLOAT, ACL_FLOAT16};

Status infer(OpCall& call) {
    const Shape& boxes = call.inputs[0]->shape;
    const Shape& scores = call.inputs[1]->shape;
    SOFTACL_TRY(require_same_dtype(call, 0, 1));
    const bool fits = boxes.rank() == 2 && (boxes[1] == 4 || boxes[1] < 0) && scores.rank() == 1 &&
                      (boxes[0] == scores[0] || boxes[0] < 0 || scores[0] < 0);
    if (!fits) {
        return call.fail("the inputs boxes and scores have the shapes ", boxes, " and ", scores,
                         "; expected [boxes,4] and [boxes]");
    }
    for (const size_t number : {3, 4, 5}) {
        const Shape& shape = call.inputs[number]->shape;
        if (shape.is_known() && shape.elements() != 1) {
            return call.fail("the input ", input_name(call, number), " has the shape ", shape, "; expected one number");
        }
    }
    if (!call.attrs.at<bool>("pad_to_max_output_size")) {
        return call.fail(
            "the attribute pad_to_max_output_size is false: how many boxes are chosen is known only when "
            "the model runs, which is not supported so far");
    }
    SOFTACL_ASSIGN(const int64_t most, required_int(call, 2));
    if (most < 0) {
        return call.fail("the input max_output_size is ", most, "; expected 0 or more");
    }
    call.outputs[0] = {ACL_INT32, {most}};
    if (call.outputs.size() > 1) {
        call.outputs[1] = {call.inputs[1]->dtype, {most}};
    }
    if (call.outputs.size() > 2) {
        call.outputs[2] = {ACL_INT32, {}};
    }
    return {};
}

template <class T>
void choose(const kernels::Kernel::Buffers& b, int64_t boxes, int32_t most, size_t outputs) {
    const auto number = [&](size_t input) { return static_cast<float>(*static_cast<const T*>(b.inputs[input])); };
    auto* chosen = static_cast<int32_t*>(b.outputs[0]);
    auto* found = outputs > 1 ? static_cast<T*>(b.outputs[1]) : nullptr;
    std::fill_n(chosen, most, 0);
    if (found != nullptr) {
        std::fill_n(found, most, T{});
    }
    const int32_t count =
        choose_boxes(BoxList<T>{static_cast<const T*>(b.inputs[0])}, static_cast<const T*>(b.inputs[1]), 1, boxes, most,
                     {number(3), number(4), number(5)}, static_cast<NmsCandidate*>(b.scratch), chosen, found);
    if (outputs > 2) {
        *static_cast<int32_t*>(b.outputs[2]) = count;
    }
}

Result<kernels::KernelPtr> make(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    for (const size_t number : {3, 4, 5}) {
        SOFTACL_TRY(require_same_dtype(call, 0, number));
    }
    const int64_t boxes = call.inputs[0]->shape[0];
    const auto most = static_cast<int32_t>(call.outputs[0].shape[0]);
    const size_t outputs = call.outputs.size();
    kernels::KernelPtr kernel;
    ref::visit_floats(call.inputs[0]->dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        kernel = function_kernel(call, [=](const kernels::Kernel::Buffers& b) -> Status {
            choose<T>(b, boxes, most, outputs);
            return {};
        });
        kernel->scratch_bytes = static_cast<size_t>(boxes) * sizeof(NmsCandidate);
    });
    return kernel;
}

}  // namespace

OpDef declare_NonMaxSuppressionV5() {
    return OpDef("NonMaxSuppressionV5", "The best of boxes that overlap, with zeros behind them.")
        .input("boxes", kTypes)
        .input("scores", kTypes)
        .input("max_output_size", {ACL_INT32})
        .input("iou_threshold", kTypes)
        .input("score_threshold", kTypes)
        .input("soft_nms_sigma", kTypes)
        .output("selected_indices", {ACL_INT32})
        .output("selected_scores", kTypes)
        .output("valid_outputs", {ACL_INT32})
        .attr("pad_to_max_output_size", false)
        .required_attr("T", ACL_FLOAT)
        .needs_value(2)
        .infer(infer)
        .kernel("reference", make);
}

}  // namespace softacl::ops
