// SPDX-License-Identifier: Apache-2.0
// Loops over the elements of a tensor, by several threads where there are many.
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/parallel.h"
#include "base/vectorised.h"

namespace softacl::ops {

inline constexpr int64_t kElementsWorthAThread = 1 << 14;

/// Calls body(i) for each element, in vectors; `usual`: of a usual type.
template <bool usual, class Body>
void for_elements(int64_t count, const Body& body) {
    parallel_for(count, kElementsWorthAThread, [&](int64_t begin, int64_t end) {
        vectorised<usual>([&] {
            const Body mine = body;  // which nobody else may change
            for (int64_t i = begin; i < end; ++i) {
                mine(i);
            }
        });
    });
}

/// Calls body(row) for each row of so many elements.
template <class Body>
void for_rows(int64_t rows, int64_t elements, const Body& body) {
    parallel_for(rows, kElementsWorthAThread / std::max<int64_t>(1, elements) + 1, [&](int64_t begin, int64_t end) {
        for (int64_t row = begin; row < end; ++row) {
            body(row);
        }
    });
}

}  // namespace softacl::ops
