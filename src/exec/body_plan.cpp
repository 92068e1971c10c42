// SPDX-License-Identifier: Apache-2.0
#include "exec/body_plan.h"

#include <utility>

#include "graph/body.h"

namespace softacl::exec {
namespace {

class BodyKernel final : public kernels::Kernel {
   public:
    BodyKernel(std::unique_ptr<Plan> plan, size_t inputs, std::vector<size_t> wanted, size_t outputs)
        : plan_(std::move(plan)), wanted_(std::move(wanted)), outputs_(wanted_.size()) {
        input_layouts.resize(inputs);
        output_layouts.resize(outputs);
        packs_input.resize(inputs);
        packed_bytes = plan_->weight_bytes() + 1;  // a plan without weights has to be loaded, too
        scratch_bytes = plan_->work_bytes();
    }
    Status pack(const std::vector<const void*>& /*constants*/, void* packed) override { return plan_->load({packed}); }
    Status run(const Buffers& buffers) override {
        for (size_t i = 0; i < wanted_.size(); ++i) {
            outputs_[i] = buffers.outputs[wanted_[i]];
        }
        plan_->bind(buffers.scratch);
        return plan_->run(buffers.inputs, outputs_.data());
    }

   private:
    std::unique_ptr<Plan> plan_;
    std::vector<size_t> wanted_;
    std::vector<void*> outputs_;
};

class PlannedBody final : public graph::GraphBody {
   public:
    PlannedBody(std::shared_ptr<const graph::Graph> body, const Plan::Options& options)
        : GraphBody(std::move(body)), options_(options) {}

    Result<kernels::KernelPtr> compile(const std::vector<TensorType>& inputs,
                                       const std::vector<bool>& wanted) const override {
        SOFTACL_ASSIGN(graph::Graph typed, graph::with_inputs(graph(), inputs));
        std::vector<size_t> kept;
        for (size_t i = 0; i < wanted.size(); ++i) {
            if (wanted[i]) {
                typed.outputs[kept.size()] = typed.outputs[i];
                typed.output_names[kept.size()] = typed.output_names[i];
                kept.push_back(i);
            }
        }
        typed.outputs.resize(kept.size());
        typed.output_names.resize(kept.size());
        typed.compact();
        SOFTACL_ASSIGN(auto plan, Plan::compile(std::move(typed), options_));
        return kernels::KernelPtr(
            std::make_unique<BodyKernel>(std::move(plan), inputs.size(), std::move(kept), wanted.size()));
    }

   private:
    Plan::Options options_;
};

}  // namespace

ops::Bodies planned_bodies(const graph::Node& node, const Plan::Options& options) {
    ops::Bodies bodies;
    for (const auto& body : node.bodies) {
        bodies.push_back(std::make_shared<PlannedBody>(body, options));
    }
    return bodies;
}

}  // namespace softacl::exec
