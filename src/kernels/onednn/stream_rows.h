// SPDX-License-Identifier: Apache-2.0
// Functions of elements whose results are written past the caches. Any thread.
#pragma once

#include <cstddef>

#include "kernels/fast.h"

namespace softacl::kernels {

/// What a function is called with: two inputs (of one, `b` is null), and the numbers of an Elementwise.
struct StreamCall {
    const float* a;
    const float* b;
    float* y;
    float alpha;
    float beta;
};

/// Computes `count` elements, a multiple of kStreamStep; `y` begins a line of memory. What is written is seen by other
/// threads as after any other function. Lines are not read before they are written, which saves a third of what moves.
using StreamFunction = void (*)(const StreamCall& call, size_t count);
inline constexpr size_t kStreamStep = 16;

/// Null if this processor cannot write past its caches, or there is none for the function.
StreamFunction stream_function(Binary kind);
StreamFunction stream_function(Activation kind);

}  // namespace softacl::kernels
