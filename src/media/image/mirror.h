// SPDX-License-Identifier: Apache-2.0
// A row of pixels goes on beyond its ends as mirrors there would show it.
#pragma once

#include <cstdint>

namespace softacl::media {

/// How often a mirror shows the pixel at the edge: twice is once more as the first one outside.
enum class Edge { kOnce, kTwice };

/// Which of `size` pixels (at least one) stands at place `at`, which may be any distance outside.
inline uint32_t mirrored(int64_t at, uint32_t size, Edge edge) {
    const int64_t last = int64_t{size} - 1;
    if (last == 0) {
        return 0;
    }
    const int64_t nearer = edge == Edge::kTwice ? 1 : 0;
    while (at < 0 || at > last) {
        at = at < 0 ? -at - nearer : 2 * last - at + nearer;
    }
    return static_cast<uint32_t>(at);
}

}  // namespace softacl::media
