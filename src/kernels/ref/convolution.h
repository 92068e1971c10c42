// SPDX-License-Identifier: Apache-2.0
// Convolution and its transpose by plain loops over up to three spatial axes.
#pragma once

#include <algorithm>
#include <array>

#include "kernels/fast.h"
#include "kernels/ref/real.h"

namespace softacl::kernels::ref {

/// One spatial axis. A tap k joins the position `wide` of the wider tensor (the input; of a transposed convolution the
/// output) and `narrow` of the other where wide = narrow * stride + k * dilation - pad.
struct ConvAxis {
    int64_t wide = 1;
    int64_t narrow = 1;
    int64_t taps = 1;
    int64_t stride = 1;
    int64_t dilation = 1;
    int64_t pad = 0;

    int64_t shift(int64_t tap) const { return tap * dilation - pad; }
    /// The positions [first, last) of the narrow tensor that a tap joins with one inside the wide tensor.
    std::pair<int64_t, int64_t> range(int64_t tap) const {
        const int64_t offset = shift(tap);
        const int64_t first = offset >= 0 ? 0 : (-offset + stride - 1) / stride;
        const int64_t last = offset >= wide ? 0 : (wide - 1 - offset) / stride + 1;
        return {first, std::clamp(last, first, std::max(first, narrow))};
    }
};

inline std::array<ConvAxis, 3> axes_of(const ConvParams& p) {
    std::array<ConvAxis, 3> axes;
    const Shape& wide = p.transposed ? p.output : p.input;
    const Shape& narrow = p.transposed ? p.input : p.output;
    const size_t count = p.strides.size();
    for (size_t i = 0; i < count; ++i) {
        axes[3 - count + i] = {wide[2 + i],  narrow[2 + i],  p.filter[2 + i],
                               p.strides[i], p.dilations[i], p.pads_begin[i]};
    }
    return axes;
}

/// Bytes of `sums` below.
template <class T>
size_t convolution_scratch(const ConvParams& p) {
    return static_cast<size_t>(p.output.elements(2, p.output.rank())) * sizeof(Real<T>);
}

/// Everything but the activation. bias and addend may be null.
template <class T>
void convolve(const ConvParams& p, const T* x, const T* filter, const T* bias, const T* addend, T* y, Real<T>* sums) {
    using R = Real<T>;
    const auto axes = axes_of(p);  // lambdas may not use structured bindings in C++17
    const ConvAxis& depth = axes[0];
    const ConvAxis& height = axes[1];
    const ConvAxis& width = axes[2];
    const int64_t in_channels = p.input[1] / p.groups;
    const int64_t out_channels = p.output[1] / p.groups;
    const int64_t taps = depth.taps * height.taps * width.taps;
    const int64_t in_plane = p.input.elements(2, p.input.rank());
    const int64_t out_plane = p.output.elements(2, p.output.rank());

    // One output channel's sums, from one input channel and one tap.
    const auto add_tap = [&](const T* in, R weight, int64_t kd, int64_t kh, int64_t kw) {
        const auto [first_d, last_d] = depth.range(kd);
        const auto [first_h, last_h] = height.range(kh);
        const auto [first_w, last_w] = width.range(kw);
        for (int64_t d = first_d; d < last_d; ++d) {
            for (int64_t h = first_h; h < last_h; ++h) {
                const int64_t wide_row =
                    ((d * depth.stride + depth.shift(kd)) * height.wide + h * height.stride + height.shift(kh)) *
                        width.wide +
                    width.shift(kw);
                const int64_t narrow_row = (d * height.narrow + h) * width.narrow;
                if (p.transposed) {
                    for (int64_t w = first_w; w < last_w; ++w) {
                        sums[wide_row + w * width.stride] += weight * static_cast<R>(in[narrow_row + w]);
                    }
                } else {
                    for (int64_t w = first_w; w < last_w; ++w) {
                        sums[narrow_row + w] += weight * static_cast<R>(in[wide_row + w * width.stride]);
                    }
                }
            }
        }
    };

    for (int64_t n = 0; n < p.output[0]; ++n) {
        for (int64_t out = 0; out < p.output[1]; ++out) {
            const int64_t group = out / out_channels;
            std::fill_n(sums, out_plane, bias == nullptr ? R{} : static_cast<R>(bias[out]));
            for (int64_t c = 0; c < in_channels; ++c) {
                const int64_t in = group * in_channels + c;
                const T* weights =
                    filter + taps * (p.transposed ? in * out_channels + out % out_channels : out * in_channels + c);
                const T* plane = x + (n * p.input[1] + in) * in_plane;
                for (int64_t kd = 0; kd < depth.taps; ++kd) {
                    for (int64_t kh = 0; kh < height.taps; ++kh) {
                        for (int64_t kw = 0; kw < width.taps; ++kw) {
                            add_tap(plane, static_cast<R>(*weights++), kd, kh, kw);
                        }
                    }
                }
            }
            const int64_t offset = (n * p.output[1] + out) * out_plane;
            for (int64_t i = 0; i < out_plane; ++i) {
                const R more = addend == nullptr ? R{} : static_cast<R>(addend[offset + i]);
                y[offset + i] = static_cast<T>(sums[i] + more);
            }
        }
    }
}

}  // namespace softacl::kernels::ref
