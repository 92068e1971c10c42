// SPDX-License-Identifier: Apache-2.0
// Determinants of square matrices, and their logarithms.
#include <algorithm>
#include <cmath>

#include "kernels/ref/real.h"
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
    for (TensorType& output : call.outputs) {
        output = {call.inputs[0]->dtype, Shape(std::vector<int64_t>(x.begin(), x.end() - 2))};
    }
    return {};
}

// A number by its sign and the logarithm of its absolute value, which does not overflow.
struct SignedLogarithm {
    SignedLogarithm() = default;
    explicit SignedLogarithm(double x) { *this *= x; }
    void operator*=(double x) {
        sign *= x > 0 ? 1 : x < 0 ? -1 : x;
        logarithm += std::log(std::abs(x));
    }
    double sign = 1;
    double logarithm = 0;
};
struct Number {
    Number() = default;
    explicit Number(double x) : value(x) {}
    void operator*=(double x) { value *= x; }
    double value = 1;
};

// Gaussian elimination; the largest element of the column becomes the divisor.
template <class Product>
Product determinant(double* a, int64_t n) {
    Product product;
    for (int64_t i = 0; i < n; ++i) {
        int64_t pivot = i;
        for (int64_t row = i + 1; row < n; ++row) {
            pivot = std::abs(a[row * n + i]) > std::abs(a[pivot * n + i]) ? row : pivot;
        }
        if (a[pivot * n + i] == 0) {
            return Product(0);
        }
        if (pivot != i) {
            std::swap_ranges(a + i * n, a + i * n + n, a + pivot * n);
            product *= -1;
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
                static_cast<T*>(buffers.outputs[0])[i] = static_cast<T>(determinant<Number>(matrix, n).value);
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

Result<kernels::KernelPtr> make_logarithm(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    const Shape& x = call.inputs[0]->shape;
    const int64_t n = x[x.rank() - 1];
    kernels::KernelPtr kernel;
    kernels::ref::visit_floats(call.inputs[0]->dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        using R = kernels::ref::Real<T>;
        kernel = function_kernel(
            call,
            [n, count = call.outputs[0].shape.elements(),
             both = call.outputs.size() > 1](const Kernel::Buffers& buffers) -> Status {
                auto* matrix = static_cast<double*>(buffers.scratch);
                for (int64_t i = 0; i < count; ++i) {
                    const T* from = static_cast<const T*>(buffers.inputs[0]) + i * n * n;
                    std::transform(from, from + n * n, matrix,
                                   [](T value) { return static_cast<double>(static_cast<R>(value)); });
                    const auto result = determinant<SignedLogarithm>(matrix, n);
                    static_cast<T*>(buffers.outputs[0])[i] = static_cast<T>(static_cast<R>(result.sign));
                    if (both) {
                        static_cast<T*>(buffers.outputs[1])[i] = static_cast<T>(static_cast<R>(result.logarithm));
                    }
                }
                return {};
            });
        kernel->scratch_bytes = static_cast<size_t>(n * n) * sizeof(double);
    });
    return kernel;
}

OpDef declare_logarithm(const char* name, DTypes types) {
    return OpDef(name, "The signs of the determinants, and the logarithms of their absolute values.")
        .input("x", types)
        .output("sign", types)
        .output("y", types)
        .infer(infer_determinant)
        .kernel("reference", make_logarithm);
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

OpDef declare_LogMatrixDeterminant() { return declare_logarithm("LogMatrixDeterminant", {ACL_FLOAT, ACL_DOUBLE}); }
OpDef declare_Slogdet() { return declare_logarithm("Slogdet", {ACL_FLOAT16, ACL_FLOAT, ACL_DOUBLE}); }

}  // namespace softacl::ops
