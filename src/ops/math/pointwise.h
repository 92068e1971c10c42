// SPDX-License-Identifier: Apache-2.0
// Operators with several inputs that broadcast, which may have attributes, and whose results may become one number.
// Each is a row: a struct with what is special of it.
#pragma once

#include <algorithm>
#include <array>
#include <utility>

#include "kernels/ref/number.h"
#include "kernels/ref/strided.h"
#include "ops/common/reference.h"
#include "ops/common/values.h"

namespace softacl::ops {

/// What most rows have in common. A row adds
///     static constexpr const char* kName, kDoc, kInputs[count];
///     template <class T> T operator()(T x1, ...) const;      // T: Wide of the element type; bool if kIsTest
/// and may have attributes, which it reads in a constructor.
struct PointwiseRow {
    static constexpr DTypes kTypes = kFloats;
    static constexpr const char* kOutput = "y";
    static constexpr size_t kOptional = 0;   ///< how many of the last inputs may be absent; they count as 1
    static constexpr bool kIsTest = false;   ///< the result is bool
    static constexpr bool kReduces = false;  ///< the attribute reduction says what becomes of the results
    PointwiseRow() = default;
    explicit PointwiseRow(const OpCall& /*call*/) {}
};

/// What becomes of the results: nothing, their sum, or the sum divided by their number or by the first dimension.
enum class Reduction { kNone, kSum, kMean, kBatchMean };
Result<Reduction> reduction_of(const OpCall& call);

/// The type of the output: all inputs have one element type, and broadcast.
Status broadcast_all(OpCall& call);

template <class Row>
constexpr size_t kInputCount = std::size(Row::kInputs);

template <class Row>
Status infer_pointwise(OpCall& call) {
    SOFTACL_TRY(broadcast_all(call));
    if (Row::kIsTest) {
        call.outputs[0].dtype = ACL_BOOL;
    }
    if constexpr (Row::kReduces) {
        SOFTACL_ASSIGN(const Reduction reduction, reduction_of(call));
        if (reduction != Reduction::kNone) {
            call.outputs[0] = {call.outputs[0].dtype, {}};
        }
    }
    return {};
}

/// A walk over the inputs and, as last, the results in order.
template <size_t kCount>
using PointwiseLoop = kernels::StridedLoop<kCount + 1>;

/// Calls `result(value, place)` for each.
template <class Row, class T, size_t... kInput, class Each>
void visit_pointwise(const Row& row, const PointwiseLoop<sizeof...(kInput)>& loop, const void* const* inputs,
                     std::index_sequence<kInput...> /*of inputs*/, Each&& result) {
    static const T kOne = kernels::converted<T>(1);
    const T* const x[] = {(inputs[kInput] == nullptr ? &kOne : static_cast<const T*>(inputs[kInput]))...};
    loop.run([&](const auto& at, int64_t count, const auto& steps) {
        for (int64_t i = 0; i < count; ++i) {
            result(row(kernels::widen(x[kInput][at[kInput] + i * steps[kInput]])...),
                   at[sizeof...(kInput)] + i * steps[sizeof...(kInput)]);
        }
    });
}

template <class Row, class T>
Result<kernels::KernelPtr> pointwise_kernel(const OpCall& call, const Shape& shape) {
    constexpr size_t kCount = kInputCount<Row>;
    std::array<kernels::Strides, kCount + 1> strides;
    for (size_t i = 0; i < kCount; ++i) {
        strides[i] = call.has_input(i) ? kernels::broadcast_strides(call.inputs[i]->shape, shape)
                                       : kernels::Strides(shape.rank());
    }
    strides[kCount] = kernels::row_strides(shape);
    const PointwiseLoop<kCount> loop(shape, strides);
    using Inputs = std::make_index_sequence<kCount>;
    using W = kernels::Wide<T>;
    if constexpr (Row::kReduces) {
        SOFTACL_ASSIGN(const Reduction reduction, reduction_of(call));
        if (reduction != Reduction::kNone) {
            const int64_t parts = reduction == Reduction::kMean                            ? shape.elements()
                                  : reduction == Reduction::kBatchMean && shape.rank() > 0 ? shape[0]
                                                                                           : 1;
            return function_kernel(
                call, [loop, row = Row(call), parts](const kernels::Kernel::Buffers& buffers) -> Status {
                    double sum = 0;
                    visit_pointwise<Row, T>(row, loop, buffers.inputs, Inputs(),
                                            [&](W value, int64_t) { sum += static_cast<double>(value); });
                    *static_cast<T*>(buffers.outputs[0]) = kernels::converted<T>(sum / static_cast<double>(parts));
                    return {};
                });
        }
    }
    using R = std::conditional_t<Row::kIsTest, bool, T>;
    return function_kernel(call, [loop, row = Row(call)](const kernels::Kernel::Buffers& buffers) -> Status {
        R* y = static_cast<R*>(buffers.outputs[0]);
        visit_pointwise<Row, T>(row, loop, buffers.inputs, Inputs(), [y](auto value, int64_t at) { y[at] = R(value); });
        return {};
    });
}

template <class Row>
Result<kernels::KernelPtr> make_pointwise(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    OpCall elements = call;  // whose output is what may become one number
    SOFTACL_TRY(broadcast_all(elements));
    Result<kernels::KernelPtr> kernel = call.fail("not for ", name_of(call.inputs[0]->dtype));
    visit_dtype(call.inputs[0]->dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        if constexpr (Row::kTypes.contains(dtype_of<T>())) {
            kernel = pointwise_kernel<Row, T>(call, elements.outputs[0].shape);
        }
    });
    return kernel;
}

template <class Row>
OpDef declare_pointwise() {
    OpDef op(Row::kName, Row::kDoc);
    for (size_t i = 0; i < kInputCount<Row>; ++i) {
        const bool optional = i + Row::kOptional >= kInputCount<Row>;
        op.input(Row::kInputs[i], Row::kTypes, optional ? Arity::kOptional : Arity::kRequired);
    }
    return op.output(Row::kOutput, Row::kIsTest ? kBool : Row::kTypes)
        .infer(infer_pointwise<Row>)
        .kernel("reference", make_pointwise<Row>);
}

}  // namespace softacl::ops
