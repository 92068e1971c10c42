// SPDX-License-Identifier: Apache-2.0
// Boxes, their overlap, and the choice of the best among those that overlap. Nothing here allocates.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace softacl::ops {

struct Box {
    float x1;
    float y1;
    float x2;
    float y2;
};

/// Intersection by union. `pixel`: what a box is wider than x2 - x1; 1 where corners name pixels, else 0.
inline float overlap_of(const Box& a, const Box& b, float pixel) {
    if (b.x1 > a.x2 || b.x2 < a.x1 || b.y1 > a.y2 || b.y2 < a.y1) {
        return 0;
    }
    const auto area = [pixel](const Box& box) {
        return box.x2 < box.x1 || box.y2 < box.y1 ? 0 : (box.x2 - box.x1 + pixel) * (box.y2 - box.y1 + pixel);
    };
    const float shared = area({std::max(a.x1, b.x1), std::max(a.y1, b.y1), std::min(a.x2, b.x2), std::min(a.y2, b.y2)});
    const float whole = area(a) + area(b) - shared;
    return whole > 0 ? shared / whole : 0;
}

/// A box by its place in a list.
struct Scored {
    float score;
    int32_t label;
    int32_t index;
};
inline bool precedes(const Scored& a, const Scored& b) {
    return a.score != b.score ? a.score > b.score : a.label != b.label ? a.label < b.label : a.index < b.index;
}

/// Brings the best `wanted` to the front, in order; returns how many there are. Scores must not be NaN.
inline int64_t best_first(Scored* list, int64_t count, int64_t wanted) {
    if (wanted < count) {
        std::nth_element(list, list + wanted, list + count, precedes);
        count = wanted;
    }
    std::sort(list, list + count, precedes);
    return count;
}

/// Of a list with the best in front, removes those that overlap a better one that stays by more than `limit`, which
/// shrinks by `eta` with each that stays while it is above 0.5. Ends when `wanted` are found; returns how many stay.
inline int64_t suppress(Scored* list, int64_t count, const Box* boxes, float limit, float eta, float pixel,
                        int64_t wanted) {
    int64_t kept = 0;
    for (int64_t i = 0; i < count && kept < wanted; ++i) {
        bool stays = true;
        for (int64_t k = 0; k < kept && stays; ++k) {
            stays = overlap_of(boxes[list[i].index], boxes[list[k].index], pixel) <= limit;
        }
        if (stays) {
            list[kept++] = list[i];
            if (eta < 1 && limit > 0.5F) {
                limit *= eta;
            }
        }
    }
    return kept;
}

}  // namespace softacl::ops
