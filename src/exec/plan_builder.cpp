// SPDX-License-Identifier: Apache-2.0
#include "exec/plan_builder.h"

#include <algorithm>
#include <cstring>

#include "exec/body_plan.h"
#include "exec/copy_kernel.h"
#include "exec/describe_model.h"
#include "graph/memory_plan.h"
#include "graph/passes/passes.h"
#include "kernels/fast.h"

namespace softacl::exec {
namespace {

// The oracle runs plain loops; operators that move nothing have a view only.
Result<kernels::KernelPtr> choose_kernel(const ops::OpCall& call, bool reference) {
    if (!reference) {
        return call.op->make_kernel(call);
    }
    auto kernel = call.op->make_kernel(call, "reference");
    return kernel.ok() ? std::move(kernel) : call.op->make_kernel(call, "view");
}

// Sums of sizes must not overflow, whatever a file claims: blocks of channels and Winograd make a tensor at most 16
// times as large.
Status check_size(const graph::Graph& graph) {
    constexpr size_t kMost = size_t{1} << 56;
    size_t sum = 0;
    for (size_t id = 0; id < graph.value_count(); ++id) {
        sum += std::min(graph.value(static_cast<graph::ValueId>(id)).type.bytes(), kMost);
        if (sum >= kMost) {
            return fail(ACL_ERROR_GE_MEMORY_ALLOCATION, "the model's tensors need ", sum,
                        " bytes and more, which no memory has");
        }
    }
    return {};
}

}  // namespace

Result<std::unique_ptr<Plan>> Plan::compile(graph::Graph graph, const Options& options, WeightPlaces* places) {
    for (const graph::ValueId id : graph.inputs) {
        if (!graph.value(id).type.shape.is_known()) {
            return fail(ACL_ERROR_GE_PARAM_INVALID, "the input '", graph.value(id).name, "' has the shape ",
                        graph.value(id).type.shape, ", which is not fixed");
        }
    }
    SOFTACL_TRY(check_size(graph));
    if (!options.keep_graph) {
        SOFTACL_TRY(graph::run_execution_passes(graph));
    }
    WeightPlaces own(graph);
    return PlanBuilder(graph, options, places == nullptr ? own : *places).build();
}

Result<std::unique_ptr<Plan>> PlanBuilder::build() {
    plan_ = std::unique_ptr<Plan>(new Plan);
    for (size_t i = 0; i < graph_.inputs.size(); ++i) {
        const ValueId id = graph_.inputs[i];
        versions_[id].push_back({{}, new_block(graph_.value(id).type.bytes(), Plan::Area::kInput, i)});
    }
    for (const graph::Node& node : graph_.nodes) {
        SOFTACL_TRY(add_node(node));
    }
    SOFTACL_TRY(add_copies_to_outputs());
    find_lifetimes();
    place_concatenations();
    reuse_operands();
    write_outputs_in_place();
    place_blocks();
    plan_->weight_bytes_ = places_.bytes();
    return std::move(plan_);
}

// --- kernels and layouts

Status PlanBuilder::add_node(const graph::Node& node) {
    ops::OpCall call = graph_.call(node);
    call.bodies = planned_bodies(node, options_);
    for (const ValueId id : node.inputs) {
        const auto known = versions_.find(id);
        call.layouts.push_back(known == versions_.end() ? Layout{} : known->second.front().layout);
    }
    for (const TensorType& output : call.outputs) {
        if (!output.shape.is_known()) {
            return call.fail("the shape of its output, ", output.shape, ", depends on data; models like this are not ",
                             "supported yet");
        }
    }
    Plan::Step step;
    step.label = text("node '", node.name, "' (", node.op->name(), ")");
    step.node = {node.op->name(), node.name, node.origins, {}, call.outputs};
    for (const TensorType* input : call.inputs) {
        step.node->inputs.push_back(input == nullptr ? TensorType() : *input);
    }
    if (const auto pictures = pictures_of_aipp(graph_, node)) {
        step.node->inputs[0] = *pictures;
    }
    // Kernels look at all inputs that are declared; a node may end before optional ones.
    const size_t declared = std::max(call.inputs.size(), node.op->inputs().size());
    call.inputs.resize(declared);
    call.constants.resize(declared);
    SOFTACL_ASSIGN(step.kernel, choose_kernel(call, options_.reference_kernels));
    const kernels::Kernel& kernel = *step.kernel;
    StepBlocks blocks;
    for (size_t i = 0; i < node.inputs.size(); ++i) {
        const ValueId id = node.inputs[i];
        if (id == graph::kNoValue) {
            blocks.inputs.push_back(-1);
        } else if (kernel.packs_input[i]) {
            blocks.inputs.push_back(-1);
            step.packs.emplace_back(i, *graph_.value(id).constant);
        } else {
            SOFTACL_ASSIGN(const int block, operand(id, kernel.input_layouts[i], node.name));
            blocks.inputs.push_back(block);
        }
    }
    blocks.inputs.resize(call.inputs.size(), -1);
    for (size_t i = 0; i < node.outputs.size(); ++i) {
        const Layout layout = kernel.output_layouts[i];
        const int block = new_block(kernels::storage_bytes(call.outputs[i], layout));
        blocks.outputs.push_back(block);
        versions_[node.outputs[i]].push_back({layout, block});
        if (call.outputs[i].dtype == ACL_FLOAT16) {
            step.halves.emplace_back(i, kernels::storage_bytes(call.outputs[i], layout) / sizeof(uint16_t));
        }
    }
    if (kernel.is_view) {
        blocks_[static_cast<size_t>(blocks.outputs[0])].parent = blocks.inputs[0];
        return {};
    }
    add_step(std::move(step), std::move(blocks), false);
    return {};
}

PlanBuilder::Version PlanBuilder::native(ValueId id) {
    const auto known = versions_.find(id);
    return known == versions_.end() ? Version{{}, constant_block(id)} : known->second.front();
}

// A constant lies among the weights as it is; equal bytes of one tensor are stored once.
int PlanBuilder::constant_block(ValueId id) {
    const Tensor& value = *graph_.value(id).constant;
    const auto [known, added] = constant_blocks_.emplace(std::make_pair(value.data(), value.bytes()), 0);
    if (added) {
        known->second = new_block(value.bytes(), Plan::Area::kWeights);
        const auto place = places_.take(value.bytes(), places_.key_of(value));
        put_among_weights(place);
        if (place.is_new) {
            plan_->constants_.push_back({value, place.block, place.offset});
        }
    }
    return known->second;
}

Result<int> PlanBuilder::operand(ValueId id, Layout layout, const std::string& reader) {
    const Version first = native(id);
    if (first.layout == layout) {
        return first.block;
    }
    for (const Version& version : versions_[id]) {
        if (version.layout == layout) {
            return version.block;
        }
    }
    return reordered(id, first, layout, reader);
}

Result<int> PlanBuilder::reordered(ValueId id, const Version& from, Layout to, const std::string& reader) {
    const TensorType& type = graph_.value(id).type;
    Plan::Step step;
    step.label = text("layout of '", graph_.value(id).name, "' for node '", reader, "'");
    SOFTACL_ASSIGN(const auto* fast, kernels::fast_kernels());
    SOFTACL_ASSIGN(step.kernel, fast->reorder(type, from.layout, to));
    const size_t bytes = kernels::storage_bytes(type, to);
    const bool at_load = blocks_[static_cast<size_t>(root(from.block))].area == Plan::Area::kWeights;
    const int block = new_block(bytes, at_load ? Plan::Area::kWeights : Plan::Area::kWork);
    bool is_there = false;
    if (at_load) {
        const auto& constant = graph_.value(id).constant;
        std::string key = constant ? places_.key_of(*constant) : "";
        key += key.empty() ? "" : text(type.text(), " in blocks of ", to.block);
        const auto place = places_.take(bytes, key);
        put_among_weights(place);
        is_there = !place.is_new;
    }
    auto& versions = versions_[id];
    if (versions.empty()) {
        versions.push_back(from);
    }
    versions.push_back({to, block});
    if (!is_there) {
        add_step(std::move(step), {{from.block}, {block}}, at_load);
    }
    return block;
}

// Every output is its own block, written by nobody else: what is an input, a constant, a part of something or an output
// already is copied.
Status PlanBuilder::add_copies_to_outputs() {
    std::vector<int> taken;
    for (size_t i = 0; i < graph_.outputs.size(); ++i) {
        const ValueId id = graph_.outputs[i];
        SOFTACL_ASSIGN(int block, operand(id, {}, "output " + std::to_string(i)));
        const Block& target = blocks_[static_cast<size_t>(root(block))];
        const bool shared = std::find(taken.begin(), taken.end(), root(block)) != taken.end();
        if (target.area != Plan::Area::kWork || shared) {
            const size_t bytes = graph_.value(id).type.bytes();
            Plan::Step step;
            step.label = text("copy to output ", i);
            step.kernel = copy_kernel(bytes);
            const int copy = new_block(bytes);
            add_step(std::move(step), {{block}, {copy}}, false);
            block = copy;
        }
        taken.push_back(root(block));
        output_blocks_.push_back(block);
    }
    return {};
}

void PlanBuilder::add_step(Plan::Step step, StepBlocks blocks, bool at_load) {
    const kernels::Kernel& kernel = *step.kernel;
    step.packs_itself = !step.packs.empty();
    if (kernel.packed_bytes != 0) {
        std::string key = step.packs.empty() ? "" : kernel.pack_key;
        for (const auto& [input, value] : step.packs) {
            const std::string known = places_.key_of(value);
            key = key.empty() || known.empty() ? "" : text(key, " ", input, ":", known);
        }
        const auto place = places_.take(kernel.packed_bytes, key);
        step.packed = {Plan::Area::kWeights, place.block, place.offset};
        step.packs_itself = place.is_new;
        if (!place.is_new) {
            step.packs.clear();
        }
    }
    if (kernel.scratch_bytes != 0 && !at_load) {
        blocks.scratch = new_block(kernel.scratch_bytes);
    }
    step.input_addresses.resize(blocks.inputs.size());
    step.output_addresses.resize(blocks.outputs.size());
    (at_load ? plan_->load_steps_ : plan_->steps_).push_back(std::move(step));
    (at_load ? load_step_blocks_ : step_blocks_).push_back(std::move(blocks));
}

// --- places

int PlanBuilder::new_block(size_t bytes, Plan::Area area, size_t index) {
    Block block;
    block.bytes = bytes;
    block.area = area;
    block.index = index;
    blocks_.push_back(block);
    return static_cast<int>(blocks_.size()) - 1;
}

void PlanBuilder::put_among_weights(const WeightPlaces::Place& place) {
    blocks_.back().index = place.block;
    blocks_.back().offset = place.offset;
}

int PlanBuilder::root(int block) const {
    while (blocks_[static_cast<size_t>(block)].parent >= 0) {
        block = blocks_[static_cast<size_t>(block)].parent;
    }
    return block;
}

size_t PlanBuilder::offset_in_root(int block) const {
    size_t offset = 0;
    for (; blocks_[static_cast<size_t>(block)].parent >= 0; block = blocks_[static_cast<size_t>(block)].parent) {
        offset += blocks_[static_cast<size_t>(block)].offset;
    }
    return offset;
}

void PlanBuilder::find_lifetimes() {
    for (Block& block : blocks_) {
        block.first = static_cast<int>(step_blocks_.size());
        block.last = -1;
    }
    const auto used = [this](int block, int step) {
        if (block >= 0) {
            Block& at = blocks_[static_cast<size_t>(root(block))];
            at.first = std::min(at.first, step);
            at.last = std::max(at.last, step);
        }
    };
    for (size_t i = 0; i < step_blocks_.size(); ++i) {
        const auto step = static_cast<int>(i);
        for (const int block : step_blocks_[i].inputs) {
            used(block, step);
        }
        for (const int block : step_blocks_[i].outputs) {
            used(block, step);
        }
        used(step_blocks_[i].scratch, step);
    }
    for (const int block : output_blocks_) {
        blocks_[static_cast<size_t>(root(block))].last = static_cast<int>(step_blocks_.size());
    }
}

void PlanBuilder::merge(int block, int into, size_t offset) {
    Block& inner = blocks_[static_cast<size_t>(root(block))];
    Block& outer = blocks_[static_cast<size_t>(root(into))];
    outer.first = std::min(outer.first, inner.first);
    outer.last = std::max(outer.last, inner.last);
    inner.offset = offset_in_root(into) + offset;
    inner.parent = root(into);
}

// What is only to be concatenated is written to its place in the result at once.
void PlanBuilder::place_concatenations() {
    for (size_t i = 0; i < step_blocks_.size(); ++i) {
        const kernels::Kernel& kernel = *plan_->steps_[i].kernel;
        const int result = kernel.places_input.empty() ? -1 : step_blocks_[i].outputs[0];
        for (size_t input = 0; input < kernel.places_input.size(); ++input) {
            const int block = step_blocks_[i].inputs[input];
            if (block < 0 || !kernel.places_input[input]) {
                continue;
            }
            const Block& at = blocks_[static_cast<size_t>(root(block))];
            const bool is_output = std::any_of(output_blocks_.begin(), output_blocks_.end(),
                                               [&](int output) { return root(output) == root(block); });
            // A part that is read after this step must not be overwritten by one that takes over the result's memory.
            if (at.area == Plan::Area::kWork && root(block) != root(result) && offset_in_root(block) == 0 &&
                at.bytes == blocks_[static_cast<size_t>(block)].bytes && !is_output) {
                merge(block, result, *kernel.places_input[input]);
            }
        }
    }
}

// A result takes over the memory of an operand that nobody needs any more.
void PlanBuilder::reuse_operands() {
    for (size_t i = 0; i < step_blocks_.size(); ++i) {
        const auto& reuses = plan_->steps_[i].kernel->reuses_input;
        if (!reuses || step_blocks_[i].inputs[*reuses] < 0) {
            continue;
        }
        const int operand = step_blocks_[i].inputs[*reuses];
        const int result = step_blocks_[i].outputs[0];
        const Block& from = blocks_[static_cast<size_t>(root(operand))];
        const Block& to = blocks_[static_cast<size_t>(root(result))];
        const bool read_otherwise =
            std::count_if(step_blocks_[i].inputs.begin(), step_blocks_[i].inputs.end(),
                          [&](int block) { return block >= 0 && root(block) == root(operand); }) > 1;
        if (from.area == Plan::Area::kWork && from.last == static_cast<int>(i) && root(operand) != root(result) &&
            offset_in_root(operand) == 0 && from.bytes == to.bytes && root(result) == result && !read_otherwise) {
            merge(result, operand, 0);
        }
    }
}

// Outputs that are blocks of their own are written to the caller's memory at once.
void PlanBuilder::write_outputs_in_place() {
    for (size_t i = 0; i < output_blocks_.size(); ++i) {
        Block& block = blocks_[static_cast<size_t>(root(output_blocks_[i]))];
        block.area = Plan::Area::kOutput;
        block.index = i;
    }
}

void PlanBuilder::place_blocks() {
    std::vector<graph::Block> wanted;
    std::vector<Block*> placed;
    for (Block& block : blocks_) {
        if (block.parent < 0 && block.area == Plan::Area::kWork && block.last >= 0) {
            wanted.push_back({block.bytes, static_cast<size_t>(block.first), static_cast<size_t>(block.last)});
            placed.push_back(&block);
        }
    }
    const graph::MemoryPlan memory = graph::plan_memory(wanted);
    for (size_t i = 0; i < placed.size(); ++i) {
        placed[i]->offset = memory.offsets[i];
    }
    plan_->work_bytes_ = memory.total;
    const auto set_places = [this](std::vector<Plan::Step>& steps, const std::vector<StepBlocks>& all) {
        for (size_t i = 0; i < steps.size(); ++i) {
            for (const int block : all[i].inputs) {
                steps[i].inputs.push_back(place(block));
            }
            for (const int block : all[i].outputs) {
                steps[i].outputs.push_back(place(block));
            }
            steps[i].scratch = place(all[i].scratch);
        }
    };
    set_places(plan_->steps_, step_blocks_);
    set_places(plan_->load_steps_, load_step_blocks_);
}

Plan::Place PlanBuilder::place(int block) const {
    if (block < 0) {
        return {};
    }
    const Block& at = blocks_[static_cast<size_t>(root(block))];
    return {at.area, at.index, offset_in_root(block) + at.offset};
}

}  // namespace softacl::exec
