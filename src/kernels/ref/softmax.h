// SPDX-License-Identifier: Apache-2.0
// Softmax, its logarithm and hardmax along the middle axis of [outer, count, inner].
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "base/vectorised.h"
#include "kernels/ref/middle.h"
#include "kernels/ref/real.h"
#include "kernels/ref/vector_math.h"

namespace softacl::kernels::ref {

/// At most kSide of the inner ones, side by side, from element `first` on.
template <class T, class U>
void softmax_side_by_side(const Middle& m, int64_t first, int64_t width, bool logarithm, const T* x, U* y) {
    using R = std::conditional_t<std::is_same_v<T, double>, double, float>;
    // Exponentials wait for their sum in the result, unless that would round them.
    const bool keeps = std::is_same_v<U, R> && !logarithm;
    std::array<R, kSide> highest;
    std::array<R, kSide> sums;
    highest.fill(-std::numeric_limits<R>::infinity());
    sums.fill(0);
    R* const most = highest.data();
    R* const sum = sums.data();
    for (int64_t i = 0; i < m.count; ++i) {
        const T* const row = x + first + i * m.inner;
        vectorised([=] {
            for (int64_t j = 0; j < width; ++j) {
                const R value = static_cast<R>(row[j]);
                most[j] = most[j] < value ? value : most[j];
            }
        });
    }
    for (int64_t i = 0; i < m.count; ++i) {
        const T* const row = x + first + i * m.inner;
        if (keeps) {
            U* const results = y + first + i * m.inner;
            vectorised([=] {
                for (int64_t j = 0; j < width; ++j) {
                    results[j] = static_cast<U>(exponential(static_cast<R>(row[j]) - most[j]));
                    sum[j] += static_cast<R>(results[j]);
                }
            });
        } else {
            vectorised([=] {
                for (int64_t j = 0; j < width; ++j) {
                    sum[j] += exponential(static_cast<R>(row[j]) - most[j]);
                }
            });
        }
    }
    if (logarithm) {
        std::transform(sum, sum + width, sum, [](R value) { return std::log(value); });
    }
    for (int64_t i = 0; i < m.count; ++i) {
        const T* const row = x + first + i * m.inner;
        U* const results = y + first + i * m.inner;
        const auto write = [=](auto result) {
            vectorised([=] {
                for (int64_t j = 0; j < width; ++j) {
                    results[j] = static_cast<U>(result(static_cast<R>(row[j]) - most[j], sum[j]));
                }
            });
        };
        if (keeps) {
            vectorised([=] {
                for (int64_t j = 0; j < width; ++j) {
                    results[j] = static_cast<U>(static_cast<R>(results[j]) / sum[j]);
                }
            });
        } else if (logarithm) {
            write([](R shifted, R log_of_sum) { return shifted - log_of_sum; });
        } else {
            write([](R shifted, R sum_of_all) { return exponential(shifted) / sum_of_all; });
        }
    }
}

template <class T, class U>
void softmax(const Middle& m, bool logarithm, const T* x, U* y) {
    if (m.count == 0) {
        return;
    }
    for_sides(m, [&](int64_t outer, int64_t first, int64_t width) {
        softmax_side_by_side(m, outer * m.count * m.inner + first, width, logarithm, x, y);
    });
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
