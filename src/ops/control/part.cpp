// SPDX-License-Identifier: Apache-2.0
#include "ops/control/part.h"

#include <type_traits>

#include "kernels/ref/number.h"

namespace softacl::ops {

Status check_condition(const OpCall& call, const TensorType& type) {
    const bool known = type.shape.is_known();
    return !known || type.shape.elements() == 1
               ? Status()
               : call.fail("its condition has the shape ", type.shape, "; expected one element");
}

bool is_true(const TensorType& type, const void* value) {
    bool result = false;
    visit_dtype(type.dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        using Read = std::conditional_t<std::is_same_v<T, bool>, uint8_t, T>;  // whatever a program put there
        result = static_cast<double>(kernels::widen(*static_cast<const Read*>(value))) != 0;
    });
    return result;
}

Status take_types(OpCall& call, std::vector<TensorType> types, const char* body) {
    if (types.size() != call.outputs.size()) {
        return call.fail("its ", body, " has ", types.size(), " outputs; the node has ", call.outputs.size());
    }
    call.outputs = std::move(types);
    return {};
}

}  // namespace softacl::ops
