// SPDX-License-Identifier: Apache-2.0
// Copies that leave the caches alone. Any thread.
#pragma once

#include <cstddef>

namespace softacl::kernels {

/// Whether this processor can write past its caches.
bool writes_past_caches();

/// Copies `count` floats, a multiple of 4, to a place that is 16-byte aligned. What is written is seen by other threads
/// as after any copy. Memory lines are not read before they are written, which saves a third of what a function of
/// elements moves.
void copy_past_caches(const float* from, size_t count, float* to);

}  // namespace softacl::kernels
