// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/fast.h"
#include "kernels/onednn/engine.h"

namespace softacl::kernels {

Result<KernelPtr> make_convolution(const ConvParams& params);

/// True if a Winograd algorithm is expected to beat the direct one: a model of costs, nothing is measured.
bool prefers_winograd(const ConvParams& params);

}  // namespace softacl::kernels
