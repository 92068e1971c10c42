// SPDX-License-Identifier: Apache-2.0
// The best boxes of all classes, each class by itself, for several pictures; and those of one list, marked.
#include <algorithm>
#include <limits>

#include "ops/common/reals.h"
#include "ops/common/values.h"
#include "ops/detection/nms.h"

namespace softacl::ops {
namespace {

constexpr DTypes kFloat = {ACL_FLOAT};

bool fits(int64_t dim, int64_t other) { return dim < 0 || other < 0 || dim == other; }

// CombinedNonMaxSuppression

Status infer_combined(OpCall& call) {
    const Shape& boxes = call.inputs[0]->shape;
    const Shape& scores = call.inputs[1]->shape;
    if (boxes.rank() != 4 || scores.rank() != 3 || !fits(boxes[3], 4) || !fits(boxes[0], scores[0]) ||
        !fits(boxes[1], scores[1]) || !(fits(boxes[2], 1) || fits(boxes[2], scores[2]))) {
        return call.fail("the inputs boxes and scores have the shapes ", boxes, " and ", scores,
                         "; expected [pictures,boxes,classes or 1,4] and [pictures,boxes,classes]");
    }
    for (size_t i = 2; i < 6; ++i) {
        const Shape& shape = call.inputs[i]->shape;
        if (shape.is_known() && shape.elements() != 1) {
            return call.fail("the input ", input_name(call, i), " has the shape ", shape, "; expected one number");
        }
    }
    if (std::max({boxes[1], scores[1], scores[2]}) > std::numeric_limits<int32_t>::max()) {
        return call.fail("the input boxes has the shape ", boxes, ", which is too large");
    }
    SOFTACL_ASSIGN(const auto each, known_int(call, 2));
    SOFTACL_ASSIGN(const auto total, known_int(call, 3));
    if ((each && *each < 1) || (total && *total < 1)) {
        return call.fail("max_output_size_per_class is ", each.value_or(1), " and max_total_size ", total.value_or(1),
                         "; expected 1 or more");
    }
    int64_t size = total ? *total : -1;
    if (call.attrs.at<bool>("pad_per_class")) {
        const bool known = total && each && scores[2] >= 0;
        size = known ? std::min(*total, *each * scores[2]) : -1;
    }
    const int64_t pictures = boxes[0] < 0 ? scores[0] : boxes[0];
    const Shape shapes[] = {{pictures, size, 4}, {pictures, size}, {pictures, size}, {pictures}};
    for (size_t i = 0; i < call.outputs.size(); ++i) {
        call.outputs[i] = {i == 3 ? ACL_INT32 : ACL_FLOAT, shapes[i]};
    }
    return {};
}

/// One chosen box.
struct Found {
    float score;
    int32_t kind;
    int32_t box;
};

Result<kernels::KernelPtr> make_combined(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    const Shape& boxes = call.inputs[0]->shape;
    const Shape& scores = call.inputs[1]->shape;
    const int64_t count = boxes[1];
    const int64_t kinds = scores[2];
    const int64_t lists = boxes[2];  // of boxes: one for each class, or one for all
    const int64_t size = call.outputs[0].shape[1];
    const bool clips = call.attrs.at<bool>("clip_boxes");
    if (lists != 1 && lists != kinds) {
        return call.fail("the input boxes has the shape ", boxes, " for ", kinds, " classes");
    }
    // In the scratch memory: the boxes of one class, then what is found.
    const int64_t most_found = count * kinds;
    const size_t outputs = call.outputs.size();
    const int64_t pictures = boxes[0];
    auto kernel = function_kernel(call, [=](const kernels::Kernel::Buffers& b) -> Status {
        const auto number = [&](size_t i) { return *static_cast<const float*>(b.inputs[i]); };
        const int64_t each = std::min<int64_t>(std::max(*static_cast<const int32_t*>(b.inputs[2]), 0), count);
        const NmsLimits limits = {number(4), number(5)};
        auto* found = static_cast<Found*>(b.scratch);
        auto* heap = reinterpret_cast<NmsCandidate*>(found + most_found);
        auto* chosen = reinterpret_cast<int32_t*>(heap + count);
        auto* list = reinterpret_cast<float*>(chosen + count);
        for (int64_t n = 0; n < pictures; ++n) {
            const auto* own_boxes = static_cast<const float*>(b.inputs[0]) + n * count * lists * 4;
            const auto* own_scores = static_cast<const float*>(b.inputs[1]) + n * count * kinds;
            const auto box_of = [&](int64_t box, int64_t kind) {
                return own_boxes + (box * lists + (lists == 1 ? 0 : kind)) * 4;
            };
            int64_t total = 0;
            for (int64_t kind = 0; kind < kinds; ++kind) {
                for (int64_t box = 0; box < count; ++box) {
                    std::copy_n(box_of(box, kind), 4, list + 4 * box);
                }
                const int32_t got = choose_boxes(BoxList<float>{list}, own_scores + kind, kinds, count, each, limits,
                                                 heap, chosen, static_cast<float*>(nullptr));
                for (int32_t i = 0; i < got; ++i) {
                    found[total++] = {own_scores[chosen[i] * kinds + kind], static_cast<int32_t>(kind), chosen[i]};
                }
            }
            std::sort(found, found + total, [](const Found& a, const Found& c) {
                return a.score != c.score ? a.score > c.score : a.kind != c.kind ? a.kind < c.kind : a.box < c.box;
            });
            total = std::min(total, size);
            for (int64_t i = 0; i < size; ++i) {
                const bool there = i < total;
                for (int64_t k = 0; k < 4; ++k) {
                    const float at = there ? box_of(found[i].box, found[i].kind)[k] : 0;
                    static_cast<float*>(b.outputs[0])[(n * size + i) * 4 + k] =
                        clips ? std::min(std::max(at, 0.0F), 1.0F) : at;
                }
                if (outputs > 1) {
                    static_cast<float*>(b.outputs[1])[n * size + i] = there ? found[i].score : 0;
                }
                if (outputs > 2) {
                    static_cast<float*>(b.outputs[2])[n * size + i] = there ? static_cast<float>(found[i].kind) : 0;
                }
            }
            if (outputs > 3) {
                static_cast<int32_t*>(b.outputs[3])[n] = static_cast<int32_t>(total);
            }
        }
        return {};
    });
    kernel->scratch_bytes = static_cast<size_t>(most_found) * sizeof(Found) +
                            static_cast<size_t>(count) * (sizeof(NmsCandidate) + sizeof(int32_t) + 4 * sizeof(float));
    return Result<kernels::KernelPtr>(std::move(kernel));
}

// NMSWithMask: rows of four corners and a score, the best first; the mask says which stay

Status infer_mask(OpCall& call) {
    const TensorType& x = *call.inputs[0];
    if (x.shape.rank() != 2 || !fits(x.shape[1], 5) || x.shape[0] > std::numeric_limits<int32_t>::max()) {
        return call.fail("the input box_scores has the shape ", x.shape, "; expected [boxes,5]");
    }
    const TensorType types[] = {x, {ACL_INT32, {x.shape[0]}}, {ACL_UINT8, {x.shape[0]}}};
    for (size_t i = 0; i < call.outputs.size(); ++i) {
        call.outputs[i] = types[i];
    }
    return {};
}

Result<kernels::KernelPtr> make_mask(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    const int64_t count = call.inputs[0]->shape[0];
    const float limit = call.attrs.at<float>("iou_threshold");
    const size_t outputs = call.outputs.size();
    auto kernel = floats_kernel(call, 0, [=](auto tag, const kernels::Kernel::Buffers& b) -> Status {
        using T = typename decltype(tag)::Type;
        const auto* x = static_cast<const T*>(b.inputs[0]);
        auto* y = static_cast<T*>(b.outputs[0]);
        auto* order = static_cast<int32_t*>(b.scratch);
        auto* stays = reinterpret_cast<uint8_t*>(order + count);
        for (int64_t i = 0; i < count; ++i) {
            order[i] = static_cast<int32_t>(i);
        }
        const auto score = [x](int32_t row) {
            const auto value = static_cast<float>(x[5 * int64_t{row} + 4]);
            return value == value ? value : -std::numeric_limits<float>::infinity();  // NaN comes last
        };
        std::sort(order, order + count,
                  [&](int32_t a, int32_t c) { return score(a) != score(c) ? score(a) > score(c) : a < c; });
        const auto extent = [&](int64_t place) {
            const T* row = x + 5 * int64_t{order[place]};
            return BoxList<T>{row}.at(0);
        };
        for (int64_t i = 0; i < count; ++i) {
            stays[i] = 1;
            for (int64_t k = 0; k < i && stays[i] != 0; ++k) {
                stays[i] = stays[k] == 0 || !(overlap(extent(k), extent(i), 0) > limit) ? 1 : 0;
            }
            std::copy_n(x + 5 * int64_t{order[i]}, 5, y + 5 * i);
        }
        if (outputs > 1) {
            std::copy_n(order, count, static_cast<int32_t*>(b.outputs[1]));
        }
        if (outputs > 2) {
            std::copy_n(stays, count, static_cast<uint8_t*>(b.outputs[2]));
        }
        return {};
    });
    kernel->scratch_bytes = static_cast<size_t>(count) * (sizeof(int32_t) + 1);
    return kernel;
}

}  // namespace

OpDef declare_CombinedNonMaxSuppression() {
    return OpDef("CombinedNonMaxSuppression", "The best boxes of all classes of each picture, with zeros behind them.")
        .input("boxes", kFloat)
        .input("scores", kFloat)
        .input("max_output_size_per_class", {ACL_INT32})
        .input("max_total_size", {ACL_INT32})
        .input("iou_threshold", kFloat)
        .input("score_threshold", kFloat)
        .output("nmsed_boxes", kFloat)
        .output("nmsed_scores", kFloat)
        .output("nmsed_classes", kFloat)
        .output("valid_detections", {ACL_INT32})
        .attr("pad_per_class", false)
        .attr("clip_boxes", true)
        .needs_value(2)
        .needs_value(3)
        .infer(infer_combined)
        .kernel("reference", make_combined);
}
OpDef declare_NMSWithMask() {
    constexpr DTypes kTypes = {ACL_FLOAT, ACL_FLOAT16, ACL_BF16};
    return OpDef("NMSWithMask", "Boxes with the best first, and which of them overlap no better one.")
        .input("box_scores", kTypes)
        .output("selected_boxes", kTypes)
        .output("selected_idx", {ACL_INT32})
        .output("selected_mask", {ACL_UINT8})
        .attr("iou_threshold", 0.5F)
        .infer(infer_mask)
        .kernel("reference", make_mask);
}

}  // namespace softacl::ops
