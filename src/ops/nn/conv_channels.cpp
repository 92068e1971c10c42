// SPDX-License-Identifier: Apache-2.0
// Convolutions of one weight for each channel: what scales and moves channels, as batch normalisation does.
#include <algorithm>

#include "base/parallel.h"
#include "base/vectorised.h"
#include "kernels/ref/elementwise.h"
#include "ops/common/reference.h"
#include "ops/nn/conv.h"

namespace softacl::ops {
namespace {

constexpr int64_t kShort = 16;  // elements of a channel that are not worth a loop

bool is_of_one_weight(const kernels::ConvParams& p) {
    const auto all = [](const std::vector<int64_t>& values, int64_t value) {
        return std::all_of(values.begin(), values.end(), [value](int64_t each) { return each == value; });
    };
    return p.groups == p.input[1] && p.filter.elements() == p.input[1] && p.output == p.input && all(p.strides, 1) &&
           all(p.pads_begin, 0) && all(p.pads_end, 0);
}

}  // namespace

Result<kernels::KernelPtr> make_channels_convolution(const OpCall& call, const ConvInputs& inputs,
                                                     kernels::Elementwise activation) {
    SOFTACL_ASSIGN(const auto params, conv_params(call, inputs));
    const int64_t plane = params.input.elements(2, params.input.rank());
    if (call.inputs[inputs.x]->dtype != ACL_FLOAT || !is_of_one_weight(params) || params.adds ||
        !params.input_layout.is_plain() || plane < kShort) {
        return fail(ACL_ERROR_FEATURE_UNSUPPORTED, "only for one weight for each channel of float32, row by row");
    }
    kernels::KernelPtr kernel;
    kernels::ref::visit_elementwise<float>(activation, [&](auto function) {
        kernel = function_kernel(call, [=](const kernels::Kernel::Buffers& b) -> Status {
            const auto* x = static_cast<const float*>(b.inputs[inputs.x]);
            const auto* scales = static_cast<const float*>(b.inputs[inputs.filter]);
            const auto* offsets = params.has_bias ? static_cast<const float*>(b.inputs[inputs.bias]) : nullptr;
            auto* y = static_cast<float*>(b.outputs[0]);
            const int64_t channels = params.input[1];
            constexpr int64_t kWorth = 1 << 14;  // elements that are worth a thread
            parallel_for(params.input[0] * channels, kWorth / plane + 1, [&](int64_t begin, int64_t end) {
                for (int64_t i = begin; i < end; ++i) {
                    const float scale = scales[i % channels];
                    const float offset = offsets == nullptr ? 0.0F : offsets[i % channels];
                    const float* const from = x + i * plane;
                    float* const to = y + i * plane;
                    vectorised([=] {
                        for (int64_t k = 0; k < plane; ++k) {
                            to[k] = function(from[k] * scale + offset);
                        }
                    });
                }
            });
            return {};
        });
    });
    kernel->reuses_input = inputs.x;
    return kernel;
}

}  // namespace softacl::ops
