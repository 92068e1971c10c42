// SPDX-License-Identifier: Apache-2.0
#include "kernels/product.h"

#include "kernels/ref/gemm.h"

namespace softacl::kernels {
namespace {

template <class In, class Out>
class PlainProduct final : public Kernel {
   public:
    explicit PlainProduct(const GemmParams& params) : product_(params) { scratch_bytes = product_.scratch_bytes(); }
    Status run(const Buffers& buffers) override {
        product_.run(buffers);
        return {};
    }

   private:
    const ref::Gemm<In, Out> product_;
};

}  // namespace

KernelPtr make_product(const GemmParams& params) {
    if (const auto fast = fast_kernels(); fast.ok()) {
        if (auto kernel = (*fast)->gemm(params); kernel.ok()) {
            return std::move(*kernel);
        }
    }
    KernelPtr kernel;
    ref::visit_gemm(params.operands, params.result, [&](auto in, auto out) {
        kernel = std::make_unique<PlainProduct<typename decltype(in)::Type, typename decltype(out)::Type>>(params);
    });
    return kernel;
}

}  // namespace softacl::kernels
