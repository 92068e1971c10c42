// SPDX-License-Identifier: Apache-2.0
// The yardstick of arithmetic: multiply-adds on registers only. For sources compiled for the processor they run on.
#pragma once

#include <array>

namespace peak {

using Vector = float __attribute__((vector_size(64)));
constexpr int kChains = 12;  // enough independent sums to hide the latency of one
constexpr int kSteps = 1000;
constexpr double kOperations = 2.0 * 16 * kChains * kSteps;

inline void multiply_add(std::array<Vector, kChains>& sums, float factor, float summand) {
    std::array<Vector, kChains> local = sums;  // in registers: nothing else can point there
    for (int step = 0; step < kSteps; ++step) {
        for (auto& sum : local) sum = sum * factor + summand;
    }
    sums = local;
}

}  // namespace peak
