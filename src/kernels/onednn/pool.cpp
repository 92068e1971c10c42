// SPDX-License-Identifier: Apache-2.0
#include "kernels/onednn/simple.h"

namespace softacl::kernels {
namespace {

dnnl::algorithm algorithm_of(PoolParams::Kind kind) {
    switch (kind) {
        case PoolParams::Kind::kAverage: return dnnl::algorithm::pooling_avg_exclude_padding;
        case PoolParams::Kind::kAverageWithPadding: return dnnl::algorithm::pooling_avg_include_padding;
        case PoolParams::Kind::kMax: break;
    }
    return dnnl::algorithm::pooling_max;
}

}  // namespace

Result<KernelPtr> make_pool(const PoolParams& params) {
    return guarded([&]() -> Result<KernelPtr> {
        const Desc input = describe(params.input, params.input_layout);
        const Desc output = describe(params.output, params.input_layout);
        const dnnl::pooling_forward::primitive_desc desc(
            {dnnl::prop_kind::forward_inference, algorithm_of(params.kind), input, output, params.strides,
             params.window, params.pads_begin, params.pads_end},
            attributes(), engine());
        auto kernel = std::make_unique<PassKernel>(std::vector<Layout>{params.input_layout},
                                                   std::vector<Layout>{params.input_layout});
        kernel->bind_input(DNNL_ARG_SRC, 0, input);
        kernel->bind_output(DNNL_ARG_DST, 0, output);
        kernel->set_primitive(dnnl::pooling_forward(desc), desc.scratchpad_desc(), desc.impl_info_str());
        return Result<KernelPtr>(std::move(kernel));
    });
}

}  // namespace softacl::kernels
