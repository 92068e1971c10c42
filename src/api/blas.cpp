// SPDX-License-Identifier: Apache-2.0
// ops/acl_cblas.h: products of matrices.
#include "acl/ops/acl_cblas.h"

#include <iterator>

#include "api/entry.h"
#include "api/handles.h"
#include "base/fork.h"
#include "blas/product.h"
#include "runtime/context.h"
#include "runtime/objects.h"
#include "single_op/launch.h"
#include "single_op/op_handle.h"

using namespace softacl;
using namespace softacl::api;
using blas::Product;
using blas::Spec;

namespace {

struct Types {
    aclDataType a;
    aclDataType b;
    aclDataType c;
};
constexpr Types kHalf = {ACL_FLOAT16, ACL_FLOAT16, ACL_FLOAT16};
constexpr Types kByte = {ACL_INT8, ACL_INT8, ACL_INT32};

struct Layouts {
    aclTransType a;
    aclTransType b;
    aclTransType c;
};

Spec gemm(Layouts layouts, int m, int n, int k, Types types, aclComputeType precision) {
    Spec spec;
    spec.m = {"m", m};
    spec.n = {"n", n};
    spec.k = {"k", k};
    spec.trans_a = layouts.a;
    spec.trans_b = layouts.b;
    spec.trans_c = layouts.c;
    spec.a = types.a;
    spec.b = types.b;
    spec.c = types.c;
    spec.precision = precision;
    return spec;
}

Spec gemm(Layouts layouts, int m, int n, int k, int lda, int ldb, Types types, aclComputeType precision) {
    Spec spec = gemm(layouts, m, n, k, types, precision);
    spec.a_step.value = lda;
    spec.b_step.value = ldb;
    return spec;
}

// x is a matrix of one column, and so is y.
Spec gemv(aclTransType layout, int m, int n, Types types, aclComputeType precision) {
    Spec spec = gemm({layout, ACL_TRANS_N, ACL_TRANS_N}, m, 1, n, types, precision);
    spec.operation = "GEMV";
    spec.a_name = "a";
    spec.b_name = "x";
    spec.c_name = "y";
    spec.k.name = "n";
    spec.is_of_vectors = true;
    return spec;
}

Spec gemv(aclTransType layout, int m, int n, int lda, int incx, int incy, Types types, aclComputeType precision) {
    Spec spec = gemv(layout, m, n, types, precision);
    spec.a_step.value = lda;
    spec.x_step = {"incx", incx};
    spec.y_step = {"incy", incy};
    return spec;
}

struct Addresses {
    const void* a;
    const void* b;
    const void* alpha;
    const void* beta;
    void* c;
};

// The program gives no sizes: each operand is taken to have what the product needs.
Status multiply(const Spec& spec, const Addresses& at, aclrtStream stream) {
    note_use();
    SOFTACL_ASSIGN(const Pin<runtime::Stream> where, runtime::find_stream(stream, "stream"));
    SOFTACL_ASSIGN(std::shared_ptr<Product> product, Product::make(spec));
    single_op::Arguments arguments;
    const void* const addresses[] = {at.a, at.b, at.c, at.alpha, at.beta};
    for (size_t i = 0; i < std::size(addresses); ++i) {
        arguments.inputs.push_back({const_cast<void*>(addresses[i]), product->inputs()[i].bytes});
    }
    arguments.outputs.push_back({at.c, product->outputs()[0].bytes});
    return single_op::launch(std::move(product), std::move(arguments), *where);
}

Status give_handle(const Spec& spec, aclopHandle** handle) {
    *handle = nullptr;
    SOFTACL_ASSIGN(std::shared_ptr<Product> product, Product::make(spec));
    SOFTACL_ASSIGN(*handle, as_pointer<aclopHandle>(
                                runtime::make_object(std::make_shared<single_op::OpHandle>(std::move(product)))));
    return {};
}

}  // namespace

aclError aclblasGemvEx(aclTransType transA, int m, int n, const void* alpha, const void* a, int lda,
                       aclDataType dataTypeA, const void* x, int incx, aclDataType dataTypeX, const void* beta, void* y,
                       int incy, aclDataType dataTypeY, aclComputeType type, aclrtStream stream) {
    return entry<row::aclblasGemvEx>(transA, m, n, alpha, a, lda, dataTypeA, x, incx, dataTypeX, beta, y, incy,
                                     dataTypeY, type, stream)([&] {
        return multiply(gemv(transA, m, n, lda, incx, incy, {dataTypeA, dataTypeX, dataTypeY}, type),
                        {a, x, alpha, beta, y}, stream);
    });
}

aclError aclblasCreateHandleForGemvEx(aclTransType transA, int m, int n, aclDataType dataTypeA, aclDataType dataTypeX,
                                      aclDataType dataTypeY, aclComputeType type, aclopHandle** handle) {
    return entry<row::aclblasCreateHandleForGemvEx>(transA, m, n, dataTypeA, dataTypeX, dataTypeY, type, handle)([&] {
        return give_handle(gemv(transA, m, n, {dataTypeA, dataTypeX, dataTypeY}, type), handle);
    });
}

aclError aclblasHgemv(aclTransType transA, int m, int n, const aclFloat16* alpha, const aclFloat16* a, int lda,
                      const aclFloat16* x, int incx, const aclFloat16* beta, aclFloat16* y, int incy,
                      aclComputeType type, aclrtStream stream) {
    return entry<row::aclblasHgemv>(transA, m, n, alpha, a, lda, x, incx, beta, y, incy, type, stream)([&] {
        return multiply(gemv(transA, m, n, lda, incx, incy, kHalf, type), {a, x, alpha, beta, y}, stream);
    });
}

aclError aclblasCreateHandleForHgemv(aclTransType transA, int m, int n, aclComputeType type, aclopHandle** handle) {
    return entry<row::aclblasCreateHandleForHgemv>(
        transA, m, n, type, handle)([&] { return give_handle(gemv(transA, m, n, kHalf, type), handle); });
}

aclError aclblasS8gemv(aclTransType transA, int m, int n, const int32_t* alpha, const int8_t* a, int lda,
                       const int8_t* x, int incx, const int32_t* beta, int32_t* y, int incy, aclComputeType type,
                       aclrtStream stream) {
    return entry<row::aclblasS8gemv>(transA, m, n, alpha, a, lda, x, incx, beta, y, incy, type, stream)([&] {
        return multiply(gemv(transA, m, n, lda, incx, incy, kByte, type), {a, x, alpha, beta, y}, stream);
    });
}

aclError aclblasCreateHandleForS8gemv(aclTransType transA, int m, int n, aclComputeType type, aclopHandle** handle) {
    return entry<row::aclblasCreateHandleForS8gemv>(
        transA, m, n, type, handle)([&] { return give_handle(gemv(transA, m, n, kByte, type), handle); });
}

aclError aclblasGemmEx(aclTransType transA, aclTransType transB, aclTransType transC, int m, int n, int k,
                       const void* alpha, const void* matrixA, int lda, aclDataType dataTypeA, const void* matrixB,
                       int ldb, aclDataType dataTypeB, const void* beta, void* matrixC, int ldc, aclDataType dataTypeC,
                       aclComputeType type, aclrtStream stream) {
    return entry<row::aclblasGemmEx>(transA, transB, transC, m, n, k, alpha, matrixA, lda, dataTypeA, matrixB, ldb,
                                     dataTypeB, beta, matrixC, ldc, dataTypeC, type, stream)([&] {
        return multiply(gemm({transA, transB, transC}, m, n, k, lda, ldb, {dataTypeA, dataTypeB, dataTypeC}, type),
                        {matrixA, matrixB, alpha, beta, matrixC}, stream);
    });
}

aclError aclblasCreateHandleForGemmEx(aclTransType transA, aclTransType transB, aclTransType transC, int m, int n,
                                      int k, aclDataType dataTypeA, aclDataType dataTypeB, aclDataType dataTypeC,
                                      aclComputeType type, aclopHandle** handle) {
    return entry<row::aclblasCreateHandleForGemmEx>(transA, transB, transC, m, n, k, dataTypeA, dataTypeB, dataTypeC,
                                                    type, handle)([&] {
        return give_handle(gemm({transA, transB, transC}, m, n, k, {dataTypeA, dataTypeB, dataTypeC}, type), handle);
    });
}

aclError aclblasHgemm(aclTransType transA, aclTransType transB, aclTransType transC, int m, int n, int k,
                      const aclFloat16* alpha, const aclFloat16* matrixA, int lda, const aclFloat16* matrixB, int ldb,
                      const aclFloat16* beta, aclFloat16* matrixC, int ldc, aclComputeType type, aclrtStream stream) {
    return entry<row::aclblasHgemm>(transA, transB, transC, m, n, k, alpha, matrixA, lda, matrixB, ldb, beta, matrixC,
                                    ldc, type, stream)([&] {
        return multiply(gemm({transA, transB, transC}, m, n, k, lda, ldb, kHalf, type),
                        {matrixA, matrixB, alpha, beta, matrixC}, stream);
    });
}

aclError aclblasCreateHandleForHgemm(aclTransType transA, aclTransType transB, aclTransType transC, int m, int n, int k,
                                     aclComputeType type, aclopHandle** handle) {
    return entry<row::aclblasCreateHandleForHgemm>(transA, transB, transC, m, n, k, type, handle)([&] {
        return give_handle(gemm({transA, transB, transC}, m, n, k, kHalf, type), handle);
    });
}

aclError aclblasS8gemm(aclTransType transA, aclTransType transB, aclTransType transC, int m, int n, int k,
                       const int32_t* alpha, const int8_t* matrixA, int lda, const int8_t* matrixB, int ldb,
                       const int32_t* beta, int32_t* matrixC, int ldc, aclComputeType type, aclrtStream stream) {
    return entry<row::aclblasS8gemm>(transA, transB, transC, m, n, k, alpha, matrixA, lda, matrixB, ldb, beta, matrixC,
                                     ldc, type, stream)([&] {
        return multiply(gemm({transA, transB, transC}, m, n, k, lda, ldb, kByte, type),
                        {matrixA, matrixB, alpha, beta, matrixC}, stream);
    });
}

aclError aclblasCreateHandleForS8gemm(aclTransType transA, aclTransType transB, aclTransType transC, int m, int n,
                                      int k, aclComputeType type, aclopHandle** handle) {
    return entry<row::aclblasCreateHandleForS8gemm>(transA, transB, transC, m, n, k, type, handle)([&] {
        return give_handle(gemm({transA, transB, transC}, m, n, k, kByte, type), handle);
    });
}
