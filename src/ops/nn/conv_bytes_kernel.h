// SPDX-License-Identifier: Apache-2.0
// What the fast kernels of convolutions of bytes have in common.
#pragma once

#include "ops/nn/conv_bytes.h"

namespace softacl::ops {

/// Sizes, and where operands are. Zero points are those of int8.
class FastByteConvolution : public kernels::Kernel {
   public:
    FastByteConvolution(const OpCall& call, const ByteConvolution& conv)
        : conv_(conv),
          axes_(kernels::ref::axes_of(conv.params)),
          lines_(axes_[0].narrow * axes_[1].narrow),
          plane_(lines_ * axes_[2].narrow) {
        input_layouts.resize(call.inputs.size());
        packs_input.resize(call.inputs.size());
        output_layouts.resize(call.outputs.size());
    }

   protected:
    int64_t input_plane() const { return axes_[0].wide * axes_[1].wide * axes_[2].wide; }
    const uint8_t* input(const Buffers& b, int64_t n, int64_t channel) const {
        return static_cast<const uint8_t*>(b.inputs[conv_.x_input]) +
               (n * conv_.params.input[1] + channel) * input_plane();
    }
    int32_t x_zero(const Buffers& b) const { return conv_.x.zero(b, 0, 0) - shift_of(conv_.x.type()); }
    int32_t filter_zero(const Buffers& b, int64_t channel) const {
        return conv_.filter.zero(b, 0, channel) - shift_of(conv_.filter.type());
    }

    const ByteConvolution conv_;
    const std::array<kernels::ref::ConvAxis, 3> axes_;
    const int64_t lines_;  ///< of a plane of the result
    const int64_t plane_;
};

/// For one input and one output channel per group, over one or two axes. Refuses few channels and large windows.
Result<kernels::KernelPtr> make_depthwise_byte_convolution(const OpCall& call, const ByteConvolution& conv);
/// For few output channels per group. Refuses windows that are too large.
Result<kernels::KernelPtr> make_direct_byte_convolution(const OpCall& call, const ByteConvolution& conv);

}  // namespace softacl::ops
