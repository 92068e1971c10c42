// SPDX-License-Identifier: Apache-2.0
// Products of matrices of int8, with sums of int32 that wrap around.
#pragma once

#include "kernels/fast.h"

namespace softacl::ops {

/// y[m, n] = a[m, k] * b[k, n], all row by row; rows of y are y_step apart. One thread at a time.
class ByteProduct {
   public:
    ByteProduct() = default;
    static Result<ByteProduct> make(int64_t m, int64_t n, int64_t k, int64_t y_step);

    size_t scratch_bytes() const { return kernel_ == nullptr ? 0 : kernel_->scratch_bytes; }
    Status run(const int8_t* a, const int8_t* b, int32_t* y, void* scratch);

   private:
    kernels::KernelPtr kernel_;
};

/// sums[i] = the sum of column i of columns[rows, count].
void sum_columns(const int8_t* columns, int64_t rows, int64_t count, int32_t* sums);

}  // namespace softacl::ops
