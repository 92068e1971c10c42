// SPDX-License-Identifier: Apache-2.0
#include "ops/nn/float_product.h"

#include "kernels/product.h"

namespace softacl::ops {

FloatProduct::FloatProduct(kernels::GemmParams params) {
    params.operands = ACL_FLOAT;
    params.result = ACL_FLOAT;
    kernel_ = kernels::make_product(params);
}

Status FloatProduct::run(const float* a, const float* b, const float* c, float* y, void* scratch) const {
    static constexpr float kOne = 1;
    const void* inputs[] = {a, b, c, &kOne, &kOne};
    void* outputs[] = {y};
    return kernel_->run({inputs, outputs, nullptr, scratch});
}

}  // namespace softacl::ops
