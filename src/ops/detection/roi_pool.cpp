// SPDX-License-Identifier: Apache-2.0
// Pooling of regions of interest: each becomes a grid of the same size. A region is a row (image, x1, y1, x2, y2).
#include <algorithm>
#include <cmath>
#include <limits>

#include "base/parallel.h"
#include "kernels/ref/real.h"
#include "ops/common/importing.h"
#include "ops/common/reference.h"
#include "ops/common/values.h"

namespace softacl::ops {
namespace {

namespace ref = kernels::ref;

constexpr DTypes kTypes = {ACL_FLOAT, ACL_FLOAT16};
constexpr int64_t kLargestGrid = 1 << 15;

/// The number of regions; -1 if not known.
Result<int64_t> count_regions(const OpCall& call) {
    SOFTACL_TRY(require_same_dtype(call, 0, 1));
    const Shape& x = call.inputs[0]->shape;
    const Shape& rois = call.inputs[1]->shape;
    if (x.rank() != 4) {
        return call.fail("the input x has the shape ", x, "; expected four dimensions");
    }
    bool fits = rois.rank() >= 2 && (rois[1] == 5 || rois[1] < 0);
    for (size_t i = 2; i < rois.rank(); ++i) {
        fits = fits && (rois[i] == 1 || rois[i] < 0);
    }
    if (!fits) {
        return call.fail("the input rois has the shape ", rois,
                         "; expected [regions,5], perhaps with dimensions of 1 behind");
    }
    return rois[0];
}

/// Part `index` of a range that begins at `whole + start`, as whole positions inside an axis of `size`. floor and ceil
/// see the place without `whole`, as in Caffe: large numbers would swallow what decides.
struct Bin {
    int64_t begin;
    int64_t end;

    Bin(float start, float length, int64_t index, int64_t size, float whole = 0)
        : begin(position(std::floor(static_cast<float>(index) * length + start) + whole, size)),
          end(position(std::ceil(static_cast<float>(index + 1) * length + start) + whole, size)) {}
    bool is_empty() const { return end <= begin; }

   private:
    // Products of large corners and scales may be infinite, and what comes of these NaN, which is not above 0.
    static int64_t position(float value, int64_t size) {
        if (!(value > 0)) {
            return 0;
        }
        return value < static_cast<float>(size) ? static_cast<int64_t>(value) : size;
    }
};

/// A region in float, and its image.
struct Region {
    int64_t image = -1;
    float corners[4] = {};
};
template <class T>
Result<Region> region_at(const T* rois, int64_t index, int64_t images) {
    Region region;
    const float image = static_cast<float>(rois[index * 5]);
    if (!(image >= 0 && image < static_cast<float>(images))) {
        return fail(ACL_ERROR_INVALID_PARAM, "region ", index, " is of image ", image, "; there are ", images);
    }
    region.image = static_cast<int64_t>(image);
    for (int i = 0; i < 4; ++i) {
        region.corners[i] = static_cast<float>(rois[index * 5 + 1 + i]);
        if (!std::isfinite(region.corners[i])) {
            return fail(ACL_ERROR_INVALID_PARAM, "region ", index, " has the corner ", region.corners[i]);
        }
    }
    return region;
}

template <class T>
Status check_regions(const T* rois, int64_t count, int64_t images) {
    for (int64_t i = 0; i < count; ++i) {
        SOFTACL_TRY(region_at(rois, i, images).status());
    }
    return {};
}

// ROIPooling

Status infer_roi(OpCall& call) {
    SOFTACL_ASSIGN(const int64_t count, count_regions(call));
    const auto height = call.attrs.at<int64_t>("pooled_h");
    const auto width = call.attrs.at<int64_t>("pooled_w");
    const float scale_h = call.attrs.at<float>("spatial_scale_h");
    const float scale_w = call.attrs.at<float>("spatial_scale_w");
    if (height < 1 || width < 1 || height > kLargestGrid || width > kLargestGrid) {
        return call.fail("pooled_h and pooled_w are ", height, " and ", width, "; expected at least 1");
    }
    if (!(scale_h > 0) || !(scale_w > 0)) {
        return call.fail("spatial_scale_h and spatial_scale_w are ", scale_h, " and ", scale_w,
                         "; expected more than 0");
    }
    if (call.has_input(2)) {
        return call.fail("the input roi_actual_num is not supported so far");
    }
    call.outputs[0] = {call.inputs[0]->dtype, {count, call.inputs[0]->shape[1], height, width}};
    if (call.outputs[0].shape.is_known() && !call.outputs[0].shape.fits(sizeof(float))) {
        return call.fail("the result is too large");
    }
    return {};
}

struct RoiPlan {
    Shape x;
    int64_t count;
    int64_t height;
    int64_t width;
    float scale_h;
    float scale_w;
};

template <class T>
void pool_region(const RoiPlan& p, const Region& region, const T* x, T* y) {
    const float x1 = std::round(region.corners[0] * p.scale_w);
    const float y1 = std::round(region.corners[1] * p.scale_h);
    const float x2 = std::round(region.corners[2] * p.scale_w);
    const float y2 = std::round(region.corners[3] * p.scale_h);
    const float bin_h = std::max(y2 - y1 + 1, 1.0F) / static_cast<float>(p.height);
    const float bin_w = std::max(x2 - x1 + 1, 1.0F) / static_cast<float>(p.width);
    for (int64_t c = 0; c < p.x[1]; ++c) {
        const T* plane = x + (region.image * p.x[1] + c) * p.x[2] * p.x[3];
        for (int64_t i = 0; i < p.height; ++i) {
            const Bin rows(0, bin_h, i, p.x[2], y1);
            for (int64_t k = 0; k < p.width; ++k) {
                const Bin columns(0, bin_w, k, p.x[3], x1);
                const bool is_empty = rows.is_empty() || columns.is_empty();
                float best = is_empty ? 0 : -std::numeric_limits<float>::infinity();
                for (int64_t row = rows.begin; row < rows.end; ++row) {
                    for (int64_t column = columns.begin; column < columns.end; ++column) {
                        best = std::max(best, static_cast<float>(plane[row * p.x[3] + column]));
                    }
                }
                *y++ = static_cast<T>(best);
            }
        }
    }
}

Result<kernels::KernelPtr> make_roi(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    const RoiPlan p = {call.inputs[0]->shape,
                       call.outputs[0].shape[0],
                       call.attrs.at<int64_t>("pooled_h"),
                       call.attrs.at<int64_t>("pooled_w"),
                       call.attrs.at<float>("spatial_scale_h"),
                       call.attrs.at<float>("spatial_scale_w")};
    kernels::KernelPtr kernel;
    ref::visit_floats(call.inputs[0]->dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        kernel = function_kernel(call, [=](const kernels::Kernel::Buffers& b) -> Status {
            const auto* rois = static_cast<const T*>(b.inputs[1]);
            SOFTACL_TRY(check_regions(rois, p.count, p.x[0]));
            parallel_for(p.count, 1, [&](int64_t begin, int64_t end) {
                for (int64_t i = begin; i < end; ++i) {
                    pool_region(p, *region_at(rois, i, p.x[0]), static_cast<const T*>(b.inputs[0]),
                                static_cast<T*>(b.outputs[0]) + i * p.x[1] * p.height * p.width);
                }
            });
            return {};
        });
    });
    return kernel;
}

Imported import_roi(Importer& graph, const ForeignNode& node) {
    const float scale = node.attrs.get<float>("spatial_scale", 1.0F);
    return one(graph.add("ROIPooling", {node.input(0), node.input(1)},
                         {{"pooled_h", node.attrs.get<int64_t>("pooled_h", 0)},
                          {"pooled_w", node.attrs.get<int64_t>("pooled_w", 0)},
                          {"spatial_scale_h", node.attrs.get<float>("spatial_scale_h", scale)},
                          {"spatial_scale_w", node.attrs.get<float>("spatial_scale_w", scale)}}));
}

Imported import_max_roi(Importer& graph, const ForeignNode& node) {
    const auto size = node.attrs.get<Ints>("pooled_shape", {});
    if (size.size() != 2) {
        return import_fail("the attribute pooled_shape has ", size.size(), " entries; expected 2");
    }
    const float scale = node.attrs.get<float>("spatial_scale", 1.0F);
    return one(graph.add(
        "ROIPooling", {node.input(0), node.input(1)},
        {{"pooled_h", size[0]}, {"pooled_w", size[1]}, {"spatial_scale_h", scale}, {"spatial_scale_w", scale}}));
}

// PSROIPooling: each part of the grid has channels of its own

Status infer_psroi(OpCall& call) {
    SOFTACL_ASSIGN(const int64_t count, count_regions(call));
    const Shape& x = call.inputs[0]->shape;
    const auto channels = call.attrs.at<int64_t>("output_dim");
    const auto group = call.attrs.at<int64_t>("group_size");
    const float scale = call.attrs.at<float>("spatial_scale");
    if (channels < 1 || group < 1 || group > kLargestGrid || channels > std::numeric_limits<int32_t>::max()) {
        return call.fail("output_dim and group_size are ", channels, " and ", group, "; expected at least 1");
    }
    if (!(scale > 0)) {
        return call.fail("spatial_scale is ", scale, "; expected more than 0");
    }
    if (x[1] >= 0 && x[1] != channels * group * group) {
        return call.fail("the input x has the shape ", x, "; expected ", channels * group * group,
                         " channels: output_dim times the square of group_size");
    }
    call.outputs[0] = {call.inputs[0]->dtype, {count, channels, group, group}};
    if (call.outputs[0].shape.is_known() && !call.outputs[0].shape.fits(sizeof(float))) {
        return call.fail("the result is too large");
    }
    return {};
}

template <class T>
void average_region(const Shape& shape, int64_t channels, int64_t group, float scale, const Region& region, const T* x,
                    T* y) {
    const float x1 = std::round(region.corners[0]) * scale;
    const float y1 = std::round(region.corners[1]) * scale;
    const float x2 = (std::round(region.corners[2]) + 1) * scale;
    const float y2 = (std::round(region.corners[3]) + 1) * scale;
    const float bin_h = std::max(y2 - y1, 0.1F) / static_cast<float>(group);
    const float bin_w = std::max(x2 - x1, 0.1F) / static_cast<float>(group);
    for (int64_t c = 0; c < channels; ++c) {
        for (int64_t i = 0; i < group; ++i) {
            const Bin rows(y1, bin_h, i, shape[2]);
            for (int64_t k = 0; k < group; ++k) {
                const Bin columns(x1, bin_w, k, shape[3]);
                const T* plane = x + (region.image * shape[1] + (c * group + i) * group + k) * shape[2] * shape[3];
                double sum = 0;
                for (int64_t row = rows.begin; row < rows.end; ++row) {
                    for (int64_t column = columns.begin; column < columns.end; ++column) {
                        sum += static_cast<double>(static_cast<float>(plane[row * shape[3] + column]));
                    }
                }
                const auto count = static_cast<double>((rows.end - rows.begin) * (columns.end - columns.begin));
                *y++ = static_cast<T>(rows.is_empty() || columns.is_empty() ? 0.0F : static_cast<float>(sum / count));
            }
        }
    }
}

Result<kernels::KernelPtr> make_psroi(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    const Shape x = call.inputs[0]->shape;
    const Shape y = call.outputs[0].shape;
    const float scale = call.attrs.at<float>("spatial_scale");
    kernels::KernelPtr kernel;
    ref::visit_floats(call.inputs[0]->dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        kernel = function_kernel(call, [=](const kernels::Kernel::Buffers& b) -> Status {
            const auto* rois = static_cast<const T*>(b.inputs[1]);
            SOFTACL_TRY(check_regions(rois, y[0], x[0]));
            parallel_for(y[0], 1, [&](int64_t begin, int64_t end) {
                for (int64_t i = begin; i < end; ++i) {
                    average_region(x, y[1], y[2], scale, *region_at(rois, i, x[0]), static_cast<const T*>(b.inputs[0]),
                                   static_cast<T*>(b.outputs[0]) + i * y.elements(1, 4));
                }
            });
            return {};
        });
    });
    return kernel;
}

Imported import_psroi(Importer& graph, const ForeignNode& node) {
    return one(graph.add("PSROIPooling", {node.input(0), node.input(1)},
                         {{"output_dim", node.attrs.get<int64_t>("output_dim", 0)},
                          {"group_size", node.attrs.get<int64_t>("group_size", 0)},
                          {"spatial_scale", node.attrs.get<float>("spatial_scale", 0.0F)}}));
}

}  // namespace

OpDef declare_ROIPooling() {
    return OpDef("ROIPooling", "The maxima of a grid over each region.")
        .input("x", kTypes)
        .input("rois", kTypes)
        .optional_input("roi_actual_num", {ACL_INT32})
        .output("y", kTypes)
        .required_attr("pooled_h", int64_t{})
        .required_attr("pooled_w", int64_t{})
        .required_attr("spatial_scale_h", 0.0F)
        .required_attr("spatial_scale_w", 0.0F)
        .infer(infer_roi)
        .kernel("reference", make_roi)
        .onnx("MaxRoiPool", import_max_roi)
        .caffe("ROIPooling", import_roi);
}

OpDef declare_PSROIPooling() {
    return OpDef("PSROIPooling", "The averages of a grid over each region, each part of it from its own channels.")
        .input("x", kTypes)
        .input("rois", kTypes)
        .output("y", kTypes)
        .required_attr("output_dim", int64_t{})
        .required_attr("group_size", int64_t{})
        .required_attr("spatial_scale", 0.0F)
        .infer(infer_psroi)
        .kernel("reference", make_psroi)
        .caffe("PSROIPooling", import_psroi);
}

}  // namespace softacl::ops
