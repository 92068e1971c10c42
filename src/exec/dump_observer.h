// SPDX-License-Identifier: Apache-2.0
// Writes the tensors of a run to files, as the session of dumping wants them.
#pragma once

#include <memory>
#include <vector>

#include "base/function_ref.h"
#include "dump/session.h"
#include "exec/run.h"
#include "exec/step_observer.h"

namespace softacl::exec {

/// Of one run.
class DumpObserver final : public StepObserver {
   public:
    DumpObserver(std::shared_ptr<dump::Session> session, dump::Run run, uint32_t stream)
        : session_(std::move(session)), run_(std::move(run)), stream_(stream) {}

    const dump::Run& run() const { return run_; }
    void before(const StepView& step) override;
    void after(const StepView& step) override;

   private:
    const std::shared_ptr<dump::Session> session_;
    const dump::Run run_;
    const uint32_t stream_;
    dump::OpRecord record_;                      // of the operator at work
    std::vector<std::shared_ptr<void>> copies_;  // what it points to
};

/// Calls `work`, which runs a plan as `run` says, and dumps what it does if there is a session that wants it. Where the
/// plan runs is asked only if something is dumped.
Status dumped(Run& run, FunctionRef<dump::Run()> where, FunctionRef<Status()> work);

}  // namespace softacl::exec
