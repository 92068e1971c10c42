// SPDX-License-Identifier: Apache-2.0
// A graph made ready to run: kernels in order, and a place for everything they read and write.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "exec/run.h"
#include "exec/step_observer.h"
#include "exec/weight_places.h"
#include "graph/graph.h"
#include "kernels/kernel.h"

namespace softacl::exec {

/// Compiled from a graph with known shapes; the same graph on the same kind of processor gives the same plan and sizes.
/// Then, in this order: load() fills the memory for weights, bind() names the working memory, run() any number of
/// times. Memory is the caller's, 64-byte aligned, as large as the plan says. One thread at a time.
class Plan {
   public:
    struct Options {
        /// Plain loops instead of fast kernels: the oracle of tests.
        bool reference_kernels = false;
        /// Leave the graph as it is: no fusion of nodes.
        bool keep_graph = false;
    };

    /// Chooses kernels, layouts and places. Fails with the sentences of all kernels where a node has none that takes
    /// it. Plans of one model share `places`; without, the plan is alone.
    static Result<std::unique_ptr<Plan>> compile(graph::Graph graph, const Options& options,
                                                 WeightPlaces* places = nullptr);

    size_t work_bytes() const { return work_bytes_; }
    /// Of a plan that is alone.
    size_t weight_bytes() const { return weight_bytes_; }

    /// Packs the weights into the blocks `weights`, which must stay until the plan is gone, and lets go of the graph's
    /// constants. Of plans that share places those compiled first are loaded first.
    Status load(std::vector<void*> weights);
    /// Takes no time if it is the memory named last.
    void bind(void* work);

    /// The input that an output may be written over, where the plan is one step that can: both have one size.
    std::optional<size_t> input_under(size_t output) const;

    /// Inputs and outputs in the order of the graph, row by row. Each is at least as large as its tensor and aligned
    /// to its elements; outputs overlap neither each other nor inputs, but for input_under(). No allocations of ours.
    /// 507014 after a step that took longer than op_timeout() allows.
    Status run(const void* const* inputs, void* const* outputs, Run& run);
    Status run(const void* const* inputs, void* const* outputs) {
        Run plain;
        return run(inputs, outputs, plain);
    }

    /// For people: one line per step with kernel, layouts and memory.
    std::string describe() const;

   private:
    friend class PlanBuilder;
    Plan() = default;

    enum class Area { kNone, kWork, kWeights, kInput, kOutput };
    /// Where a tensor lies. `index` is the number of an input or output of the graph, or of a block of weights.
    struct Place {
        Area area = Area::kNone;
        size_t index = 0;
        size_t offset = 0;
    };
    struct Step {
        std::string label;             ///< "node 'conv1' (Conv2D)", or what the plan added
        std::optional<StepNode> node;  ///< nothing for what the plan added
        kernels::KernelPtr kernel;
        std::vector<Place> inputs;
        std::vector<Place> outputs;
        Place packed;
        bool packs_itself = false;  ///< else another plan has filled `packed`, or there is nothing to fill
        Place scratch;
        std::vector<std::pair<size_t, Tensor>> packs;   ///< inputs and their values, until load()
        std::vector<std::pair<size_t, size_t>> halves;  ///< outputs of type float16 and how many numbers they have
        std::vector<const void*> input_addresses;
        std::vector<void*> output_addresses;
        kernels::Kernel::Buffers buffers{};
    };
    struct StoredConstant {
        Tensor value;
        size_t block;
        size_t offset;
    };
    /// A pointer of a step that each run sets anew.
    struct Patch {
        const void** address;
        size_t index;
        size_t offset;
    };

    static Status pack(Step& step);
    void set_addresses(Step& step);
    char* base(const Place& place) const;
    StepView view(const Step& step) const;
    void note_failure(const Step& step, Run& run) const;
    static void saturate(const Step& step, Run& run);
    static void print(std::string& out, const Step& step);

    std::vector<Step> load_steps_;  ///< rearrange constants, once
    std::vector<Step> steps_;
    std::vector<StoredConstant> constants_;
    std::vector<Patch> input_patches_;
    std::vector<Patch> output_patches_;
    size_t work_bytes_ = 0;
    size_t weight_bytes_ = 0;
    std::vector<void*> weights_;
    char* work_ = nullptr;
};

}  // namespace softacl::exec
