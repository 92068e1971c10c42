// SPDX-License-Identifier: Apache-2.0
// The best of boxes that overlap, as many rows as may be asked for: those beyond what was found are zeros, since shapes
// are fixed before a model runs. With a sigma above 0 overlap lowers scores instead of removing boxes.
#include <algorithm>
#include <cmath>

#include "kernels/ref/real.h"
#include "ops/common/reference.h"
#include "ops/common/values.h"

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

/// Corners in whatever order.
template <class T>
float overlap(const T* boxes, int64_t first, int64_t second) {
    const auto corner = [&](int64_t box, int i) { return static_cast<float>(boxes[box * 4 + i]); };
    float low[2][2];
    float high[2][2];
    float area[2] = {1, 1};
    for (int which = 0; which < 2; ++which) {
        const int64_t box = which == 0 ? first : second;
        for (int axis = 0; axis < 2; ++axis) {
            low[which][axis] = std::min(corner(box, axis), corner(box, axis + 2));
            high[which][axis] = std::max(corner(box, axis), corner(box, axis + 2));
            area[which] *= high[which][axis] - low[which][axis];
        }
    }
    if (!(area[0] > 0) || !(area[1] > 0)) {
        return 0;
    }
    float shared = 1;
    for (int axis = 0; axis < 2; ++axis) {
        shared *= std::max(std::min(high[0][axis], high[1][axis]) - std::max(low[0][axis], low[1][axis]), 0.0F);
    }
    return shared / (area[0] + area[1] - shared);
}

struct Candidate {
    float score;
    int32_t box;
    int32_t compared;  ///< how many of the chosen it has been held against
};
bool comes_later(const Candidate& a, const Candidate& b) {
    return a.score != b.score ? a.score < b.score : a.box > b.box;
}

struct Limits {
    float overlap;
    float score;
    float sigma;
};

/// Holds the candidate against what was chosen since it was looked at last; false if it is out.
template <class T>
bool survives(Candidate& candidate, const T* boxes, const int32_t* chosen, int32_t count, const Limits& limits) {
    for (int32_t i = count - 1; i >= candidate.compared; --i) {
        const float shared = overlap(boxes, candidate.box, chosen[i]);
        if (limits.sigma > 0) {
            candidate.score *= std::exp(-0.5F / limits.sigma * shared * shared);
        } else if (shared > limits.overlap) {
            return false;
        }
        if (candidate.score <= limits.score) {
            return false;
        }
    }
    candidate.compared = count;
    return true;
}

template <class T>
void choose(const kernels::Kernel::Buffers& b, int64_t boxes, int32_t most, size_t outputs) {
    const auto number = [&](size_t input) { return static_cast<float>(*static_cast<const T*>(b.inputs[input])); };
    const Limits limits = {number(3), number(4), number(5)};
    const auto* corners = static_cast<const T*>(b.inputs[0]);
    const auto* scores = static_cast<const T*>(b.inputs[1]);
    auto* chosen = static_cast<int32_t*>(b.outputs[0]);
    auto* heap = static_cast<Candidate*>(b.scratch);
    std::fill_n(chosen, most, 0);
    if (outputs > 1) {
        std::fill_n(static_cast<T*>(b.outputs[1]), most, T{});
    }
    int64_t left = 0;
    for (int64_t i = 0; i < boxes; ++i) {
        const auto score = static_cast<float>(scores[i]);
        if (score > limits.score) {  // not so for NaN
            heap[left++] = {score, static_cast<int32_t>(i), 0};
        }
    }
    std::make_heap(heap, heap + left, comes_later);
    int32_t count = 0;
    while (count < most && left > 0) {
        std::pop_heap(heap, heap + left, comes_later);
        Candidate& best = heap[left - 1];
        const float before = best.score;
        if (!survives(best, corners, chosen, count, limits)) {
            --left;
        } else if (best.score == before) {
            if (outputs > 1) {
                static_cast<T*>(b.outputs[1])[count] = static_cast<T>(best.score);
            }
            chosen[count++] = best.box;
            --left;
        } else {
            std::push_heap(heap, heap + left, comes_later);
        }
    }
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
        kernel->scratch_bytes = static_cast<size_t>(boxes) * sizeof(Candidate);
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
