// SPDX-License-Identifier: Apache-2.0
// Operators that apply a function to each element. Each is a row: a struct with what is special of it.
#pragma once

#include <algorithm>
#include <cmath>
#include <optional>

#include "kernels/fast.h"
#include "kernels/ref/number.h"
#include "ops/common/for_elements.h"
#include "ops/common/importing.h"
#include "ops/common/infer.h"
#include "ops/common/reference.h"
#include "ops/common/values.h"

namespace softacl::ops {

/// What most rows have in common. A row adds
///     static constexpr const char* kName, kDoc;
///     template <class T> T operator()(T x) const;       // T: Wide of the element type; bool if kIsTest
/// and may have attributes, which it reads in a constructor.
struct UnaryRow {
    static constexpr DTypes kTypes = kFloats;
    static constexpr const char* kOnnx = nullptr;  ///< the ONNX operator with the same inputs, if there is one
    static constexpr const char* kInput = "x";
    static constexpr const char* kOutput = "y";
    static constexpr bool kIsTest = false;   ///< the result is bool
    static constexpr bool kIsCount = false;  ///< the result is uint8
    static constexpr float kMost = 0;  ///< if not 0, blocks with a larger |x| (as float) take `float beyond(float)`
    static constexpr kernels::Activation kFast = kernels::Activation::kNone;
    static constexpr float kAlpha = 0;  ///< of kFast
    static constexpr float kBeta = 0;
    UnaryRow() = default;
    explicit UnaryRow(const OpCall& /*call*/) {}
    /// Whether the fast kernel computes the same with the call's attributes.
    bool is_plain() const { return true; }
};

template <class Row, class T>
using UnaryResult = std::conditional_t<Row::kIsTest, bool, std::conditional_t<Row::kIsCount, uint8_t, T>>;

/// In blocks, as far as |x| goes beyond what the row's vectors are for.
template <class Row, class T>
void run_unary_in_blocks(const Row& row, const T* x, int64_t count, T* y) {
    constexpr int64_t kBlock = 1024;
    constexpr int64_t kWorth = 8;  // blocks that are worth a thread
    parallel_for((count + kBlock - 1) / kBlock, kWorth, [&](int64_t begin, int64_t end) {
        for (int64_t at = begin * kBlock; at < std::min(end * kBlock, count); at += kBlock) {
            const T* const from = x + at;
            T* const to = y + at;
            const int64_t size = std::min(kBlock, count - at);
            int32_t beyond = 0;
            vectorised<kernels::kUsual<T>>([=, &beyond] {
                int32_t any = 0;
                for (int64_t i = 0; i < size; ++i) {
                    any |= static_cast<int32_t>(std::abs(kernels::widen(from[i])) > Row::kMost);
                }
                beyond = any;
            });
            if (beyond != 0) {
                std::transform(from, from + size, to, [](T value) { return T(Row::beyond(kernels::widen(value))); });
                continue;
            }
            vectorised<kernels::kUsual<T>>([=] {
                const Row mine = row;
                for (int64_t i = 0; i < size; ++i) {
                    to[i] = T(mine(kernels::widen(from[i])));
                }
            });
        }
    });
}

template <class Row>
Result<kernels::KernelPtr> make_unary_reference(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    kernels::KernelPtr kernel;
    visit_dtype(call.inputs[0]->dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        using R = UnaryResult<Row, T>;
        if constexpr (Row::kTypes.contains(dtype_of<T>())) {
            kernel = function_kernel(
                call,
                [row = Row(call),
                 count = call.outputs[0].shape.elements()](const kernels::Kernel::Buffers& buffers) -> Status {
                    auto* y = static_cast<R*>(buffers.outputs[0]);
                    if constexpr (std::is_same_v<T, bool>) {  // read as bytes, which vectors are made of
                        const auto* x = static_cast<const uint8_t*>(buffers.inputs[0]);
                        for_elements<true>(count, [=](int64_t i) { y[i] = R(row(x[i] != 0)); });
                    } else {
                        const auto* x = static_cast<const T*>(buffers.inputs[0]);
                        if constexpr (Row::kMost != 0 && std::is_same_v<kernels::Wide<T>, float>) {
                            run_unary_in_blocks(row, x, count, y);
                        } else {
                            for_elements<kernels::kUsual<T>>(count,
                                                             [=](int64_t i) { y[i] = R(row(kernels::widen(x[i]))); });
                        }
                    }
                    return {};
                });
        }
    });
    if (kernel == nullptr) {
        return call.fail("not for ", name_of(call.inputs[0]->dtype));
    }
    return kernel;
}

template <class Row>
Result<kernels::KernelPtr> make_unary_fast(const OpCall& call) {
    SOFTACL_ASSIGN(const auto* fast, kernels::fast_kernels());
    SOFTACL_TRY(require_known_shapes(call));
    if (call.inputs[0]->dtype != ACL_FLOAT || !Row(call).is_plain()) {
        return call.fail("float32 without further attributes only");
    }
    return fast->elementwise({{Row::kFast, Row::kAlpha, Row::kBeta}, call.inputs[0]->shape, call.layout(0)});
}

template <class Row>
Status infer_unary(OpCall& call) {
    call.outputs[0] = *call.inputs[0];
    if (Row::kIsTest || Row::kIsCount) {
        call.outputs[0].dtype = Row::kIsTest ? ACL_BOOL : ACL_UINT8;
    }
    return {};
}

template <class Row>
Imported import_unary(Importer& graph, const ForeignNode& node) {
    return one(graph.add(Row::kName, node.inputs));
}

template <class Row>
OpDef declare_unary() {
    OpDef op(Row::kName, Row::kDoc);
    op.input(Row::kInput, Row::kTypes)
        .output(Row::kOutput, Row::kIsTest    ? kBool
                              : Row::kIsCount ? DTypes{ACL_UINT8}
                                              : Row::kTypes)
        .infer(infer_unary<Row>);
    if constexpr (Row::kFast != kernels::Activation::kNone) {
        op.kernel("onednn", make_unary_fast<Row>);
    }
    op.kernel("reference", make_unary_reference<Row>);
    if constexpr (Row::kOnnx != nullptr) {
        op.onnx(Row::kOnnx, import_unary<Row>);
    }
    return op;
}

}  // namespace softacl::ops
