// SPDX-License-Identifier: Apache-2.0
// Fits a kernel to an operator whose inputs stand in another order, or are not all constants.
#pragma once

#include <vector>

#include "kernels/fast.h"
#include "ops/op_def.h"

namespace softacl::ops {

inline constexpr size_t kNoInput = static_cast<size_t>(-1);

/// The kernel's input i is the operator's input `inputs[i]`, or none. What the kernel wants to pack but is not known
/// before the model runs is packed at each run.
kernels::KernelPtr fit_kernel(kernels::KernelPtr kernel, const OpCall& call, std::vector<size_t> inputs);

/// The fast kernel that `make` finds, if all of the call's tensors (the first one's type counts) are float32 and none
/// of them is empty.
template <class Make>
Result<kernels::KernelPtr> make_fast_kernel(const OpCall& call, std::vector<size_t> inputs, Make&& make) {
    for (const size_t input : inputs) {
        if (input == kNoInput || !call.has_input(input)) {
            continue;
        }
        if (call.inputs[input]->dtype != ACL_FLOAT || call.inputs[input]->shape.elements() == 0) {
            return fail(ACL_ERROR_FEATURE_UNSUPPORTED, "float32 with at least one element only");
        }
    }
    if (call.outputs[0].dtype != ACL_FLOAT || call.outputs[0].shape.elements() == 0) {
        return fail(ACL_ERROR_FEATURE_UNSUPPORTED, "float32 with at least one element only");
    }
    SOFTACL_ASSIGN(const auto* fast, kernels::fast_kernels());
    SOFTACL_ASSIGN(kernels::KernelPtr kernel, make(*fast));
    return fit_kernel(std::move(kernel), call, std::move(inputs));
}

}  // namespace softacl::ops
