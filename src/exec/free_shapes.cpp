// SPDX-License-Identifier: Apache-2.0
#include "exec/free_shapes.h"

#include <algorithm>

#include "acl/acl_base.h"
#include "graph/specialise.h"

namespace softacl::exec {

Status check_ranges(const graph::Graph& graph, const std::vector<ops::IntLists>& ranges,
                    const std::vector<Shape>& shapes) {
    for (size_t i = 0; i < ranges.size(); ++i) {
        for (size_t axis = 0; axis < ranges[i].size() && axis < shapes[i].rank(); ++axis) {
            const int64_t dim = shapes[i][axis];
            const int64_t lowest = ranges[i][axis][0];
            const int64_t highest = ranges[i][axis][1];
            if (dim < lowest || (dim > highest && highest != -1)) {
                return fail(ACL_ERROR_GE_SHAPE_INVALID, "dimension ", axis, " of the input '",
                            graph.value(graph.inputs[i]).name, "' is ", dim, "; the model was converted for ", lowest,
                            highest == -1 ? " and more" : text(" to ", highest));
            }
        }
    }
    return {};
}

std::optional<std::vector<Shape>> largest_shapes(const graph::Graph& graph, const std::vector<ops::IntLists>& ranges) {
    std::vector<Shape> shapes;
    for (size_t i = 0; i < graph.inputs.size(); ++i) {
        Shape shape = graph.value(graph.inputs[i]).type.shape;
        for (size_t axis = 0; axis < shape.rank(); ++axis) {
            if (shape[axis] < 0 && i < ranges.size() && axis < ranges[i].size()) {
                shape[axis] = ranges[i][axis][1];
            }
        }
        if (!shape.is_known()) {
            return std::nullopt;
        }
        shapes.push_back(std::move(shape));
    }
    return shapes;
}

Result<PlannedVariantPtr> FreeShapes::variant(const std::vector<Shape>& shapes) {
    std::vector<std::vector<int64_t>> key;
    key.reserve(shapes.size());
    for (const Shape& shape : shapes) {
        key.push_back(shape.dims());
    }
    const std::lock_guard lock(mutex_);
    if (const auto known = variants_.find(key); known != variants_.end()) {
        return known->second;
    }
    if (variants_.size() == kMost) {
        forget();
    }
    auto made = make(shapes);
    if (made.ok()) {
        variants_.emplace(std::move(key), *made);
    }
    return made;
}

Result<PlannedVariantPtr> FreeShapes::make(const std::vector<Shape>& shapes) {
    SOFTACL_TRY(check_ranges(graph_, ranges_, shapes));
    auto special = graph::specialise(graph_, shapes);
    if (!special.ok()) {
        return Status(ACL_ERROR_GE_SHAPE_INVALID, special.status().message());
    }
    auto planned = [&]() -> Result<PlannedVariantPtr> {
        SOFTACL_ASSIGN(auto variant, plan_variant(std::move(*special), places_));
        SOFTACL_ASSIGN(auto block, DeviceBlock::take(device_, {}, std::max<size_t>(places_.bytes(), 1), "weights"));
        blocks_.push_back(std::make_shared<DeviceBlock>(std::move(block)));
        places_.begin_block();
        std::vector<void*> weights;
        for (const auto& each : blocks_) {
            weights.push_back(each->get());
        }
        SOFTACL_TRY(variant->plan->load(std::move(weights)));
        variant->weights = blocks_;
        return variant;
    }();
    if (!planned.ok()) {
        forget();  // places that nobody has filled
    }
    return planned;
}

// Variants that are in use keep the blocks they read.
void FreeShapes::forget() {
    variants_.clear();
    blocks_.clear();
    places_ = WeightPlaces(graph_);
}

}  // namespace softacl::exec
