// SPDX-License-Identifier: Apache-2.0
// The engine's names of functions of elements.
#pragma once

#include <optional>

#include "kernels/fast.h"
#include "kernels/onednn/engine.h"

namespace softacl::kernels {

struct EngineFunction {
    dnnl::algorithm algorithm;
    float alpha = 0;
    float beta = 0;
};

/// Nothing for kNone, and for functions that the engine lacks.
std::optional<EngineFunction> engine_function(const Elementwise& function);

/// Appends the function; a failure if the engine lacks it.
Status append(dnnl::post_ops& ops, const Elementwise& function);

}  // namespace softacl::kernels
