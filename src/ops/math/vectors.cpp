// SPDX-License-Identifier: Apache-2.0
// Products of vectors that are no sums, and distances of vectors.
#include "kernels/ref/number.h"
#include "kernels/ref/real.h"
#include "ops/common/along.h"
#include "ops/common/infer.h"
#include "ops/common/reference.h"
#include "ops/common/values.h"

namespace softacl::ops {
namespace {

using kernels::Kernel;

Status infer_ger(OpCall& call) {
    SOFTACL_TRY(require_same_dtype(call, 0, 1));
    const Shape& a = call.inputs[0]->shape;
    const Shape& b = call.inputs[1]->shape;
    if (a.rank() != 1 || b.rank() != 1) {
        return call.fail("the inputs have the shapes ", a, " and ", b, "; expected lists");
    }
    call.outputs[0] = {call.inputs[0]->dtype, {a[0], b[0]}};
    return {};
}

Result<kernels::KernelPtr> make_ger(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    const Shape& y = call.outputs[0].shape;
    kernels::KernelPtr kernel;
    visit_dtype(call.inputs[0]->dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        kernel = function_kernel(call, [rows = y[0], columns = y[1]](const Kernel::Buffers& buffers) -> Status {
            const T* a = static_cast<const T*>(buffers.inputs[0]);
            const T* b = static_cast<const T*>(buffers.inputs[1]);
            for (int64_t i = 0; i < rows * columns; ++i) {
                static_cast<T*>(buffers.outputs[0])[i] = kernels::narrow<T>(
                    kernels::wrapping_mul(kernels::widen(a[i / columns]), kernels::widen(b[i % columns])));
            }
            return {};
        });
    });
    return kernel;
}

// The default, a number that no axis has, means the first dimension of size 3.
Result<size_t> axis_of_three(const OpCall& call) {
    constexpr int64_t kFirst = -65530;
    const Shape& x = call.inputs[0]->shape;
    const auto dim = call.attrs.at<int64_t>("dim");
    if (dim == kFirst) {
        for (size_t axis = 0; axis < x.rank(); ++axis) {
            if (x[axis] == 3) {
                return axis;
            }
        }
        return call.fail("no dimension of ", x, " is 3");
    }
    SOFTACL_ASSIGN(const size_t axis, normal_axis(call, dim, x.rank()));
    if (x[axis] != 3 && x[axis] >= 0) {
        return call.fail("dimension ", axis, " of ", x, " is not 3");
    }
    return axis;
}

Status infer_cross(OpCall& call) {
    SOFTACL_TRY(require_same_dtype(call, 0, 1));
    const Shape& a = call.inputs[0]->shape;
    const Shape& b = call.inputs[1]->shape;
    if (a.is_known() && b.is_known() && a != b) {
        return call.fail("the inputs have the shapes ", a, " and ", b, "; expected one shape");
    }
    if (a.is_known()) {
        SOFTACL_TRY(axis_of_three(call).status());
    }
    return same_as_first(call);
}

Result<kernels::KernelPtr> make_cross(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    SOFTACL_ASSIGN(const size_t axis, axis_of_three(call));
    const Rows rows(call.inputs[0]->shape, axis);
    kernels::KernelPtr kernel;
    visit_dtype(call.inputs[0]->dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        if constexpr (!std::is_same_v<T, bool>) {
            kernel = function_kernel(call, [rows](const Kernel::Buffers& buffers) -> Status {
                for (int64_t row = 0; row < rows.count; ++row) {
                    const int64_t begin = rows.begin(row);
                    const auto product = [&](int64_t first, int64_t second) {
                        return kernels::wrapping_mul(
                            kernels::widen(static_cast<const T*>(buffers.inputs[0])[begin + first * rows.step]),
                            kernels::widen(static_cast<const T*>(buffers.inputs[1])[begin + second * rows.step]));
                    };
                    for (int64_t i = 0; i < 3; ++i) {
                        const int64_t next = (i + 1) % 3;
                        const int64_t last = (i + 2) % 3;
                        static_cast<T*>(buffers.outputs[0])[begin + i * rows.step] =
                            kernels::narrow<T>(kernels::wrapping_sub(product(next, last), product(last, next)));
                    }
                }
                return {};
            });
        }
    });
    return kernel;
}

Status infer_pdist(OpCall& call) {
    const Shape& x = call.inputs[0]->shape;
    const float p = call.attrs.at<float>("p");
    if (x.rank() != 2 || !(p >= 0)) {
        return call.fail("the input x has the shape ", x, ", the attribute p is ", p,
                         "; expected two dimensions and no negative number");
    }
    constexpr int64_t kMost = int64_t{1} << 31;  // the number of pairs must not overflow
    if (x[0] > kMost) {
        return call.fail("the input x has ", x[0], " rows; at most ", kMost, " are possible");
    }
    call.outputs[0] = {call.inputs[0]->dtype, {x[0] < 0 ? -1 : x[0] * (x[0] - 1) / 2}};
    return {};
}

// The p-norm, number by number.
struct Norm {
    explicit Norm(double order) : p(order) {}
    void add(double x) {
        if (std::isinf(p)) {
            sum = x > sum || std::isnan(x) ? x : sum;
        } else {
            sum += p == 0 ? (x == 0 ? 0 : 1) : std::pow(x, p);
        }
    }
    double result() const { return p == 0 || std::isinf(p) ? sum : std::pow(sum, 1 / p); }
    double p;
    double sum = 0;
};

Result<kernels::KernelPtr> make_pdist(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    const Shape& x = call.inputs[0]->shape;
    kernels::KernelPtr kernel;
    kernels::ref::visit_floats(call.inputs[0]->dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        kernel = function_kernel(call,
                                 [rows = x[0], columns = x[1], p = static_cast<double>(call.attrs.at<float>("p"))](
                                     const Kernel::Buffers& buffers) -> Status {
                                     T* y = static_cast<T*>(buffers.outputs[0]);
                                     const auto value = [&](int64_t row, int64_t column) {
                                         return static_cast<double>(kernels::widen(
                                             static_cast<const T*>(buffers.inputs[0])[row * columns + column]));
                                     };
                                     for (int64_t first = 0; first < rows; ++first) {
                                         for (int64_t second = first + 1; second < rows; ++second) {
                                             Norm norm(p);
                                             for (int64_t column = 0; column < columns; ++column) {
                                                 norm.add(std::abs(value(first, column) - value(second, column)));
                                             }
                                             *y++ = kernels::converted<T>(norm.result());
                                         }
                                     }
                                     return {};
                                 });
    });
    return kernel;
}

}  // namespace

OpDef declare_Pdist() {
    constexpr DTypes kTypes = {ACL_FLOAT16, ACL_FLOAT};
    return OpDef("Pdist", "The p-norms of the differences of each row and each later one.")
        .input("x", kTypes)
        .output("y", kTypes)
        .attr("p", 2.0F)
        .infer(infer_pdist)
        .kernel("reference", make_pdist);
}

OpDef declare_Ger() {
    constexpr DTypes kTypes = {ACL_FLOAT16, ACL_FLOAT};
    return OpDef("Ger", "The products of each element of x1 with each of x2.")
        .input("x1", kTypes)
        .input("x2", kTypes)
        .output("y", kTypes)
        .infer(infer_ger)
        .kernel("reference", make_ger);
}

OpDef declare_Cross() {
    constexpr DTypes kTypes = kInts | DTypes{ACL_FLOAT16, ACL_FLOAT, ACL_DOUBLE};
    return OpDef("Cross", "The cross products of vectors along dim, by default the first dimension of size 3.")
        .input("x1", kTypes)
        .input("x2", kTypes)
        .output("y", kTypes)
        .attr("dim", int64_t{-65530})
        .infer(infer_cross)
        .kernel("reference", make_cross);
}

}  // namespace softacl::ops
