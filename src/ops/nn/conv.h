// SPDX-License-Identifier: Apache-2.0
// What the convolution operators share.
#pragma once

#include "kernels/fast.h"
#include "kernels/ref/convolution.h"
#include "ops/common/window.h"

namespace softacl::ops {

/// Where an operator has its tensors.
struct ConvInputs {
    size_t x;
    size_t filter;
    size_t bias;
    size_t addend;
    bool transposed = false;
};

/// Checks the attributes strides, pads, dilations, groups, data_format and offset_x, and the ranks of inputs.
/// The window's size may hold -1 if the filter's shape is not known.
Result<Window> conv_window(const OpCall& call, const ConvInputs& inputs, size_t rank);

/// Checks channels and bias. `output_channels` gets the number of channels of the result, or -1.
Status check_channels(const OpCall& call, const ConvInputs& inputs, int64_t& output_channels);

/// Types of results of a convolution that is not transposed.
Status infer_convolution(OpCall& call, const ConvInputs& inputs, size_t rank);

/// For kernels: all shapes are known, and infer() has passed.
Result<kernels::ConvParams> conv_params(const OpCall& call, const ConvInputs& inputs);

Result<kernels::KernelPtr> make_fast_convolution(const OpCall& call, const ConvInputs& inputs,
                                                 kernels::Elementwise activation);
/// For one weight for each channel, where x lies row by row. (To have it in blocks would take longer than the rest.)
Result<kernels::KernelPtr> make_channels_convolution(const OpCall& call, const ConvInputs& inputs,
                                                     kernels::Elementwise activation);
Result<kernels::KernelPtr> make_reference_convolution(const OpCall& call, const ConvInputs& inputs,
                                                      kernels::Elementwise activation);

}  // namespace softacl::ops
