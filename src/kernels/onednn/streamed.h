// SPDX-License-Identifier: Apache-2.0
// Functions of elements of tensors that no cache holds.
#pragma once

#include "kernels/kernel.h"
#include "kernels/onednn/stream_rows.h"

namespace softacl::kernels {

/// `whole` computes each element of its result of the elements of its inputs at the same place in memory. Where that is
/// so large that nobody finds it in a cache, the kernel that is returned writes it past the caches, by `function`.
/// Otherwise, or if there is no function, `whole` itself.
Result<KernelPtr> streamed(Result<KernelPtr> whole, int64_t elements, StreamFunction function,
                           const Elementwise& numbers = {});

}  // namespace softacl::kernels
