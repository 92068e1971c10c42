// SPDX-License-Identifier: Apache-2.0
// While: a graph that runs again and again on its own results.
#include <cstring>

#include "ops/control/part.h"

namespace softacl::ops {
namespace {

/// The state keeps its types, so that the results have those of the inputs.
Status infer(OpCall& call) {
    std::vector<TensorType> state = types_from(call, 0);
    SOFTACL_ASSIGN(const std::vector<TensorType> condition, call.bodies[0]->infer(state));
    if (condition.size() != 1 || !kConditions.contains(condition[0].dtype)) {
        return call.fail("its cond makes ", condition.size(), " tensors, the first being ",
                         condition.empty() ? "none" : condition[0].text(), "; expected one condition");
    }
    SOFTACL_TRY(check_condition(call, condition[0]));
    SOFTACL_ASSIGN(const std::vector<TensorType> next, call.bodies[1]->infer(state));
    if (next.size() != state.size()) {
        return call.fail("its body makes ", next.size(), " tensors of ", state.size());
    }
    for (size_t i = 0; i < state.size(); ++i) {
        if (next[i].dtype != state[i].dtype || next[i].shape != state[i].shape) {
            return call.fail("its body makes ", next[i].text(), " of its input ", i, ", which is ", state[i].text(),
                             "; types and shapes must stay the same");
        }
    }
    return take_types(call, std::move(state), "body");
}

// The state lies in turn among the outputs and in scratch memory; what the body hands on stays where it came from.
class WhileKernel final : public kernels::Kernel {
   public:
    WhileKernel(const OpCall& call, const TensorType& condition, Part cond, Part body, std::vector<bool> changes)
        : condition_(condition), cond_(std::move(cond)), body_(std::move(body)), changes_(std::move(changes)) {
        input_layouts.resize(call.inputs.size());
        output_layouts.resize(call.outputs.size());
        packs_input.resize(call.inputs.size());
        cond_.join(*this);
        body_.join(*this);
        condition_offset_ = scratch_bytes;
        scratch_bytes += kPartAlignment * 2;  // and room to read beyond its end
        for (size_t i = 0; i < call.outputs.size(); ++i) {
            bytes_.push_back(call.outputs[i].bytes());
            state_offsets_.push_back(scratch_bytes);
            scratch_bytes += changes_[i] ? padded(bytes_[i]) + kPartAlignment : 0;
        }
        current_.resize(bytes_.size());
        next_.resize(bytes_.size());
    }
    Status pack(const std::vector<const void*>& /*constants*/, void* packed) override {
        SOFTACL_TRY(cond_.pack(packed));
        return body_.pack(packed);
    }
    Status run(const Buffers& buffers) override {
        auto* scratch = static_cast<char*>(buffers.scratch);
        void* condition = scratch + condition_offset_;
        current_.assign(buffers.inputs, buffers.inputs + bytes_.size());
        for (bool to_outputs = true;; to_outputs = !to_outputs) {
            SOFTACL_TRY(cond_.run(current_.data(), &condition, buffers));
            if (!is_true(condition_, condition)) {
                break;
            }
            for (size_t i = 0; i < bytes_.size(); ++i) {
                next_[i] = !changes_[i] ? nullptr : to_outputs ? buffers.outputs[i] : scratch + state_offsets_[i];
            }
            SOFTACL_TRY(body_.run(current_.data(), next_.data(), buffers));
            for (size_t i = 0; i < bytes_.size(); ++i) {
                current_[i] = changes_[i] ? next_[i] : current_[i];
            }
        }
        for (size_t i = 0; i < bytes_.size(); ++i) {
            if (current_[i] != buffers.outputs[i] && bytes_[i] != 0) {
                std::memcpy(buffers.outputs[i], current_[i], bytes_[i]);
            }
        }
        return {};
    }

   private:
    TensorType condition_;
    Part cond_;
    Part body_;
    std::vector<bool> changes_;
    std::vector<size_t> bytes_;
    std::vector<size_t> state_offsets_;
    size_t condition_offset_ = 0;
    std::vector<const void*> current_;
    std::vector<void*> next_;
};

Result<kernels::KernelPtr> make_kernel(const OpCall& call) {
    const std::vector<TensorType> state = types_from(call, 0);
    std::vector<bool> changes;
    for (size_t i = 0; i < state.size(); ++i) {
        changes.push_back(call.bodies[1]->input_of(i) != i);
    }
    SOFTACL_ASSIGN(const std::vector<TensorType> condition, call.bodies[0]->infer(state));
    SOFTACL_ASSIGN(Part cond, Part::prepare(*call.bodies[0], state, {true}));
    SOFTACL_ASSIGN(Part body, Part::prepare(*call.bodies[1], state, changes));
    return kernels::KernelPtr(
        std::make_unique<WhileKernel>(call, condition[0], std::move(cond), std::move(body), std::move(changes)));
}

}  // namespace

OpDef declare_While() {
    return OpDef("While", "Its inputs become what body makes of them, as long as cond makes true of them.")
        .dynamic_input("input", kAny)
        .output("output", kAny, Arity::kDynamic)
        .attr("parallel_iterations", int64_t{10})
        .body("cond")
        .body("body")
        .infer(infer)
        .kernel("reference", make_kernel);
}

}  // namespace softacl::ops
