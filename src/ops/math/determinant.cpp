// SPDX-License-Identifier: Apache-2.0
// Determinants of square matrices.
#include <algorithm>
#include <cmath>

#include "ops/common/importing.h"
#include "ops/common/reference.h"
#include "ops/common/values.h"

namespace softacl::ops {
namespace {

using kernels::Kernel;

Status infer_determinant(OpCall& call) {
    const Shape& x = call.inputs[0]->shape;
    if (x.rank() < 2 || x[x.rank() - 1] != x[x.rank() - 2]) {
        return call.fail("the input has the shape ", x, "; expected square matrices");
    }
    call.outputs[0] = {call.inputs[0]->dtype, Shape(std::vector<int64_t>(x.begin(), x.end() - 2))};
    return {};
}

// Gaussian elimination; the largest element of the column becomes the divisor.
double determinant(double* a, int64_t n) {
    double product = 1;
    for (int64_t i = 0; i < n; ++i) {
        int64_t pivot = i;
        for (int64_t row = i + 1; row < n; ++row) {
            pivot = std::abs(a[row * n + i]) > std::abs(a[pivot * n + i]) ? row : pivot;
        }
        if (a[pivot * n + i] == 0) {
            return 0;
        }
        if (pivot != i) {
            std::swap_ranges(a + i * n, a + i * n + n, a + pivot * n);
            product = -product;
        }
        product *= a[i * n + i];
        for (int64_t row = i + 1; row < n; ++row) {
            const double factor = a[row * n + i] / a[i * n + i];
            for (int64_t column = i; column < n; ++column) {
                a[row * n + column] -= factor * a[i * n + column];
            }
        }
    }
    return product;
}

template <class T>
kernels::KernelPtr determinant_kernel(const OpCall& call) {
    const Shape& x = call.inputs[0]->shape;
    const int64_t n = x[x.rank() - 1];
    auto kernel =
        function_kernel(call, [n, count = call.outputs[0].shape.elements()](const Kernel::Buffers& buffers) -> Status {
            auto* matrix = static_cast<double*>(buffers.scratch);
            for (int64_t i = 0; i < count; ++i) {
                std::copy_n(static_cast<const T*>(buffers.inputs[0]) + i * n * n, n * n, matrix);
                static_cast<T*>(buffers.outputs[0])[i] = static_cast<T>(determinant(matrix, n));
            }
            return {};
        });
    kernel->scratch_bytes = static_cast<size_t>(n * n) * sizeof(double);
    return kernel;
}

Result<kernels::KernelPtr> make_determinant(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    return call.inputs[0]->dtype == ACL_FLOAT ? determinant_kernel<float>(call) : determinant_kernel<double>(call);
}

Imported import_det(Importer& graph, const ForeignNode& node) {
    return one(graph.add("MatrixDeterminant", node.inputs));
}

}  // namespace

OpDef declare_MatrixDeterminant() {
    return OpDef("MatrixDeterminant", "The determinants of the matrices in the last two dimensions.")
        .input("x", {ACL_FLOAT, ACL_DOUBLE})
        .output("y", {ACL_FLOAT, ACL_DOUBLE})
        .infer(infer_determinant)
        .kernel("reference", make_determinant)
        .onnx("Det", import_det);
}

}  // namespace softacl::ops
