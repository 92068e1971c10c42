// SPDX-License-Identifier: Apache-2.0
// Dilation2D: the maximum of sums with a filter in each window.
#include "kernels/ref/number.h"
#include "kernels/ref/real.h"
#include "ops/common/reference.h"
#include "ops/common/values.h"
#include "ops/nn/flat_window.h"

namespace softacl::ops {
namespace {

namespace ref = kernels::ref;

struct Dilation {
    bool last;
    std::array<FlatAxis, 2> axes;
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
        FlatAxis axis;
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
    const FlatPlanes p = FlatPlanes::of(call.inputs[0]->shape, d.last);
    const FlatPlanes q = FlatPlanes::of(call.outputs[0].shape, d.last);
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

OpDef declare_Dilation2D() {
    constexpr DTypes kTypes = {ACL_FLOAT, ACL_FLOAT16, ACL_DOUBLE, ACL_INT8,  ACL_INT16,
                               ACL_INT32, ACL_INT64,   ACL_UINT8,  ACL_UINT16};
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
