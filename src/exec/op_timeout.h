// SPDX-License-Identifier: Apache-2.0
// How long one operator of a model may run.
#pragma once

#include <chrono>

#include "base/trace.h"

namespace softacl::exec {

/// For the whole process, from the next execution on; 0: as long as it takes. Any thread.
void set_op_timeout(std::chrono::nanoseconds timeout);
std::chrono::nanoseconds op_timeout();

}  // namespace softacl::exec
