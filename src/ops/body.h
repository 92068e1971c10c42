// SPDX-License-Identifier: Apache-2.0
// A graph that an operator runs, as the operator sees it.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "base/status.h"
#include "kernels/kernel.h"
#include "tensor/tensor.h"

namespace softacl::ops {

/// A branch of If, the condition or the body of While. It reads nothing but its inputs.
class Body {
   public:
    virtual ~Body() = default;

    /// Types of the outputs for inputs of these types.
    virtual Result<std::vector<TensorType>> infer(const std::vector<TensorType>& inputs) const = 0;
    /// The input that this output is, unchanged.
    virtual std::optional<size_t> input_of(size_t output) const = 0;
    /// Makes it ready to run with inputs of these types; all tensors lie row by row. run() gets null for outputs that
    /// are not wanted.
    virtual Result<kernels::KernelPtr> compile(const std::vector<TensorType>& inputs,
                                               const std::vector<bool>& wanted) const = 0;
};

using Bodies = std::vector<std::shared_ptr<const Body>>;

}  // namespace softacl::ops
