// SPDX-License-Identifier: Apache-2.0
// Products of matrices for those who need one whatever the processor and the types: the fast kernel, or plain loops.
#pragma once

#include "kernels/fast.h"

namespace softacl::kernels {

/// The inputs are a, b, c, alpha, beta. Matrices may be empty. Null if there is no product of these types at all.
KernelPtr make_product(const GemmParams& params);

}  // namespace softacl::kernels
