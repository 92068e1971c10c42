// SPDX-License-Identifier: Apache-2.0
// The types that plain loops compute in: 16-bit floats are widened, everything else is itself.
#pragma once

#include <type_traits>

#include "tensor/dtype.h"

namespace softacl::kernels::ref {

template <class T>
using Real = std::conditional_t<std::is_class_v<T>, float, T>;

/// Calls `visitor(TypeTag<T>())` for float, double, Half and BFloat16. False, without a call, for all others.
template <class Visitor>
bool visit_floats(aclDataType type, Visitor&& visitor) {
    switch (type) {
        case ACL_FLOAT: visitor(TypeTag<float>()); return true;
        case ACL_DOUBLE: visitor(TypeTag<double>()); return true;
        case ACL_FLOAT16: visitor(TypeTag<Half>()); return true;
        case ACL_BF16: visitor(TypeTag<BFloat16>()); return true;
        default: return false;
    }
}

/// The same for these and the integers, not for bool.
template <class Visitor>
bool visit_numbers(aclDataType type, Visitor&& visitor) {
    bool called = false;
    visit_dtype(type, [&](auto tag) {
        if constexpr (!std::is_same_v<typename decltype(tag)::Type, bool>) {
            visitor(tag);
            called = true;
        }
    });
    return called;
}

}  // namespace softacl::kernels::ref
