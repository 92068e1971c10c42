// SPDX-License-Identifier: Apache-2.0
#include "media/image/colour.h"

#include <cmath>

namespace softacl::media {
namespace {

constexpr ColourTable kTables[kColourMatrices] = {
    {{{1, 0, 1.402}, {1, -0.344, -0.714}, {1, 1.772, 0}},
     {0, 128, 128},
     {{0.299, 0.587, 0.114}, {-0.168, -0.331, 0.5}, {0.5, -0.419, -0.081}},
     {-0.5, 127.5, 127.5}},
    {{{1.16438, 0, 1.59602}, {1.16438, -0.39176, -0.81297}, {1.16438, 2.01723, 0}},
     {16, 128, 128},
     {{0.25679, 0.51564, 0.10014}, {-0.14491, -0.29099, 0.43922}, {0.42941, -0.36779, -0.07143}},
     {16, 128, 128}},
    {{{1, 0, 1.5748}, {1, -0.18732, -0.46812}, {1, 1.8556, 0}},
     {0, 128, 128},
     {{0.2126, 0.7152, 0.0722}, {-0.11457, -0.38543, 0.5}, {0.5, -0.45415, -0.04585}},
     {0, 128, 128}},
    {{{1.16438, 0, 1.79274}, {1.16438, -0.21325, -0.53291}, {1.16438, 2.1124, 0}},
     {16, 128, 128},
     {{0.18259, 0.62825, 0.06342}, {-0.0984, -0.33857, 0.43922}, {0.42941, -0.39894, -0.04027}},
     {16, 128, 128}},
    {{{1, 0, 1.4746}, {1, -0.16455, -0.57135}, {1, 1.8814, 0}},
     {0, 128, 128},
     {{0.2627, 0.678, 0.0593}, {-0.13963, -0.36037, 0.5}, {0.5, -0.45979, -0.04021}},
     {0, 128, 128}},
    {{{1.16438, 0, 1.67868}, {1.16438, -0.18733, -0.65042}, {1.16438, 2.14177, 0}},
     {16, 128, 128},
     {{0.22564, 0.59558, 0.05209}, {-0.11992, -0.31656, 0.43922}, {0.42941, -0.40389, -0.03533}},
     {16, 128, 128}},
};

int16_t fixed(double value, double unit) { return static_cast<int16_t>(std::lrint(value * unit)); }

}  // namespace

const ColourTable& colour_table(ColourMatrix matrix) { return kTables[static_cast<uint32_t>(matrix)]; }

YuvToRgb yuv_to_rgb(const ColourTable& table) {
    constexpr double kLuma = 16384;
    constexpr double kChroma = 8192;
    return {fixed(table.before[0], 1),          fixed(table.to_rgb[0][0], kLuma),   fixed(table.to_rgb[0][2], kChroma),
            fixed(table.to_rgb[1][1], kChroma), fixed(table.to_rgb[1][2], kChroma), fixed(table.to_rgb[2][1], kChroma)};
}

std::array<RgbToYuv, 3> rgb_to_yuv(const ColourTable& table) {
    std::array<RgbToYuv, 3> all;
    for (size_t i = 0; i < 3; ++i) {
        for (size_t k = 0; k < 3; ++k) {
            all[i].factors[k] = fixed(table.to_yuv[i][k], 32768);
        }
        all[i].bias = fixed(table.after[i], 64);
    }
    return all;
}

}  // namespace softacl::media
