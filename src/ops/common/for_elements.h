// SPDX-License-Identifier: Apache-2.0
// A loop over the elements of a tensor.
#pragma once

#include <cstdint>

#include "base/parallel.h"
#include "base/vectorised.h"

namespace softacl::ops {

/// Calls body(i) for each element, by several threads where there are many; `usual`: of a usual type.
template <bool usual, class Body>
void for_elements(int64_t count, const Body& body) {
    constexpr int64_t kWorth = 1 << 14;  // a thread
    parallel_for(count, kWorth, [&](int64_t begin, int64_t end) {
        vectorised<usual>([&] {
            const Body mine = body;  // which nobody else may change
            for (int64_t i = begin; i < end; ++i) {
                mine(i);
            }
        });
    });
}

}  // namespace softacl::ops
