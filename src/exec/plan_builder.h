// SPDX-License-Identifier: Apache-2.0
// Compiles a graph into a plan: kernels and layouts first, then places in memory.
#pragma once

#include <map>
#include <utility>
#include <vector>

#include "exec/plan.h"

namespace softacl::exec {

class PlanBuilder {
   public:
    PlanBuilder(const graph::Graph& graph, const Plan::Options& options, WeightPlaces& places)
        : graph_(graph), options_(options), places_(places) {}

    Result<std::unique_ptr<Plan>> build();

   private:
    using ValueId = graph::ValueId;
    using Layout = kernels::Layout;

    // A piece of memory that a step fills. Blocks may turn out to lie inside others: views, results in the memory of an
    // operand, parts of a concatenation.
    struct Block {
        size_t bytes = 0;
        Plan::Area area = Plan::Area::kWork;
        size_t index = 0;   // of the graph's input or output, or of the block of weights
        size_t offset = 0;  // in its area, or in `parent`
        int parent = -1;
        int first = 0;  // steps between which it must not be touched by others
        int last = 0;
    };
    // A value in one layout.
    struct Version {
        Layout layout;
        int block;
    };
    struct StepBlocks {
        std::vector<int> inputs;  // -1: none
        std::vector<int> outputs;
        int scratch = -1;
    };

    Status add_node(const graph::Node& node);
    Result<int> operand(ValueId id, Layout layout, const std::string& reader);
    Result<int> reordered(ValueId id, const Version& from, Layout to, const std::string& reader);
    Version native(ValueId id);
    int constant_block(ValueId id);
    Status add_copies_to_outputs();
    void add_step(Plan::Step step, StepBlocks blocks, bool at_load);

    int new_block(size_t bytes, Plan::Area area = Plan::Area::kWork, size_t index = 0);
    void put_among_weights(const WeightPlaces::Place& place);
    int root(int block) const;
    size_t offset_in_root(int block) const;
    void find_lifetimes();
    void merge(int block, int into, size_t offset);
    void place_concatenations();
    void reuse_operands();
    void write_outputs_in_place();
    void place_blocks();
    Plan::Place place(int block) const;

    const graph::Graph& graph_;
    const Plan::Options& options_;
    WeightPlaces& places_;
    std::unique_ptr<Plan> plan_;
    std::vector<Block> blocks_;
    std::vector<StepBlocks> step_blocks_;               // of plan_->steps_
    std::vector<StepBlocks> load_step_blocks_;          // of plan_->load_steps_
    std::map<ValueId, std::vector<Version>> versions_;  // the native one first
    std::map<std::pair<const void*, size_t>, int> constant_blocks_;
    std::vector<int> output_blocks_;
};

}  // namespace softacl::exec
