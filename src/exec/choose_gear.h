// SPDX-License-Identifier: Apache-2.0
// Which gear a model runs in: a program names it in the input that the model has for it.
#pragma once

#include <cstdint>
#include <vector>

#include "exec/dataset.h"
#include "exec/model.h"

namespace softacl::exec {

/// Writes the gear into buffer `index` of the inputs. 100019 for a model without gears; 145013 if its gears are batches
/// and `values` are none of them, 145021 for others; 145011 for the index of another input; 145012 if the buffer is too
/// small, 107000 if it is no memory.
Status choose_gear(const ModelInfo& info, const Dataset& inputs, size_t index, Gears::Kind kind,
                   const std::vector<int64_t>& values);

/// The values of a gear out of the dimensions of all inputs, one after the other. 145021 if one that is fixed differs,
/// or if there are too few or too many.
Result<std::vector<int64_t>> gear_values(const ModelInfo& info, const std::vector<int64_t>& dims);

/// What the buffers say; the largest gear if the program never chose one, whatever they hold. 0 without gears.
Result<size_t> chosen_gear(const ModelInfo& info, const Dataset& inputs);

}  // namespace softacl::exec
