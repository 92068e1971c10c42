// SPDX-License-Identifier: Apache-2.0
// Boxes as changes of others, and back: moves by parts of the size, logarithms of ratios. Corners name pixels, so a box
// is one wider than their distance.
#include <algorithm>
#include <cmath>

#include "ops/common/reals.h"
#include "ops/common/values.h"

namespace softacl::ops {
namespace {

constexpr DTypes kTypes = {ACL_FLOAT, ACL_FLOAT16};

struct Scaling {
    Floats means;
    Floats stds;
};

Result<Scaling> scaling_of(const OpCall& call) {
    Scaling s = {call.attrs.at<Floats>("means"), call.attrs.at<Floats>("stds")};
    if (s.means.size() != 4 || s.stds.size() != 4) {
        return call.fail("the attributes means and stds have ", s.means.size(), " and ", s.stds.size(),
                         " entries; expected 4");
    }
    return s;
}

Status infer(OpCall& call) {
    SOFTACL_TRY(scaling_of(call).status());
    SOFTACL_TRY(require_same_dtype(call, 0, 1));
    for (const size_t i : {0, 1}) {
        const Shape& shape = call.inputs[i]->shape;
        if (shape.rank() != 2 || (shape[1] >= 0 && shape[1] != 4)) {
            return call.fail("the input ", input_name(call, i), " has the shape ", shape, "; expected [boxes,4]");
        }
    }
    const Shape& a = call.inputs[0]->shape;
    const Shape& b = call.inputs[1]->shape;
    if (a[0] >= 0 && b[0] >= 0 && a[0] != b[0]) {
        return call.fail("the inputs have the shapes ", a, " and ", b, "; expected the same");
    }
    call.outputs[0] = {call.inputs[0]->dtype, {a[0] < 0 ? b[0] : a[0], 4}};
    return {};
}

/// Centre and size along one axis.
struct Span {
    Span(float low, float high) : center((low + high) / 2), size(high - low + 1) {}
    float center;
    float size;
};

struct Limits {
    float high[2];  ///< the last column and row
    float ratio;    ///< the most that the logarithm of a ratio may be
};

Result<Limits> limits_of(const OpCall& call) {
    const Ints& shape = call.attrs.at<Ints>("max_shape");
    const float clip = call.attrs.at<float>("wh_ratio_clip");
    if (shape.size() != 2) {
        return call.fail("the attribute max_shape has ", shape.size(), " entries; expected a height and a width");
    }
    if (!(clip > 0)) {
        return call.fail("the attribute wh_ratio_clip is ", clip, "; expected more than 0");
    }
    return Limits{{static_cast<float>(shape[1] - 1), static_cast<float>(shape[0] - 1)}, std::abs(std::log(clip))};
}

Status infer_decode(OpCall& call) {
    SOFTACL_TRY(limits_of(call).status());
    return infer(call);
}

Result<kernels::KernelPtr> make_decode(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    SOFTACL_ASSIGN(const Scaling s, scaling_of(call));
    SOFTACL_ASSIGN(const Limits limits, limits_of(call));
    const int64_t count = call.outputs[0].shape[0];
    return floats_kernel(call, 0, [=](auto tag, const kernels::Kernel::Buffers& b) -> Status {
        using T = typename decltype(tag)::Type;
        for (int64_t i = 0; i < count; ++i) {
            const auto number = [&](size_t input, size_t k) {
                return static_cast<float>(static_cast<const T*>(b.inputs[input])[4 * i + static_cast<int64_t>(k)]);
            };
            auto* y = static_cast<T*>(b.outputs[0]) + 4 * i;
            for (size_t axis = 0; axis < 2; ++axis) {
                const auto delta = [&](size_t k) { return number(1, k) * s.stds[k] + s.means[k]; };
                const Span roi(number(0, axis), number(0, axis + 2));
                const float ratio = std::min(std::max(delta(axis + 2), -limits.ratio), limits.ratio);
                const float center = roi.center + roi.size * delta(axis);
                const float half = (roi.size * std::exp(ratio) - 1) / 2;
                const auto bounded = [&](float at) { return std::min(std::max(at, 0.0F), limits.high[axis]); };
                y[axis] = static_cast<T>(bounded(center - half));
                y[axis + 2] = static_cast<T>(bounded(center + half));
            }
        }
        return {};
    });
}

Result<kernels::KernelPtr> make_encode(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    SOFTACL_ASSIGN(const Scaling s, scaling_of(call));
    const int64_t count = call.outputs[0].shape[0];
    return floats_kernel(call, 0, [=](auto tag, const kernels::Kernel::Buffers& b) -> Status {
        using T = typename decltype(tag)::Type;
        for (int64_t i = 0; i < count; ++i) {
            const auto span = [&](size_t input, size_t axis) {
                const auto* box = static_cast<const T*>(b.inputs[input]) + 4 * i;
                return Span(static_cast<float>(box[axis]), static_cast<float>(box[axis + 2]));
            };
            auto* y = static_cast<T*>(b.outputs[0]) + 4 * i;
            for (size_t axis = 0; axis < 2; ++axis) {
                const Span anchor = span(0, axis);
                const Span truth = span(1, axis);
                const float move = (truth.center - anchor.center) / anchor.size;
                const float ratio = std::log(std::abs(truth.size / anchor.size));
                y[axis] = static_cast<T>((move - s.means[axis]) / s.stds[axis]);
                y[axis + 2] = static_cast<T>((ratio - s.means[axis + 2]) / s.stds[axis + 2]);
            }
        }
        return {};
    });
}

OpDef deltas(const char* name, const char* doc, const char* first, const char* second, const char* result) {
    return OpDef(name, doc)
        .input(first, kTypes)
        .input(second, kTypes)
        .output(result, kTypes)
        .attr("means", Floats{0, 0, 0, 0})
        .attr("stds", Floats{1, 1, 1, 1});
}

}  // namespace

OpDef declare_BoundingBoxDecode() {
    return deltas("BoundingBoxDecode", "Boxes moved and stretched by deltas, cut off at the picture's edges.", "rois",
                  "deltas", "bboxes")
        .required_attr("max_shape", Ints{})
        .attr("wh_ratio_clip", 0.016F)
        .infer(infer_decode)
        .kernel("reference", make_decode);
}
OpDef declare_BoundingBoxEncode() {
    return deltas("BoundingBoxEncode", "The deltas that move and stretch boxes to others.", "anchor_box",
                  "ground_truth_box", "delats")
        .infer(infer)
        .kernel("reference", make_encode);
}

}  // namespace softacl::ops
