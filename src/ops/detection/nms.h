// SPDX-License-Identifier: Apache-2.0
// The best of boxes that overlap, as TensorFlow and ONNX choose them. Nothing here allocates.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace softacl::ops {

/// A box along two axes.
struct Extent {
    float low[2];
    float high[2];
};

/// Boxes of four numbers each: opposite corners in whatever order, or a centre and sizes.
template <class T>
struct BoxList {
    const T* numbers;
    bool has_centers = false;

    Extent at(int64_t box) const {
        const auto number = [&](int i) { return static_cast<float>(numbers[box * 4 + i]); };
        Extent extent{};
        for (int axis = 0; axis < 2; ++axis) {
            float first = number(axis);
            float second = number(axis + 2);
            if (has_centers) {
                const float half = second / 2;
                second = first + half;
                first -= half;
            }
            extent.low[axis] = std::min(first, second);
            extent.high[axis] = std::max(first, second);
        }
        return extent;
    }
};

/// Intersection by union; 0 for empty boxes. `pixel`: what a box is wider than the distance of its corners.
inline float overlap(const Extent& a, const Extent& b, float pixel) {
    float areas[2] = {1, 1};
    float shared = 1;
    for (int axis = 0; axis < 2; ++axis) {
        areas[0] *= a.high[axis] - a.low[axis] + pixel;
        areas[1] *= b.high[axis] - b.low[axis] + pixel;
        shared *= std::max(std::min(a.high[axis], b.high[axis]) - std::max(a.low[axis], b.low[axis]) + pixel, 0.0F);
    }
    return areas[0] > 0 && areas[1] > 0 ? shared / (areas[0] + areas[1] - shared) : 0;
}

struct NmsLimits {
    float overlap;
    float score;      ///< boxes with this one or less are out
    float sigma = 0;  ///< above 0: overlap lowers scores instead of removing boxes
    float pixel = 0;
};

struct NmsCandidate {
    float score;
    int32_t box;
    int32_t compared;  ///< how many of the chosen it has been held against
};
inline bool comes_later(const NmsCandidate& a, const NmsCandidate& b) {
    return a.score != b.score ? a.score < b.score : a.box > b.box;
}

/// Holds the candidate against what was chosen since it was looked at last; false if it is out.
template <class T>
bool survives(NmsCandidate& candidate, const BoxList<T>& boxes, const int32_t* chosen, int32_t count,
              const NmsLimits& limits) {
    const Extent own = boxes.at(candidate.box);
    for (int32_t i = count - 1; i >= candidate.compared; --i) {
        const float shared = overlap(own, boxes.at(chosen[i]), limits.pixel);
        if (limits.sigma > 0) {
            candidate.score *= std::exp(-0.5F / limits.sigma * shared * shared);
        } else if (shared > limits.overlap) {
            return false;
        }
        if (candidate.score <= limits.score) {
            return false;
        }
    }
    candidate.compared = count;
    return true;
}

/// Writes at most `most` boxes, the best first; returns how many. Score i is scores[i * step]. `heap` has room for
/// all boxes; `found` gets the scores unless it is null.
template <class T, class S>
int32_t choose_boxes(const BoxList<T>& boxes, const S* scores, int64_t step, int64_t count, int64_t most,
                     const NmsLimits& limits, NmsCandidate* heap, int32_t* chosen, S* found) {
    int64_t left = 0;
    for (int64_t i = 0; i < count; ++i) {
        const auto score = static_cast<float>(scores[i * step]);
        if (score > limits.score) {  // not so for NaN
            heap[left++] = {score, static_cast<int32_t>(i), 0};
        }
    }
    std::make_heap(heap, heap + left, comes_later);
    int32_t number = 0;
    while (number < most && left > 0) {
        std::pop_heap(heap, heap + left, comes_later);
        NmsCandidate& best = heap[left - 1];
        const float before = best.score;
        if (!survives(best, boxes, chosen, number, limits)) {
            --left;
        } else if (best.score == before) {
            if (found != nullptr) {
                found[number] = static_cast<S>(best.score);
            }
            chosen[number++] = best.box;
            --left;
        } else {
            std::push_heap(heap, heap + left, comes_later);
        }
    }
    return number;
}

}  // namespace softacl::ops
