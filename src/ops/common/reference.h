// SPDX-License-Identifier: Apache-2.0
// Makes kernels of plain functions: the reference kernels, and views.
#pragma once

#include <utility>

#include "ops/op_def.h"

namespace softacl::ops {

/// A kernel that calls a function `Status(const kernels::Kernel::Buffers&)`. All tensors lie row by row.
template <class Function>
class FunctionKernel final : public kernels::Kernel {
   public:
    FunctionKernel(const OpCall& call, Function function) : function_(std::move(function)) {
        input_layouts.resize(call.inputs.size());
        output_layouts.resize(call.outputs.size());
        packs_input.resize(call.inputs.size());
    }
    Status run(const Buffers& buffers) override { return function_(buffers); }

   private:
    Function function_;
};

template <class Function>
kernels::KernelPtr function_kernel(const OpCall& call, Function function) {
    return std::make_unique<FunctionKernel<Function>>(call, std::move(function));
}

/// The output is the memory of the first input, which lies row by row.
Result<kernels::KernelPtr> make_view(const OpCall& call);

/// The same in whatever layout the input lies: for operators that change no element and no shape.
Result<kernels::KernelPtr> make_view_of_any_layout(const OpCall& call);

}  // namespace softacl::ops
