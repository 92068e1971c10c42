// SPDX-License-Identifier: Apache-2.0
// Inputs that a program does not fill itself: they tell a model its gear, or the parameters of AIPP.
#pragma once

#include <cstddef>

#include "exec/dataset.h"
#include "exec/model.h"

namespace softacl::exec {

/// Move `bytes` bytes, no more than the input has, between here and the data buffer of input `index`. 145012 if the
/// buffer is smaller than the input, 107000 if it is no memory, 100000 if the dataset has no such buffer.
Status write_special_input(const ModelInfo& info, const Dataset& inputs, size_t index, const void* from, size_t bytes);
Status read_special_input(const ModelInfo& info, const Dataset& inputs, size_t index, void* to, size_t bytes);

}  // namespace softacl::exec
