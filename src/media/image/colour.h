// SPDX-License-Identifier: Apache-2.0
// The documented colour matrices (manual 10.14.8) and what the loops need of them.
//
// Results are the exact ones, rounded with halves upwards and clamped, or one off where the exact number is less than
// 0.1 away from a half. Follows the printed tables, also those from RGB to narrow YUV, which do not map white to 235
// and 128 (docs/limits.md). Any thread.
#pragma once

#include <array>
#include <cstdint>

#include "media/image/colour_rows.h"

namespace softacl::media {

enum class ColourMatrix : uint32_t {
    kBt601Wide = 0,
    kBt601Narrow = 1,
    kBt709Wide = 2,
    kBt709Narrow = 3,
    kBt2020Wide = 4,
    kBt2020Narrow = 5,
};
constexpr uint32_t kColourMatrices = 6;

/// RGB = to_rgb * (YUV - before), YUV = after + to_yuv * RGB.
struct ColourTable {
    double to_rgb[3][3];
    double before[3];
    double to_yuv[3][3];
    double after[3];
};
const ColourTable& colour_table(ColourMatrix matrix);

YuvToRgb yuv_to_rgb(const ColourTable& table);
std::array<RgbToYuv, 3> rgb_to_yuv(const ColourTable& table);

}  // namespace softacl::media
