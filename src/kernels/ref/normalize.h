// SPDX-License-Identifier: Apache-2.0
// Rows brought to mean 0 and variance 1, then scaled and moved.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

#include "base/parallel.h"
#include "base/vectorised.h"
#include "kernels/ref/number.h"
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
R sum_of(int64_t count, const Function& f) {
    constexpr int64_t kParts = 16;
    std::array<R, kParts> parts{};
    const int64_t whole = count / kParts * kParts;
    vectorised<kUsual<R>>([&parts, whole, f] {
        std::array<R, kParts> mine{};  // which nobody else may change
        for (int64_t i = 0; i < whole; i += kParts) {
            for (int64_t k = 0; k < kParts; ++k) {
                mine[static_cast<size_t>(k)] += f(i + k);
            }
        }
        parts = mine;
    });
    R sum{};
    for (int64_t i = whole; i < count; ++i) {
        sum += f(i);
    }
    for (const R part : parts) {
        sum += part;
    }
    return sum;
}

/// gamma and beta may be null.
template <class T>
struct NormParameters {
    const T* gamma;
    const T* beta;
    Real<T> scale(int64_t i) const { return gamma == nullptr ? 1 : static_cast<Real<T>>(gamma[i]); }
    Real<T> offset(int64_t i) const { return beta == nullptr ? 0 : static_cast<Real<T>>(beta[i]); }
};

/// y of a row whose mean and 1 / deviation are known.
template <class T>
void scale_row(const NormGeometry& g, int64_t row, Real<T> mean, Real<T> factor, const T* x, const NormParameters<T>& p,
               T* y) {
    using R = Real<T>;
    const int64_t first = row % g.periods * g.params;
    const int64_t count = g.count;
    if (g.inner == 1 && g.params == count && p.gamma != nullptr && p.beta != nullptr) {
        const T* const gamma = p.gamma + first;
        const T* const beta = p.beta + first;
        vectorised<kUsual<T>>([=] {
            for (int64_t i = 0; i < count; ++i) {
                const R scaled = (static_cast<R>(x[i]) - mean) * factor * static_cast<R>(gamma[i]);
                y[i] = static_cast<T>(scaled + static_cast<R>(beta[i]));
            }
        });
        return;
    }
    for (int64_t i = 0; i < count; i += g.inner) {
        const int64_t at = first + i / g.inner % g.params;
        const R scale = factor * p.scale(at);
        const R offset = p.offset(at);
        const int64_t end = i + g.inner;
        vectorised<kUsual<T>>([=] {
            for (int64_t k = i; k < end; ++k) {
                y[k] = static_cast<T>((static_cast<R>(x[k]) - mean) * scale + offset);
            }
        });
    }
}

/// means and variances, one per row, may be null; gamma and beta, too.
template <class T>
void normalize(const NormGeometry& g, Real<T> epsilon, const T* x, const T* gamma, const T* beta, T* y, T* means,
               T* variances) {
    using R = Real<T>;
    constexpr int64_t kWorth = 1 << 13;  // elements that are worth a thread
    const auto count = static_cast<R>(g.count);
    parallel_for(g.rows, kWorth / std::max<int64_t>(1, g.count) + 1, [&](int64_t begin, int64_t end) {
        for (int64_t row = begin; row < end; ++row) {
            const T* const from = x + row * g.count;
            const R mean = sum_of<R>(g.count, [from](int64_t i) { return static_cast<R>(from[i]); }) / count;
            const auto square = [from, mean](int64_t i) {
                const R difference = static_cast<R>(from[i]) - mean;
                return difference * difference;
            };
            const R variance = sum_of<R>(g.count, square) / count;
            if (means != nullptr) {
                means[row] = static_cast<T>(mean);
            }
            if (variances != nullptr) {
                variances[row] = static_cast<T>(variance);
            }
            scale_row<T>(g, row, mean, 1 / std::sqrt(variance + epsilon), from, {gamma, beta}, y + row * g.count);
        }
    });
}

}  // namespace softacl::kernels::ref
