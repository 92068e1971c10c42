// SPDX-License-Identifier: Apache-2.0
// Pools that also say where each maximum was, and pools to a size.
#include <algorithm>

#include "kernels/ref/number.h"
#include "ops/common/reals.h"
#include "ops/common/values.h"
#include "ops/nn/flat_window.h"

namespace softacl::ops {
namespace {

namespace ref = kernels::ref;

constexpr DTypes kReal = {ACL_FLOAT, ACL_FLOAT16, ACL_DOUBLE};

// MaxPoolWithArgmax, of TensorFlow: channels at the end

Result<std::array<FlatAxis, 2>> argmax_axes(const OpCall& call) {
    const Shape& x = call.inputs[0]->shape;
    if (x.rank() != 4) {
        return call.fail("the input x has the shape ", x, "; expected four dimensions (NHWC)");
    }
    const auto& padding = call.attrs.at<std::string>("padding");
    SOFTACL_TRY(check_padding(call, padding, false));
    SOFTACL_ASSIGN(const Ints ksize, list_of_4(call, "ksize", true));
    SOFTACL_ASSIGN(const Ints strides, list_of_4(call, "strides", true));
    std::array<FlatAxis, 2> axes;
    for (size_t i = 0; i < 2; ++i) {
        FlatAxis axis;
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
int64_t place_of_maximum(const T* plane, const FlatPlanes& p, int64_t h0, int64_t h1, int64_t w0, int64_t w1) {
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
    const FlatPlanes p = FlatPlanes::of(call.inputs[0]->shape, true);
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
    FlatPlanes p;
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
}  // namespace softacl::ops
