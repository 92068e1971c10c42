// SPDX-License-Identifier: Apache-2.0
// Gears: the few sets of shapes that a model with open dimensions was converted for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "model/om.h"
#include "tensor/shape.h"

namespace softacl::model {

/// A gear gives each open dimension a value. The program names the gear in an input of its own, the last but those of
/// AIPP: int64, one element per value of a gear.
struct Gears {
    enum class Kind { kNone, kBatch, kSize, kDims };
    struct Slot {
        size_t input;
        size_t axis;
    };

    Kind kind = Kind::kNone;
    /// One row per gear: {batch}, {height, width}, or a value for each open dimension.
    std::vector<std::vector<int64_t>> values;
    /// Per value of a gear: the dimensions that take it.
    std::vector<std::vector<Slot>> slots;

    bool any() const { return kind != Kind::kNone; }
    /// The one with the largest product of values, the first of several.
    size_t largest() const;
    std::optional<size_t> find(const std::vector<int64_t>& wanted) const;
    /// Open shapes of inputs in a gear.
    std::vector<Shape> shapes(std::vector<Shape> open, size_t gear) const;
};

inline constexpr size_t kMostGears = 128;

/// Into the model's attributes, and back: 100013 if they make no sense for the inputs of the graph, one of which is
/// kGearInput.
void record_gears(const Gears& gears, OmModel& model);
Result<Gears> gears_of(const OmModel& model);

/// What the program names the gear in.
inline constexpr char kGearInput[] = "ascend_mbatch_shape_data";

}  // namespace softacl::model
