// SPDX-License-Identifier: Apache-2.0
#include "exec/plan_call.h"

#include "exec/detours.h"

namespace softacl::exec {

Status PlanCall::run(Plan& plan, const std::vector<Buffer>& inputs, const std::vector<Buffer>& outputs, Run& run) {
    Detours detours;
    for (size_t i = 0; i < inputs.size(); ++i) {
        inputs_[i] = detours.input(inputs[i], inputs[i].size);
    }
    for (size_t i = 0; i < outputs.size(); ++i) {
        outputs_[i] = detours.output(outputs, i, inputs, outputs[i].size, plan.input_under(i));
    }
    Status status = plan.run(inputs_.data(), outputs_.data(), run);
    if (status.ok()) {
        detours.finish();
    } else if (run.failed_op) {
        for (size_t i = 0; i < inputs.size(); ++i) {
            run.failed_op->move(inputs_[i], inputs[i].size, inputs[i].data);
        }
        for (size_t i = 0; i < outputs.size(); ++i) {
            run.failed_op->move(outputs_[i], outputs[i].size, outputs[i].data);
        }
    }
    return status;
}

}  // namespace softacl::exec
