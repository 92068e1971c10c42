// SPDX-License-Identifier: Apache-2.0
// Room for tensors in a kernel's scratch memory.
#pragma once

#include <cstddef>

namespace softacl::ops {

/// What a tensor of so many bytes takes: kernels may read 64 bytes beyond it, and the next one is aligned.
inline size_t scratch_room(size_t bytes) {
    constexpr size_t kAlignment = 64;
    constexpr size_t kBeyond = 64;
    return (bytes + kBeyond + kAlignment - 1) / kAlignment * kAlignment;
}

}  // namespace softacl::ops
