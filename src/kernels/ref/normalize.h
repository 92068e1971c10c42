// SPDX-License-Identifier: Apache-2.0
// Rows brought to mean 0 and variance 1, then scaled and moved.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>

#include "kernels/ref/real.h"

namespace softacl::kernels::ref {

/// Element i of a row is scaled by gamma[(row % periods) * params + i / inner % params].
struct NormGeometry {
    int64_t rows = 0;
    int64_t count = 1;    ///< elements of a row
    int64_t periods = 1;  ///< rows with parameters of their own
    int64_t params = 1;   ///< parameters of one row
    int64_t inner = 1;    ///< neighbours with the same parameter
};

/// The sum of f(i), in several parts at once so that the loop is fast.
template <class R, class Function>
R sum_of(int64_t count, Function&& f) {
    constexpr int64_t kParts = 16;
    std::array<R, kParts> parts{};
    int64_t i = 0;
    for (; i + kParts <= count; i += kParts) {
        for (int64_t k = 0; k < kParts; ++k) {
            parts[static_cast<size_t>(k)] += f(i + k);
        }
    }
    R sum{};
    for (; i < count; ++i) {
        sum += f(i);
    }
    for (const R part : parts) {
        sum += part;
    }
    return sum;
}

/// means and variances, one per row, may be null; gamma and beta, too.
template <class T>
void normalize(const NormGeometry& g, Real<T> epsilon, const T* x, const T* gamma, const T* beta, T* y, T* means,
               T* variances) {
    using R = Real<T>;
    const auto count = static_cast<R>(g.count);
    for (int64_t row = 0; row < g.rows; ++row, x += g.count, y += g.count) {
        const R mean = sum_of<R>(g.count, [x](int64_t i) { return static_cast<R>(x[i]); }) / count;
        const R variance = sum_of<R>(g.count,
                                     [x, mean](int64_t i) {
                                         const R difference = static_cast<R>(x[i]) - mean;
                                         return difference * difference;
                                     }) /
                           count;
        if (means != nullptr) {
            means[row] = static_cast<T>(mean);
        }
        if (variances != nullptr) {
            variances[row] = static_cast<T>(variance);
        }
        const R factor = 1 / std::sqrt(variance + epsilon);
        const int64_t first = row % g.periods * g.params;
        const auto param = [first](const T* list, int64_t i, R fallback) {
            return list == nullptr ? fallback : static_cast<R>(list[first + i]);
        };
        if (g.inner == 1 && g.params == g.count && gamma != nullptr && beta != nullptr) {
            for (int64_t i = 0; i < g.count; ++i) {
                const R scaled = (static_cast<R>(x[i]) - mean) * factor * static_cast<R>(gamma[first + i]);
                y[i] = static_cast<T>(scaled + static_cast<R>(beta[first + i]));
            }
            continue;
        }
        for (int64_t i = 0; i < g.count; i += g.inner) {
            const int64_t at = i / g.inner % g.params;
            const R scale = factor * param(gamma, at, 1);
            const R offset = param(beta, at, 0);
            for (int64_t k = i; k < i + g.inner; ++k) {
                y[k] = static_cast<T>((static_cast<R>(x[k]) - mean) * scale + offset);
            }
        }
    }
}

}  // namespace softacl::kernels::ref
