// SPDX-License-Identifier: Apache-2.0
#include "graph/evaluate.h"

#include <algorithm>

namespace softacl::graph {
namespace {

bool inputs_are_known(const ops::OpCall& call) {
    for (size_t i = 0; i < call.inputs.size(); ++i) {
        if (call.has_input(i) && call.constant(i) == nullptr) {
            return false;
        }
    }
    return true;
}

// The last kernel of a declaration is its plainest one: the reference, or a view.
Result<kernels::KernelPtr> plainest_kernel(const ops::OpCall& call) {
    std::string refusals;
    const auto& candidates = call.op->kernels();
    for (auto candidate = candidates.rbegin(); candidate != candidates.rend(); ++candidate) {
        auto kernel = candidate->make(call);
        if (!kernel.ok()) {
            refusals += text("; ", candidate->name, ": ", kernel.status().message());
            continue;
        }
        bool plain = true;
        for (const auto* layouts : {&(*kernel)->input_layouts, &(*kernel)->output_layouts}) {
            for (const kernels::Layout layout : *layouts) {
                plain = plain && layout.is_plain();
            }
        }
        if (plain) {
            return kernel;
        }
        refusals += text("; ", candidate->name, ": not row by row");
    }
    return call.fail("no kernel computes it in advance", refusals);
}

}  // namespace

Result<std::vector<Tensor>> evaluate(ops::OpCall call) {
    // Kernels look at all inputs that are declared; a node may end before optional ones.
    call.inputs.resize(std::max(call.inputs.size(), call.op->inputs().size()));
    call.constants.resize(call.inputs.size());
    if (!inputs_are_known(call)) {
        return call.fail("not all inputs are known in advance");
    }
    for (size_t i = 0; i < call.outputs.size(); ++i) {
        if (!call.outputs[i].shape.is_known()) {
            return call.fail("the shape of output ", i, " is not known in advance: ", call.outputs[i].shape);
        }
        if (size_of(call.outputs[i].dtype) == 0) {
            return call.fail("output ", i, " has elements without a fixed size");
        }
    }
    SOFTACL_ASSIGN(const auto kernel, plainest_kernel(call));
    if (kernel->is_view) {
        if (call.outputs[0].bytes() != call.constant(0)->bytes()) {
            return call.fail("a view of ", call.constant(0)->type().text(), " cannot be ", call.outputs[0].text());
        }
        return std::vector<Tensor>{call.constant(0)->viewed_as(call.outputs[0])};
    }
    std::vector<const void*> inputs;
    std::vector<const void*> packed_inputs;
    for (size_t i = 0; i < call.inputs.size(); ++i) {
        const void* data = call.constant(i) == nullptr ? nullptr : call.constant(i)->data();
        const bool packs = i < kernel->packs_input.size() && kernel->packs_input[i];
        inputs.push_back(packs ? nullptr : data);
        packed_inputs.push_back(packs ? data : nullptr);
    }
    std::vector<Tensor> results;
    std::vector<void*> outputs;
    for (const TensorType& type : call.outputs) {
        void* data = nullptr;
        results.push_back(Tensor::zeros(type, &data));
        outputs.push_back(data);
    }
    const auto packed = aligned_block(kernel->packed_bytes);
    const auto scratch = aligned_block(kernel->scratch_bytes);
    SOFTACL_TRY(kernel->pack(packed_inputs, packed.get()));
    const Status ran = kernel->run({inputs.data(), outputs.data(), packed.get(), scratch.get()});
    if (!ran.ok()) {
        return fail(ran.code(), call.place(), ran.message());
    }
    return results;
}

bool is_worth_evaluating(const ops::OpCall& call) {
    if (!inputs_are_known(call) || !call.bodies.empty() || call.op->is_random()) {
        return false;
    }
    size_t before = 0;
    size_t after = 0;
    for (size_t i = 0; i < call.inputs.size(); ++i) {
        before += call.constant(i) == nullptr ? 0 : call.constant(i)->bytes();
    }
    for (const TensorType& type : call.outputs) {
        if (!type.shape.is_known() || size_of(type.dtype) == 0) {
            return false;
        }
        after += type.bytes();
    }
    return after <= before + kMaxGrowth;
}

}  // namespace softacl::graph
