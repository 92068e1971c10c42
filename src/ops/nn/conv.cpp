// SPDX-License-Identifier: Apache-2.0
#include "ops/nn/conv.h"

#include <limits>

#include "kernels/ref/elementwise.h"
#include "ops/common/adapt.h"
#include "ops/common/reference.h"
#include "ops/common/values.h"

namespace softacl::ops {
namespace {

/// Input channels that one group of the filter takes.
int64_t filter_inputs(const Shape& filter, const ConvInputs& inputs, int64_t groups) {
    const int64_t dim = filter[inputs.transposed ? 0 : 1];
    return dim < 0 || inputs.transposed ? dim : dim * groups;
}

}  // namespace

Result<Window> conv_window(const OpCall& call, const ConvInputs& inputs, size_t rank) {
    SOFTACL_TRY(check_channels_first(call, inputs.x, call.attrs.at<std::string>("data_format"), rank));
    const Shape& filter = call.inputs[inputs.filter]->shape;
    if (filter.rank() != rank) {
        return call.fail("the input ", input_name(call, inputs.filter), " has the shape ", filter, "; expected ", rank,
                         " dimensions");
    }
    if (const auto* offset = call.attrs.find_as<int64_t>("offset_x"); offset != nullptr && *offset != 0) {
        return call.fail("offset_x is ", *offset, "; only 0 is supported so far");
    }
    if (const size_t last = call.op->inputs().size() - 1;
        input_name(call, last) == "offset_w" && call.has_input(last)) {
        return call.fail("the input offset_w is given; quantised filters are not supported so far");
    }
    const size_t spatial = rank - 2;
    Window window;
    window.size.assign(filter.begin() + 2, filter.end());
    SOFTACL_ASSIGN(window.strides, spatial_attr(call, "strides", spatial));
    SOFTACL_ASSIGN(window.dilations, spatial_attr(call, "dilations", spatial));
    SOFTACL_TRY(read_pads(call, "pads", spatial, window));
    for (const int64_t taps : window.size) {
        if (taps == 0 || taps > std::numeric_limits<int32_t>::max()) {
            return call.fail("the input ", input_name(call, inputs.filter), " has the shape ", filter,
                             "; a window needs at least one position and at most 2^31 - 1");
        }
    }
    return window;
}

Status check_channels(const OpCall& call, const ConvInputs& inputs, int64_t& output_channels) {
    const Shape& x = call.inputs[inputs.x]->shape;
    const Shape& filter = call.inputs[inputs.filter]->shape;
    const auto groups = call.attrs.at<int64_t>("groups");
    if (groups < 1 || groups > std::numeric_limits<int32_t>::max()) {
        return call.fail("groups is ", groups, "; expected at least 1");
    }
    const int64_t taken = filter_inputs(filter, inputs, groups);
    if (x[1] >= 0 && taken >= 0 && x[1] != taken) {
        return call.fail("the input ", input_name(call, inputs.x), " has ", x[1], " channels, but the input ",
                         input_name(call, inputs.filter), " of shape ", filter, " with groups ", groups, " takes ",
                         taken);
    }
    const int64_t grouped = inputs.transposed ? taken : filter[0];
    if (grouped >= 0 && grouped % groups != 0) {
        return call.fail("groups is ", groups, ", which does not divide the ", grouped, " channels of the input ",
                         input_name(call, inputs.filter));
    }
    output_channels = inputs.transposed ? (filter[1] < 0 ? -1 : filter[1] * groups) : filter[0];
    const TensorType* bias = call.has_input(inputs.bias) ? call.inputs[inputs.bias] : nullptr;
    if (bias != nullptr && bias->shape.is_known() && output_channels >= 0 &&
        bias->shape.elements() != output_channels) {
        return call.fail("the input ", input_name(call, inputs.bias), " has the shape ", bias->shape, "; expected ",
                         output_channels, " elements");
    }
    const aclDataType dtype = call.inputs[inputs.x]->dtype;
    for (const size_t other : {inputs.filter, inputs.bias, inputs.addend}) {
        if (call.has_input(other) && call.inputs[other]->dtype != dtype) {
            return call.fail("the input ", input_name(call, other), " is ", name_of(call.inputs[other]->dtype),
                             "; expected ", name_of(dtype), " like ", input_name(call, inputs.x));
        }
    }
    return {};
}

Status infer_convolution(OpCall& call, const ConvInputs& inputs, size_t rank) {
    SOFTACL_ASSIGN(const Window window, conv_window(call, inputs, rank));
    const TensorType& x = *call.inputs[inputs.x];
    std::vector<int64_t> dims = {x.shape[0], -1};
    SOFTACL_TRY(check_channels(call, inputs, dims[1]));
    for (size_t i = 0; i < window.size.size(); ++i) {
        SOFTACL_ASSIGN(const int64_t count,
                       count_windows(call, input_name(call, inputs.x), window, i, x.shape[2 + i], Rounding::kDown));
        dims.push_back(count);
    }
    call.outputs[0] = {x.dtype, Shape(std::move(dims)), x.format};
    return {};
}

Result<kernels::ConvParams> conv_params(const OpCall& call, const ConvInputs& inputs) {
    SOFTACL_ASSIGN(Window window, conv_window(call, inputs, call.inputs[inputs.x]->shape.rank()));
    kernels::ConvParams params;
    params.input = call.inputs[inputs.x]->shape;
    params.filter = call.inputs[inputs.filter]->shape;
    params.output = call.outputs[0].shape;
    params.strides = std::move(window.strides);
    params.dilations = window.dilations;
    params.pads_begin = std::move(window.pads_begin);
    params.pads_end = std::move(window.pads_end);
    params.groups = call.attrs.at<int64_t>("groups");
    params.transposed = inputs.transposed;
    params.has_bias = call.has_input(inputs.bias);
    params.adds = call.has_input(inputs.addend);
    params.input_layout = call.layout(inputs.x);
    if (inputs.transposed) {  // padding that the output has more of, or less, so that the equation holds
        for (size_t i = 0; i < window.size.size(); ++i) {
            params.pads_end[i] = (params.input[2 + i] - 1) * params.strides[i] + window.span(i) - params.output[2 + i] -
                                 params.pads_begin[i];
        }
    }
    return params;
}

Result<kernels::KernelPtr> make_fast_convolution(const OpCall& call, const ConvInputs& inputs,
                                                 kernels::Elementwise activation) {
    SOFTACL_ASSIGN(auto params, conv_params(call, inputs));
    params.activation = activation;
    return make_fast_kernel(call, {inputs.x, inputs.filter, inputs.bias, inputs.addend},
                            [&](const kernels::FastKernels& fast) { return fast.convolution(params); });
}

Result<kernels::KernelPtr> make_reference_convolution(const OpCall& call, const ConvInputs& inputs,
                                                      kernels::Elementwise activation) {
    namespace ref = kernels::ref;
    SOFTACL_ASSIGN(const auto params, conv_params(call, inputs));
    kernels::KernelPtr kernel;
    ref::visit_floats(call.inputs[inputs.x]->dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        using R = ref::Real<T>;
        kernel = function_kernel(call, [params, inputs, activation](const kernels::Kernel::Buffers& b) -> Status {
            const auto input = [&](size_t index, bool there) {
                return there ? static_cast<const T*>(b.inputs[index]) : nullptr;
            };
            auto* y = static_cast<T*>(b.outputs[0]);
            ref::convolve(params, input(inputs.x, true), input(inputs.filter, true),
                          input(inputs.bias, params.has_bias), input(inputs.addend, params.adds), y,
                          static_cast<R*>(b.scratch));
            if (activation.kind != kernels::Activation::kNone) {
                ref::visit_elementwise<R>(activation, [&](auto function) {
                    for (int64_t i = 0; i < params.output.elements(); ++i) {
                        y[i] = static_cast<T>(function(static_cast<R>(y[i])));
                    }
                });
            }
            return {};
        });
        kernel->scratch_bytes = ref::convolution_scratch<T>(params);
    });
    return kernel;
}

}  // namespace softacl::ops
