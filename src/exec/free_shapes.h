// SPDX-License-Identifier: Apache-2.0
// Variants of a model with open dimensions and no gears: made when shapes are seen for the first time.
#pragma once

#include <map>
#include <mutex>
#include <vector>

#include "exec/planned_variant.h"
#include "graph/graph.h"
#include "ops/attrs.h"

namespace softacl::exec {

/// Keeps the network and its constants, and the variants of the last shapes. Any thread.
class FreeShapes {
   public:
    FreeShapes(runtime::Device& device, graph::Graph graph, std::vector<ops::IntLists> ranges)
        : device_(device), graph_(std::move(graph)), ranges_(std::move(ranges)), places_(graph_) {}

    /// For these shapes, one per input. 145021 if one does not suit the network or lies outside its range, 245000 if
    /// the device has no room for the constants in the form that they need.
    Result<PlannedVariantPtr> variant(const std::vector<Shape>& shapes);

   private:
    Result<PlannedVariantPtr> make(const std::vector<Shape>& shapes);
    void forget();

    /// More are seldom of use, and each takes memory.
    static constexpr size_t kMost = 64;

    runtime::Device& device_;
    const graph::Graph graph_;
    const std::vector<ops::IntLists> ranges_;
    std::mutex mutex_;
    WeightPlaces places_;
    std::vector<std::shared_ptr<DeviceBlock>> blocks_;
    std::map<std::vector<std::vector<int64_t>>, PlannedVariantPtr> variants_;
};

/// 145021 for a dimension outside the range that the model was converted with.
Status check_ranges(const graph::Graph& graph, const std::vector<ops::IntLists>& ranges,
                    const std::vector<Shape>& shapes);

/// The largest shapes of all inputs; nothing if a dimension has no limit.
std::optional<std::vector<Shape>> largest_shapes(const graph::Graph& graph, const std::vector<ops::IntLists>& ranges);

}  // namespace softacl::exec
