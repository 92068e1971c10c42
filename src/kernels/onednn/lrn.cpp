// SPDX-License-Identifier: Apache-2.0
#include "kernels/onednn/simple.h"

namespace softacl::kernels {

Result<KernelPtr> make_lrn(const LrnParams& params) {
    return guarded([&]() -> Result<KernelPtr> {
        const Desc data = describe(params.shape, params.layout);
        // The engine divides alpha by the number of channels in the window.
        const dnnl::lrn_forward::primitive_desc desc(
            {dnnl::prop_kind::forward_inference, dnnl::algorithm::lrn_across_channels, data, params.size,
             params.alpha * static_cast<float>(params.size), params.beta, params.bias},
            attributes(), engine());
        if (is_reference(desc) && !params.layout.is_plain()) {
            LrnParams plain = params;
            plain.layout = {};
            return make_lrn(plain);
        }
        auto kernel =
            std::make_unique<PassKernel>(std::vector<Layout>{params.layout}, std::vector<Layout>{params.layout});
        kernel->bind_input(DNNL_ARG_SRC, 0, data);
        kernel->bind_output(DNNL_ARG_DST, 0, data);
        kernel->set_primitive(dnnl::lrn_forward(desc), desc.scratchpad_desc(), desc.impl_info_str());
        return Result<KernelPtr>(std::move(kernel));
    });
}

}  // namespace softacl::kernels
