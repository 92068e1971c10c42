// SPDX-License-Identifier: Apache-2.0
// Elements of one or the other tensor.
#include "ops/common/copy.h"
#include "ops/common/importing.h"
#include "ops/common/infer.h"
#include "ops/common/reference.h"
#include "ops/common/values.h"

namespace softacl::ops {
namespace {

using kernels::Kernel;

Status infer_select(OpCall& call) {
    SOFTACL_TRY(require_same_dtype(call, 1, 2));
    auto shape = broadcast(call.inputs[1]->shape, call.inputs[2]->shape);
    if (shape.ok()) {
        shape = broadcast(call.inputs[0]->shape, *shape);
    }
    if (!shape.ok()) {
        return call.fail(shape.status().message());
    }
    call.outputs[0] = {call.inputs[1]->dtype, std::move(*shape)};
    return {};
}

// Select does not broadcast, but its condition may choose whole slices along the first dimension.
Status infer_select_v1(OpCall& call) {
    const Shape& condition = call.inputs[0]->shape;
    const Shape& x = call.inputs[1]->shape;
    SOFTACL_TRY(require_same_dtype(call, 1, 2));
    const bool slices = condition.rank() <= 1 && (condition.rank() == 0 || (x.rank() > 0 && condition[0] == x[0]));
    if (x != call.inputs[2]->shape || (condition != x && !slices)) {
        return call.fail("the shapes ", condition, ", ", x, " and ", call.inputs[2]->shape, " do not go together");
    }
    call.outputs[0] = *call.inputs[1];
    return {};
}

Result<kernels::KernelPtr> make_select(const OpCall& call, const kernels::Strides& condition) {
    const Shape& y = call.outputs[0].shape;
    const kernels::StridedLoop<4> loop(y,
                                       {condition, kernels::broadcast_strides(call.inputs[1]->shape, y),
                                        kernels::broadcast_strides(call.inputs[2]->shape, y), kernels::row_strides(y)});
    kernels::KernelPtr kernel;
    visit_size(call.outputs[0].dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        kernel = function_kernel(call, [loop](const Kernel::Buffers& buffers) -> Status {
            loop.run([&](const auto& at, int64_t count, const auto& steps) {
                const auto* test = static_cast<const uint8_t*>(buffers.inputs[0]) + at[0];
                const T* a = static_cast<const T*>(buffers.inputs[1]) + at[1];
                const T* b = static_cast<const T*>(buffers.inputs[2]) + at[2];
                T* to = static_cast<T*>(buffers.outputs[0]) + at[3];
                for (int64_t i = 0; i < count; ++i) {
                    to[i * steps[3]] = test[i * steps[0]] != 0 ? a[i * steps[1]] : b[i * steps[2]];
                }
            });
            return {};
        });
    });
    return kernel;
}
Result<kernels::KernelPtr> make_select_v2(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    return make_select(call, kernels::broadcast_strides(call.inputs[0]->shape, call.outputs[0].shape));
}
Result<kernels::KernelPtr> make_select_v1(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    const Shape& condition = call.inputs[0]->shape;
    kernels::Strides strides = kernels::row_strides(condition);
    strides.resize(call.outputs[0].shape.rank(), 0);
    return make_select(call, strides);
}

Imported import_where(Importer& graph, const ForeignNode& node) { return one(graph.add("SelectV2", node.inputs)); }

}  // namespace

OpDef declare_SelectV2() {
    return OpDef("SelectV2", "Elements of `then` where the condition is true, else of `else`.")
        .input("condition", kBool)
        .input("then", kAny)
        .input("else", kAny)
        .output("result", kAny)
        .infer(infer_select)
        .kernel("reference", make_select_v2)
        .onnx("Where", import_where);
}

OpDef declare_Select() {
    return OpDef("Select", "Elements, or slices of the first dimension, of x1 where the condition is true, else of x2.")
        .input("condition", kBool)
        .input("x1", kAny)
        .input("x2", kAny)
        .output("y", kAny)
        .infer(infer_select_v1)
        .kernel("reference", make_select_v1);
}

}  // namespace softacl::ops
