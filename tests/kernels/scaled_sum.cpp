// SPDX-License-Identifier: Apache-2.0
// Kernels of a program's own, for tests.
#include <softacl/custom_kernel.h>

#include <cstring>

// (a + b) times its argument, block by block; a workspace takes each element on its way.
SOFTACL_KERNEL int scaled_sum(const softaclKernelCall* call) {
    const auto* a = static_cast<const float*>(call->inputs[0]);
    const auto* b = static_cast<const float*>(call->inputs[1]);
    auto* sum = static_cast<float*>(call->outputs[0]);
    auto* work = static_cast<float*>(call->workspaces[1]);
    float factor = 0;
    if (call->numInputs != 2 || call->numOutputs != 1 || call->numWorkspaces != 2 || call->argSize != sizeof factor ||
        call->inputSizes[0] != call->outputSizes[0]) {
        return 1;
    }
    std::memcpy(&factor, call->args, sizeof factor);
    for (size_t i = call->block; i < call->outputSizes[0] / sizeof(float); i += call->blockDim) {
        work[i] = a[i] + b[i];
        sum[i] = work[i] * factor;
    }
    return 0;
}

SOFTACL_KERNEL int failing(const softaclKernelCall* call) { return call->block == 1 ? 5 : 0; }
