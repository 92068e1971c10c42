// SPDX-License-Identifier: Apache-2.0
// Softmax, its logarithm and hardmax along the middle axis of [outer, count, inner].
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <type_traits>

#include "kernels/ref/middle.h"
#include "kernels/ref/real.h"

namespace softacl::kernels::ref {

template <class T, class U>
void softmax(const Middle& m, bool logarithm, const T* x, U* y) {
    using R = std::conditional_t<std::is_same_v<T, double>, double, float>;
    for (int64_t outer = 0; outer < m.outer; ++outer) {
        for (int64_t inner = 0; inner < m.inner; ++inner) {
            const int64_t first = outer * m.count * m.inner + inner;
            const auto at = [&](int64_t i) { return static_cast<R>(x[first + i * m.inner]); };
            R highest = m.count > 0 ? at(0) : R{};
            for (int64_t i = 1; i < m.count; ++i) {
                highest = std::max(highest, at(i));
            }
            R sum{};
            for (int64_t i = 0; i < m.count; ++i) {
                sum += std::exp(at(i) - highest);
            }
            const R log_of_sum = std::log(sum);
            for (int64_t i = 0; i < m.count; ++i) {
                const R shifted = at(i) - highest;
                y[first + i * m.inner] = static_cast<U>(logarithm ? shifted - log_of_sum : std::exp(shifted) / sum);
            }
        }
    }
}

/// 1 at the first maximum, else 0.
template <class T>
void hardmax(const Middle& m, const T* x, T* y) {
    using R = Real<T>;
    for (int64_t outer = 0; outer < m.outer; ++outer) {
        for (int64_t inner = 0; inner < m.inner; ++inner) {
            const int64_t first = outer * m.count * m.inner + inner;
            int64_t best = 0;
            for (int64_t i = 0; i < m.count; ++i) {
                const int64_t at = first + i * m.inner;
                if (static_cast<R>(x[at]) > static_cast<R>(x[first + best * m.inner])) {
                    best = i;
                }
            }
            for (int64_t i = 0; i < m.count; ++i) {
                y[first + i * m.inner] = static_cast<T>(static_cast<R>(i == best ? 1 : 0));
            }
        }
    }
}

}  // namespace softacl::kernels::ref
