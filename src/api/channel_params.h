// SPDX-License-Identifier: Apache-2.0
// Parameters of channels that are passed by address and length.
#pragma once

#include <cstring>

#include "acl/acl_base.h"
#include "base/status.h"

namespace softacl::api {

/// The value at `param`. 100000 if its length is not that of the parameter.
template <class T>
Result<T> read_param(size_t length, const void* param) {
    if (length != sizeof(T)) {
        return fail(ACL_ERROR_INVALID_PARAM, "length is ", length, "; expected ", sizeof(T),
                    ", the bytes of this parameter");
    }
    T value;
    std::memcpy(&value, param, sizeof value);
    return value;
}

/// Writes the value and how long it is. 100000 if there is too little room.
template <class T>
Status give_param(const T& value, size_t length, size_t* size, void* param) {
    if (length < sizeof(T)) {
        return fail(ACL_ERROR_INVALID_PARAM, "length is ", length, "; expected at least ", sizeof(T),
                    ", the bytes of this parameter");
    }
    std::memcpy(param, &value, sizeof value);
    *size = sizeof value;
    return {};
}

}  // namespace softacl::api
