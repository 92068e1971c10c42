// SPDX-License-Identifier: Apache-2.0
// Resizing one axis after the other: each output position is a weighted sum of a few input positions.
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/ref/real.h"

namespace softacl::kernels::ref {

/// What an output position along one axis is made of.
struct ResizeAxis {
    int64_t input = 0;
    int64_t output = 0;
    int64_t taps = 1;
    std::vector<int64_t> positions;  ///< [output, taps], all inside the input
    std::vector<double> weights;     ///< the same; empty: 1 for the only tap

    bool is_identity() const {
        if (taps != 1 || input != output || !weights.empty()) {
            return false;
        }
        for (int64_t i = 0; i < output; ++i) {
            if (positions[static_cast<size_t>(i)] != i) {
                return false;
            }
        }
        return true;
    }
};

/// x is [outer, axis.input, inner], y is [outer, axis.output, inner].
template <class T>
void resize_axis(const ResizeAxis& axis, int64_t outer, int64_t inner, const T* x, T* y) {
    for (int64_t o = 0; o < outer; ++o, x += axis.input * inner) {
        for (int64_t i = 0; i < axis.output; ++i, y += inner) {
            const int64_t* position = axis.positions.data() + i * axis.taps;
            if (axis.weights.empty()) {
                for (int64_t k = 0; k < inner; ++k) {
                    y[k] = x[*position * inner + k];
                }
                continue;
            }
            const double* weight = axis.weights.data() + i * axis.taps;
            for (int64_t tap = 0; tap < axis.taps; ++tap) {
                const T* source = x + position[tap] * inner;
                const T factor = static_cast<T>(weight[tap]);
                for (int64_t k = 0; k < inner; ++k) {
                    y[k] = tap == 0 ? factor * source[k] : y[k] + factor * source[k];
                }
            }
        }
    }
}

}  // namespace softacl::kernels::ref
