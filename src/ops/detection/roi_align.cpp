// SPDX-License-Identifier: Apache-2.0
// Regions of pictures brought to one size: each cell of the result is the mean, or the maximum, of samples that are
// interpolated between four elements.
#include <algorithm>
#include <cmath>

#include "base/parallel.h"
#include "ops/common/importing.h"
#include "ops/common/reals.h"
#include "ops/common/values.h"

namespace softacl::ops {
namespace {

constexpr DTypes kTypes = {ACL_FLOAT, ACL_FLOAT16};

struct Plan {
    Shape x;
    int64_t rois = 0;
    int64_t height = 0;
    int64_t width = 0;
    int64_t samples = 0;  ///< along each axis of a cell; 0: as many as elements
    int64_t end_mode = 0;
    float scale = 1;
    bool maximum = false;
};

Result<Plan> plan_of(const OpCall& call) {
    constexpr int64_t kLargest = 1 << 24;
    Plan p;
    p.x = call.inputs[0]->shape;
    const Shape& rois = call.inputs[1]->shape;
    if (p.x.rank() != 4 || rois.rank() != 2 || (rois[1] >= 0 && rois[1] != 5)) {
        return call.fail("the inputs features and rois have the shapes ", p.x, " and ", rois,
                         "; expected four dimensions and [rois,5]");
    }
    if (call.has_input(2)) {
        return call.fail("the input rois_n is given, which is not supported");
    }
    p.rois = rois[0];
    p.height = call.attrs.at<int64_t>("pooled_height");
    p.width = call.attrs.at<int64_t>("pooled_width");
    p.samples = call.attrs.at<int64_t>("sample_num");
    p.end_mode = call.attrs.at<int64_t>("roi_end_mode");
    p.scale = call.attrs.at<float>("spatial_scale");
    const auto& mode = call.attrs.at<std::string>("pool_mode");
    p.maximum = mode == "max";
    if (std::min(p.height, p.width) < 1 || std::max(p.height, p.width) > kLargest) {
        return call.fail("pooled_height and pooled_width are ", p.height, " and ", p.width, "; expected 1 or more");
    }
    if (p.samples < 0 || p.samples > kLargest) {
        return call.fail("the attribute sample_num is ", p.samples, "; expected 0 or more");
    }
    if (p.end_mode < 0 || p.end_mode > 2) {
        return call.fail("the attribute roi_end_mode is ", p.end_mode, "; expected 0 to 2");
    }
    if (!p.maximum && mode != "avg") {
        return call.fail("the attribute pool_mode is ", mode, "; expected avg or max");
    }
    return p;
}

Status infer(OpCall& call) {
    SOFTACL_ASSIGN(const Plan p, plan_of(call));
    SOFTACL_TRY(require_same_dtype(call, 0, 1));
    call.outputs[0] = {call.inputs[0]->dtype, {p.rois, p.x[1], p.height, p.width}, call.inputs[0]->format};
    return {};
}

/// A region along one axis, in elements.
struct Range {
    Range(float from, float to, const Plan& p, int64_t cells) {
        const float shift = p.end_mode == 2 ? 0.5F : 0.0F;
        const float more = p.end_mode == 1 ? 1.0F : 0.0F;
        start = from * p.scale - shift;
        float size = (to + more) * p.scale - shift - start;
        if (p.end_mode == 0) {
            size = std::max(size, 1.0F);
        }
        cell = size / static_cast<float>(cells);
        constexpr float kMost = 1 << 12;  // of wild regions
        const float wanted = std::ceil(cell);
        count = p.samples > 0 ? p.samples : wanted >= 1 ? static_cast<int64_t>(std::min(wanted, kMost)) : 0;
    }
    float at(int64_t index, int64_t sample) const {
        return start + static_cast<float>(index) * cell +
               (static_cast<float>(sample) + 0.5F) * cell / static_cast<float>(count);
    }
    float start;
    float cell;
    int64_t count;
};

/// Two neighbours of a position; none if it is more than one element outside.
struct Between {
    Between(float at, int64_t size) : inside(at >= -1 && at <= static_cast<float>(size) && size > 0) {  // not for NaN
        if (!inside) {
            return;
        }
        at = std::max(at, 0.0F);
        low = static_cast<int64_t>(at);
        high = low + 1;
        if (low >= size - 1) {
            low = high = size - 1;
            at = static_cast<float>(low);
        }
        share = at - static_cast<float>(low);
    }
    bool inside;
    int64_t low = 0;
    int64_t high = 0;
    float share = 0;
};

template <class T>
Status align(const Plan& p, const T* x, const T* roi, T* y, int64_t index) {
    const auto number = [&](int i) { return static_cast<float>(roi[i]); };
    const float picture = number(0);
    if (!(picture >= 0 && picture < static_cast<float>(p.x[0]))) {
        return fail(ACL_ERROR_INVALID_PARAM, "rois[", index, "] belongs to picture ", picture, "; there are ", p.x[0]);
    }
    const int64_t plane = p.x[2] * p.x[3];
    x += static_cast<int64_t>(picture) * p.x[1] * plane;
    const Range rows(number(2), number(4), p, p.height);
    const Range columns(number(1), number(3), p, p.width);
    const auto total = static_cast<float>(std::max<int64_t>(rows.count * columns.count, 1));
    for (int64_t c = 0; c < p.x[1]; ++c, x += plane) {
        for (int64_t i = 0; i < p.height; ++i) {
            for (int64_t k = 0; k < p.width; ++k) {
                float sum = 0;
                float best = 0;
                bool any = false;
                for (int64_t r = 0; r < rows.count; ++r) {
                    const Between row(rows.at(i, r), p.x[2]);
                    for (int64_t s = 0; s < columns.count; ++s) {
                        const Between column(columns.at(k, s), p.x[3]);
                        float value = 0;
                        if (row.inside && column.inside) {
                            const auto at = [&](int64_t h, int64_t w) { return static_cast<float>(x[h * p.x[3] + w]); };
                            const float rest = 1 - column.share;
                            const float top = rest * at(row.low, column.low) + column.share * at(row.low, column.high);
                            const float bottom =
                                rest * at(row.high, column.low) + column.share * at(row.high, column.high);
                            value = (1 - row.share) * top + row.share * bottom;
                        }
                        sum += value;
                        best = any ? std::max(best, value) : value;
                        any = true;
                    }
                }
                *y++ = static_cast<T>(p.maximum ? best : sum / total);
            }
        }
    }
    return {};
}

Result<kernels::KernelPtr> make(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    SOFTACL_ASSIGN(const Plan p, plan_of(call));
    return floats_kernel(call, 0, [p](auto tag, const kernels::Kernel::Buffers& b) -> Status {
        using T = typename decltype(tag)::Type;
        for (int64_t i = 0; i < p.rois; ++i) {
            SOFTACL_TRY(align(p, static_cast<const T*>(b.inputs[0]), static_cast<const T*>(b.inputs[1]) + i * 5,
                              static_cast<T*>(b.outputs[0]) + i * p.x[1] * p.height * p.width, i));
        }
        return {};
    });
}

/// There the regions and the pictures they belong to are two inputs.
Imported import_roi_align(Importer& graph, const ForeignNode& node) {
    if (node.attrs.get<std::string>("mode", "avg") != "avg") {
        return fail(ACL_ERROR_FEATURE_UNSUPPORTED, "mode is not avg, which is the only one supported so far");
    }
    const TensorType rois = graph.type(node.input(1));
    const auto transformed = node.attrs.get<std::string>("coordinate_transformation_mode",
                                                         node.version >= 16 ? "half_pixel" : "output_half_pixel");
    if (transformed != "half_pixel" && transformed != "output_half_pixel") {
        return import_fail("coordinate_transformation_mode is ", transformed, ", which does not exist");
    }
    SOFTACL_ASSIGN(const ValueRef pictures, add_cast(graph, node.input(2), rois.dtype, "pictures"));
    SOFTACL_ASSIGN(const ValueRef column, graph.add("Unsqueeze", {pictures}, {{"axes", Ints{1}}}, "column"));
    SOFTACL_ASSIGN(const ValueRef joined, graph.add("ConcatD", {column, node.input(1)},
                                                    {{"concat_dim", int64_t{1}}, {"N", int64_t{2}}}, "rois"));
    return one(graph.add("ROIAlign", {node.input(0), joined},
                         {{"spatial_scale", node.attrs.get<float>("spatial_scale", 1.0F)},
                          {"pooled_height", node.attrs.get<int64_t>("output_height", 1)},
                          {"pooled_width", node.attrs.get<int64_t>("output_width", 1)},
                          {"sample_num", node.attrs.get<int64_t>("sampling_ratio", 0)},
                          {"roi_end_mode", int64_t{transformed == "half_pixel" ? 2 : 0}}}));
}

}  // namespace

OpDef declare_ROIAlign() {
    return OpDef("ROIAlign", "Regions of pictures brought to one size by interpolation.")
        .input("features", kTypes)
        .input("rois", kTypes)
        .optional_input("rois_n", {ACL_INT32})
        .output("y", kTypes)
        .required_attr("spatial_scale", 0.0F)
        .required_attr("pooled_height", int64_t{0})
        .required_attr("pooled_width", int64_t{0})
        .attr("sample_num", int64_t{2})
        .attr("roi_end_mode", int64_t{1})
        .attr("pool_mode", std::string("avg"))
        .infer(infer)
        .kernel("reference", make)
        .onnx("RoiAlign", import_roi_align);
}

}  // namespace softacl::ops
