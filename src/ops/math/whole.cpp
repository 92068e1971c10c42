// SPDX-License-Identifier: Apache-2.0
// What becomes of one or two whole tensors: one number. Each is a row that collects elements.
#include <array>
#include <cmath>
#include <type_traits>

#include "kernels/ref/number.h"
#include "kernels/ref/strided.h"
#include "ops/common/infer.h"
#include "ops/common/reference.h"
#include "ops/common/values.h"

namespace softacl::ops {
namespace {

using kernels::Kernel;

// Floats are summed as double, integers wrap around.
template <class T>
using Sum = std::conditional_t<std::is_floating_point_v<T>, double, T>;

template <class T>
struct HalfOfSquares {
    double sum = 0;
    void add(T x, T /*itself*/) { sum += static_cast<double>(x) * static_cast<double>(x); }
    T result() const { return static_cast<T>(sum / 2); }
};
template <class T>
struct Squares {
    double sum = 0;
    void add(T x, T /*itself*/) { sum += static_cast<double>(x) * static_cast<double>(x); }
    T result() const { return static_cast<T>(sum); }
};
template <class T>
struct Products {
    Sum<T> sum{};
    void add(T a, T b) {
        sum = kernels::wrapping_add<Sum<T>>(sum, kernels::wrapping_mul<Sum<T>>(Sum<T>(a), Sum<T>(b)));
    }
    T result() const { return static_cast<T>(sum); }
};
template <class T>
struct Equality {
    bool equal = true;
    void add(T a, T b) { equal = equal && a == b; }
    bool result() const { return equal; }
};

// Output i collects the inputs i and, if `pairs`, i + 1.
template <template <class> class Row, bool pairs>
Result<kernels::KernelPtr> make_whole(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    std::vector<int64_t> counts;
    for (const TensorType* input : call.inputs) {
        counts.push_back(input->shape.elements());
    }
    const bool comparable = !pairs || call.inputs[0]->shape == call.inputs[1]->shape;
    kernels::KernelPtr kernel;
    visit_dtype(call.inputs[0]->dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        using R = std::conditional_t<std::is_same_v<decltype(Row<float>().result()), bool>, bool, T>;
        kernel = function_kernel(
            call,
            [counts, defined = comparable, outputs = call.outputs.size()](const Kernel::Buffers& buffers) -> Status {
                for (size_t output = 0; output < outputs; ++output) {
                    const T* a = static_cast<const T*>(buffers.inputs[output]);
                    const T* b = pairs ? static_cast<const T*>(buffers.inputs[output + 1]) : a;
                    Row<kernels::Wide<T>> row;
                    for (int64_t i = 0; defined && i < counts[output]; ++i) {
                        row.add(kernels::widen(a[i]), kernels::widen(b[i]));
                    }
                    static_cast<R*>(buffers.outputs[output])[0] = R(defined ? row.result() : decltype(row.result()){});
                }
                return {};
            });
    });
    return kernel;
}

Status infer_whole(OpCall& call) {
    for (size_t i = 0; i < call.outputs.size(); ++i) {
        call.outputs[i] = {call.inputs[i]->dtype, {}};
    }
    return {};
}

Status infer_dot(OpCall& call) {
    SOFTACL_TRY(require_same_dtype(call, 0, 1));
    const Shape& a = call.inputs[0]->shape;
    const Shape& b = call.inputs[1]->shape;
    if (a.rank() != 1 || b.rank() != 1 || (a[0] >= 0 && b[0] >= 0 && a[0] != b[0])) {
        return call.fail("the inputs have the shapes ", a, " and ", b, "; expected lists of one length");
    }
    return infer_whole(call);
}

Status infer_similarity(OpCall& call) {
    SOFTACL_TRY(broadcast_first_two(call));
    Shape& shape = call.outputs[0].shape;
    SOFTACL_ASSIGN(const size_t axis, normal_axis(call, call.attrs.at<int64_t>("dim"), shape.rank()));
    Ints dims = shape.dims();
    dims.erase(dims.begin() + static_cast<std::ptrdiff_t>(axis));
    shape = Shape(std::move(dims));
    return {};
}

Result<kernels::KernelPtr> make_similarity(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    SOFTACL_ASSIGN(const Shape shape, broadcast(call.inputs[0]->shape, call.inputs[1]->shape));
    SOFTACL_ASSIGN(const size_t axis, normal_axis(call, call.attrs.at<int64_t>("dim"), shape.rank()));
    std::array<kernels::Strides, 2> strides = {kernels::broadcast_strides(call.inputs[0]->shape, shape),
                                               kernels::broadcast_strides(call.inputs[1]->shape, shape)};
    const int64_t steps[] = {strides[0][axis], strides[1][axis]};
    Shape kept = shape;
    kept[axis] = 1;
    const kernels::StridedLoop<2> loop(kept, strides);
    return function_kernel(
        call,
        [loop, a_step = steps[0], b_step = steps[1], size = shape[axis],
         eps = call.attrs.at<float>("eps")](const Kernel::Buffers& buffers) -> Status {
            auto* y = static_cast<float*>(buffers.outputs[0]);
            loop.run([&](const auto& at, int64_t count, const auto& row_steps) {
                for (int64_t i = 0; i < count; ++i) {
                    const float* a = static_cast<const float*>(buffers.inputs[0]) + at[0] + i * row_steps[0];
                    const float* b = static_cast<const float*>(buffers.inputs[1]) + at[1] + i * row_steps[1];
                    double product = 0;
                    double squares[2] = {};
                    for (int64_t j = 0; j < size; ++j) {
                        const double left = a[j * a_step];
                        const double right = b[j * b_step];
                        product += left * right;
                        squares[0] += left * left;
                        squares[1] += right * right;
                    }
                    const double norms = std::sqrt(squares[0]) * std::sqrt(squares[1]);
                    *y++ = static_cast<float>(product / (norms < eps ? eps : norms));
                }
            });
            return {};
        });
}

// Tensors of different shapes are not equal.
Status infer_equality(OpCall& call) {
    SOFTACL_TRY(require_same_dtype(call, 0, 1));
    call.outputs[0] = {ACL_BOOL, {}};
    return {};
}

}  // namespace

OpDef declare_L2Loss() {
    return OpDef("L2Loss", "Half of the sum of the squares.")
        .input("x", kFloats)
        .output("y", kFloats)
        .infer(infer_whole)
        .kernel("reference", make_whole<HalfOfSquares, false>);
}

OpDef declare_SquareSumAll() {
    return OpDef("SquareSumAll", "The sums of the squares of two tensors.")
        .input("x1", {ACL_FLOAT})
        .input("x2", {ACL_FLOAT})
        .output("y1", {ACL_FLOAT})
        .output("y2", {ACL_FLOAT})
        .infer(infer_whole)
        .kernel("reference", make_whole<Squares, false>);
}

OpDef declare_Dot() {
    constexpr DTypes kTypes = {ACL_FLOAT, ACL_FLOAT16, ACL_BF16, ACL_UINT8, ACL_INT8, ACL_INT32};
    return OpDef("Dot", "The sum of the products of two lists; integers wrap around.")
        .input("input_x", kTypes)
        .input("input_y", kTypes)
        .output("output", kTypes)
        .infer(infer_dot)
        .kernel("reference", make_whole<Products, true>);
}

OpDef declare_CosineSimilarity() {
    return OpDef("CosineSimilarity", "The cosine of the angle between two tensors' rows along dim.")
        .input("input_x1", {ACL_FLOAT})
        .input("input_x2", {ACL_FLOAT})
        .output("output_y", {ACL_FLOAT})
        .attr("dim", int64_t{1})
        .attr("eps", 1e-8F)
        .infer(infer_similarity)
        .kernel("reference", make_similarity);
}

OpDef declare_TensorEqual() {
    return OpDef("TensorEqual", "Whether two tensors have one shape and the same elements.")
        .input("input_x", kAny)
        .input("input_y", kAny)
        .output("output_z", kBool)
        .infer(infer_equality)
        .kernel("reference", make_whole<Equality, true>);
}

}  // namespace softacl::ops
