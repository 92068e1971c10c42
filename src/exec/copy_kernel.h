// SPDX-License-Identifier: Apache-2.0
// Moves a tensor as it is, where a plan needs it in a second place.
#pragma once

#include <cstring>
#include <memory>

#include "kernels/kernel.h"

namespace softacl::exec {

class CopyKernel final : public kernels::Kernel {
   public:
    explicit CopyKernel(size_t bytes) : bytes_(bytes) {
        name = "copy";
        input_layouts.resize(1);
        output_layouts.resize(1);
        packs_input.resize(1);
    }
    Status run(const Buffers& buffers) override {
        std::memcpy(buffers.outputs[0], buffers.inputs[0], bytes_);
        return {};
    }

   private:
    size_t bytes_;
};

inline kernels::KernelPtr copy_kernel(size_t bytes) { return std::make_unique<CopyKernel>(bytes); }

}  // namespace softacl::exec
