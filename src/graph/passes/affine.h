// SPDX-License-Identifier: Apache-2.0
// Nodes that scale and move each channel by constants.
#pragma once

#include <optional>
#include <vector>

#include "graph/passes/edit.h"

namespace softacl::graph {

/// y = x * scale + offset, one of each per channel.
struct Affine {
    ValueId x = kNoValue;
    std::vector<double> scale;
    std::vector<double> offset;

    bool only_moves() const;
    bool only_scales() const;
    bool is_finite() const;
};

/// What a node of BNInference, Add, Sub, Mul, RealDiv, Adds or Muls does to the channels along the axis; nothing if it
/// does something else or its numbers are not known.
std::optional<Affine> affine_of(const Edit& edit, const Node& node, size_t axis);

}  // namespace softacl::graph
