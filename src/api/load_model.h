// SPDX-License-Identifier: Apache-2.0
// What all functions that load a model have in common.
#pragma once

#include <cstdint>

#include "base/status.h"
#include "exec/model.h"

namespace softacl::api {

/// Fails for an address and size where no model can be.
Status check(const exec::ModelSource& source);

/// Loads on the device of the current context and names the model; 0 on failure.
Status load_model(const exec::ModelSource& source, const exec::ModelMemory& memory, uint32_t* id);

}  // namespace softacl::api
