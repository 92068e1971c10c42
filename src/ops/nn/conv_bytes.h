// SPDX-License-Identifier: Apache-2.0
// Convolutions of bytes: what their kernels share.
#pragma once

#include "kernels/ref/convolution.h"
#include "ops/nn/quantized.h"

namespace softacl::ops {

/// A convolution whose shapes are known.
struct ByteConvolution {
    kernels::ConvParams params;
    QuantizedOperand x;
    QuantizedOperand filter;
    QuantizedResult result;
    size_t x_input = 0;
    size_t filter_input = 0;
    size_t bias_input = kNoInput;  ///< int32

    /// Of one group: output channels, and products of each sum.
    int64_t rows() const { return params.output[1] / params.groups; }
    int64_t depth() const { return params.filter.elements(1, params.filter.rank()); }
    int32_t bias(const kernels::Kernel::Buffers& b, int64_t channel) const {
        return bias_input == kNoInput ? 0 : static_cast<const int32_t*>(b.inputs[bias_input])[channel];
    }
    /// Sums of an output channel, complete but for a summand where the result is bytes, to elements of the result from
    /// `at` on.
    void finish(const kernels::Kernel::Buffers& b, int64_t channel, const int32_t* sums, int64_t count, int64_t at,
                int32_t summand = 0) const;
};

/// As products of matrices, or of few channels directly.
Result<kernels::KernelPtr> make_fast_byte_convolution(const OpCall& call, const ByteConvolution& convolution);

}  // namespace softacl::ops
