// SPDX-License-Identifier: Apache-2.0
// Runs a plan on a program's buffers.
#pragma once

#include <vector>

#include "exec/data_buffer.h"
#include "exec/plan.h"

namespace softacl::exec {

/// Keeps the lists of addresses between runs. One thread at a time.
class PlanCall {
   public:
    PlanCall(size_t inputs, size_t outputs) : inputs_(inputs), outputs_(outputs) {}

    /// The plan has its memory. Buffers are exactly as large as the tensors; they may overlap, and need no alignment.
    Status run(Plan& plan, const std::vector<Buffer>& inputs, const std::vector<Buffer>& outputs, Run& run);

   private:
    std::vector<const void*> inputs_;
    std::vector<void*> outputs_;
};

}  // namespace softacl::exec
