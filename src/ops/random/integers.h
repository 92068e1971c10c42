// SPDX-License-Identifier: Apache-2.0
// Random integers between two inputs.
#pragma once

#include "acl/acl_base.h"
#include "ops/common/values.h"
#include "ops/random/common.h"
#include "ops/random/draw.h"

namespace softacl::ops {

/// Calls `visitor` for int32, int64, uint32 and uint64.
template <class Visitor>
bool visit_drawn_integers(aclDataType dtype, Visitor&& visitor) {
    switch (dtype) {
        case ACL_INT32: visitor(TypeTag<int32_t>()); return true;
        case ACL_INT64: visitor(TypeTag<int64_t>()); return true;
        case ACL_UINT32: visitor(TypeTag<uint32_t>()); return true;
        case ACL_UINT64: visitor(TypeTag<uint64_t>()); return true;
        default: return false;
    }
}

/// The distribution between the values of two inputs; fails unless the first is smaller.
template <class T>
Result<IntegerBetween<T>> limits_of(const void* low, const void* high, const char* low_name, const char* high_name) {
    const T least = *static_cast<const T*>(low);
    const T end = *static_cast<const T*>(high);
    if (least >= end) {
        return fail(ACL_ERROR_INVALID_PARAM, "the inputs ", low_name, " and ", high_name, " are ", least, " and ", end,
                    "; expected a larger ", high_name);
    }
    return IntegerBetween<T>(least, end);
}

/// Both inputs have one element of one type; and, if they are known, the first is smaller.
inline Status check_limits(const OpCall& call, size_t low, size_t high) {
    SOFTACL_TRY(require_same_dtype(call, low, high));
    SOFTACL_TRY(require_single(call, {low, high}));
    Status status;
    if (call.constant(low) != nullptr && call.constant(high) != nullptr) {
        visit_drawn_integers(call.inputs[low]->dtype, [&](auto tag) {
            using T = typename decltype(tag)::Type;
            status = limits_of<T>(call.constant(low)->data(), call.constant(high)->data(),
                                  input_name(call, low).c_str(), input_name(call, high).c_str())
                         .status();
        });
    }
    return status.ok() ? status : call.fail(status.message());
}

}  // namespace softacl::ops
