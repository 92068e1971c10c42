// SPDX-License-Identifier: Apache-2.0
// Hands objects' handles to a C client, and takes them back.
#pragma once

#include "acl/acl_base.h"
#include "base/handle.h"

namespace softacl::api {

/// Stores the handle in `out`, or null if there is none; returns why.
inline Status give(void** out, const Result<Handle>& handle) {
    *out = handle.ok() ? to_client(*handle) : nullptr;
    return handle.status();
}

/// The handle as the pointer to an opaque structure that C knows it by.
template <class T>
Result<T*> as_pointer(const Result<Handle>& handle) {
    if (!handle.ok()) {
        return handle.status();
    }
    return static_cast<T*>(to_client(*handle));
}

/// Takes the handle of an object that is of no device out of use.
template <class T>
Status destroy(const void* handle, const char* argument) {
    SOFTACL_TRY(pin<T>(handle, argument).status());
    if (!retire_handle(reinterpret_cast<Handle>(handle))) {
        return fail(ACL_ERROR_INVALID_RESOURCE_HANDLE, argument, " was destroyed by another thread at the same time");
    }
    return {};
}

}  // namespace softacl::api
