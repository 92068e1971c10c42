// SPDX-License-Identifier: Apache-2.0
// Libraries of ours that are loaded at first use, so that programs without need of them do not carry them.
//
// They lie beside the library (or program) that this code is part of, or in the lib64 beside a program's folder. They
// stay loaded. Any thread.
#pragma once

#include "base/status.h"

namespace softacl {

/// The address of `symbol` in the library. ACL_ERROR_FEATURE_UNSUPPORTED if it cannot be loaded or is another
/// version's; `what` begins the sentence: "the fast kernels".
Result<void*> load_beside(const char* library, const char* symbol, const char* what);

}  // namespace softacl
