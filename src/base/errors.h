// SPDX-License-Identifier: Apache-2.0
// The table of documented return codes (spec/errors.toml) as seen by the engine.
#pragma once

namespace softacl {

struct ErrorEntry {
    const char* name;      ///< "ACL_ERROR_INVALID_PARAM"
    int code;              ///< 100000
    const char* sentence;  ///< what it means
    const char* remedy;    ///< what to do about it
};

/// The entry of a code, or null if the code is not documented.
const ErrorEntry* find_error(int code);

}  // namespace softacl
