// SPDX-License-Identifier: Apache-2.0
#include "ops/nn/byte_product.h"

#include <algorithm>

#include "base/parallel.h"
#include "ops/nn/byte_rows.h"

namespace softacl::ops {

Result<ByteProduct> ByteProduct::make(int64_t m, int64_t n, int64_t k, int64_t y_step) {
    kernels::GemmParams params;
    params.m = m;
    params.n = n;
    params.k = k;
    params.operands = ACL_INT8;
    params.result = ACL_INT32;
    params.a_step = k;
    params.b_step = n;
    params.y_step = y_step;
    SOFTACL_ASSIGN(const auto* fast, kernels::fast_kernels());
    ByteProduct product;
    SOFTACL_ASSIGN(product.kernel_, fast->gemm(params));
    return Result<ByteProduct>(std::move(product));
}

Status ByteProduct::run(const int8_t* a, const int8_t* b, int32_t* y, void* scratch) {
    static constexpr int32_t kAlpha = 1;
    static constexpr int32_t kBeta = 0;
    const void* inputs[] = {a, b, nullptr, &kAlpha, &kBeta};
    void* outputs[] = {y};
    return kernel_->run({inputs, outputs, nullptr, scratch});
}

void sum_columns(const int8_t* columns, int64_t rows, int64_t count, int32_t* sums) {
    constexpr int64_t kWorth = 1 << 14;
    parallel_for(count, std::max<int64_t>(64, kWorth / std::max<int64_t>(rows, 1)), [&](int64_t begin, int64_t end) {
        std::fill(sums + begin, sums + end, 0);
        for (int64_t row = 0; row < rows; ++row) {
            add_row(columns + row * count + begin, end - begin, sums + begin);
        }
    });
}

}  // namespace softacl::ops
