// SPDX-License-Identifier: Apache-2.0
// Functions of elements of tensors that no cache holds.
#pragma once

#include "base/function_ref.h"
#include "kernels/kernel.h"

namespace softacl::kernels {

/// `whole` computes each element of its result of the elements of its inputs at the same place in memory. Where that is
/// so large that nobody finds it in a cache, the kernel that is returned computes it in pieces, which are written past
/// the caches; `make(n)` makes a kernel for n elements. Otherwise `whole` itself.
Result<KernelPtr> streamed(Result<KernelPtr> whole, int64_t elements, FunctionRef<Result<KernelPtr>(int64_t)> make);

}  // namespace softacl::kernels
