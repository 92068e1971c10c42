// SPDX-License-Identifier: Apache-2.0
#include "ops/common/adapt.h"

#include <algorithm>

namespace softacl::ops {
namespace {

class FittedKernel final : public kernels::Kernel {
   public:
    FittedKernel(kernels::KernelPtr inner, const OpCall& call, std::vector<size_t> inputs)
        : inner_(std::move(inner)), inputs_(std::move(inputs)), pointers_(inputs_.size()) {
        name = inner_->name;
        input_layouts.resize(call.inputs.size());
        packs_input.resize(call.inputs.size());
        output_layouts = inner_->output_layouts;
        output_layouts.resize(call.outputs.size());
        inner_->packs_input.resize(inputs_.size());
        inner_->input_layouts.resize(inputs_.size());
        for (size_t i = 0; i < inputs_.size(); ++i) {
            if (inputs_[i] == kNoInput || !call.has_input(inputs_[i])) {
                inputs_[i] = kNoInput;
                continue;
            }
            packs_at_run_ = packs_at_run_ || (inner_->packs_input[i] && call.constant(inputs_[i]) == nullptr);
            input_layouts[inputs_[i]] = inner_->input_layouts[i];
            if (inner_->reuses_input == i) {
                reuses_input = inputs_[i];
            }
        }
        scratch_bytes = inner_->scratch_bytes;
        if (packs_at_run_) {
            constexpr size_t kAlignment = 64;
            packed_at_ = (scratch_bytes + kAlignment - 1) / kAlignment * kAlignment;
            scratch_bytes = packed_at_ + inner_->packed_bytes + kAlignment;  // reads may go beyond the end
            return;
        }
        packed_bytes = inner_->packed_bytes;
        pack_key = inner_->pack_key;
        for (size_t i = 0; i < inputs_.size(); ++i) {
            if (inputs_[i] != kNoInput) {
                packs_input[inputs_[i]] = inner_->packs_input[i];
            }
        }
    }

    Status pack(const std::vector<const void*>& constants, void* packed) override {
        return packs_at_run_ ? Status() : pack_from(constants.data(), packed);
    }

    Status run(const Buffers& buffers) override {
        Buffers inner_buffers = buffers;
        if (packs_at_run_) {
            void* packed = static_cast<char*>(buffers.scratch) + packed_at_;
            SOFTACL_TRY(pack_from(buffers.inputs, packed));
            inner_buffers.packed = packed;
        }
        for (size_t i = 0; i < inputs_.size(); ++i) {
            const bool gone = inputs_[i] == kNoInput || inner_->packs_input[i];
            pointers_[i] = gone ? nullptr : buffers.inputs[inputs_[i]];
        }
        inner_buffers.inputs = pointers_.data();
        return inner_->run(inner_buffers);
    }

   private:
    Status pack_from(const void* const* from, void* packed) {
        for (size_t i = 0; i < inputs_.size(); ++i) {
            const bool wanted = inputs_[i] != kNoInput && inner_->packs_input[i];
            pointers_[i] = wanted ? from[inputs_[i]] : nullptr;
        }
        return inner_->pack(pointers_, packed);
    }

    kernels::KernelPtr inner_;
    std::vector<size_t> inputs_;
    std::vector<const void*> pointers_;
    bool packs_at_run_ = false;
    size_t packed_at_ = 0;
};

}  // namespace

kernels::KernelPtr fit_kernel(kernels::KernelPtr kernel, const OpCall& call, std::vector<size_t> inputs) {
    return std::make_unique<FittedKernel>(std::move(kernel), call, std::move(inputs));
}

}  // namespace softacl::ops
