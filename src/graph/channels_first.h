// SPDX-License-Identifier: Apache-2.0
// Calls of operators on pictures with the channels at the end, for operators that want them behind the batch.
#pragma once

#include <optional>
#include <vector>

#include "graph/op_request.h"

namespace softacl::graph {

/// Axes of the tensor that is read, in the order in which they become those of the new one; empty: as it is.
using AxisOrder = ops::Ints;

struct ChannelsFirst {
    OpRequest request;              ///< what to call instead
    std::vector<AxisOrder> inputs;  ///< how each input is transposed before
    AxisOrder outputs;              ///< how outputs with as many dimensions as pictures are transposed afterwards
};

/// Nothing if the call's data_format is not NHWC or NDHWC. Transposed are pictures and, by their formats, filters;
/// lists with a number for each dimension change their order, too, as attributes and as constant inputs.
std::optional<ChannelsFirst> with_channels_first(const ops::OpDef& op, const OpRequest& request);

/// The shape or list in another order of axes.
ops::Ints reordered(const ops::Ints& values, const AxisOrder& order);

}  // namespace softacl::graph
