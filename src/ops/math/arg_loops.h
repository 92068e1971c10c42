// SPDX-License-Identifier: Apache-2.0
// Where the first greatest or smallest element along the middle axis of [outer, count, inner] is. NaN wins over every
// number, as in sums.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "base/vectorised.h"
#include "kernels/ref/middle.h"
#include "kernels/ref/number.h"
#include "ops/common/for_elements.h"

namespace softacl::ops {

template <bool kMost, class W>
bool wins(W candidate, W value) {
    if constexpr (std::is_floating_point_v<W>) {
        return !kernels::is_nan(value) && !(kMost ? candidate <= value : candidate >= value);
    } else {
        return kMost ? candidate > value : candidate < value;
    }
}

/// The winner of each column of a matrix, and in which row it is.
template <class T, size_t kMostColumns>
struct Winners {
    using W = kernels::Wide<T>;
    using Place = std::conditional_t<sizeof(W) == 8, int64_t, int32_t>;  // vectors of both are of the same length
    std::array<W, kMostColumns> values;
    std::array<Place, kMostColumns> places;

    /// `columns`: a number, or a constant.
    template <bool kMost, class Columns>
    void find(const T* x, int64_t rows, int64_t step, Columns columns) {
        vectorised<kernels::kUsual<T>>([=, value = values.data(), place = places.data()] {
            for (int64_t j = 0; j < columns; ++j) {
                value[j] = kernels::widen(x[j]);
                place[j] = 0;
            }
            for (int64_t i = 1; i < rows; ++i) {
                const T* const row = x + i * step;
                const auto here = static_cast<Place>(i);
                for (int64_t j = 0; j < columns; ++j) {
                    const W candidate = kernels::widen(row[j]);
                    const bool better = wins<kMost>(candidate, value[j]);
                    value[j] = better ? candidate : value[j];
                    place[j] = better ? here : place[j];
                }
            }
        });
    }
};

/// One row.
template <bool kMost, class T>
int64_t find_in_row(const T* x, int64_t count, int64_t step) {
    constexpr int64_t kLanes = 16;
    int64_t best = 0;
    int64_t next = 1;
    auto value = kernels::widen(x[0]);
    if (step == 1 && count >= 2 * kLanes) {  // as a matrix of so many columns
        Winners<T, kLanes> lanes;
        lanes.template find<kMost>(x, count / kLanes, kLanes, std::integral_constant<int64_t, kLanes>());
        for (size_t lane = 0; lane < kLanes; ++lane) {
            const int64_t place = lanes.places[lane] * kLanes + static_cast<int64_t>(lane);
            const bool equal = !wins<kMost>(lanes.values[lane], value) && !wins<kMost>(value, lanes.values[lane]);
            if (equal ? place < best : wins<kMost>(lanes.values[lane], value)) {
                best = place;
                value = lanes.values[lane];
            }
        }
        next = count / kLanes * kLanes;
    }
    for (int64_t i = next; i < count; ++i) {
        const auto candidate = kernels::widen(x[i * step]);
        if (wins<kMost>(candidate, value)) {
            best = i;
            value = candidate;
        }
    }
    return best;
}

/// Calls put(result, place) for each result, by several threads where there are many elements.
template <bool kMost, class T, class Put>
void find_all(const kernels::ref::Middle& m, const T* x, const Put& put) {
    constexpr int64_t kFew = 8;  // columns
    if (m.inner < kFew || m.count > std::numeric_limits<int32_t>::max()) {
        for_rows(m.outer * m.inner, m.count, [&](int64_t i) {
            put(i, find_in_row<kMost>(x + i / m.inner * m.count * m.inner + i % m.inner, m.count, m.inner));
        });
        return;
    }
    kernels::ref::for_sides(m, [&](int64_t outer, int64_t first, int64_t width) {
        Winners<T, kernels::ref::kSide> winners;
        winners.template find<kMost>(x + outer * m.count * m.inner + first, m.count, m.inner, width);
        for (int64_t i = 0; i < width; ++i) {
            put(outer * m.inner + first + i, static_cast<int64_t>(winners.places[static_cast<size_t>(i)]));
        }
    });
}

}  // namespace softacl::ops
