// SPDX-License-Identifier: Apache-2.0
#include "exec/task_run.h"

#include "runtime/process.h"

namespace softacl::exec {

RunMode mode_of(const runtime::Stream& stream) { return {stream.saturates(), stream.tells_overflow()}; }

runtime::Outcome run_in_task(runtime::Stream& stream, RunMode mode, FunctionRef<Status(Run&)> work) {
    Run run;
    run.mode = mode;
    run.stream = stream.id();
    Status status = work(run);
    if (run.failed_op) {
        const auto device = static_cast<uint32_t>(runtime::Process::instance().index_of(stream.device()));
        remember_failed_op({device, stream.id(), stream.running_task()}, std::move(*run.failed_op));
    }
    return runtime::Outcome::done(std::move(status), std::move(run.warning));
}

}  // namespace softacl::exec
