// SPDX-License-Identifier: Apache-2.0
// Pictures, lines and volumes brought to another size, in the words of TensorFlow and PyTorch. TensorFlow's operators
// find height and width by the format of x: behind the channels for NCHW, else in front of them.
#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/ref/number.h"
#include "kernels/ref/resize.h"
#include "ops/common/attribute_form.h"
#include "ops/common/reference.h"
#include "ops/common/values.h"
#include "ops/nn/resize.h"

namespace softacl::ops {
namespace {

namespace ref = kernels::ref;

constexpr DTypes kReal = {ACL_FLOAT, ACL_FLOAT16, ACL_DOUBLE};
constexpr DTypes kPictures = kReal | DTypes{ACL_INT8, ACL_UINT8, ACL_INT16, ACL_UINT16, ACL_INT32, ACL_INT64};
constexpr int64_t kLargest = std::numeric_limits<int32_t>::max();

enum class Kind { kNearest, kLinear, kCubic, kArea };

Kind kind_of(const OpCall& call) {
    const std::string& name = call.op->name();
    const auto has = [&](const char* part) { return name.find(part) != std::string::npos; };
    return has("Nearest") ? Kind::kNearest : has("Bicubic") ? Kind::kCubic : has("Area") ? Kind::kArea : Kind::kLinear;
}

bool is_tensorflow(const OpCall& call) { return call.op->name().compare(0, 6, "Resize") == 0; }

/// Spatial axes, their number by the operator.
Result<std::pair<size_t, size_t>> spatial_axes(const OpCall& call) {
    const std::string& name = call.op->name();
    const TensorType& x = *call.inputs[0];
    const size_t count = name.find("1d") != std::string::npos                                ? 1
                         : name.find("3d") != std::string::npos || name == "ResizeTrilinear" ? 3
                                                                                             : 2;
    if (x.shape.rank() != count + 2) {
        return call.fail("the input ", input_name(call, 0), " has the shape ", x.shape, "; expected ", count + 2,
                         " dimensions");
    }
    const bool flat = count == 2;
    const bool first = !is_tensorflow(call) || (flat ? x.format == ACL_FORMAT_NCHW : x.format != ACL_FORMAT_NDHWC);
    return std::make_pair(first ? size_t{2} : size_t{1}, count);
}

struct Size {
    Ints dims;                   ///< empty: not known
    std::vector<double> scales;  ///< by which the size grows; empty: that of the dimensions
};

Result<Size> wanted_size(const OpCall& call, size_t first, size_t count) {
    Size size;
    if (is_tensorflow(call)) {
        const auto known = known_ints(call, 1);
        if (!known) {
            return size;
        }
        size.dims = *known;
    } else {
        size.dims = call.attrs.at<Ints>("output_size");
        const auto& scales = call.attrs.at<Floats>("scales");
        if (!scales.empty() && scales.size() != count) {
            return call.fail("the attribute scales has ", scales.size(), " entries; expected ", count);
        }
        if (size.dims.empty() && scales.empty()) {
            return call.fail("output_size and scales are both empty; expected one of them");
        }
        for (size_t i = 0; i < scales.size(); ++i) {
            if (!(scales[i] > 0)) {
                return call.fail("the attribute scales has the entry ", scales[i], "; expected more than 0");
            }
            size.scales.push_back(static_cast<double>(scales[i]));
        }
        const Shape& x = call.inputs[0]->shape;
        for (size_t i = 0; size.dims.size() < count && i < scales.size(); ++i) {
            const double dim = std::floor(static_cast<double>(x[first + i]) * size.scales[i]);
            size.dims.push_back(x[first + i] < 0 ? -1 : static_cast<int64_t>(std::min(dim, 1e18)));
        }
    }
    if (size.dims.size() != count) {
        return call.fail("the wanted size is ", Shape(size.dims), "; expected ", count, " numbers");
    }
    for (size_t i = 0; i < count; ++i) {
        const bool open = size.dims[i] == -1 && call.inputs[0]->shape[first + i] < 0;
        if (!open && (size.dims[i] < 1 || size.dims[i] > kLargest)) {
            return call.fail("the wanted size is ", Shape(size.dims), "; expected 1 to ", kLargest);
        }
    }
    return size;
}

/// Of a nearest one that of x; else float32 unless the operator says more.
Result<aclDataType> result_type(const OpCall& call) {
    const aclDataType x = call.inputs[0]->dtype;
    const auto* type = call.attrs.find_as<aclDataType>("dtype");
    if (type != nullptr && *type != ACL_FLOAT && *type != ACL_FLOAT16 && *type != ACL_UINT8) {
        return call.fail("the attribute dtype is ", name_of(*type), "; expected float32, float16 or uint8");
    }
    const bool own = kind_of(call) == Kind::kNearest || !is_tensorflow(call) || call.op->name() == "ResizeTrilinear";
    return type != nullptr ? *type : own ? x : ACL_FLOAT;
}

Status infer(OpCall& call) {
    const TensorType& x = *call.inputs[0];
    SOFTACL_ASSIGN(const auto axes, spatial_axes(call));
    SOFTACL_ASSIGN(const Size size, wanted_size(call, axes.first, axes.second));
    SOFTACL_ASSIGN(const aclDataType type, result_type(call));
    if (call.attrs.get<bool>("align_corners", false) && call.attrs.get<bool>("half_pixel_centers", false)) {
        return call.fail("the attributes align_corners and half_pixel_centers exclude each other");
    }
    Shape y = x.shape;
    for (size_t i = 0; i < axes.second; ++i) {
        const size_t axis = axes.first + i;
        if (x.shape[axis] == 0 || x.shape[axis] > kLargest) {
            return call.fail("the input ", input_name(call, 0), " has the shape ", x.shape,
                             "; expected spatial dimensions of 1 to ", kLargest);
        }
        y[axis] = size.dims.empty() ? -1 : size.dims[i];
    }
    call.outputs[0] = {type, std::move(y), x.format};
    return {};
}

/// The means of equal parts of the input.
ref::ResizeAxis area_axis(int64_t input, int64_t output, bool corners) {
    const double step = corners && output > 1 ? static_cast<double>(input - 1) / static_cast<double>(output - 1)
                                              : static_cast<double>(input) / static_cast<double>(output);
    ref::ResizeAxis axis;
    axis.input = input;
    axis.output = output;
    axis.taps = static_cast<int64_t>(std::ceil(step)) + 1;
    for (int64_t i = 0; i < output; ++i) {
        const double begin = static_cast<double>(i) * step;
        const double end = begin + step;
        const auto first = static_cast<int64_t>(std::floor(begin));
        for (int64_t tap = 0; tap < axis.taps; ++tap) {
            const auto low = static_cast<double>(first + tap);
            const double share = std::min(end, low + 1) - std::max(begin, low);
            axis.positions.push_back(std::clamp<int64_t>(first + tap, 0, input - 1));
            axis.weights.push_back(step > 0 ? std::max(share, 0.0) / step : tap == 0 ? 1 : 0);
        }
    }
    return axis;
}

Result<ref::ResizeAxis> axis_of(const OpCall& call, int64_t input, int64_t output, const double* scale) {
    const Kind kind = kind_of(call);
    const bool corners = call.attrs.get<bool>("align_corners", false);
    if (kind == Kind::kArea) {
        return area_axis(input, output, corners);
    }
    // PyTorch's nearest never maps centres, its linear ones do.
    const bool centers = is_tensorflow(call) ? call.attrs.at<bool>("half_pixel_centers") : kind == Kind::kLinear;
    ResizeRequest r;
    r.mode = kind == Kind::kNearest ? "nearest" : kind == Kind::kLinear ? "linear" : "cubic";
    r.coordinate_mode = corners ? "align_corners" : centers ? "half_pixel" : "asymmetric";
    r.nearest_mode = corners || centers ? "round_prefer_ceil" : "floor";
    r.cubic_a = centers ? -0.5 : -0.75;
    r.exclude_outside = centers;
    r.input = input;
    r.output = output;
    r.scale = scale != nullptr ? *scale : static_cast<double>(output) / static_cast<double>(input);
    std::vector<bool> outside;
    return resize_axis(r, outside);
}

/// One axis after the other, in elements of type C between them.
struct Steps {
    struct Step {
        ref::ResizeAxis axis;
        int64_t outer;
        int64_t inner;
    };
    std::vector<Step> steps;
    int64_t input = 0;
    int64_t output = 0;
    int64_t largest = 0;

    template <class T, class C, class Y>
    void run(const T* x, Y* y, C* scratch) const {
        C* from = scratch;
        C* to = scratch + largest;
        for (int64_t i = 0; i < input; ++i) {
            from[i] = kernels::converted<C>(x[i]);
        }
        for (const Step& step : steps) {
            ref::resize_axis(step.axis, step.outer, step.inner, from, to);
            std::swap(from, to);
        }
        for (int64_t i = 0; i < output; ++i) {
            y[i] = kernels::converted<Y>(from[i]);
        }
    }
};

template <class T, class C, class Y>
kernels::KernelPtr make_loops(const OpCall& call, const Steps& steps) {
    auto kernel = function_kernel(call, [steps](const kernels::Kernel::Buffers& b) -> Status {
        steps.run(static_cast<const T*>(b.inputs[0]), static_cast<Y*>(b.outputs[0]), static_cast<C*>(b.scratch));
        return {};
    });
    kernel->scratch_bytes = 2 * static_cast<size_t>(steps.largest) * sizeof(C);
    return kernel;
}

Result<kernels::KernelPtr> make(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    SOFTACL_ASSIGN(const auto axes, spatial_axes(call));
    SOFTACL_ASSIGN(const Size size, wanted_size(call, axes.first, axes.second));
    Shape shape = call.inputs[0]->shape;
    const Shape& y = call.outputs[0].shape;
    Steps steps;
    steps.input = steps.largest = shape.elements();
    steps.output = y.elements();
    for (size_t i = 0; i < axes.second; ++i) {
        const size_t axis = axes.first + i;
        SOFTACL_ASSIGN(auto plan, axis_of(call, shape[axis], y[axis], size.scales.empty() ? nullptr : &size.scales[i]));
        steps.steps.push_back({std::move(plan), shape.elements(0, axis), shape.elements(axis + 1, shape.rank())});
        shape[axis] = y[axis];
        if (!shape.fits(sizeof(double))) {
            return call.fail("a result of the shape ", y, " is too large");
        }
        steps.largest = std::max(steps.largest, shape.elements());
    }
    const bool nearest = kind_of(call) == Kind::kNearest;
    const aclDataType type = call.outputs[0].dtype;
    kernels::KernelPtr kernel;
    ref::visit_numbers(call.inputs[0]->dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        using Real = std::conditional_t<std::is_same_v<ref::Real<T>, float>, float, double>;
        if (nearest) {
            kernel = make_loops<T, ref::Real<T>, T>(call, steps);
        } else if (type == ACL_FLOAT) {
            kernel = make_loops<T, Real, float>(call, steps);
        } else if (type == ACL_FLOAT16) {
            kernel = make_loops<T, Real, Half>(call, steps);
        } else if (type == ACL_UINT8) {
            kernel = make_loops<T, Real, uint8_t>(call, steps);
        } else if (type == ACL_DOUBLE) {
            kernel = make_loops<T, Real, double>(call, steps);
        }
    });
    return kernel;
}

OpDef& resize_rest(OpDef& op, DTypes results) {
    return op.input("size", {ACL_INT32}).output("y", results).attr("align_corners", false);
}
OpDef& finish(OpDef& op) { return op.infer(infer).kernel("reference", make); }

OpDef tensorflow_resize(const char* name, const char* doc, const char* x, DTypes dtypes, DTypes results) {
    OpDef op(name, doc);
    op.input(x, dtypes).needs_value(1);
    return finish(resize_rest(op, results));
}

OpDef sized_resize(const char* name, const char* doc, DTypes dtypes, DTypes results) {
    return OpDef(name, doc)
        .input("x", dtypes)
        .output("y", results)
        .attr("align_corners", false)
        .attr("half_pixel_centers", false)
        .required_attr("size", Ints{});
}

OpDef upsample(const char* name, const char* doc, DTypes dtypes) {
    OpDef op(name, doc);
    op.input("x", dtypes).output("y", dtypes).attr("scales", Floats{});
    return finish(op);
}

constexpr AttributeForm kResizeBilinearV2D = {"ResizeBilinearV2"};
constexpr AttributeForm kResizeNearestNeighborV2D = {"ResizeNearestNeighborV2"};

}  // namespace

OpDef declare_ResizeBilinearV2() {
    return tensorflow_resize("ResizeBilinearV2", "Another height and width, by linear interpolation.", "x", kPictures,
                             {ACL_UINT8, ACL_FLOAT, ACL_FLOAT16})
        .attr("half_pixel_centers", false)
        .attr("dtype", ACL_FLOAT);
}
OpDef declare_ResizeBilinearV2D() {
    return attribute_form<kResizeBilinearV2D>(
        declare_ResizeBilinearV2(),
        sized_resize("ResizeBilinearV2D", "ResizeBilinearV2 to a fixed size.", {ACL_FLOAT, ACL_FLOAT16}, {ACL_FLOAT}));
}
OpDef declare_ResizeNearestNeighborV2() {
    return tensorflow_resize("ResizeNearestNeighborV2", "Another height and width: the nearest element.", "x",
                             kPictures | DTypes{ACL_BF16}, kPictures | DTypes{ACL_BF16})
        .attr("half_pixel_centers", false);
}
OpDef declare_ResizeNearestNeighborV2D() {
    constexpr DTypes kTypes = {ACL_FLOAT, ACL_FLOAT16, ACL_INT32, ACL_INT8, ACL_UINT8};
    return attribute_form<kResizeNearestNeighborV2D>(
        declare_ResizeNearestNeighborV2(),
        sized_resize("ResizeNearestNeighborV2D", "ResizeNearestNeighborV2 to a fixed size.", kTypes, kTypes));
}
OpDef declare_ResizeBicubic() {
    return tensorflow_resize("ResizeBicubic", "Another height and width, by cubic interpolation.", "images", kPictures,
                             {ACL_UINT8, ACL_FLOAT})
        .attr("half_pixel_centers", false)
        .attr("dtype", ACL_FLOAT);
}
OpDef declare_ResizeArea() {
    return tensorflow_resize("ResizeArea", "Another height and width: the means of areas.", "images", kPictures,
                             {ACL_FLOAT});
}
OpDef declare_ResizeTrilinear() {
    constexpr DTypes kTypes = {ACL_FLOAT, ACL_FLOAT16};
    return tensorflow_resize("ResizeTrilinear", "Another depth, height and width, by linear interpolation.", "x",
                             kTypes, kTypes)
        .attr("half_pixel_centers", false);
}
OpDef declare_UpsampleNearest1d() {
    return upsample("UpsampleNearest1d", "Another width: the nearest element.", kReal)
        .required_attr("output_size", Ints{});
}
OpDef declare_UpsampleNearest3d() {
    return upsample("UpsampleNearest3d", "Another depth, height and width: the nearest element.",
                    kReal | DTypes{ACL_UINT8})
        .attr("output_size", Ints{});
}
OpDef declare_UpsampleTrilinear3d() {
    return upsample("UpsampleTrilinear3d", "Another depth, height and width, by linear interpolation.", kReal)
        .attr("output_size", Ints{})
        .attr("align_corners", false);
}

}  // namespace softacl::ops
