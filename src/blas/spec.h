// SPDX-License-Identifier: Apache-2.0
// What a program asks of a product of matrices, and the checks of it.
#pragma once

#include <cstdint>
#include <vector>

#include "acl/ops/acl_cblas.h"
#include "base/status.h"
#include "kernels/fast.h"

namespace softacl::blas {

/// A number of the program, by the name that it has there.
struct Named {
    const char* name;
    int64_t value;
};

/// A matrix's step from row to row that stands for the number of its columns.
inline constexpr int kDense = -1;

/// C = alpha * A * B + beta * C with A [m, k] and B [k, n] as they enter the product.
struct Spec {
    const char* operation = "GEMM";
    const char* a_name = "matrixA";
    const char* b_name = "matrixB";
    const char* c_name = "matrixC";
    Named m{"m", 0};
    Named n{"n", 0};
    Named k{"k", 0};
    aclTransType trans_a = ACL_TRANS_N;
    aclTransType trans_b = ACL_TRANS_N;
    aclTransType trans_c = ACL_TRANS_N;
    Named a_step{"lda", kDense};
    Named b_step{"ldb", kDense};
    aclDataType a = ACL_FLOAT16;
    aclDataType b = ACL_FLOAT16;
    aclDataType c = ACL_FLOAT16;
    aclComputeType precision = ACL_COMPUTE_HIGH_PRECISION;
    /// B and C have one column: vectors with so many elements from one to the next.
    bool is_of_vectors = false;
    Named x_step{"incx", 1};
    Named y_step{"incy", 1};
};

/// A matrix in blocks (ACL_TRANS_NZ): [columns / block_columns, rows / block_rows, block_rows, block_columns], the
/// numbers of blocks rounded up, or with the first two dimensions swapped.
struct Blocks {
    int64_t rows;
    int64_t columns;
    int64_t block_rows;
    int64_t block_columns;
    bool rows_first = false;

    int64_t elements() const;
    /// Row by row, without padding.
    void unpack(const void* blocks, size_t element_bytes, void* rows_out) const;
};

/// A checked spec.
struct Layouts {
    kernels::GemmParams params;    ///< of a and b unpacked
    std::vector<Blocks> a_blocks;  ///< one if a lies in blocks, else none
    std::vector<Blocks> b_blocks;
    size_t a_bytes;
    size_t b_bytes;
    size_t c_bytes;
};

/// 100000 for sizes and steps that are too small, layouts and precisions that are not supported, and types that do not
/// go together.
Result<Layouts> check(const Spec& spec);

}  // namespace softacl::blas
