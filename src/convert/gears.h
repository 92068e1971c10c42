// SPDX-License-Identifier: Apache-2.0
// The gears that the options dynamic_batch_size, dynamic_image_size and dynamic_dims ask for.
#pragma once

#include <string>
#include <vector>

#include "convert/problems.h"
#include "graph/graph.h"
#include "model/gears.h"

namespace softacl::convert {

struct GearWish {
    model::Gears::Kind kind = model::Gears::Kind::kNone;
    std::vector<std::vector<int64_t>> values;  ///< one row per gear
    std::vector<std::string> inputs;           ///< in the order of input_shape, which is that of the values of dims
};

/// The option of a kind: "dynamic_batch_size".
const char* option_of(model::Gears::Kind kind);

/// "1;2;4" (batch: also with commas), "224,224;448,448": as many numbers above 0 in each.
std::vector<std::vector<int64_t>> parse_gears(model::Gears::Kind kind, const std::string& value, Problems& problems);

/// Finds the open dimensions that the values are for, checks that the network suits every gear, and adds the input that
/// names the gear. `format` says which dimensions of pictures are height and width.
model::Gears add_gears(graph::Graph& graph, const GearWish& wish, aclFormat format, Problems& problems);

}  // namespace softacl::convert
