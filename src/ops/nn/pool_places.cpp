// SPDX-License-Identifier: Apache-2.0
// Pools that also say where each maximum was, pools to a size, and grey-scale dilation.
#include <algorithm>
#include <array>

#include "kernels/ref/number.h"
#include "ops/common/reals.h"
#include "ops/common/values.h"
#include "ops/common/window.h"

namespace softacl::ops {
namespace {

namespace ref = kernels::ref;

constexpr DTypes kReal = {ACL_FLOAT, ACL_FLOAT16, ACL_DOUBLE};

/// Element (h, w) of channel c of picture n is at n * picture + c * channel + (h * width + w) * step.
struct Planes {
    int64_t pictures = 0, channels = 0, height = 0, width = 0;
    int64_t picture = 0, channel = 0, step = 0;

    static Planes of(const Shape& x, bool last) {
        Planes p;
        p.pictures = x[0];
        p.channels = x[last ? 3 : 1];
        p.height = x[last ? 1 : 2];
        p.width = x[last ? 2 : 3];
        p.picture = x.elements(1, 4);
        p.channel = last ? 1 : p.height * p.width;
        p.step = last ? p.channels : 1;
        return p;
    }
    int64_t at(int64_t n, int64_t c) const { return n * picture + c * channel; }
};

/// A window along one axis.
struct Axis {
    int64_t size = 1;
    int64_t stride = 1;
    int64_t rate = 1;
    int64_t pad = 0;
    int64_t count = 0;  ///< of windows; -1: not known

    int64_t at(int64_t window, int64_t tap) const { return window * stride - pad + tap * rate; }
};

Result<Axis> axis_of(const OpCall& call, const std::string& padding, int64_t input, Axis axis, int64_t pad_end,
                     bool up) {
    constexpr int64_t kMost = 1 << 24;
    const auto bounds = {axis.size, axis.stride, axis.rate};
    if (std::min(bounds) < 1 || std::max(bounds) > kMost || std::min(axis.pad, pad_end) < 0 ||
        std::max(axis.pad, pad_end) > kMost) {
        return call.fail("the window is ", axis.size, " with the stride ", axis.stride, ", the rate ", axis.rate,
                         " and pads of ", axis.pad, " and ", pad_end, "; expected sizes from 1 and pads from 0 to ",
                         kMost);
    }
    const int64_t span = (axis.size - 1) * axis.rate + 1;
    if (input < 0) {
        axis.count = -1;
    } else if (padding == "SAME") {
        axis.count = (input + axis.stride - 1) / axis.stride;
        axis.pad = std::max<int64_t>((axis.count - 1) * axis.stride + span - input, 0) / 2;
    } else {
        axis.pad = padding == "CALCULATED" ? axis.pad : 0;
        const int64_t room = input + axis.pad + (padding == "CALCULATED" ? pad_end : 0) - span;
        if (room < 0) {
            return call.fail("the window spans ", span, " elements, but there are ", input, " and pads of ", axis.pad,
                             " and ", pad_end);
        }
        axis.count = (room + (up ? axis.stride - 1 : 0)) / axis.stride + 1;
    }
    return axis;
}

Result<Ints> list_of_4(const OpCall& call, const char* attr, bool last) {
    const Ints& list = call.attrs.at<Ints>(attr);
    if (list.size() != 4 || list[0] != 1 || list[last ? 3 : 1] != 1) {
        return call.fail("the attribute ", attr, " is ", Shape(list),
                         "; expected 4 entries, of which those of pictures and channels are 1");
    }
    return last ? Ints{list[1], list[2]} : Ints{list[2], list[3]};
}

Status check_padding(const OpCall& call, const std::string& padding, bool calculated) {
    if (padding != "SAME" && padding != "VALID" && !(calculated && padding == "CALCULATED")) {
        return call.fail("the padding is ", padding, "; expected SAME", calculated ? ", CALCULATED" : "", " or VALID");
    }
    return {};
}

// MaxPoolWithArgmax, of TensorFlow: channels at the end

Result<std::array<Axis, 2>> argmax_axes(const OpCall& call) {
    const Shape& x = call.inputs[0]->shape;
    if (x.rank() != 4) {
        return call.fail("the input x has the shape ", x, "; expected four dimensions (NHWC)");
    }
    const auto& padding = call.attrs.at<std::string>("padding");
    SOFTACL_TRY(check_padding(call, padding, false));
    SOFTACL_ASSIGN(const Ints ksize, list_of_4(call, "ksize", true));
    SOFTACL_ASSIGN(const Ints strides, list_of_4(call, "strides", true));
    std::array<Axis, 2> axes;
    for (size_t i = 0; i < 2; ++i) {
        Axis axis;
        axis.size = ksize[i];
        axis.stride = strides[i];
        SOFTACL_ASSIGN(axes[i], axis_of(call, padding, x[1 + i], axis, 0, false));
    }
    return axes;
}

Status infer_argmax(OpCall& call) {
    SOFTACL_ASSIGN(const auto axes, argmax_axes(call));
    const auto type = call.attrs.at<int64_t>("Targmax");
    if (type != ACL_INT32 && type != ACL_INT64) {
        return call.fail("the attribute Targmax is ", type, "; only 3 (int32) and 9 (int64) are supported");
    }
    const TensorType& x = *call.inputs[0];
    const Shape y = {x.shape[0], axes[0].count, axes[1].count, x.shape[3]};
    for (size_t i = 0; i < call.outputs.size(); ++i) {
        call.outputs[i] = {i == 0 ? x.dtype : static_cast<aclDataType>(type), y, x.format};
    }
    return {};
}

void set_index(void* to, aclDataType type, int64_t at, int64_t value) {
    if (type == ACL_INT64) {
        static_cast<int64_t*>(to)[at] = value;
    } else {
        static_cast<int32_t*>(to)[at] = static_cast<int32_t>(value);
    }
}

/// The maximum of a part of a plane, and where it is; the first of several, or of NaN.
template <class T>
int64_t place_of_maximum(const T* plane, const Planes& p, int64_t h0, int64_t h1, int64_t w0, int64_t w1) {
    int64_t best = -1;
    for (int64_t h = h0; h < h1; ++h) {
        for (int64_t w = w0; w < w1; ++w) {
            const int64_t at = h * p.width + w;
            const auto value = kernels::widen(plane[at * p.step]);
            if (best >= 0 && kernels::is_nan(kernels::widen(plane[best * p.step]))) {
                return best;
            }
            if (best < 0 || value > kernels::widen(plane[best * p.step]) || kernels::is_nan(value)) {
                best = at;
            }
        }
    }
    return best;
}

Result<kernels::KernelPtr> make_argmax(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    SOFTACL_ASSIGN(const auto axes, argmax_axes(call));
    const Planes p = Planes::of(call.inputs[0]->shape, true);
    const aclDataType type = call.outputs.size() > 1 ? call.outputs[1].dtype : ACL_DT_UNDEFINED;
    kernels::KernelPtr kernel;
    ref::visit_numbers(call.inputs[0]->dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        kernel = function_kernel(call, [=](const kernels::Kernel::Buffers& b) -> Status {
            int64_t at = 0;
            for (int64_t n = 0; n < p.pictures; ++n) {
                for (int64_t h = 0; h < axes[0].count; ++h) {
                    for (int64_t w = 0; w < axes[1].count; ++w) {
                        for (int64_t c = 0; c < p.channels; ++c, ++at) {
                            const T* plane = static_cast<const T*>(b.inputs[0]) + p.at(n, c);
                            const int64_t h0 = axes[0].at(h, 0);
                            const int64_t w0 = axes[1].at(w, 0);
                            const int64_t place = place_of_maximum(
                                plane, p, std::max<int64_t>(h0, 0), std::min(h0 + axes[0].size, p.height),
                                std::max<int64_t>(w0, 0), std::min(w0 + axes[1].size, p.width));
                            static_cast<T*>(b.outputs[0])[at] = plane[place * p.step];
                            if (type != ACL_DT_UNDEFINED) {
                                set_index(b.outputs[1], type, at, place * p.channels + c);
                            }
                        }
                    }
                }
            }
            return {};
        });
    });
    return kernel;
}

// AdaptiveAvgPool2d, AdaptiveMaxPool2d: windows share the picture as evenly as they can

Status infer_adaptive(OpCall& call) {
    const TensorType& x = *call.inputs[0];
    const Ints& size = call.attrs.at<Ints>("output_size");
    const size_t rank = x.shape.rank();
    if (rank != 3 && rank != 4) {
        return call.fail("the input x has the shape ", x.shape, "; expected three or four dimensions");
    }
    if (size.size() != 2 || std::min(size[0], size[1]) < 1) {
        return call.fail("the attribute output_size is ", Shape(size), "; expected a height and a width from 1 on");
    }
    Shape y = x.shape;
    for (size_t i = 0; i < 2; ++i) {
        if (y[rank - 2 + i] == 0) {
            return call.fail("the input x has the shape ", x.shape, "; expected pictures that are not empty");
        }
        y[rank - 2 + i] = size[i];
    }
    for (size_t i = 0; i < call.outputs.size(); ++i) {
        call.outputs[i] = {i == 0 ? x.dtype : ACL_INT64, y, x.format};
    }
    return {};
}

template <bool maximum>
Result<kernels::KernelPtr> make_adaptive(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    const Shape& x = call.inputs[0]->shape;
    const Shape& y = call.outputs[0].shape;
    const size_t rank = x.rank();
    const int64_t planes = x.elements(0, rank - 2);
    Planes p;
    p.height = x[rank - 2];
    p.width = x[rank - 1];
    p.step = 1;
    const int64_t rows = y[rank - 2];
    const int64_t columns = y[rank - 1];
    const bool tells = call.outputs.size() > 1;
    return floats_kernel(call, 0, [=](auto tag, const kernels::Kernel::Buffers& b) -> Status {
        using T = typename decltype(tag)::Type;
        using R = ref::Real<T>;
        const auto from = [](int64_t i, int64_t size, int64_t count) { return i * size / count; };
        const auto to = [](int64_t i, int64_t size, int64_t count) { return ((i + 1) * size + count - 1) / count; };
        for (int64_t i = 0; i < planes * rows * columns; ++i) {
            const T* plane = static_cast<const T*>(b.inputs[0]) + i / (rows * columns) * p.height * p.width;
            const int64_t row = i / columns % rows;
            const int64_t column = i % columns;
            const int64_t h0 = from(row, p.height, rows);
            const int64_t h1 = to(row, p.height, rows);
            const int64_t w0 = from(column, p.width, columns);
            const int64_t w1 = to(column, p.width, columns);
            if constexpr (maximum) {
                const int64_t place = place_of_maximum(plane, p, h0, h1, w0, w1);
                static_cast<T*>(b.outputs[0])[i] = plane[place];
                if (tells) {
                    static_cast<int64_t*>(b.outputs[1])[i] = place;
                }
            } else {
                R sum = 0;
                for (int64_t h = h0; h < h1; ++h) {
                    for (int64_t w = w0; w < w1; ++w) {
                        sum += static_cast<R>(plane[h * p.width + w]);
                    }
                }
                static_cast<T*>(b.outputs[0])[i] = static_cast<T>(sum / static_cast<R>((h1 - h0) * (w1 - w0)));
            }
        }
        return {};
    });
}

// Dilation2D: the maximum of sums with a filter

struct Dilation {
    bool last;
    std::array<Axis, 2> axes;
};

Result<Dilation> dilation_of(const OpCall& call) {
    Dilation d;
    const auto& format = call.attrs.at<std::string>("data_format");
    d.last = format == "NHWC";
    if (!d.last && format != "NCHW") {
        return call.fail("the attribute data_format is ", format, "; expected NHWC or NCHW");
    }
    const Shape& x = call.inputs[0]->shape;
    const Shape& filter = call.inputs[1]->shape;
    if (x.rank() != 4 || filter.rank() != 3) {
        return call.fail("the inputs x and filter have the shapes ", x, " and ", filter,
                         "; expected four and three dimensions");
    }
    const int64_t channels = x[d.last ? 3 : 1];
    const int64_t taken = filter[d.last ? 2 : 0];
    if (channels >= 0 && taken >= 0 && channels != taken) {
        return call.fail("the input filter of shape ", filter, " does not fit x with ", channels, " channels");
    }
    const auto& padding = call.attrs.at<std::string>("padding_mode");
    SOFTACL_TRY(check_padding(call, padding, true));
    SOFTACL_ASSIGN(const Ints strides, list_of_4(call, "strides", d.last));
    SOFTACL_ASSIGN(const Ints rates, list_of_4(call, "rates", d.last));
    const Ints& pads = call.attrs.at<Ints>("pads");
    if (pads.size() != 4) {
        return call.fail("the attribute pads has ", pads.size(), " entries; expected 4");
    }
    for (size_t i = 0; i < 2; ++i) {
        Axis axis;
        axis.size = filter[(d.last ? 0 : 1) + i];
        const bool open = axis.size < 0;
        axis.size = open ? 1 : axis.size;
        axis.stride = strides[i];
        axis.rate = rates[i];
        axis.pad = pads[2 * i];
        SOFTACL_ASSIGN(d.axes[i], axis_of(call, padding, open ? -1 : x[(d.last ? 1 : 2) + i], axis, pads[2 * i + 1],
                                          call.attrs.at<bool>("ceil_mode")));
    }
    return d;
}

Status infer_dilation(OpCall& call) {
    SOFTACL_TRY(require_same_dtype(call, 0, 1));
    SOFTACL_ASSIGN(const Dilation d, dilation_of(call));
    const TensorType& x = *call.inputs[0];
    Shape y = x.shape;
    y[d.last ? 1 : 2] = d.axes[0].count;
    y[d.last ? 2 : 3] = d.axes[1].count;
    call.outputs[0] = {x.dtype, y, x.format};
    return {};
}

Result<kernels::KernelPtr> make_dilation(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    SOFTACL_ASSIGN(const Dilation d, dilation_of(call));
    const Planes p = Planes::of(call.inputs[0]->shape, d.last);
    const Planes q = Planes::of(call.outputs[0].shape, d.last);
    kernels::KernelPtr kernel;
    ref::visit_numbers(call.inputs[0]->dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        using R = kernels::Wide<T>;
        kernel = function_kernel(call, [=](const kernels::Kernel::Buffers& b) -> Status {
            const auto& [rows, columns] = d.axes;
            for (int64_t i = 0; i < q.pictures * q.channels * q.height * q.width; ++i) {
                const int64_t w = i % q.width;
                const int64_t h = i / q.width % q.height;
                const int64_t c = i / (q.width * q.height) % q.channels;
                const int64_t n = i / (q.width * q.height * q.channels);
                const T* plane = static_cast<const T*>(b.inputs[0]) + p.at(n, c);
                const auto* filter = static_cast<const T*>(b.inputs[1]);
                R best = kernels::lowest<R>();
                for (int64_t kh = 0; kh < rows.size; ++kh) {
                    for (int64_t kw = 0; kw < columns.size; ++kw) {
                        const int64_t y = rows.at(h, kh);
                        const int64_t x = columns.at(w, kw);
                        if (y < 0 || y >= p.height || x < 0 || x >= p.width) {
                            continue;
                        }
                        const int64_t tap = kh * columns.size + kw;
                        const T weight = filter[d.last ? tap * q.channels + c : c * rows.size * columns.size + tap];
                        const R sum = kernels::wrapping_add<R>(kernels::widen(plane[(y * p.width + x) * p.step]),
                                                               kernels::widen(weight));
                        best = sum > best ? sum : best;
                    }
                }
                static_cast<T*>(b.outputs[0])[q.at(n, c) + (h * q.width + w) * q.step] = kernels::narrow<T>(best);
            }
            return {};
        });
    });
    return kernel;
}

}  // namespace

OpDef declare_MaxPoolWithArgmax() {
    return OpDef("MaxPoolWithArgmax", "The maximum of each window over height and width, and where it is.")
        .input("x", kNumbers)
        .output("y", kNumbers)
        .output("argmax", kIndexes)
        .required_attr("ksize", Ints{})
        .required_attr("strides", Ints{})
        .required_attr("padding", std::string())
        .attr("Targmax", int64_t{7})
        .infer(infer_argmax)
        .kernel("reference", make_argmax);
}
OpDef declare_AdaptiveAvgPool2d() {
    constexpr DTypes kTypes = {ACL_FLOAT, ACL_FLOAT16};
    return OpDef("AdaptiveAvgPool2d", "Means of as many windows as are wanted.")
        .input("x", kTypes)
        .output("y", kTypes)
        .required_attr("output_size", Ints{})
        .infer(infer_adaptive)
        .kernel("reference", make_adaptive<false>);
}
OpDef declare_AdaptiveMaxPool2d() {
    return OpDef("AdaptiveMaxPool2d", "Maxima of as many windows as are wanted, and where in their planes they are.")
        .input("x", kReal)
        .output("y", kReal)
        .output("argmax", kIndexes)
        .required_attr("output_size", Ints{})
        .infer(infer_adaptive)
        .kernel("reference", make_adaptive<true>);
}
OpDef declare_Dilation2D() {
    constexpr DTypes kTypes = kReal | DTypes{ACL_INT8, ACL_INT16, ACL_INT32, ACL_INT64, ACL_UINT8, ACL_UINT16};
    return OpDef("Dilation2D", "The maximum of the sums with a filter in each window.")
        .input("x", kTypes)
        .input("filter", kTypes)
        .output("y", kTypes)
        .required_attr("strides", Ints{})
        .required_attr("rates", Ints{})
        .attr("padding_mode", std::string("SAME"))
        .attr("pads", Ints{0, 0, 0, 0})
        .attr("ceil_mode", false)
        .attr("data_format", std::string("NHWC"))
        .infer(infer_dilation)
        .kernel("reference", make_dilation);
}

}  // namespace softacl::ops
