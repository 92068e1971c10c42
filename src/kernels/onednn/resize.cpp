// SPDX-License-Identifier: Apache-2.0
#include "kernels/onednn/simple.h"

namespace softacl::kernels {

Result<KernelPtr> make_resize(const ResizeParams& params) {
    return guarded([&]() -> Result<KernelPtr> {
        const Desc input = describe(params.input, params.layout);
        const Desc output = describe(params.output, params.layout);
        const auto algorithm = params.linear ? dnnl::algorithm::resampling_linear : dnnl::algorithm::resampling_nearest;
        const dnnl::resampling_forward::primitive_desc desc(
            {dnnl::prop_kind::forward_inference, algorithm, input, output}, attributes(), engine());
        auto kernel =
            std::make_unique<PassKernel>(std::vector<Layout>{params.layout}, std::vector<Layout>{params.layout});
        kernel->bind_input(DNNL_ARG_SRC, 0, input);
        kernel->bind_output(DNNL_ARG_DST, 0, output);
        kernel->set_primitive(dnnl::resampling_forward(desc), desc.scratchpad_desc(), desc.impl_info_str());
        return Result<KernelPtr>(std::move(kernel));
    });
}

}  // namespace softacl::kernels
