// SPDX-License-Identifier: Apache-2.0
// Elements where a mask is true: taken out, and replaced.
#include "ops/common/attribute_form.h"
#include "ops/common/copy.h"
#include "ops/common/importing.h"
#include "ops/common/infer.h"
#include "ops/common/reference.h"
#include "ops/common/values.h"

namespace softacl::ops {
namespace {

using kernels::Kernel;

Result<Shape> common_shape(const OpCall& call) {
    auto shape = broadcast(call.inputs[0]->shape, call.inputs[1]->shape);
    return shape.ok() ? shape : Result<Shape>(call.fail(shape.status().message()));
}

// How often the mask is true once it has the shape that it and x broadcast to.
Status infer_masked_select(OpCall& call) {
    SOFTACL_ASSIGN(const Shape shape, common_shape(call));
    call.outputs[0] = {call.inputs[0]->dtype, {-1}};
    const Tensor* mask = call.constant(1);
    if (mask == nullptr || !shape.is_known()) {
        return {};
    }
    int64_t count = 0;
    for (int64_t i = 0; i < mask->elements(); ++i) {
        count += mask->data_as<uint8_t>()[i] != 0 ? 1 : 0;
    }
    call.outputs[0].shape = {shape.elements() == 0 ? 0 : count * (shape.elements() / mask->elements())};
    return {};
}

Status largest_masked_select(OpCall& call) {
    SOFTACL_ASSIGN(const Shape shape, common_shape(call));
    call.outputs[0].shape = {shape.elements()};
    return {};
}

Result<kernels::KernelPtr> make_masked_select(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    SOFTACL_ASSIGN(const Shape shape, common_shape(call));
    const kernels::StridedLoop<2> loop(shape, {kernels::broadcast_strides(call.inputs[0]->shape, shape),
                                               kernels::broadcast_strides(call.inputs[1]->shape, shape)});
    kernels::KernelPtr kernel;
    visit_size(call.outputs[0].dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        kernel = function_kernel(call, [loop, wanted = call.outputs[0].shape[0]](const Kernel::Buffers& b) -> Status {
            int64_t found = 0;
            loop.run([&](const auto& at, int64_t count, const auto& steps) {
                const T* x = static_cast<const T*>(b.inputs[0]) + at[0];
                const auto* mask = static_cast<const uint8_t*>(b.inputs[1]) + at[1];
                for (int64_t i = 0; i < count; ++i) {
                    if (mask[i * steps[1]] != 0) {
                        if (found < wanted) {
                            static_cast<T*>(b.outputs[0])[found] = x[i * steps[0]];
                        }
                        ++found;
                    }
                }
            });
            return found == wanted ? Status()
                                   : import_fail("the mask is true ", found, " times, not the ", wanted,
                                                 " times of its known value");
        });
    });
    return kernel;
}

Status infer_masked_scatter(OpCall& call) {
    SOFTACL_TRY(require_same_dtype(call, 0, 2));
    SOFTACL_ASSIGN(const Shape shape, common_shape(call));
    if (shape.is_known() && call.inputs[0]->shape.is_known() && shape != call.inputs[0]->shape) {
        return call.fail("the input mask has the shape ", call.inputs[1]->shape, ", which does not broadcast to ",
                         call.inputs[0]->shape);
    }
    return same_as_first(call);
}

Result<kernels::KernelPtr> make_masked_scatter(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    const Shape& x = call.inputs[0]->shape;
    const kernels::StridedLoop<2> loop(x,
                                       {kernels::row_strides(x), kernels::broadcast_strides(call.inputs[1]->shape, x)});
    kernels::KernelPtr kernel;
    visit_size(call.outputs[0].dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        kernel = function_kernel(
            call, [loop, updates = call.inputs[2]->shape.elements()](const Kernel::Buffers& b) -> Status {
                int64_t taken = 0;
                loop.run([&](const auto& at, int64_t count, const auto& steps) {
                    const auto* mask = static_cast<const uint8_t*>(b.inputs[1]) + at[1];
                    for (int64_t i = 0; i < count; ++i) {
                        const int64_t place = at[0] + i * steps[0];
                        const bool set = mask[i * steps[1]] != 0;
                        const bool takes = set && taken < updates;
                        taken += set ? 1 : 0;
                        static_cast<T*>(b.outputs[0])[place] = takes ? static_cast<const T*>(b.inputs[2])[taken - 1]
                                                                     : static_cast<const T*>(b.inputs[0])[place];
                    }
                });
                return taken <= updates
                           ? Status()
                           : import_fail("the mask is true ", taken, " times, but there are ", updates, " updates");
            });
    });
    return kernel;
}

OpDef declare_masked_select(const char* name) {
    return OpDef(name, "The elements of x where the mask is true, as a list.")
        .input("x", kAny)
        .input("mask", kBool)
        .output("y", kAny)
        .needs_value(1)
        .infer(infer_masked_select)
        .largest(largest_masked_select)
        .kernel("reference", make_masked_select);
}

constexpr AttributeForm kMaskedFill = {"SelectV2", nullptr, {{"condition", "mask"}, {"then", "value"}, {"else", "x"}}};

}  // namespace

OpDef declare_SelectV2();

OpDef declare_MaskedSelect() { return declare_masked_select("MaskedSelect"); }
OpDef declare_MaskedSelectV2() { return declare_masked_select("MaskedSelectV2"); }

OpDef declare_MaskedScatter() {
    return OpDef("MaskedScatter", "x with the updates in turn where the mask is true.")
        .input("x", kAny)
        .input("mask", kBool)
        .input("updates", kAny)
        .output("y", kAny)
        .infer(infer_masked_scatter)
        .kernel("reference", make_masked_scatter);
}

OpDef declare_MaskedFill() {
    return attribute_form<kMaskedFill>(declare_SelectV2(), OpDef("MaskedFill", "x with value where the mask is true.")
                                                               .input("x", kAny)
                                                               .input("mask", kBool)
                                                               .input("value", kAny)
                                                               .output("y", kAny));
}

}  // namespace softacl::ops
