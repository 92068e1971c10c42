// SPDX-License-Identifier: Apache-2.0
// Which of its shapes a model runs in.
#pragma once

#include <vector>

#include "model.h"
#include "options.h"

namespace omrun {

struct Shapes {
    enum Kind { kFixed, kBatch, kSize, kDims, kFree };
    Kind kind = kFixed;
    std::vector<int64_t> values;             ///< of the gear
    std::vector<std::vector<int64_t>> dims;  ///< of each input; open ones (kFree) wait for files
    std::vector<size_t> bytes;               ///< of each input
};

/// The gear that the options name, or the largest. Throws for options that do not suit the model.
Shapes choose_shapes(const Model& model, const Options& options);

/// Tells the model. Needs its buffers.
void apply(const Shapes& shapes, Model& model);

}  // namespace omrun
