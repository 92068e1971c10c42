// SPDX-License-Identifier: Apache-2.0
// Parameters of dynamic AIPP on their way to a model: a program puts them into the input that the model has for them.
#pragma once

#include <vector>

#include "exec/aipp_set.h"
#include "exec/dataset.h"
#include "exec/model.h"

namespace softacl::exec {

/// Where a program names parameters for the pictures of input `index`. 145015 if there is no such place, 100000 beyond
/// the last input.
Result<size_t> aipp_input_of(const ModelInfo& info, size_t index);

/// Writes the parameters into the buffer of input `index`, which is such a place: 145015 if not. 145014 for fewer
/// pictures than the model takes at most, 145000 for parameters that it cannot run with; 145012 if the buffer is too
/// small, 107000 if it is no memory.
Status set_aipp(const ModelInfo& info, const Dataset& inputs, size_t index, const AippSet& set);

/// What the buffers hold for one input with dynamic AIPP when an execution is called.
struct AippBlock {
    size_t pictures_input = 0;
    size_t params_input = 0;
    std::vector<char> bytes;   ///< a copy: the program may change its own
    size_t picture_bytes = 0;  ///< of all pictures
};
/// One per input with dynamic AIPP. 145000 if nothing was set, or parameters that the variant cannot run with.
Result<std::vector<AippBlock>> aipp_blocks(const ModelInfo& info, const Variant& variant, const Dataset& inputs);

}  // namespace softacl::exec
