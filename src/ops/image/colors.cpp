// SPDX-License-Identifier: Apache-2.0
// Colours of pictures: other spaces, brightness, contrast, hue and saturation, as TensorFlow defines them.
#include <algorithm>
#include <array>
#include <cmath>

#include "ops/common/infer.h"
#include "ops/common/reals.h"
#include "ops/common/values.h"

namespace softacl::ops {
namespace {

namespace ref = kernels::ref;

constexpr DTypes kTypes = {ACL_FLOAT, ACL_FLOAT16};
constexpr DTypes kReal = {ACL_FLOAT, ACL_FLOAT16, ACL_DOUBLE};
constexpr DTypes kFloat = {ACL_FLOAT};

template <class R>
using Color = std::array<R, 3>;

/// Hue and saturation from 0 to 1; value like the colours. No hue without saturation.
template <class R>
Color<R> hsv_of(const Color<R>& rgb) {
    const auto& [red, green, blue] = rgb;
    const R value = std::max({red, green, blue});
    const R range = value - std::min({red, green, blue});
    const R saturation = value > 0 ? range / value : R(0);
    R hue = 0;
    if (range > 0) {
        const R sixth = 1 / (6 * range);
        hue = red == value     ? sixth * (green - blue)
              : green == value ? sixth * (blue - red) + R(2) / 6
                               : sixth * (red - green) + R(4) / 6;
    }
    return {hue < 0 ? hue + 1 : hue, saturation, value};
}

template <class R>
Color<R> rgb_of(const Color<R>& hsv) {
    const auto& [hue, saturation, value] = hsv;
    const R sixths = hue * 6;
    const auto part = [all = value, colour = saturation](R share) {
        return all * (1 - colour + colour * std::clamp<R>(share, 0, 1));
    };
    return {part(std::abs(sixths - 3) - 1), part(2 - std::abs(sixths - 2)), part(2 - std::abs(sixths - 4))};
}

/// Which axis has the three colours.
Result<size_t> color_axis(const OpCall& call) {
    const Shape& x = call.inputs[0]->shape;
    const auto format = call.attrs.get<std::string>("data_format", "HWC");
    if (format != "HWC" && format != "CHW") {
        return call.fail("the attribute data_format is ", format, "; expected HWC or CHW");
    }
    if (x.rank() < (format == "CHW" ? 3 : 1)) {
        return call.fail("the input images has the shape ", x, "; expected pictures (", format, ")");
    }
    return format == "HWC" ? x.rank() - 1 : x.rank() - 3;
}

Status check_number(const OpCall& call, size_t input) {
    if (input < call.inputs.size() && call.has_input(input) && call.inputs[input]->shape.is_known() &&
        call.inputs[input]->shape.elements() != 1) {
        return call.fail("the input ", input_name(call, input), " has the shape ", call.inputs[input]->shape,
                         "; expected one number");
    }
    return {};
}

Status infer_colors(OpCall& call) {
    SOFTACL_ASSIGN(const size_t axis, color_axis(call));
    const Shape& x = call.inputs[0]->shape;
    if (x[axis] >= 0 && x[axis] != 3) {
        return call.fail("the input images has the shape ", x, "; expected 3 colours");
    }
    SOFTACL_TRY(check_number(call, 1));
    return same_as_first(call);
}

/// Calls `function(Color, number)` for each pixel; the number is the second input, if there is one.
template <class Function>
Result<kernels::KernelPtr> color_kernel(const OpCall& call, Function function) {
    SOFTACL_TRY(require_known_shapes(call));
    SOFTACL_ASSIGN(const size_t axis, color_axis(call));
    const Shape& x_shape = call.inputs[0]->shape;
    const int64_t outer = x_shape.elements(0, axis);
    const int64_t inner = x_shape.elements(axis + 1, x_shape.rank());
    const bool has_number = call.inputs.size() > 1;
    return floats_kernel(call, 0, [=](auto tag, const kernels::Kernel::Buffers& b) -> Status {
        using T = typename decltype(tag)::Type;
        using R = ref::Real<T>;
        const R number = has_number ? static_cast<R>(*static_cast<const float*>(b.inputs[1])) : R{};
        for (int64_t i = 0; i < outer * inner; ++i) {
            const int64_t begin = i / inner * 3 * inner + i % inner;
            const auto* x = static_cast<const T*>(b.inputs[0]) + begin;
            auto* y = static_cast<T*>(b.outputs[0]) + begin;
            const Color<R> color = function(
                Color<R>{static_cast<R>(x[0]), static_cast<R>(x[inner]), static_cast<R>(x[2 * inner])}, number);
            for (int64_t k = 0; k < 3; ++k) {
                y[k * inner] = static_cast<T>(color[static_cast<size_t>(k)]);
            }
        }
        return {};
    });
}

Result<kernels::KernelPtr> make_to_hsv(const OpCall& call) {
    return color_kernel(call, [](const auto& color, auto) { return hsv_of(color); });
}
Result<kernels::KernelPtr> make_to_rgb(const OpCall& call) {
    return color_kernel(call, [](const auto& color, auto) { return rgb_of(color); });
}
Result<kernels::KernelPtr> make_hue(const OpCall& call) {
    return color_kernel(call, [](const auto& color, auto delta) {
        auto hsv = hsv_of(color);
        hsv[0] += delta;
        hsv[0] -= std::floor(hsv[0]);
        return rgb_of(hsv);
    });
}
Result<kernels::KernelPtr> make_saturation(const OpCall& call) {
    return color_kernel(call, [](const auto& color, auto scale) {
        auto hsv = hsv_of(color);
        hsv[1] = std::clamp<std::decay_t<decltype(scale)>>(hsv[1] * scale, 0, 1);
        return rgb_of(hsv);
    });
}

// AdjustBrightness

Status infer_brightness(OpCall& call) {
    SOFTACL_TRY(check_number(call, 1));
    return same_as_first(call);
}

Result<kernels::KernelPtr> make_brightness(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    const int64_t count = call.inputs[0]->shape.elements();
    return floats_kernel(call, 0, [=](auto tag, const kernels::Kernel::Buffers& b) -> Status {
        using T = typename decltype(tag)::Type;
        const float delta = *static_cast<const float*>(b.inputs[1]);
        for (int64_t i = 0; i < count; ++i) {
            static_cast<T*>(b.outputs[0])[i] =
                static_cast<T>(static_cast<float>(static_cast<const T*>(b.inputs[0])[i]) + delta);
        }
        return {};
    });
}

// AdjustContrast: distances from each channel's mean grow

Status infer_contrast(OpCall& call) {
    SOFTACL_TRY(color_axis(call).status());
    SOFTACL_TRY(check_number(call, 1));
    if (call.inputs[0]->shape.rank() < 3) {
        return call.fail("the input images has the shape ", call.inputs[0]->shape,
                         "; expected three or more dimensions");
    }
    if (const auto& mode = call.attrs.at<std::string>("mean_mode"); mode != "chn_wise") {
        return call.fail("the attribute mean_mode is ", mode, "; only chn_wise is supported");
    }
    return same_as_first(call);
}

Result<kernels::KernelPtr> make_contrast(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    SOFTACL_ASSIGN(const size_t axis, color_axis(call));
    const Shape& shape = call.inputs[0]->shape;
    const size_t rank = shape.rank();
    const bool last = axis == rank - 1;
    const int64_t pictures = shape.elements(0, rank - 3);
    const int64_t channels = shape[axis];
    const int64_t size = last ? shape.elements(rank - 3, rank - 1) : shape.elements(rank - 2, rank);
    return floats_kernel(call, 0, [=](auto tag, const kernels::Kernel::Buffers& b) -> Status {
        using T = typename decltype(tag)::Type;
        const auto factor = static_cast<double>(*static_cast<const float*>(b.inputs[1]));
        for (int64_t i = 0; i < pictures * channels; ++i) {
            const int64_t step = last ? channels : 1;
            const int64_t begin = i / channels * channels * size + i % channels * (last ? 1 : size);
            const auto* x = static_cast<const T*>(b.inputs[0]) + begin;
            auto* y = static_cast<T*>(b.outputs[0]) + begin;
            const auto value = [&](int64_t k) { return static_cast<double>(static_cast<float>(x[k * step])); };
            double mean = 0;
            for (int64_t k = 0; k < size; ++k) {
                mean += value(k) / static_cast<double>(size);
            }
            for (int64_t k = 0; k < size; ++k) {
                y[k * step] = static_cast<T>(static_cast<float>((value(k) - mean) * factor + mean));
            }
        }
        return {};
    });
}

// RgbToGrayscale

Status infer_gray(OpCall& call) {
    SOFTACL_ASSIGN(const size_t axis, color_axis(call));
    const TensorType& x = *call.inputs[0];
    const auto channels = call.attrs.at<int64_t>("output_channels");
    if (x.shape[axis] >= 0 && x.shape[axis] != 3) {
        return call.fail("the input images has the shape ", x.shape, "; expected 3 colours");
    }
    if (channels != 1 && channels != 3) {
        return call.fail("the attribute output_channels is ", channels, "; expected 1 or 3");
    }
    call.outputs[0] = x;
    call.outputs[0].shape[axis] = channels;
    return {};
}

Result<kernels::KernelPtr> make_gray(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    SOFTACL_ASSIGN(const size_t axis, color_axis(call));
    const Shape& shape = call.inputs[0]->shape;
    const int64_t outer = shape.elements(0, axis);
    const int64_t inner = shape.elements(axis + 1, shape.rank());
    const auto channels = call.attrs.at<int64_t>("output_channels");
    return function_kernel(call, [=](const kernels::Kernel::Buffers& b) -> Status {
        for (int64_t i = 0; i < outer * inner; ++i) {
            const auto* x = static_cast<const float*>(b.inputs[0]) + i / inner * 3 * inner + i % inner;
            auto* y = static_cast<float*>(b.outputs[0]) + i / inner * channels * inner + i % inner;
            for (int64_t k = 0; k < channels; ++k) {
                y[k * inner] = 0.2989F * x[0] + 0.587F * x[inner] + 0.114F * x[2 * inner];
            }
        }
        return {};
    });
}

OpDef colors(const char* name, const char* doc, DTypes dtypes, const char* number, MakeKernel make) {
    OpDef op(name, doc);
    op.input("images", dtypes);
    if (number != nullptr) {
        op.input(number, kFloat);
    }
    return op.output("y", dtypes).infer(infer_colors).kernel("reference", make);
}

}  // namespace

OpDef declare_RGBToHSV() {
    return colors("RGBToHSV", "Red, green and blue to hue, saturation and value.", kReal, nullptr, make_to_hsv);
}
OpDef declare_HSVToRGB() {
    return colors("HSVToRGB", "Hue, saturation and value to red, green and blue.", kReal, nullptr, make_to_rgb);
}
OpDef declare_AdjustHue() {
    return colors("AdjustHue", "Hues moved around the circle, whose length is 1.", kTypes, "delta", make_hue)
        .attr("data_format", std::string("HWC"));
}
OpDef declare_AdjustSaturation() {
    return colors("AdjustSaturation", "Saturations multiplied, from 0 to 1.", kTypes, "scale", make_saturation);
}
OpDef declare_AdjustBrightness() {
    return colors("AdjustBrightness", "A number added to everything.", kTypes, "delta", make_brightness)
        .infer(infer_brightness);
}
OpDef declare_AdjustContrast() {
    return colors("AdjustContrast", "Distances from the mean of each channel multiplied.", kTypes, "contrast_factor",
                  make_contrast)
        .attr("data_format", std::string("HWC"))
        .attr("mean_mode", std::string("chn_wise"))
        .infer(infer_contrast);
}
OpDef declare_RgbToGrayscale() {
    return OpDef("RgbToGrayscale", "The luma of colours, once or three times.")
        .input("images", kFloat)
        .output("y", kFloat)
        .attr("data_format", std::string("HWC"))
        .attr("output_channels", int64_t{1})
        .infer(infer_gray)
        .kernel("reference", make_gray);
}

}  // namespace softacl::ops
