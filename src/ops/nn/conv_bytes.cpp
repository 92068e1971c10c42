// SPDX-License-Identifier: Apache-2.0
// Convolutions of bytes with zero points: to int32 sums, and with scales to bytes again.
#include "ops/nn/conv_bytes.h"

#include <cstring>

#include "ops/common/importing.h"
#include "ops/common/reference.h"
#include "ops/common/values.h"
#include "ops/common/window.h"

namespace softacl::ops {
namespace {

struct Ports {
    QuantizedPort x;
    QuantizedPort filter;
    QuantizedPort result;
    size_t bias = kNoInput;
};
constexpr Ports kInteger = {{0, kNoInput, 2}, {1, kNoInput, 3}, {}, kNoInput};
constexpr Ports kLinear = {{0, 1, 2}, {3, 4, 5}, {0, 6, 7}, 8};

const Ports& ports_of(const OpCall& call) { return call.op->inputs().size() > 4 ? kLinear : kInteger; }

Result<Window> window_of(const OpCall& call) {
    const Ports& ports = ports_of(call);
    const Shape& x = call.inputs[ports.x.value]->shape;
    const Shape& filter = call.inputs[ports.filter.value]->shape;
    if (x.rank() < 3 || x.rank() > 5 || filter.rank() != x.rank()) {
        return call.fail("the inputs x and w have the shapes ", x, " and ", filter,
                         "; expected 3 to 5 dimensions, and the same number");
    }
    const Ints size(filter.begin() + 2, filter.end());
    SOFTACL_ASSIGN(Window window, onnx_window(call, x, size));
    for (size_t i = 0; i < size.size(); ++i) {
        if ((size[i] >= 0 && window.size[i] != size[i]) || window.size[i] == 0) {
            return call.fail("kernel_shape is ", Shape(window.size), ", the input w has the shape ", filter,
                             "; expected windows of at least one position, and the same");
        }
    }
    window.size = size;
    return window;
}

Status check_channels(const OpCall& call, const Shape& x, const Shape& filter) {
    const auto groups = call.attrs.at<int64_t>("group");
    if (groups < 1 || groups > INT32_MAX) {
        return call.fail("group is ", groups, "; expected 1 to ", INT32_MAX);
    }
    if (x[1] >= 0 && filter[1] >= 0 && (x[1] % groups != 0 || x[1] / groups != filter[1])) {
        return call.fail("the input x has ", x[1], " channels, but the input w of shape ", filter, " with group ",
                         groups, " takes ", filter[1], " times ", groups);
    }
    if (filter[0] >= 0 && filter[0] % groups != 0) {
        return call.fail("group is ", groups, ", which does not divide the ", filter[0], " channels of the input w");
    }
    return {};
}

Status infer(OpCall& call) {
    const Ports& ports = ports_of(call);
    SOFTACL_ASSIGN(const Window window, window_of(call));
    const TensorType& x = *call.inputs[ports.x.value];
    const Shape& filter = call.inputs[ports.filter.value]->shape;
    SOFTACL_TRY(check_channels(call, x.shape, filter));
    SOFTACL_TRY(quantized_operand(call, ports.x, 1).status());
    SOFTACL_TRY(quantized_operand(call, ports.filter, filter[0]).status());
    if (call.has_input(ports.bias)) {
        const Shape& bias = call.inputs[ports.bias]->shape;
        if (bias.rank() != 1 || (bias[0] >= 0 && filter[0] >= 0 && bias[0] != filter[0])) {
            return call.fail("the input B has the shape ", bias, "; expected [", filter[0], "]");
        }
    }
    SOFTACL_ASSIGN(const aclDataType dtype, result_type(call, ports.result));
    Ints dims = {x.shape[0], filter[0]};
    for (size_t i = 0; i < window.size.size(); ++i) {
        SOFTACL_ASSIGN(const int64_t count, count_windows(call, "x", window, i, x.shape[2 + i], Rounding::kDown));
        dims.push_back(count);
    }
    call.outputs[0] = {dtype, Shape(std::move(dims)), x.format};
    return {};
}

Result<ByteConvolution> convolution_of(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    const Ports& ports = ports_of(call);
    SOFTACL_ASSIGN(Window window, window_of(call));
    ByteConvolution conv;
    conv.params.input = call.inputs[ports.x.value]->shape;
    conv.params.filter = call.inputs[ports.filter.value]->shape;
    conv.params.output = call.outputs[0].shape;
    conv.params.strides = std::move(window.strides);
    conv.params.dilations = std::move(window.dilations);
    conv.params.pads_begin = std::move(window.pads_begin);
    conv.params.pads_end = std::move(window.pads_end);
    conv.params.groups = call.attrs.at<int64_t>("group");
    SOFTACL_ASSIGN(conv.x, quantized_operand(call, ports.x, 1));
    SOFTACL_ASSIGN(conv.filter, quantized_operand(call, ports.filter, conv.params.filter[0]));
    conv.result = QuantizedResult(ports.result, call.outputs[0].dtype);
    conv.x_input = ports.x.value;
    conv.filter_input = ports.filter.value;
    conv.bias_input = call.has_input(ports.bias) ? ports.bias : kNoInput;
    return conv;
}

/// One sum after the other.
int32_t sum_at(const ByteConvolution& conv, const std::array<kernels::ref::ConvAxis, 3>& axes,
               const kernels::Kernel::Buffers& b, int64_t n, int64_t out, const std::array<int64_t, 3>& place) {
    const auto& p = conv.params;
    const Bytes x = conv.x.values(b);
    const Bytes filter = conv.filter.values(b);
    const int32_t x_zero = conv.x.zero(b, 0, 0);
    const int32_t filter_zero = conv.filter.zero(b, 0, out);
    const int64_t in_channels = p.filter[1];
    const int64_t in_plane = p.input.elements(2, p.input.rank());
    int64_t weight = out * conv.depth();
    auto sum = static_cast<uint32_t>(conv.bias(b, out));
    for (int64_t c = 0; c < in_channels; ++c) {
        const int64_t plane = (n * p.input[1] + out / conv.rows() * in_channels + c) * in_plane;
        for (int64_t kd = 0; kd < axes[0].taps; ++kd) {
            for (int64_t kh = 0; kh < axes[1].taps; ++kh) {
                for (int64_t kw = 0; kw < axes[2].taps; ++kw, ++weight) {
                    const std::array<int64_t, 3> taps = {kd, kh, kw};
                    int64_t at = 0;
                    bool is_inside = true;
                    for (size_t i = 0; i < 3; ++i) {
                        const int64_t position = place[i] * axes[i].stride + axes[i].shift(taps[i]);
                        is_inside = is_inside && position >= 0 && position < axes[i].wide;
                        at = at * axes[i].wide + position;
                    }
                    if (is_inside) {
                        sum += static_cast<uint32_t>((x[plane + at] - x_zero) * (filter[weight] - filter_zero));
                    }
                }
            }
        }
    }
    return static_cast<int32_t>(sum);
}

Result<kernels::KernelPtr> make_reference(const OpCall& call) {
    SOFTACL_ASSIGN(const ByteConvolution conv, convolution_of(call));
    return function_kernel(call, [conv](const kernels::Kernel::Buffers& b) -> Status {
        const auto axes = kernels::ref::axes_of(conv.params);
        int64_t at = 0;
        for (int64_t n = 0; n < conv.params.output[0]; ++n) {
            for (int64_t out = 0; out < conv.params.output[1]; ++out) {
                for (int64_t d = 0; d < axes[0].narrow; ++d) {
                    for (int64_t h = 0; h < axes[1].narrow; ++h) {
                        for (int64_t w = 0; w < axes[2].narrow; ++w, ++at) {
                            const int32_t sum = sum_at(conv, axes, b, n, out, {d, h, w});
                            conv.finish(b, out, &sum, 1, at);
                        }
                    }
                }
            }
        }
        return {};
    });
}

Result<kernels::KernelPtr> make_fast(const OpCall& call) {
    SOFTACL_ASSIGN(const ByteConvolution conv, convolution_of(call));
    return make_fast_byte_convolution(call, conv);
}

OpDef& declare_window(OpDef& op) {
    return declare_onnx_window(op)
        .attr("dilations", Ints{})
        .attr("group", int64_t{1})
        .infer(infer)
        .kernel("onednn gemm", make_fast)
        .kernel("reference", make_reference);
}

Imported import_conv(Importer& graph, const ForeignNode& node) {
    Attrs attrs = onnx_window_attrs(node);
    attrs.set("group", node.attrs.get<int64_t>("group", 1));
    return one(
        graph.add(node.type == "ConvInteger" ? "CpuConvInteger" : "CpuQLinearConv", node.inputs, std::move(attrs)));
}

}  // namespace

void ByteConvolution::finish(const kernels::Kernel::Buffers& b, int64_t channel, const int32_t* sums, int64_t count,
                             int64_t at, int32_t summand) const {
    if (result.is_sums()) {
        std::memmove(static_cast<int32_t*>(b.outputs[0]) + at, sums, static_cast<size_t>(count) * sizeof *sums);
        return;
    }
    Requantization how = result.requantization(b, filter.scale(b, 0, channel), x.scales(b, 0), 0);
    how.summand = summand;
    requantize_row(how, sums, count, static_cast<uint8_t*>(b.outputs[0]) + at);
}

OpDef declare_CpuConvInteger() {
    OpDef op = OpDef("CpuConvInteger", "Convolution of bytes less their zero points, to int32.")
                   .input("x", kBytes)
                   .input("w", kBytes)
                   .optional_input("x_zero_point", kBytes)
                   .optional_input("w_zero_point", kBytes)
                   .output("y", {ACL_INT32});
    return declare_window(op).onnx("ConvInteger", import_conv);
}

OpDef declare_CpuQLinearConv() {
    OpDef op =
        OpDef("CpuQLinearConv",
              "Convolution of bytes with scales and zero points, rounded to bytes with a scale and a zero point.")
            .input("x", kBytes)
            .input("x_scale", {ACL_FLOAT})
            .input("x_zero_point", kBytes)
            .input("w", kBytes)
            .input("w_scale", {ACL_FLOAT})
            .input("w_zero_point", kBytes)
            .input("y_scale", {ACL_FLOAT})
            .input("y_zero_point", kBytes)
            .optional_input("B", {ACL_INT32})
            .output("y", kBytes);
    return declare_window(op).onnx("QLinearConv", import_conv);
}

}  // namespace softacl::ops
