// SPDX-License-Identifier: Apache-2.0
// The matrices of manual 10.14.8 once more, in real arithmetic.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>

namespace softacl::media::test {

using Colours = std::array<int, 3>;
using Matrix = std::array<std::array<double, 3>, 3>;

inline int round_up_halves(double value) {
    return static_cast<int>(std::clamp(std::floor(value + 0.5 + 1e-9), 0.0, 255.0));
}

inline Colours exact_rgb(int matrix, const Colours& yuv) {
    static const Matrix kMatrices[] = {{{{1, 0, 1.402}, {1, -0.344, -0.714}, {1, 1.772, 0}}},
                                       {{{1.16438, 0, 1.59602}, {1.16438, -0.39176, -0.81297}, {1.16438, 2.01723, 0}}},
                                       {{{1, 0, 1.5748}, {1, -0.18732, -0.46812}, {1, 1.8556, 0}}},
                                       {{{1.16438, 0, 1.79274}, {1.16438, -0.21325, -0.53291}, {1.16438, 2.1124, 0}}},
                                       {{{1, 0, 1.4746}, {1, -0.16455, -0.57135}, {1, 1.8814, 0}}},
                                       {{{1.16438, 0, 1.67868}, {1.16438, -0.18733, -0.65042}, {1.16438, 2.14177, 0}}}};
    Colours rgb{};
    for (size_t i = 0; i < 3; ++i) {
        const auto& row = kMatrices[matrix][i];
        rgb[i] = round_up_halves(row[0] * (yuv[0] - (matrix % 2 == 1 ? 16 : 0)) + row[1] * (yuv[1] - 128) +
                                 row[2] * (yuv[2] - 128));
    }
    return rgb;
}

inline Colours exact_yuv(int matrix, const Colours& rgb) {
    static const Matrix kMatrices[] = {
        {{{0.299, 0.587, 0.114}, {-0.168, -0.331, 0.5}, {0.5, -0.419, -0.081}}},
        {{{0.25679, 0.51564, 0.10014}, {-0.14491, -0.29099, 0.43922}, {0.42941, -0.36779, -0.07143}}},
        {{{0.2126, 0.7152, 0.0722}, {-0.11457, -0.38543, 0.5}, {0.5, -0.45415, -0.04585}}},
        {{{0.18259, 0.62825, 0.06342}, {-0.0984, -0.33857, 0.43922}, {0.42941, -0.39894, -0.04027}}},
        {{{0.2627, 0.678, 0.0593}, {-0.13963, -0.36037, 0.5}, {0.5, -0.45979, -0.04021}}},
        {{{0.22564, 0.59558, 0.05209}, {-0.11992, -0.31656, 0.43922}, {0.42941, -0.40389, -0.03533}}}};
    Colours yuv{};
    for (size_t i = 0; i < 3; ++i) {
        const auto& row = kMatrices[matrix][i];
        double bias = i == 0 ? (matrix % 2 == 1 ? 16 : 0) : 128;
        bias -= matrix == 0 ? 0.5 : 0;
        yuv[i] = round_up_halves(bias + row[0] * rgb[0] + row[1] * rgb[1] + row[2] * rgb[2]);
    }
    return yuv;
}

}  // namespace softacl::media::test
