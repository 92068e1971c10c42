// SPDX-License-Identifier: Apache-2.0
// Dumping switched on and off: by the configuration of aclInit for good, or by a program for a while (10.6.1.13).
#pragma once

#include <memory>
#include <optional>

#include "dump/session.h"

namespace softacl::dump {

/// The session in which executions dump; null if there is none, which costs one load. Any thread.
std::shared_ptr<Session> current();

/// For as long as the process is initialised. 100004 if the folder cannot be made.
Status begin_with_process(const std::optional<DumpConfig>& config);
/// Ends whatever there is.
void end_with_process();

/// The three calls of a program. 100044 if dumping was begun, by either way; 100045 if it was not.
Status begin();
Status check_begun();
/// Another session in place of one there is. No configuration: nothing is dumped.
Status configure(std::optional<DumpConfig> config);
/// 100004 if a file could not be written.
Status end();

}  // namespace softacl::dump
