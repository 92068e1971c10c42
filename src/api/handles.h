// SPDX-License-Identifier: Apache-2.0
// Hands a new object's handle to a C client.
#pragma once

#include "base/handle.h"

namespace softacl::api {

/// Stores the handle in `out`, or null if there is none; returns why.
inline Status give(void** out, const Result<Handle>& handle) {
    *out = handle.ok() ? to_client(*handle) : nullptr;
    return handle.status();
}

}  // namespace softacl::api
