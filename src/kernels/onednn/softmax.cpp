// SPDX-License-Identifier: Apache-2.0
#include "kernels/onednn/simple.h"

namespace softacl::kernels {

Result<KernelPtr> make_softmax(const SoftmaxParams& params) {
    // As three dimensions: what is before, along and behind the axis. The engine is fastest so.
    const Shape shape{params.shape.elements(0, params.axis), params.shape[params.axis],
                      params.shape.elements(params.axis + 1, params.shape.rank())};
    return guarded([&]() -> Result<KernelPtr> {
        const Desc data = describe(shape, {});
        const auto algorithm = params.logarithm ? dnnl::algorithm::softmax_log : dnnl::algorithm::softmax_accurate;
        const dnnl::softmax_v2_forward::primitive_desc desc(
            {dnnl::prop_kind::forward_inference, algorithm, data, data, 1}, attributes(), engine());
        if (is_reference(desc)) {
            return refuse("the engine has plain loops only");
        }
        auto kernel = std::make_unique<PassKernel>(std::vector<Layout>{{}}, std::vector<Layout>{{}});
        kernel->bind_input(DNNL_ARG_SRC, 0, data);
        kernel->bind_output(DNNL_ARG_DST, 0, data);
        kernel->reuses_input = 0;
        kernel->set_primitive(dnnl::softmax_v2_forward(desc), desc.scratchpad_desc(), desc.impl_info_str());
        return Result<KernelPtr>(std::move(kernel));
    });
}

}  // namespace softacl::kernels
