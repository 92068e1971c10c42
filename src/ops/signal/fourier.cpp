// SPDX-License-Identifier: Apache-2.0
// Fourier transforms. Complex numbers are pairs in a last dimension of 2.
#include "kernels/ref/fourier.h"

#include "kernels/ref/number.h"
#include "kernels/ref/real.h"
#include "ops/common/along.h"
#include "ops/common/importing.h"
#include "ops/common/infer.h"
#include "ops/common/reference.h"
#include "ops/common/values.h"

namespace softacl::ops {
namespace {

namespace ref = kernels::ref;
using kernels::Kernel;

constexpr int64_t kLongest = int64_t{1} << 26;

// CpuDFT

struct Dft {
    size_t axis = 0;
    int64_t length = -1;  // not known
    int64_t kept = -1;    // of the results
};

Result<Dft> dft_of(const OpCall& call) {
    const Shape& x = call.inputs[0]->shape;
    if (x.rank() < 2 || (x[x.rank() - 1] != 1 && x[x.rank() - 1] != 2)) {
        return call.fail("the input has the shape ", x, "; expected a last dimension of 1 (real) or 2 (complex)");
    }
    Dft dft;
    SOFTACL_ASSIGN(dft.axis, normal_axis(call, call.attrs.at<int64_t>("axis"), x.rank()));
    if (dft.axis == x.rank() - 1) {
        return call.fail("the axis is the last one, which holds real and imaginary parts");
    }
    dft.length = x[dft.axis];
    if (call.has_input(1)) {
        SOFTACL_ASSIGN(const auto length, known_int(call, 1));
        if (length && (*length < 1 || *length > kLongest)) {
            return call.fail("the input dft_length is ", *length, "; expected 1 to ", kLongest);
        }
        dft.length = length.value_or(-1);
    }
    const bool onesided = call.attrs.at<bool>("onesided");
    if (onesided && call.attrs.at<bool>("inverse")) {
        return call.fail("onesided and inverse do not go together");
    }
    dft.kept = onesided && dft.length >= 0 ? dft.length / 2 + 1 : dft.length;
    return dft;
}

Status infer_dft(OpCall& call) {
    SOFTACL_ASSIGN(const Dft dft, dft_of(call));
    Shape y = call.inputs[0]->shape;
    y[dft.axis] = dft.kept;
    y[y.rank() - 1] = 2;
    call.outputs[0] = {call.inputs[0]->dtype, std::move(y)};
    return {};
}

Result<kernels::KernelPtr> make_dft(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    SOFTACL_ASSIGN(const Dft dft, dft_of(call));
    const Shape& x = call.inputs[0]->shape;
    const Shape& y = call.outputs[0].shape;
    if (dft.length < 0) {
        return call.fail("the input dft_length must be known before the model runs");
    }
    const int64_t parts = x[x.rank() - 1];
    const Rows from(Shape(std::vector<int64_t>(x.begin(), x.end() - 1)), dft.axis);
    const Rows to(Shape(std::vector<int64_t>(y.begin(), y.end() - 1)), dft.axis);
    kernels::KernelPtr kernel;
    ref::visit_floats(call.inputs[0]->dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        kernel = function_kernel(
            call,
            [=, fourier = ref::Fourier(std::max<int64_t>(dft.length, 1), call.attrs.at<bool>("inverse"))](
                const Kernel::Buffers& b) -> Status {
                const T* source = static_cast<const T*>(b.inputs[0]);
                T* target = static_cast<T*>(b.outputs[0]);
                std::vector<ref::Fourier::Number> row(static_cast<size_t>(dft.length));
                for (int64_t i = 0; i < to.count && dft.length > 0; ++i) {
                    for (int64_t j = 0; j < dft.length; ++j) {  // what is longer is cut, what is shorter ends in zeros
                        const T* number = source + (from.begin(i) + j * from.step) * parts;
                        const bool inside = j < from.size;
                        row[static_cast<size_t>(j)] = {
                            inside ? static_cast<double>(kernels::widen(number[0])) : 0.0,
                            inside && parts == 2 ? static_cast<double>(kernels::widen(number[1])) : 0.0};
                    }
                    fourier.run(row);
                    for (int64_t j = 0; j < to.size; ++j) {
                        T* number = target + (to.begin(i) + j * to.step) * 2;
                        number[0] = kernels::converted<T>(row[static_cast<size_t>(j)].real());
                        number[1] = kernels::converted<T>(row[static_cast<size_t>(j)].imag());
                    }
                }
                return {};
            });
    });
    return kernel;
}

// STFT

struct Stft {
    int64_t size = 0;  // of the transform
    int64_t hop = 0;
    int64_t window = 0;  // in the middle of the frame
    int64_t bins = 0;
};

Result<Stft> stft_of(const OpCall& call) {
    const Shape& x = call.inputs[0]->shape;
    if (call.attrs.at<bool>("return_complex")) {
        return call.fail("return_complex is true, but there are no complex types; false gives pairs");
    }
    if (x.rank() != 1 && x.rank() != 2) {
        return call.fail("the input x has the shape ", x, "; expected a row, or rows");
    }
    Stft stft;
    stft.size = call.attrs.at<int64_t>("n_fft");
    if (stft.size < 1 || stft.size > kLongest) {
        return call.fail("the attribute n_fft is ", stft.size, "; expected 1 to ", kLongest);
    }
    const auto hop = call.attrs.at<int64_t>("hop_length");
    const auto window = call.attrs.at<int64_t>("win_length");
    stft.hop = hop == 0 ? std::max<int64_t>(stft.size / 4, 1) : hop;
    stft.window = window == 0 ? stft.size : window;
    if (stft.hop < 1 || stft.window < 1 || stft.window > stft.size) {
        return call.fail("hop_length is ", hop, " and win_length ", window,
                         "; expected none negative, and windows of at most ", stft.size);
    }
    if (call.has_input(1)) {
        SOFTACL_TRY(require_same_dtype(call, 0, 1));
        const Shape& given = call.inputs[1]->shape;
        if (given.rank() != 1 || (given[0] >= 0 && given[0] != stft.window)) {
            return call.fail("the input window has the shape ", given, "; expected ", stft.window, " numbers");
        }
    }
    stft.bins = call.attrs.at<bool>("onesided") ? stft.size / 2 + 1 : stft.size;
    return stft;
}

Status infer_stft(OpCall& call) {
    SOFTACL_ASSIGN(const Stft stft, stft_of(call));
    const Shape& x = call.inputs[0]->shape;
    const int64_t length = x[x.rank() - 1];
    if (length >= 0 && length < stft.size) {
        return call.fail("rows of ", length, " have no frame of ", stft.size);
    }
    const int64_t frames = length < 0 ? -1 : (length - stft.size) / stft.hop + 1;
    call.outputs[0] = {call.inputs[0]->dtype,
                       x.rank() == 1 ? Shape{stft.bins, frames, 2} : Shape{x[0], stft.bins, frames, 2}};
    return {};
}

Result<kernels::KernelPtr> make_stft(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    SOFTACL_ASSIGN(const Stft stft, stft_of(call));
    const Shape& x = call.inputs[0]->shape;
    const Shape& y = call.outputs[0].shape;
    const int64_t length = x[x.rank() - 1];
    const int64_t frames = y[y.rank() - 2];
    const int64_t rows = x.elements(0, x.rank() - 1);
    const double factor = call.attrs.at<bool>("normalized") ? 1 / std::sqrt(static_cast<double>(stft.size)) : 1.0;
    kernels::KernelPtr kernel;
    ref::visit_floats(call.inputs[0]->dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        kernel = function_kernel(
            call,
            [=, windowed = call.has_input(1),
             fourier = ref::Fourier(stft.size, false)](const Kernel::Buffers& b) -> Status {
                const int64_t left = (stft.size - stft.window) / 2;
                std::vector<ref::Fourier::Number> frame(static_cast<size_t>(stft.size));
                for (int64_t i = 0; i < rows * frames; ++i) {
                    const int64_t row = i / frames;
                    const T* from = static_cast<const T*>(b.inputs[0]) + row * length + i % frames * stft.hop;
                    for (int64_t j = 0; j < stft.size; ++j) {
                        const int64_t place = j - left;
                        const bool inside = place >= 0 && place < stft.window;
                        const double weight =
                            !inside    ? 0.0
                            : windowed ? static_cast<double>(kernels::widen(static_cast<const T*>(b.inputs[1])[place]))
                                       : 1.0;
                        frame[static_cast<size_t>(j)] =
                            inside ? static_cast<double>(kernels::widen(from[j])) * weight : 0.0;
                    }
                    fourier.run(frame);
                    for (int64_t bin = 0; bin < stft.bins; ++bin) {
                        T* to = static_cast<T*>(b.outputs[0]) + ((row * stft.bins + bin) * frames + i % frames) * 2;
                        to[0] = kernels::converted<T>(frame[static_cast<size_t>(bin)].real() * factor);
                        to[1] = kernels::converted<T>(frame[static_cast<size_t>(bin)].imag() * factor);
                    }
                }
                return {};
            });
    });
    return kernel;
}

// Before opset 20 the axis is an attribute; its default is the first dimension behind the batch.
Imported import_dft(Importer& graph, const ForeignNode& node) {
    int64_t axis = node.attrs.get<int64_t>("axis", 1);
    if (node.version >= 20) {
        SOFTACL_ASSIGN(const Ints axes, ints_of(graph, node, 2, "axis", {-2}));
        if (axes.size() != 1) {
            return import_fail("the input axis has ", axes.size(), " values; expected one");
        }
        axis = axes.front();
    }
    std::vector<ValueRef> inputs = {node.input(0)};
    if (node.has_input(1)) {
        inputs.push_back(node.input(1));
    }
    return one(graph.add("CpuDFT", std::move(inputs),
                         {{"axis", axis},
                          {"inverse", node.attrs.get<int64_t>("inverse", 0) != 0},
                          {"onesided", node.attrs.get<int64_t>("onesided", 0) != 0}}));
}

// signal [batch, length, 1], frame_step, window, frame_length; the result has the frames before the frequencies.
Imported import_stft(Importer& graph, const ForeignNode& node) {
    if (!node.has_input(0) || graph.type(node.input(0)).shape.rank() != 3 || graph.type(node.input(0)).shape[2] != 1) {
        return import_fail("only real signals of the shape [batch, length, 1] are supported");
    }
    SOFTACL_ASSIGN(const Ints step, ints_of(graph, node, 1, "frame_step", {}));
    SOFTACL_ASSIGN(Ints length, ints_of(graph, node, 3, "frame_length", {}));
    if (length.empty() && node.has_input(2)) {
        length = graph.type(node.input(2)).shape.dims();
    }
    if (step.size() != 1 || length.size() != 1 || step[0] < 1) {
        return import_fail("frame_step ", Shape(step), " and frame_length ", Shape(length),
                           " must be one number each, above 0");
    }
    SOFTACL_ASSIGN(const ValueRef rows, graph.add("Squeeze", {node.input(0)}, {{"axis", Ints{2}}}, "rows"));
    std::vector<ValueRef> inputs = {rows};
    if (node.has_input(2)) {
        inputs.push_back(node.input(2));
    }
    SOFTACL_ASSIGN(const ValueRef bins, graph.add("STFT", std::move(inputs),
                                                  {{"n_fft", length[0]},
                                                   {"hop_length", step[0]},
                                                   {"return_complex", false},
                                                   {"onesided", node.attrs.get<int64_t>("onesided", 1) != 0}},
                                                  "bins"));
    return one(graph.add("TransposeD", {bins}, {{"perm", Ints{0, 2, 1, 3}}}));
}

}  // namespace

OpDef declare_CpuDFT() {
    return OpDef("CpuDFT", "The discrete Fourier transform along axis, of dft_length numbers.")
        .input("input", kFloats)
        .optional_input("dft_length", kIndexes)
        .output("output", kFloats)
        .attr("axis", int64_t{1})
        .attr("inverse", false)
        .attr("onesided", false)
        .needs_value(1)
        .infer(infer_dft)
        .kernel("reference", make_dft)
        .onnx("DFT", import_dft);
}

OpDef declare_STFT() {
    return OpDef("STFT", "The Fourier transforms of frames of x, hop_length apart, as pairs.")
        .input("x", {ACL_FLOAT, ACL_DOUBLE})
        .optional_input("window", {ACL_FLOAT, ACL_DOUBLE})
        .output("y", {ACL_FLOAT, ACL_DOUBLE})
        .attr("hop_length", int64_t{0})
        .attr("win_length", int64_t{0})
        .attr("normalized", false)
        .attr("onesided", true)
        .attr("return_complex", true)
        .required_attr("n_fft", int64_t{})
        .infer(infer_stft)
        .kernel("reference", make_stft)
        .onnx("STFT", import_stft);
}

}  // namespace softacl::ops
