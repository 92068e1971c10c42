// SPDX-License-Identifier: Apache-2.0
// Looks at the operators of a run one by one.
#pragma once

#include <string>
#include <vector>

#include "kernels/kernel.h"
#include "tensor/tensor.h"

namespace softacl::exec {

/// The node of the graph that a step computes.
struct StepNode {
    std::string type;
    std::string name;
    std::vector<std::string> origins;  ///< of the network's operators that it was made of
    std::vector<TensorType> inputs;    ///< undefined type: absent
    std::vector<TensorType> outputs;
};

struct StepView {
    size_t number;  ///< from 1, in the order of execution
    const StepNode& node;
    const kernels::Kernel& kernel;  ///< which tells the layouts
    const void* const* inputs;      ///< null: absent, or packed by the kernel
    const void* const* outputs;
};

/// Called on the thread that runs the plan.
class StepObserver {
   public:
    virtual ~StepObserver() = default;
    /// The inputs are there; the operator may write its outputs over them.
    virtual void before(const StepView& step) = 0;
    /// The outputs are there, until the next operator runs.
    virtual void after(const StepView& step) = 0;
};

}  // namespace softacl::exec
