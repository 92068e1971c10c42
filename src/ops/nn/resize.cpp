// SPDX-License-Identifier: Apache-2.0
#include "ops/nn/resize.h"
#include "ops/caffe/imports.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/ref/number.h"
#include "ops/common/adapt.h"
#include "ops/common/import_simple.h"
#include "ops/common/infer.h"
#include "ops/common/reference.h"

namespace softacl::ops {
namespace {

namespace ref = kernels::ref;

Status infer(OpCall& call) {
    SOFTACL_ASSIGN(Shape shape, resized_shape(call));
    const TensorType& x = *call.inputs[0];
    call.outputs[0] = {x.dtype, std::move(shape), x.format};
    return {};
}

/// The fast kernels map centres of pixels, at exactly the ratio of sizes.
bool is_fast_axis(const ref::ResizeAxis& axis, bool nearest) {
    ResizeRequest request;
    request.mode = nearest ? "nearest" : "linear";
    request.coordinate_mode = "half_pixel";
    request.nearest_mode = "round_prefer_ceil";
    request.input = axis.input;
    request.output = axis.output;
    request.scale = static_cast<double>(axis.output) / static_cast<double>(axis.input);
    std::vector<bool> outside;
    const auto fast = resize_axis(request, outside);
    constexpr double kTolerance = 1e-5;
    return fast.ok() && fast->positions == axis.positions &&
           std::equal(fast->weights.begin(), fast->weights.end(), axis.weights.begin(), axis.weights.end(),
                      [](double a, double b) { return std::abs(a - b) < kTolerance; });
}

Result<kernels::KernelPtr> make_fast(const OpCall& call) {
    SOFTACL_ASSIGN(const ResizePlan plan, resize_plan(call));
    const size_t rank = plan.input.rank();
    const auto& mode = call.attrs.at<std::string>("mode");
    if (rank < 3 || rank > 5 || mode == "cubic" || plan.extrapolates || !plan.axes[0].is_identity() ||
        !plan.axes[1].is_identity()) {
        return fail(ACL_ERROR_FEATURE_UNSUPPORTED, "nearest and linear, along spatial axes only");
    }
    for (size_t i = 2; i < rank; ++i) {
        if (!plan.axes[i].is_identity() && !is_fast_axis(plan.axes[i], plan.nearest)) {
            return fail(ACL_ERROR_FEATURE_UNSUPPORTED, "positions between others than the fast kernels'");
        }
    }
    return make_fast_kernel(call, {0, kNoInput, kNoInput, kNoInput}, [&](const kernels::FastKernels& fast) {
        return fast.resize({!plan.nearest, plan.input, plan.output, call.layout(0)});
    });
}

/// One axis after the other; C is the type between them.
template <class T, class C>
class ResizeLoops {
   public:
    explicit ResizeLoops(ResizePlan plan) : plan_(std::move(plan)) {
        Shape shape = plan_.input;
        half_ = shape.elements();
        for (size_t i = 0; i < shape.rank(); ++i) {
            if (plan_.axes[i].is_identity()) {
                continue;
            }
            shape[i] = plan_.output[i];
            half_ = std::max(half_, shape.elements());
        }
    }

    size_t scratch_bytes() const { return 2 * static_cast<size_t>(half_) * sizeof(C); }

    void run(const T* x, T* y, C* scratch) const {
        C* from = scratch;
        C* to = scratch + half_;
        for (int64_t i = 0; i < plan_.input.elements(); ++i) {
            from[i] = widened(x[i]);
        }
        Shape shape = plan_.input;
        for (size_t i = 0; i < shape.rank(); ++i) {
            if (!plan_.axes[i].is_identity()) {
                ref::resize_axis(plan_.axes[i], shape.elements(0, i), shape.elements(i + 1, shape.rank()), from, to);
                shape[i] = plan_.output[i];
                std::swap(from, to);
            }
        }
        for (int64_t i = 0; i < shape.elements(); ++i) {
            y[i] = plan_.extrapolates && is_outside(i) ? kernels::converted<T>(plan_.extrapolation_value)
                                                       : narrowed(from[i]);
        }
    }

   private:
    bool is_outside(int64_t index) const {
        for (size_t axis = plan_.output.rank(); axis-- > 0; index /= plan_.output[axis]) {
            if (plan_.outside[axis][static_cast<size_t>(index % plan_.output[axis])]) {
                return true;
            }
        }
        return false;
    }
    static C widened(T value) {
        if constexpr (std::is_same_v<T, C>) {
            return value;
        } else {
            return static_cast<C>(static_cast<ref::Real<T>>(value));
        }
    }
    static T narrowed(C value) {
        if constexpr (std::is_same_v<T, C>) {
            return value;
        } else if constexpr (std::is_integral_v<T>) {
            return kernels::converted<T>(value);  // cubic weights reach beyond the range of the inputs
        } else {
            return static_cast<T>(static_cast<ref::Real<T>>(value));
        }
    }

    ResizePlan plan_;
    int64_t half_ = 0;
};

template <class T, class C>
kernels::KernelPtr make_loops(const OpCall& call, const ResizePlan& plan) {
    const ResizeLoops<T, C> loops(plan);
    auto kernel = function_kernel(call, [loops](const kernels::Kernel::Buffers& b) -> Status {
        loops.run(static_cast<const T*>(b.inputs[0]), static_cast<T*>(b.outputs[0]), static_cast<C*>(b.scratch));
        return {};
    });
    kernel->scratch_bytes = loops.scratch_bytes();
    return kernel;
}

Result<kernels::KernelPtr> make_reference(const OpCall& call) {
    SOFTACL_ASSIGN(const ResizePlan plan, resize_plan(call));
    kernels::KernelPtr kernel;
    ref::visit_numbers(call.inputs[0]->dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        using Sum = std::conditional_t<std::is_integral_v<T>, double, ref::Real<T>>;
        kernel = plan.nearest ? make_loops<T, ref::Real<T>>(call, plan) : make_loops<T, Sum>(call, plan);
    });
    return kernel;
}

/// Opset 18 may name some axes only: the values of all others are those of no resizing.
Result<ValueRef> for_all_axes(Importer& graph, const ForeignNode& node, ValueRef list, bool sizes) {
    const auto* axes = node.attrs.find_as<Ints>("axes");
    if (axes == nullptr || list == kNoValue) {
        return list;
    }
    const Shape x = graph.type(node.input(0)).shape;
    const Tensor* values = graph.constant(list);
    if (values == nullptr || static_cast<size_t>(values->elements()) != axes->size()) {
        return fail(ACL_ERROR_INVALID_PARAM, "with the attribute axes, scales and sizes must be constants of ",
                    axes->size(), " elements");
    }
    std::vector<float> scales(x.rank(), 1);
    Ints all = x.dims();
    for (size_t i = 0; i < axes->size(); ++i) {
        const auto limit = static_cast<int64_t>(x.rank());
        const int64_t axis = (*axes)[i] < 0 ? (*axes)[i] + limit : (*axes)[i];
        if (axis < 0 || axis >= limit) {
            return fail(ACL_ERROR_INVALID_PARAM, "axes has the entry ", (*axes)[i], "; X has ", limit, " dimensions");
        }
        scales[static_cast<size_t>(axis)] = values->to_floats()[i];
        all[static_cast<size_t>(axis)] = values->to_ints()[i];
    }
    return graph.add_constant(sizes ? Tensor::list(all) : Tensor::list(scales), sizes ? "sizes" : "scales");
}

/// Opset 10 has scales as second input and fixed coordinates; from 11 on: roi, scales, sizes and attributes.
Imported import_resize(Importer& graph, const ForeignNode& node) {
    if (node.attrs.get<int64_t>("antialias", 0) != 0) {
        return fail(ACL_ERROR_FEATURE_UNSUPPORTED, "antialias is 1, which is not supported so far");
    }
    const auto policy = node.attrs.get<std::string>("keep_aspect_ratio_policy", "stretch");
    if (policy != "stretch") {
        return fail(ACL_ERROR_FEATURE_UNSUPPORTED, "keep_aspect_ratio_policy is ", policy,
                    "; only stretch is supported so far");
    }
    Attrs attrs = {{"mode", node.attrs.get<std::string>("mode", "nearest")}};
    if (node.version < 11) {
        attrs.set("coordinate_transformation_mode", std::string("asymmetric"));
        attrs.set("nearest_mode", std::string("floor"));
        return one(graph.add("Resize", {node.input(0), kNoValue, node.input(1)}, std::move(attrs)));
    }
    for (const char* attr : {"coordinate_transformation_mode", "nearest_mode", "cubic_coeff_a", "exclude_outside",
                             "extrapolation_value"}) {
        if (const Attr* value = node.attrs.find(attr); value != nullptr) {
            attrs.set(attr, *value);
        }
    }
    const bool crops = node.attrs.get<std::string>("coordinate_transformation_mode", "") == "tf_crop_and_resize";
    if (crops && node.attrs.has("axes")) {
        return fail(ACL_ERROR_FEATURE_UNSUPPORTED, "axes with tf_crop_and_resize is not supported so far");
    }
    SOFTACL_ASSIGN(ValueRef scales, for_all_axes(graph, node, node.input(2), false));
    SOFTACL_ASSIGN(const ValueRef sizes, for_all_axes(graph, node, node.input(3), true));
    if (sizes != kNoValue) {
        scales = kNoValue;  // there may be an empty one
    }
    return one(graph.add("Resize", {node.input(0), crops ? node.input(1) : kNoValue, scales, sizes}, std::move(attrs)));
}

/// Scales are an attribute in opset 7, an input in 9.
Imported import_upsample(Importer& graph, const ForeignNode& node) {
    ValueRef scales = node.input(1);
    if (scales == kNoValue) {
        const auto* list = node.attrs.find_as<Floats>("scales");
        if (list == nullptr) {
            return fail(ACL_ERROR_INVALID_PARAM, "the attribute scales is missing");
        }
        scales = graph.add_constant(Tensor::list(*list), "scales");
    }
    auto mode = node.attrs.get<std::string>("mode", "nearest");
    if (mode == "bilinear") {
        mode = "linear";
    }
    return one(graph.add("Resize", {node.input(0), kNoValue, scales},
                         {{"mode", mode},
                          {"coordinate_transformation_mode", std::string("asymmetric")},
                          {"nearest_mode", std::string("floor")}}));
}

}  // namespace

OpDef declare_Resize() {
    return OpDef("Resize", "Another size along any axes: nearest, linear or cubic.")
        .input("x", kNumbers)
        .optional_input("roi", kFloats)
        .optional_input("scales", {ACL_FLOAT})
        .optional_input("sizes", kIndexes)
        .output("y", kNumbers)
        .attr("coordinate_transformation_mode", std::string("half_pixel"))
        .attr("cubic_coeff_a", -0.75F)
        .attr("exclude_outside", int64_t{0})
        .attr("extrapolation_value", 0.0F)
        .attr("mode", std::string("nearest"))
        .attr("nearest_mode", std::string("round_prefer_floor"))
        .infer(infer)
        .needs_value(1)
        .needs_value(2)
        .needs_value(3)
        .kernel("onednn", make_fast)
        .kernel("reference", make_reference)
        .onnx("Resize", import_resize)
        .onnx("Upsample", import_upsample)
        .caffe("Interp", import_caffe_interp)
        .caffe("Upsample", import_caffe_upsample);
}

}  // namespace softacl::ops
