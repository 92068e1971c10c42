// SPDX-License-Identifier: Apache-2.0
// Weights of Winograd convolutions, transformed and laid out as the engine's kernels read them. The engine can do it
// itself, but takes ten times as long.
#pragma once

#include <oneapi/dnnl/dnnl.hpp>

namespace softacl::kernels {

/// Fills `packed`, which `to` describes, from weights [O, I, 3, 3] row by row, on all threads. False, with nothing
/// done, if `to` is not a layout this function knows.
bool pack_winograd_weights(const dnnl::memory::desc& to, const float* weights, int64_t out_channels,
                           int64_t in_channels, float* packed);

}  // namespace softacl::kernels
