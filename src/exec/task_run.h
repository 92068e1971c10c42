// SPDX-License-Identifier: Apache-2.0
// Running operators as a task of a stream.
#pragma once

#include "base/function_ref.h"
#include "exec/run.h"
#include "runtime/stream.h"

namespace softacl::exec {

/// How a stream wants its operators to run, as it is now.
RunMode mode_of(const runtime::Stream& stream);

/// Calls `work(run)` on behalf of the task that the stream runs; which operator failed is remembered for programs.
runtime::Outcome run_in_task(runtime::Stream& stream, RunMode mode, FunctionRef<Status(Run&)> work);

}  // namespace softacl::exec
