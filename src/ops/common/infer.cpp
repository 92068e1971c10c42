// SPDX-License-Identifier: Apache-2.0
#include "ops/common/infer.h"

#include <algorithm>

namespace softacl::ops {

Status same_as_first(OpCall& call) {
    for (TensorType& output : call.outputs) {
        output = *call.inputs[0];
    }
    return {};
}

Result<Shape> broadcast(const Shape& a, const Shape& b) {
    const size_t rank = std::max(a.rank(), b.rank());
    std::vector<int64_t> dims(rank);
    for (size_t i = 0; i < rank; ++i) {
        const int64_t left = i + a.rank() < rank ? 1 : a[i + a.rank() - rank];
        const int64_t right = i + b.rank() < rank ? 1 : b[i + b.rank() - rank];
        if (left == right || right == 1) {
            dims[i] = left;
        } else if (left == 1) {
            dims[i] = right;
        } else if (left < 0 || right < 0) {
            dims[i] = std::max(left, right);
        } else {
            return fail(ACL_ERROR_INVALID_PARAM, "the shapes ", a, " and ", b, " do not broadcast: ", left, " against ",
                        right, " in dimension ", i);
        }
    }
    return Shape(std::move(dims));
}

Status broadcast_first_two(OpCall& call) {
    auto shape = broadcast(call.inputs[0]->shape, call.inputs[1]->shape);
    if (!shape.ok()) {
        return call.fail(shape.status().message());
    }
    if (call.inputs[0]->dtype != call.inputs[1]->dtype) {
        return call.fail("the inputs are ", name_of(call.inputs[0]->dtype), " and ", name_of(call.inputs[1]->dtype),
                         "; expected one type");
    }
    const aclFormat format = (call.inputs[0]->shape == *shape ? call.inputs[0] : call.inputs[1])->format;
    call.outputs[0] = {call.inputs[0]->dtype, std::move(*shape), format};
    return {};
}

Result<size_t> normal_axis(const OpCall& call, int64_t axis, size_t rank) {
    const auto limit = static_cast<int64_t>(rank);
    if (axis < -limit || axis >= limit) {
        return call.fail("axis ", axis, " is outside [", -limit, ", ", limit, ") of a tensor with ", rank,
                         " dimensions");
    }
    return static_cast<size_t>(axis < 0 ? axis + limit : axis);
}

}  // namespace softacl::ops
