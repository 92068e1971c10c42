// SPDX-License-Identifier: Apache-2.0
// Products of matrices of float32 for operators that compute more than a product.
#pragma once

#include <memory>

#include "kernels/fast.h"

namespace softacl::ops {

/// y = a * b + c. One thread at a time.
class FloatProduct {
   public:
    FloatProduct() = default;
    /// Sizes, transpositions and steps count; the types are set here. Matrices may be empty.
    explicit FloatProduct(kernels::GemmParams params);

    size_t scratch_bytes() const { return kernel_ == nullptr ? 0 : kernel_->scratch_bytes; }
    /// c may be y, if it lies as y does.
    Status run(const float* a, const float* b, const float* c, float* y, void* scratch) const;

   private:
    kernels::KernelPtr kernel_;
};

}  // namespace softacl::ops
