// SPDX-License-Identifier: Apache-2.0
// A tensor seen around one of its axes, or around several that lie side by side.
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/parallel.h"

namespace softacl::kernels::ref {

struct Middle {
    int64_t outer = 1;
    int64_t count = 1;
    int64_t inner = 1;
};

/// So many lines along the middle axis are computed at once, for the nearest cache and for vectors.
inline constexpr int64_t kSide = 256;

/// Calls body(outer, first, width) for parts of the inner axis, of at most kSide; by several threads where there are
/// many elements.
template <class Body>
void for_sides(const Middle& m, const Body& body) {
    constexpr int64_t kWorth = 1 << 12;  // elements that are worth a thread
    const int64_t parts = (m.inner + kSide - 1) / kSide;
    const int64_t elements = m.count * std::min(kSide, m.inner);  // of a part
    parallel_for(m.outer * parts, kWorth / std::max<int64_t>(1, elements) + 1, [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) {
            const int64_t first = i % parts * kSide;
            body(i / parts, first, std::min(kSide, m.inner - first));
        }
    });
}

}  // namespace softacl::kernels::ref
