// SPDX-License-Identifier: Apache-2.0
// Resize of one component, pixel by pixel: the formulas that the engine is compared with.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "media/image/resize_taps.h"

namespace softacl::media::test {

struct Grid {
    uint32_t width = 0;
    uint32_t height = 0;
    std::vector<int> values = std::vector<int>(size_t{width} * height);

    int& at(uint32_t x, uint32_t y) { return values[size_t{y} * width + x]; }
    int at(int64_t x, int64_t y, bool) const {
        x = std::clamp<int64_t>(x, 0, int64_t{width} - 1);
        y = std::clamp<int64_t>(y, 0, int64_t{height} - 1);
        return values[static_cast<size_t>(y) * width + static_cast<size_t>(x)];
    }
};

inline double source_scale(uint32_t from, uint32_t to) { return 1.0 / (static_cast<double>(to) / from); }

struct Position {
    int64_t whole;
    int first;
    int second;
};
inline Position linear_position(uint32_t d, uint32_t from, uint32_t to) {
    const auto f = static_cast<float>((d + 0.5) * source_scale(from, to) - 0.5);
    const float part = f - std::floor(f);
    return {static_cast<int64_t>(std::floor(f)), static_cast<int>(std::nearbyint((1 - part) * 2048)),
            static_cast<int>(std::nearbyint(part * 2048))};
}

inline int bilinear(const Grid& in, uint32_t x, uint32_t y, uint32_t width, uint32_t height) {
    if (in.width == 2 * width && in.height == 2 * height) {
        return (in.at(2 * x, 2 * y, true) + in.at(2 * x + 1, 2 * y, true) + in.at(2 * x, 2 * y + 1, true) +
                in.at(2 * x + 1, 2 * y + 1, true) + 2) /
               4;
    }
    Position h = linear_position(x, in.width, width);
    if (h.whole < 0 || h.whole >= int64_t{in.width} - 1) {
        h = {std::clamp<int64_t>(h.whole, 0, int64_t{in.width} - 1), 2048, 0};
    }
    const Position v = linear_position(y, in.height, height);
    const auto row = [&](int64_t r) {
        return (h.first * in.at(h.whole, r, true) + h.second * in.at(h.whole + 1, r, true)) / 16;
    };
    return (v.first * row(v.whole) / 65536 + v.second * row(v.whole + 1) / 65536 + 2) / 4;
}

inline int nearest(const Grid& in, uint32_t x, uint32_t y, uint32_t width, uint32_t height) {
    return in.at(static_cast<int64_t>(x * source_scale(in.width, width)),
                 static_cast<int64_t>(y * source_scale(in.height, height)), true);
}

inline double keys(double x) {
    x = std::abs(x);
    return x < 1 ? 1.5 * x * x * x - 2.5 * x * x + 1 : x < 2 ? -0.5 * x * x * x + 2.5 * x * x - 4 * x + 2 : 0;
}

/// In one dimension: the weights of all samples.
inline std::vector<double> cubic_weights(uint32_t d, uint32_t from, uint32_t to) {
    const double scale = source_scale(from, to);
    std::vector<double> weights(from);
    double sum = 0;
    for (uint32_t s = 0; s < from; ++s) {
        weights[s] = keys((s + 0.5 - (d + 0.5) * scale) / std::max(scale, 1.0));
        sum += weights[s];
    }
    for (double& weight : weights) {
        weight /= sum;
    }
    return weights;
}

inline double cubic(const Grid& in, uint32_t x, uint32_t y, uint32_t width, uint32_t height) {
    const std::vector<double> columns = cubic_weights(x, in.width, width);
    const std::vector<double> rows = cubic_weights(y, in.height, height);
    double sum = 0;
    for (uint32_t r = 0; r < in.height; ++r) {
        for (uint32_t s = 0; rows[r] != 0 && s < in.width; ++s) {
            sum += rows[r] * columns[s] * in.at(s, r, true);
        }
    }
    return std::clamp(sum, 0.0, 255.0);
}

}  // namespace softacl::media::test
