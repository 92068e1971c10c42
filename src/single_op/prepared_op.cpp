// SPDX-License-Identifier: Apache-2.0
#include "single_op/prepared_op.h"

#include "acl/acl_base.h"

namespace softacl::single_op {
namespace {

// What the plan reads or writes of a call: inputs that are no constants, outputs that somebody wants.
std::vector<bool> read_inputs(const graph::ResolvedOp& resolved, size_t count) {
    std::vector<bool> read(count);
    for (size_t i = 0; i < count; ++i) {
        read[i] = resolved.call().has_input(i) && resolved.call().constant(i) == nullptr;
    }
    return read;
}

std::string port_name(const std::vector<ops::Port>& ports, size_t index) {
    return index < ports.size() ? ports[index].name : text(ports.back().name, index + 1 - ports.size());
}

// Buffers of the operands that the plan knows, in order. Those of empty tensors have an address, too: kernels need not
// tell them apart from others.
void select(const std::vector<bool>& used, const std::vector<exec::Buffer>& from, std::vector<exec::Buffer>& to) {
    alignas(64) static char nothing[64];
    size_t next = 0;
    for (size_t i = 0; i < used.size(); ++i) {
        if (used[i]) {
            to[next++] = from[i].data == nullptr ? exec::Buffer{nothing, 0} : from[i];
        }
    }
}

}  // namespace

Result<std::shared_ptr<PreparedOp>> PreparedOp::make(const graph::ResolvedOp& resolved,
                                                     const graph::OpRequest& request) {
    const ops::OpDef& op = resolved.op();
    const ops::OpCall& call = resolved.call();
    const std::vector<bool> read = read_inputs(resolved, request.inputs.size());
    std::vector<bool> written(request.outputs.size());
    std::vector<Operand> inputs;
    std::vector<Operand> outputs;
    for (size_t i = 0; i < request.inputs.size(); ++i) {
        const ops::Port* const port = op.input_port(i, request.inputs.size());
        inputs.push_back({port == nullptr ? std::string() : port->name, read[i] ? call.inputs[i]->bytes() : 0});
    }
    for (size_t i = 0; i < request.outputs.size(); ++i) {
        written[i] = !request.outputs[i].is_absent();
        outputs.push_back({port_name(op.outputs(), i), written[i] ? call.outputs[i].bytes() : 0});
    }
    SOFTACL_ASSIGN(graph::Graph graph, resolved.graph(written));
    std::shared_ptr<PreparedOp> prepared(new PreparedOp(std::move(inputs), std::move(outputs), std::move(graph)));
    prepared->read_ = read;
    prepared->written_ = written;
    SOFTACL_ASSIGN(auto first, prepared->make_instance());
    prepared->give_back(std::move(first));
    return prepared;
}

Result<std::unique_ptr<PreparedOp::Instance>> PreparedOp::make_instance() const {
    auto instance = std::make_unique<Instance>(graph_.inputs.size(), graph_.outputs.size());
    auto plan = exec::Plan::compile(graph_, {});
    if (!plan.ok() && plan.status().code() == ACL_ERROR_INVALID_PARAM) {
        return Status(ACL_ERROR_UNSUPPORTED_DATA_TYPE, plan.status().message());
    }
    SOFTACL_TRY(plan.status());
    instance->plan = std::move(*plan);
    instance->weights = aligned_block(instance->plan->weight_bytes());
    instance->work = aligned_block(instance->plan->work_bytes());
    SOFTACL_TRY(instance->plan->load({instance->weights.get()}));
    instance->plan->bind(instance->work.get());
    return instance;
}

Result<std::unique_ptr<PreparedOp::Instance>> PreparedOp::take() {
    {
        const std::lock_guard lock(mutex_);
        if (!idle_.empty()) {
            auto instance = std::move(idle_.back());
            idle_.pop_back();
            return instance;
        }
    }
    return make_instance();
}

void PreparedOp::give_back(std::unique_ptr<Instance> instance) {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(instance));
}

Status PreparedOp::run(const std::vector<exec::Buffer>& inputs, const std::vector<exec::Buffer>& outputs,
                       exec::Run& run) {
    SOFTACL_ASSIGN(auto instance, take());
    select(read_, inputs, instance->inputs);
    select(written_, outputs, instance->outputs);
    Status status = instance->call.run(*instance->plan, instance->inputs, instance->outputs, run);
    give_back(std::move(instance));
    return status;
}

}  // namespace softacl::single_op
