// SPDX-License-Identifier: Apache-2.0
// Fits a kernel to an operator whose inputs stand in another order, or are not all constants.
#pragma once

#include <algorithm>
#include <limits>
#include <vector>

#include "kernels/fast.h"
#include "ops/op_def.h"

namespace softacl::ops {

inline constexpr size_t kNoInput = static_cast<size_t>(-1);

/// The kernel's input i is the operator's input `inputs[i]`, or none. What the kernel wants to pack but is not known
/// before the model runs is packed at each run.
kernels::KernelPtr fit_kernel(kernels::KernelPtr kernel, const OpCall& call, std::vector<size_t> inputs);

/// float32, not empty, and no dimension is longer than the engine can count.
inline bool suits_fast_kernels(const TensorType& type) {
    const auto fits = [](int64_t dim) { return dim <= std::numeric_limits<int32_t>::max(); };
    return type.dtype == ACL_FLOAT && type.shape.elements() != 0 &&
           std::all_of(type.shape.begin(), type.shape.end(), fits);
}

/// The fast kernel that `make` finds, if all of the call's tensors (the first output counts) suit.
template <class Make>
Result<kernels::KernelPtr> make_fast_kernel(const OpCall& call, std::vector<size_t> inputs, Make&& make) {
    bool suits = suits_fast_kernels(call.outputs[0]);
    for (const size_t input : inputs) {
        suits = suits && (input == kNoInput || !call.has_input(input) || suits_fast_kernels(*call.inputs[input]));
    }
    if (!suits) {
        return fail(ACL_ERROR_FEATURE_UNSUPPORTED, "float32 with at least one element only");
    }
    SOFTACL_ASSIGN(const auto* fast, kernels::fast_kernels());
    SOFTACL_ASSIGN(kernels::KernelPtr kernel, make(*fast));
    return fit_kernel(std::move(kernel), call, std::move(inputs));
}

}  // namespace softacl::ops
