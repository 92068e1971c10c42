// SPDX-License-Identifier: Apache-2.0
#include "ops/nn/quantized.h"

#include "ops/common/values.h"

namespace softacl::ops {
namespace {

/// Dimensions that may be equal.
bool agree(const Shape& a, const Shape& b) {
    bool good = a.rank() == b.rank();
    for (size_t i = 0; good && i < a.rank(); ++i) {
        good = a[i] == b[i] || a[i] < 0 || b[i] < 0;
    }
    return good;
}

}  // namespace

Result<Spread> spread_of(const OpCall& call, size_t input, int64_t count, const Shape* whole) {
    const Shape& shape = call.inputs[input]->shape;
    if (shape.is_known() && shape.elements() == 1) {
        return Spread{};
    }
    if (agree(shape, {count})) {
        return Spread{1, 0};
    }
    if (whole != nullptr && agree(shape, *whole)) {
        return Spread{1, count};
    }
    return call.fail("the input ", input_name(call, input), " has the shape ", shape, "; expected one element",
                     count == 1 && whole == nullptr ? "" : text(", [", count, "]"),
                     whole == nullptr ? "" : text(" or ", *whole));
}

Result<QuantizedOperand> quantized_operand(const OpCall& call, QuantizedPort port, int64_t count, const Shape* whole) {
    Spread scale;
    Spread zero;
    if (port.scale != kNoInput) {
        SOFTACL_ASSIGN(scale, spread_of(call, port.scale, count, whole));
    }
    if (call.has_input(port.zero)) {
        SOFTACL_ASSIGN(zero, spread_of(call, port.zero, count, whole));
        SOFTACL_TRY(require_same_dtype(call, port.value, port.zero));
    }
    return QuantizedOperand(call, port, scale, zero);
}

Result<aclDataType> result_type(const OpCall& call, QuantizedPort port) {
    if (port.scale == kNoInput) {
        return ACL_INT32;
    }
    SOFTACL_TRY(spread_of(call, port.scale, 1).status());
    SOFTACL_TRY(spread_of(call, port.zero, 1).status());
    return call.inputs[port.zero]->dtype;
}

}  // namespace softacl::ops
