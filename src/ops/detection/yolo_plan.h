// SPDX-License-Identifier: Apache-2.0
// What a call of YoloV2DetectionOutput, YoloV3DetectionOutput or YoloV3DetectionOutputV2 asks for.
#pragma once

#include <vector>

#include "ops/op_def.h"

namespace softacl::ops {

inline constexpr int64_t kYoloInfos = 4;  ///< height and width of the network, then of the picture
inline constexpr const char* kYoloScales[] = {"low", "mid", "high"};  ///< by the number of places

struct YoloGrid {
    int64_t rows = 0;
    int64_t columns = 0;
    int64_t first = 0;  ///< of its boxes among those of all grids
    Floats biases;      ///< width and height of each box

    int64_t plane() const { return rows * columns; }
};

struct YoloPlan {
    std::vector<YoloGrid> grids;
    int64_t images = 0;
    int64_t boxes = 0;  ///< of each place
    int64_t classes = 0;
    int64_t total = 0;   ///< boxes of all grids
    int64_t before = 0;  ///< how many take part in the choice
    int64_t after = 0;   ///< room in the result
    float least_object = 0;
    float least_score = 0;
    float overlap = 0;
    bool in_cells = false;  ///< biases count cells of the grid, not pixels of the network
    bool relative = false;
    bool stretched = false;
};

/// Checks attributes and shapes against each other. Dimensions that are not known are left out, or -1.
Result<YoloPlan> yolo_plan_of(const OpCall& call);

}  // namespace softacl::ops
