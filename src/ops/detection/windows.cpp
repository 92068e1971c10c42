// SPDX-License-Identifier: Apache-2.0
// SPP and Im2col of Caffe: an image pooled to grids of several sizes, and its windows as columns.
#include "base/parallel.h"
#include "kernels/ref/pool.h"
#include "ops/common/importing.h"
#include "ops/common/reference.h"
#include "ops/common/values.h"
#include "ops/common/window.h"

namespace softacl::ops {
namespace {

namespace ref = kernels::ref;

Status require_image(const OpCall& call) {
    if (call.inputs[0]->shape.rank() != 4) {
        return call.fail("the input x has the shape ", call.inputs[0]->shape, "; expected four dimensions");
    }
    return {};
}

// SPP

constexpr int64_t kMax = 0;
constexpr int64_t kAverage = 1;

/// The windows of one level; there are `bins` of them. Padding would be whole windows if the image were too small.
Result<ref::PoolAxis> level_axis(const OpCall& call, int64_t size, int64_t bins) {
    ref::PoolAxis axis;
    axis.input = size;
    axis.output = bins;
    axis.taps = axis.stride = (size + bins - 1) / bins;
    axis.pad_begin = axis.pad_end = (axis.taps * bins - size + 1) / 2;
    if (axis.pad_begin >= axis.taps) {
        return call.fail("the pyramid is too high for the image ", call.inputs[0]->shape, ": a level of ", bins, " by ",
                         bins);
    }
    return axis;
}

Status infer_spp(OpCall& call) {
    SOFTACL_TRY(require_image(call));
    const Shape& x = call.inputs[0]->shape;
    const auto height = call.attrs.at<int64_t>("pyramid_height");
    const auto method = call.attrs.at<int64_t>("pool_method");
    if (height < 1 || height > 15) {
        return call.fail("pyramid_height is ", height, "; expected 1 to 15");
    }
    if (method != kMax && method != kAverage) {
        return call.fail("pool_method is ", method, "; expected 0 (maximum) or 1 (average)");
    }
    int64_t places = 0;
    for (int64_t level = 0; level < height; ++level) {
        const int64_t bins = int64_t{1} << level;
        places += bins * bins;
        for (const size_t axis : {size_t{2}, size_t{3}}) {
            if (x[axis] >= 0) {
                SOFTACL_TRY(level_axis(call, x[axis], bins).status());
            }
        }
    }
    if (x[1] >= 0 && !Shape{x[1], places}.fits(sizeof(float))) {
        return call.fail("the result is too large");
    }
    // Caffe joins flat levels; a single one it leaves as it is.
    const int64_t row = x[1] < 0 ? -1 : x[1] * places;
    call.outputs[0] = {call.inputs[0]->dtype, height == 1 ? Shape{x[0], row, 1, 1} : Shape{x[0], row}};
    return {};
}

Result<kernels::KernelPtr> make_spp(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    const Shape x = call.inputs[0]->shape;
    std::vector<ref::PoolGeometry> levels;
    for (int64_t level = 0; level < call.attrs.at<int64_t>("pyramid_height"); ++level) {
        ref::PoolGeometry geometry;
        geometry.planes = x[1];
        geometry.kind = call.attrs.at<int64_t>("pool_method") == kMax ? ref::PoolGeometry::Kind::kMax
                                                                      : ref::PoolGeometry::Kind::kAverage;
        geometry.counts_padding = true;
        SOFTACL_ASSIGN(geometry.axes[1], level_axis(call, x[2], int64_t{1} << level));
        SOFTACL_ASSIGN(geometry.axes[2], level_axis(call, x[3], int64_t{1} << level));
        levels.push_back(geometry);
    }
    kernels::KernelPtr kernel;
    const int64_t row = call.outputs[0].shape[1];
    ref::visit_floats(call.inputs[0]->dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        kernel = function_kernel(call, [x, row, levels](const kernels::Kernel::Buffers& b) -> Status {
            parallel_for(x[0], 1, [&](int64_t begin, int64_t end) {
                for (int64_t n = begin; n < end; ++n) {
                    T* y = static_cast<T*>(b.outputs[0]) + n * row;
                    for (const ref::PoolGeometry& level : levels) {
                        ref::pool(level, static_cast<const T*>(b.inputs[0]) + n * x.elements(1, 4), y, nullptr);
                        y += x[1] * level.axes[1].output * level.axes[2].output;
                    }
                }
            });
            return {};
        });
    });
    return kernel;
}

Imported import_spp(Importer& graph, const ForeignNode& node) {
    const auto pool = node.attrs.get<std::string>("pool", "MAX");
    if (pool != "MAX" && pool != "AVE") {
        return import_fail("pool is ", pool, "; only MAX and AVE are supported");
    }
    return one(graph.add("SPP", {node.input(0)},
                         {{"pyramid_height", node.attrs.get<int64_t>("pyramid_height", 0)},
                          {"pool_method", pool == "MAX" ? kMax : kAverage}}));
}

// Im2col

/// One number for both axes, or one for each.
Result<Ints> two_of(const OpCall& call, const char* attr) {
    Ints list = call.attrs.at<Ints>(attr);
    if (list.size() == 1) {
        list.push_back(list.front());
    }
    constexpr int64_t kLargest = 1 << 30;
    const auto is_wrong = [](int64_t n) { return n < 1 || n > kLargest; };
    if (list.size() != 2 || std::any_of(list.begin(), list.end(), is_wrong)) {
        return call.fail(attr, " is ", Shape(call.attrs.at<Ints>(attr)), "; expected one or two numbers from 1 to ",
                         kLargest);
    }
    return list;
}

Result<Window> column_window(const OpCall& call) {
    Window window;
    if (const auto& mode = call.attrs.at<std::string>("padding_mode"); mode != "CALCULATED") {
        return call.fail("padding_mode is ", mode, "; only CALCULATED is supported so far");
    }
    SOFTACL_ASSIGN(window.size, two_of(call, "ksizes"));
    SOFTACL_ASSIGN(window.strides, two_of(call, "strides"));
    SOFTACL_ASSIGN(window.dilations, two_of(call, "dilations"));
    Ints pads = call.attrs.at<Ints>("pads");  // of all sides, or top, bottom, left, right
    if (pads.size() == 1) {
        pads.resize(4, pads.front());
    }
    constexpr int64_t kLargest = 1 << 20;
    if (pads.size() != 4 || std::any_of(pads.begin(), pads.end(), [](int64_t n) { return n < 0 || n > kLargest; })) {
        return call.fail("pads is ", Shape(call.attrs.at<Ints>("pads")),
                         "; expected one or four numbers, none negative");
    }
    window.pads_begin = {pads[0], pads[2]};
    window.pads_end = {pads[1], pads[3]};
    return window;
}

Status infer_im2col(OpCall& call) {
    SOFTACL_TRY(require_image(call));
    SOFTACL_ASSIGN(const Window window, column_window(call));
    const Shape& x = call.inputs[0]->shape;
    Shape y = x;
    if (!Shape{std::max<int64_t>(x[1], 1), window.size[0], window.size[1]}.fits(8)) {
        return call.fail("the result is too large");
    }
    y[1] = x[1] < 0 ? -1 : x[1] * window.size[0] * window.size[1];
    for (const size_t axis : {size_t{0}, size_t{1}}) {
        SOFTACL_ASSIGN(y[axis + 2], count_windows(call, "x", window, axis, x[axis + 2], Rounding::kDown));
    }
    if (y.is_known() && !y.fits(8)) {
        return call.fail("the result is too large");
    }
    call.outputs[0] = {call.inputs[0]->dtype, y};
    return {};
}

/// One plane of the result: what the tap (row, column) of all windows sees.
template <class T>
void take_tap(const Window& window, const Shape& x, const Shape& y, int64_t row, int64_t column, const T* from, T* to) {
    for (int64_t i = 0; i < y[2]; ++i) {
        const int64_t h = i * window.strides[0] - window.pads_begin[0] + row * window.dilations[0];
        for (int64_t k = 0; k < y[3]; ++k) {
            const int64_t w = k * window.strides[1] - window.pads_begin[1] + column * window.dilations[1];
            const bool inside = h >= 0 && h < x[2] && w >= 0 && w < x[3];
            *to++ = inside ? from[h * x[3] + w] : T{};
        }
    }
}

Result<kernels::KernelPtr> make_im2col(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    SOFTACL_ASSIGN(const Window window, column_window(call));
    const Shape x = call.inputs[0]->shape;
    const Shape y = call.outputs[0].shape;
    kernels::KernelPtr kernel;
    ref::visit_numbers(call.inputs[0]->dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        kernel = function_kernel(call, [=](const kernels::Kernel::Buffers& b) -> Status {
            const int64_t taps = window.size[0] * window.size[1];
            parallel_for(y[0] * y[1], 4, [&](int64_t begin, int64_t end) {
                for (int64_t i = begin; i < end; ++i) {
                    take_tap(window, x, y, i % taps / window.size[1], i % window.size[1],
                             static_cast<const T*>(b.inputs[0]) + i / taps * x[2] * x[3],
                             static_cast<T*>(b.outputs[0]) + i * y[2] * y[3]);
                }
            });
            return {};
        });
    });
    return kernel;
}

/// A field of Caffe's convolutions: a list (kernel_size: 3 or 3, 5), or one number for each axis (kernel_h, kernel_w).
Ints caffe_pair(const ForeignNode& node, const std::string& list, const std::string& stem, int64_t fallback) {
    if (node.attrs.has(stem + "_h") || node.attrs.has(stem + "_w")) {
        return {node.attrs.get<int64_t>(stem + "_h", fallback), node.attrs.get<int64_t>(stem + "_w", fallback)};
    }
    Ints values = node.attrs.get<Ints>(list, {fallback});
    values.resize(std::max<size_t>(values.size(), 2), values.empty() ? fallback : values.front());
    return values;
}

Imported import_im2col(Importer& graph, const ForeignNode& node) {
    const Ints pads = caffe_pair(node, "pad", "pad", 0);
    if (pads.size() != 2) {
        return import_fail("pad has ", pads.size(), " entries; expected one or two");
    }
    if (const auto axis = node.attrs.get<int64_t>("axis", 1); axis != 1) {
        return import_fail("axis is ", axis, "; only 1 is supported");
    }
    const Ints size = caffe_pair(node, "kernel_size", "kernel", 0);
    if (size == Ints{0, 0}) {
        return import_fail("kernel_size is missing");
    }
    return one(graph.add("Im2col", {node.input(0)},
                         {{"ksizes", size},
                          {"strides", caffe_pair(node, "stride", "stride", 1)},
                          {"dilations", caffe_pair(node, "dilation", "dilation", 1)},
                          {"pads", Ints{pads[0], pads[0], pads[1], pads[1]}}}));
}

}  // namespace

OpDef declare_SPP() {
    constexpr DTypes kTypes = {ACL_FLOAT, ACL_FLOAT16};
    return OpDef("SPP", "Each channel pooled to grids of 1, 2, 4, ... by as many, one after the other.")
        .input("x", kTypes)
        .output("y", kTypes)
        .required_attr("pyramid_height", int64_t{})
        .attr("pool_method", kMax)
        .infer(infer_spp)
        .kernel("reference", make_spp)
        .caffe("SPP", import_spp);
}

OpDef declare_Im2col() {
    return OpDef("Im2col", "What each tap of a window sees, as channels.")
        .input("x", kNumbers)
        .output("y", kNumbers)
        .required_attr("ksizes", Ints{})
        .attr("strides", Ints{1})
        .attr("dilations", Ints{1})
        .attr("padding_mode", std::string("CALCULATED"))
        .attr("pads", Ints{0})
        .infer(infer_im2col)
        .kernel("reference", make_im2col)
        .caffe("Im2col", import_im2col);
}

}  // namespace softacl::ops
