// SPDX-License-Identifier: Apache-2.0
// Elements moved along axes, round and round.
#include "ops/common/attribute_form.h"
#include "ops/common/copy.h"
#include "ops/common/infer.h"
#include "ops/common/values.h"

namespace softacl::ops {
namespace {

// How far each dimension moves, within [0, size). Without axes the tensor moves as one list.
struct Plan {
    Shape shape;
    Ints shifts;
};

Result<std::optional<Plan>> plan_of(const OpCall& call) {
    const auto shifts = known_ints(call, 1);
    const auto axes = known_ints(call, 2);
    if (!shifts || !axes) {
        return std::optional<Plan>();
    }
    const Shape& x = call.inputs[0]->shape;
    Plan plan{axes->empty() ? Shape{x.elements()} : x, {}};
    plan.shifts.resize(plan.shape.rank());
    if (shifts->size() != (axes->empty() ? 1 : axes->size())) {
        return call.fail("there are ", shifts->size(), " shifts and ", axes->size(),
                         " axes; expected as many, or one shift and no axes");
    }
    for (size_t i = 0; i < shifts->size(); ++i) {
        SOFTACL_ASSIGN(const size_t axis, normal_axis(call, axes->empty() ? 0 : (*axes)[i], plan.shape.rank()));
        const int64_t size = plan.shape[axis];
        if (size > 0) {
            const int64_t sum = plan.shifts[axis] + (*shifts)[i] % size;  // an axis may stand twice
            plan.shifts[axis] = (sum % size + size) % size;
        }
    }
    return std::optional<Plan>(std::move(plan));
}

Status infer_roll(OpCall& call) {
    SOFTACL_TRY(plan_of(call).status());
    return same_as_first(call);
}

Result<kernels::KernelPtr> make_roll(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    SOFTACL_ASSIGN(const auto plan, plan_of(call));
    if (!plan) {
        return call.fail("shifts and axes must be known before the model runs");
    }
    // Each dimension that moves cuts every part in two.
    const kernels::Strides strides = kernels::row_strides(plan->shape);
    std::vector<StridedCopy> copies = {{0, 0, plan->shape, strides, strides}};
    for (size_t axis = 0; axis < plan->shape.rank(); ++axis) {
        const int64_t shift = plan->shifts[axis];
        const int64_t rest = plan->shape[axis] - shift;
        for (size_t i = 0, count = copies.size(); shift != 0 && i < count; ++i) {
            StridedCopy wrapped = copies[i];
            copies[i].shape[axis] = rest;
            copies[i].to_offset += shift * strides[axis];
            wrapped.shape[axis] = shift;
            wrapped.from_offset += rest * strides[axis];
            copies.push_back(std::move(wrapped));
        }
        if (copies.size() > 1 << 16) {
            return call.fail("more than 16 dimensions move");
        }
    }
    return copy_kernel(call, copies);
}

constexpr AttributeForm kRoll = {"RollV2", nullptr, {{"input", "x"}, {"shift", "shifts"}, {"axes", "dims"}}};

}  // namespace

OpDef declare_RollV2() {
    return OpDef("RollV2", "input moved by shift along axes; what leaves at the end comes in at the begin.")
        .input("input", kAny)
        .input("shift", kIndexes)
        .input("axes", kIndexes)
        .output("output", kAny)
        .needs_value(1)
        .needs_value(2)
        .infer(infer_roll)
        .kernel("reference", make_roll);
}

OpDef declare_Roll() {
    return attribute_form<kRoll>(declare_RollV2(),
                                 OpDef("Roll", "x moved by shifts along dims, or as one list without.")
                                     .input("x", kAny)
                                     .output("y", kAny)
                                     .required_attr("shifts", Ints{})
                                     .attr("dims", Ints{}));
}

}  // namespace softacl::ops
