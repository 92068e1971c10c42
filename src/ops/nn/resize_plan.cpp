// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>

#include "ops/nn/resize.h"

namespace softacl::ops {
namespace {

/// The position in the input, as a real number, of an output position.
Result<double> source_position(const ResizeRequest& r, int64_t at) {
    const auto x = static_cast<double>(at);
    const auto in = static_cast<double>(r.input);
    const auto out = static_cast<double>(r.output);
    const std::string& mode = r.coordinate_mode;
    if (mode == "half_pixel" || (mode == "pytorch_half_pixel" && r.output > 1)) {
        return (x + 0.5) / r.scale - 0.5;
    }
    if (mode == "pytorch_half_pixel") {
        return 0.0;
    }
    if (mode == "half_pixel_symmetric") {
        const double adjustment = out / (r.scale * in);
        return in / 2 * (1 - adjustment) + (x + 0.5) / r.scale - 0.5;
    }
    if (mode == "align_corners") {
        return r.output == 1 ? 0.0 : x * (in - 1) / (out - 1);
    }
    if (mode == "asymmetric") {
        return x / r.scale;
    }
    if (mode == "tf_half_pixel_for_nn") {
        return (x + 0.5) / r.scale;
    }
    if (mode == "tf_crop_and_resize") {
        return r.output > 1 ? r.roi_begin * (in - 1) + x * (r.roi_end - r.roi_begin) * (in - 1) / (out - 1)
                            : 0.5 * (r.roi_begin + r.roi_end) * (in - 1);
    }
    return fail(ACL_ERROR_INVALID_PARAM, "coordinate_transformation_mode is ", mode, ", which does not exist");
}

Result<double> round_nearest(const std::string& mode, double x) {
    if (mode == "round_prefer_floor") {
        return std::ceil(x - 0.5);
    }
    if (mode == "round_prefer_ceil") {
        return std::floor(x + 0.5);
    }
    if (mode == "floor") {
        return std::floor(x);
    }
    if (mode == "ceil") {
        return std::ceil(x);
    }
    return fail(ACL_ERROR_INVALID_PARAM, "nearest_mode is ", mode, ", which does not exist");
}

/// Weight of an input position at this distance.
double cubic_weight(double distance, double a) {
    const double d = std::abs(distance);
    if (d <= 1) {
        return ((a + 2) * d - (a + 3)) * d * d + 1;
    }
    return d < 2 ? ((a * d - 5 * a) * d + 8 * a) * d - 4 * a : 0;
}

int64_t bounded(double position, int64_t count) {
    return static_cast<int64_t>(std::clamp(position, 0.0, static_cast<double>(count - 1)));
}

void append_cubic(const ResizeRequest& r, double x, kernels::ref::ResizeAxis& axis) {
    const double floor = std::floor(x);
    double sum = 0;
    const size_t first = axis.weights.size();
    for (int tap = -1; tap <= 2; ++tap) {
        const double position = floor + tap;
        const bool inside = position >= 0 && position < static_cast<double>(r.input);
        const double weight = r.exclude_outside && !inside ? 0 : cubic_weight(x - position, r.cubic_a);
        axis.positions.push_back(bounded(position, r.input));
        axis.weights.push_back(weight);
        sum += weight;
    }
    if (r.exclude_outside && sum != 0) {
        std::for_each(axis.weights.begin() + static_cast<std::ptrdiff_t>(first), axis.weights.end(),
                      [sum](double& weight) { weight /= sum; });
    }
}

/// The value of an optional input; null also if it is empty, which the standard allows for "left out".
const Tensor* given(const OpCall& call, size_t input) {
    const Tensor* tensor = call.has_input(input) ? call.constant(input) : nullptr;
    return tensor == nullptr || tensor->elements() == 0 ? nullptr : tensor;
}

constexpr size_t kRoi = 1;
constexpr size_t kScales = 2;
constexpr size_t kSizes = 3;

/// Rounding in float, as everybody does it: 0.7 * 10 is 7.
int64_t scaled(int64_t size, float scale) { return static_cast<int64_t>(std::floor(static_cast<float>(size) * scale)); }

}  // namespace

Result<kernels::ref::ResizeAxis> resize_axis(const ResizeRequest& r, std::vector<bool>& outside) {
    kernels::ref::ResizeAxis axis;
    axis.input = r.input;
    axis.output = r.output;
    axis.taps = r.mode == "nearest" ? 1 : r.mode == "linear" ? 2 : 4;
    outside.clear();
    const bool crops = r.coordinate_mode == "tf_crop_and_resize";
    if (r.mode != "nearest" && r.mode != "linear" && r.mode != "cubic") {
        return fail(ACL_ERROR_INVALID_PARAM, "mode is ", r.mode, "; expected nearest, linear or cubic");
    }
    const bool stays = r.scale == 1 && r.input == r.output && !(crops && (r.roi_begin != 0 || r.roi_end != 1));
    if (stays) {  // whatever the formula says: tf_half_pixel_for_nn would move it
        axis.taps = 1;
    }
    for (int64_t i = 0; i < r.output; ++i) {
        SOFTACL_ASSIGN(const double exact, stays ? Result<double>(static_cast<double>(i)) : source_position(r, i));
        const auto x = static_cast<double>(static_cast<float>(exact));
        outside.push_back(crops && (x < 0 || x > static_cast<double>(r.input - 1)));
        if (axis.taps == 1) {
            SOFTACL_ASSIGN(const double nearest, round_nearest(r.mode == "nearest" ? r.nearest_mode : "floor", x));
            axis.positions.push_back(bounded(nearest, r.input));
        } else if (axis.taps == 2) {
            const double floor = std::floor(x);
            axis.positions.push_back(bounded(floor, r.input));
            axis.positions.push_back(bounded(floor + 1, r.input));
            axis.weights.push_back(1 - (x - floor));
            axis.weights.push_back(x - floor);
        } else {
            append_cubic(r, x, axis);
        }
    }
    return axis;
}

Result<Shape> resized_shape(const OpCall& call) {
    const Shape& x = call.inputs[0]->shape;
    const Tensor* sizes = given(call, kSizes);
    const Tensor* scales = given(call, kScales);
    const Tensor* values = sizes != nullptr ? sizes : scales;
    if (values == nullptr) {
        const auto unknown = [&](size_t i) { return call.has_input(i) && call.constant(i) == nullptr; };
        if (unknown(kSizes) || unknown(kScales)) {
            return Shape(Ints(x.rank(), -1));
        }
        return call.fail("the inputs scales and sizes are both missing");
    }
    const char* name = sizes != nullptr ? "sizes" : "scales";
    if (static_cast<size_t>(values->elements()) != x.rank()) {
        return call.fail("the input ", name, " has ", values->elements(), " elements; expected ", x.rank(),
                         ", one for each dimension of x");
    }
    Shape shape = x;
    for (size_t i = 0; i < x.rank(); ++i) {
        if (sizes != nullptr) {
            shape[i] = sizes->to_ints()[i];
        } else {
            const float scale = scales->to_floats()[i];
            if (!(scale > 0) || !(scale < static_cast<float>(std::numeric_limits<int32_t>::max()))) {
                return call.fail("the input scales has the element ", scale, "; expected a positive number");
            }
            if (x[i] > std::numeric_limits<int32_t>::max()) {
                return call.fail("the input x has the shape ", x, ", which is too large");
            }
            shape[i] = x[i] < 0 ? -1 : scaled(x[i], scale);
        }
        if (shape[i] < 0 && x[i] >= 0) {
            return call.fail("the input ", name, " asks for ", shape[i], " elements of dimension ", i);
        }
        if (x[i] == 0 && shape[i] > 0) {
            return call.fail("the input x has the shape ", x, ": nothing can become ", shape[i],
                             " elements of dimension ", i);
        }
    }
    return shape;
}

Result<ResizePlan> resize_plan(const OpCall& call) {
    ResizePlan plan;
    plan.input = call.inputs[0]->shape;
    SOFTACL_ASSIGN(plan.output, resized_shape(call));
    if (!plan.output.is_known()) {
        return call.fail("scales or sizes must be known before the model runs");
    }
    ResizeRequest request;
    request.mode = call.attrs.at<std::string>("mode");
    request.coordinate_mode = call.attrs.at<std::string>("coordinate_transformation_mode");
    request.nearest_mode = call.attrs.at<std::string>("nearest_mode");
    request.cubic_a = static_cast<double>(call.attrs.at<float>("cubic_coeff_a"));
    request.exclude_outside = call.attrs.at<int64_t>("exclude_outside") != 0;
    plan.nearest = request.mode == "nearest";
    plan.extrapolates = request.coordinate_mode == "tf_crop_and_resize";
    plan.extrapolation_value = call.attrs.at<float>("extrapolation_value");
    const size_t rank = plan.input.rank();
    const Tensor* roi = given(call, kRoi);
    if (plan.extrapolates && (roi == nullptr || static_cast<size_t>(roi->elements()) != 2 * rank)) {
        return call.fail("tf_crop_and_resize needs the input roi with ", 2 * rank, " elements");
    }
    const Tensor* scales = given(call, kSizes) == nullptr ? given(call, kScales) : nullptr;
    plan.outside.resize(rank);
    for (size_t i = 0; i < rank; ++i) {
        request.input = plan.input[i];
        request.output = plan.output[i];
        request.scale = scales != nullptr    ? static_cast<double>(scales->to_floats()[i])
                        : request.input == 0 ? 1
                                             : static_cast<double>(request.output) / static_cast<double>(request.input);
        if (plan.extrapolates) {
            request.roi_begin = static_cast<double>(roi->to_floats()[i]);
            request.roi_end = static_cast<double>(roi->to_floats()[rank + i]);
        }
        auto axis = resize_axis(request, plan.outside[i]);
        if (!axis.ok()) {
            return call.fail(axis.status().message());
        }
        plan.axes.push_back(std::move(*axis));
    }
    return plan;
}

}  // namespace softacl::ops
