// SPDX-License-Identifier: Apache-2.0
// An operator of the library, prepared for tensors of one type and attributes of one value.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "exec/plan_call.h"
#include "graph/op_request.h"
#include "single_op/executable.h"

namespace softacl::single_op {

/// Runs that overlap in time get plans of their own, which are kept; so threads do not wait for each other. Working
/// memory and packed constants lie in host memory, not in the device's capacity.
class PreparedOp final : public Executable {
   public:
    /// All shapes are known. Outputs that the request describes as absent are computed and dropped. 100026 if no kernel
    /// takes the call.
    static Result<std::shared_ptr<PreparedOp>> make(const graph::ResolvedOp& resolved, const graph::OpRequest& request);

    Status run(const std::vector<exec::Buffer>& inputs, const std::vector<exec::Buffer>& outputs,
               exec::Run& run) override;

   private:
    /// One plan with its memory, and the buffers that it works on.
    struct Instance {
        Instance(size_t reads, size_t writes) : call(reads, writes), inputs(reads), outputs(writes) {}
        std::unique_ptr<exec::Plan> plan;
        std::shared_ptr<void> weights;
        std::shared_ptr<void> work;
        exec::PlanCall call;
        std::vector<exec::Buffer> inputs;
        std::vector<exec::Buffer> outputs;
    };

    PreparedOp(std::vector<Operand> inputs, std::vector<Operand> outputs, graph::Graph graph)
        : Executable(graph.name, std::move(inputs), std::move(outputs)), graph_(std::move(graph)) {}

    Result<std::unique_ptr<Instance>> make_instance() const;
    Result<std::unique_ptr<Instance>> take();
    void give_back(std::unique_ptr<Instance> instance);

    const graph::Graph graph_;
    std::vector<bool> read_;     ///< by input: the plan reads it
    std::vector<bool> written_;  ///< by output
    std::mutex mutex_;
    std::vector<std::unique_ptr<Instance>> idle_;
};

}  // namespace softacl::single_op
