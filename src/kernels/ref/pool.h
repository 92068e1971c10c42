// SPDX-License-Identifier: Apache-2.0
// Pooling by plain loops over up to three spatial axes.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>

#include "kernels/ref/real.h"
#include "tensor/shape.h"

namespace softacl::kernels::ref {

struct PoolAxis {
    int64_t input = 1;
    int64_t output = 1;
    int64_t taps = 1;
    int64_t stride = 1;
    int64_t dilation = 1;
    int64_t pad_begin = 0;
    int64_t pad_end = 0;
};

struct PoolGeometry {
    int64_t planes = 0;  ///< batch times channels
    std::array<PoolAxis, 3> axes;
    enum class Kind { kMax, kAverage } kind = Kind::kMax;
    bool counts_padding = false;  ///< of averages: padding is part of the divisor
    int64_t divisor = 0;          ///< of averages: a fixed one; 0: the number of elements
};

/// The taps of a window at one output position: those inside the input, and how many lie inside the padded input.
struct PoolRange {
    int64_t start;  ///< position of tap 0
    int64_t first;
    int64_t last;
    int64_t padded;

    PoolRange(const PoolAxis& axis, int64_t position) : start(position * axis.stride - axis.pad_begin) {
        const auto taps_below = [&](int64_t end) {  // taps at positions < end
            return std::clamp<int64_t>((end - start + axis.dilation - 1) / axis.dilation, 0, axis.taps);
        };
        first = start >= 0 ? 0 : taps_below(0);
        last = end_or_zero(start, axis.input, taps_below(axis.input));
        padded = end_or_zero(start, axis.input + axis.pad_end, taps_below(axis.input + axis.pad_end));
        last = std::max(first, last);
    }

   private:
    static int64_t end_or_zero(int64_t from, int64_t end, int64_t taps) { return from >= end ? 0 : taps; }
};

/// `positions` may be null; else it gets where in its plane each maximum was found.
template <class T>
void pool(const PoolGeometry& g, const T* x, T* y, int64_t* positions) {
    using R = Real<T>;
    const auto& [depth, height, width] = g.axes;
    const int64_t in_plane = depth.input * height.input * width.input;
    for (int64_t plane = 0; plane < g.planes; ++plane, x += in_plane) {
        for (int64_t od = 0; od < depth.output; ++od) {
            const PoolRange d(depth, od);
            for (int64_t oh = 0; oh < height.output; ++oh) {
                const PoolRange h(height, oh);
                for (int64_t ow = 0; ow < width.output; ++ow) {
                    const PoolRange w(width, ow);
                    R sum{};
                    R best = std::numeric_limits<R>::has_infinity ? -std::numeric_limits<R>::infinity()
                                                                  : std::numeric_limits<R>::lowest();
                    int64_t where = -1;
                    for (int64_t kd = d.first; kd < d.last; ++kd) {
                        for (int64_t kh = h.first; kh < h.last; ++kh) {
                            const int64_t row =
                                ((d.start + kd * depth.dilation) * height.input + h.start + kh * height.dilation) *
                                    width.input +
                                w.start;
                            for (int64_t kw = w.first; kw < w.last; ++kw) {
                                const R value = static_cast<R>(x[row + kw * width.dilation]);
                                sum = static_cast<R>(sum + value);
                                if (where < 0 || value > best) {
                                    best = value;
                                    where = row + kw * width.dilation;
                                }
                            }
                        }
                    }
                    if (g.kind == PoolGeometry::Kind::kMax) {
                        *y++ = static_cast<T>(best);
                        if (positions != nullptr) {
                            *positions++ = where;
                        }
                        continue;
                    }
                    int64_t count = (d.last - d.first) * (h.last - h.first) * (w.last - w.first);
                    if (g.counts_padding) {
                        count = d.padded * h.padded * w.padded;
                    }
                    if (g.divisor != 0) {
                        count = g.divisor;
                    }
                    *y++ = static_cast<T>(count == 0 ? R{} : static_cast<R>(sum / static_cast<R>(count)));
                }
            }
        }
    }
}

}  // namespace softacl::kernels::ref
