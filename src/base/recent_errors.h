// SPDX-License-Identifier: Apache-2.0
// Error messages of the calling thread, kept until the thread asks for them.
#pragma once

#include "base/status.h"

namespace softacl {

/// Stores a failure (or a warning, with code 0) of `function` on the calling thread. The newest 32 are kept.
void remember_error(const char* function, int code, const std::string& message);

/// All stored messages of the calling thread, newest first, as one text; null if there are none. Clears them.
/// The text stays valid until the next call on the same thread.
const char* take_recent_errors();

}  // namespace softacl
