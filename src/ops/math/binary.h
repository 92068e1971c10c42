// SPDX-License-Identifier: Apache-2.0
// Operators with two inputs that broadcast. Each is a row: a struct with what is special of it.
#pragma once

#include <atomic>
#include <limits>
#include <optional>

#include "base/vectorised.h"
#include "kernels/fast.h"
#include "kernels/ref/number.h"
#include "kernels/ref/strided.h"
#include "ops/common/importing.h"
#include "ops/common/infer.h"
#include "ops/common/reference.h"
#include "ops/common/values.h"

namespace softacl::ops {

/// What most rows have in common. A row adds
///     static constexpr const char* kName, kDoc;
///     static constexpr DTypes kTypes;
///     template <class T> static T apply(T a, T b);        // T: Wide of the element type; bool if kIsTest
/// or, with kFault, apply(T a, T b, bool& fault).
struct BinaryRow {
    static constexpr const char* kInputs[2] = {"x1", "x2"};
    static constexpr const char* kOutput = "y";
    static constexpr const char* kOnnx = nullptr;
    static constexpr bool kIsTest = false;          ///< the result is bool
    static constexpr const char* kFault = nullptr;  ///< what the values may be that have no result: "division by 0"
    static constexpr std::optional<kernels::Binary> kFast = std::nullopt;
};

/// One element; says whether there is a result.
template <class Row, class T, class R>
bool apply_binary(T a, T b, R& result) {
    bool fault = false;
    if constexpr (Row::kFault != nullptr) {
        result = R(Row::apply(kernels::widen(a), kernels::widen(b), fault));
    } else {
        result = R(Row::apply(kernels::widen(a), kernels::widen(b)));
    }
    return !fault;
}

template <class Row, class T, class R>
Status run_binary(const kernels::StridedLoop<3>& loop, const kernels::Kernel::Buffers& buffers) {
    const auto* x1 = static_cast<const T*>(buffers.inputs[0]);
    const auto* x2 = static_cast<const T*>(buffers.inputs[1]);
    auto* y = static_cast<R*>(buffers.outputs[0]);
    constexpr int64_t kNone = std::numeric_limits<int64_t>::max();
    std::atomic<int64_t> faulty = kNone;  // the first element without a result
    loop.run_shared([&](const auto& at, int64_t count, const auto& steps) {
        const T* const a = x1 + at[0];
        const T* const b = x2 + at[1];
        R* const result = y + at[2];
        const auto run = [&](auto a_step, auto b_step) {  // constants for what the compiler makes vectors of
            int64_t first = count;
            vectorised<kernels::kUsual<T>>([=, &first] {
                int64_t without = count;
                for (int64_t i = 0; i < count; ++i) {
                    const bool good = apply_binary<Row>(a[i * a_step], b[i * b_step], result[i]);
                    without = good || without < count ? without : i;
                }
                first = without;
            });
            int64_t known = faulty;
            while (first < count && at[2] + first < known && !faulty.compare_exchange_weak(known, at[2] + first)) {
            }
        };
        using One = std::integral_constant<int64_t, 1>;
        using None = std::integral_constant<int64_t, 0>;
        if constexpr (kVectorises) {
            if (steps[0] == 1 && steps[1] == 1) {
                return run(One(), One());
            }
        }
        if constexpr (kVectorises && kernels::kUsual<T>) {
            if (steps[0] == 1 && steps[1] == 0) {
                return run(One(), None());
            }
            if (steps[0] == 0 && steps[1] == 1) {
                return run(None(), One());
            }
        }
        run(steps[0], steps[1]);
    });
    if constexpr (Row::kFault != nullptr) {
        if (faulty != kNone) {
            return import_fail(Row::kFault, " in element ", faulty.load(), " of the result");
        }
    }
    return {};
}

template <class Row>
Result<kernels::KernelPtr> make_binary_reference(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    const Shape& shape = call.outputs[0].shape;
    const kernels::StridedLoop<3> loop(
        shape, {kernels::broadcast_strides(call.inputs[0]->shape, shape),
                kernels::broadcast_strides(call.inputs[1]->shape, shape), kernels::row_strides(shape)});
    kernels::KernelPtr kernel;
    visit_dtype(call.inputs[0]->dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        using R = std::conditional_t<Row::kIsTest, bool, T>;
        if constexpr (Row::kTypes.contains(dtype_of<T>())) {
            kernel = function_kernel(
                call, [loop](const kernels::Kernel::Buffers& buffers) { return run_binary<Row, T, R>(loop, buffers); });
        }
    });
    if (kernel == nullptr) {
        return call.fail("not for ", name_of(call.inputs[0]->dtype));
    }
    return kernel;
}

template <class Row>
Result<kernels::KernelPtr> make_binary_fast(const OpCall& call) {
    SOFTACL_ASSIGN(const auto* fast, kernels::fast_kernels());
    if (call.inputs[0]->dtype != ACL_FLOAT) {
        return call.fail("float32 only");
    }
    SOFTACL_TRY(require_known_shapes(call));
    kernels::BinaryParams params;
    params.kind = *Row::kFast;
    params.a = call.inputs[0]->shape;
    params.b = call.inputs[1]->shape;
    params.output = call.outputs[0].shape;
    params.a_layout = call.layout(0);
    params.b_layout = call.layout(1);
    return fast->binary(params);
}

template <class Row>
Status infer_binary(OpCall& call) {
    SOFTACL_TRY(broadcast_first_two(call));
    if (Row::kIsTest) {
        call.outputs[0].dtype = ACL_BOOL;
    }
    return {};
}

template <class Row>
Imported import_binary(Importer& graph, const ForeignNode& node) {
    SOFTACL_ASSIGN(auto operands, broadcast_operands(graph, node));
    return one(graph.add(Row::kName, std::move(operands)));
}

/// `name`: of another version of the operator that computes the same.
template <class Row>
OpDef declare_binary(const char* name = Row::kName) {
    OpDef op(name, Row::kDoc);
    op.input(Row::kInputs[0], Row::kTypes)
        .input(Row::kInputs[1], Row::kTypes)
        .output(Row::kOutput, Row::kIsTest ? kBool : Row::kTypes)
        .infer(infer_binary<Row>);
    if constexpr (Row::kFast.has_value()) {
        op.kernel("onednn", make_binary_fast<Row>);
    }
    op.kernel("reference", make_binary_reference<Row>);
    if constexpr (Row::kOnnx != nullptr) {
        if (op.name() == Row::kName) {
            op.onnx(Row::kOnnx, import_binary<Row>);
        }
    }
    return op;
}

}  // namespace softacl::ops
