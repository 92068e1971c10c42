// SPDX-License-Identifier: Apache-2.0
// The loops over the pixels of one row that take formats apart, convert colours and put formats together, for the
// processor at hand. No allocation, no checks, any thread.
//
// A component has a row of its own, one byte for each pixel. Where two components share a row in memory, `pairs` is it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace softacl::media {

/// R = luma * (Y - bias) + red_v * V, G = luma * (Y - bias) + green_u * U + green_v * V and so on, with U and V less
/// 128.
struct YuvToRgb {
    int16_t bias = 0;
    int16_t luma = 0;  ///< in 1/16384: below 2; the others in 1/8192: below 4
    int16_t red_v = 0;
    int16_t green_u = 0;
    int16_t green_v = 0;
    int16_t blue_u = 0;
};

/// One of Y, U and V: bias / 64 + the sum of factors / 32768 times components.
struct RgbToYuv {
    std::array<int16_t, 3> factors{};
    int16_t bias = 0;
};

struct ColourRows {
    void (*split2)(const uint8_t* pairs, size_t count, uint8_t* a, uint8_t* b);
    /// Each pair belongs to two pixels; `count` counts pixels.
    void (*split2_twice)(const uint8_t* pairs, size_t count, uint8_t* a, uint8_t* b);
    /// Groups of two pixels in four bytes; `place` as in FormatInfo.
    void (*split422)(const uint8_t* in, size_t count, const uint8_t* place, uint8_t* y, uint8_t* u, uint8_t* v);
    void (*split3)(const uint8_t* in, size_t count, uint8_t* a, uint8_t* b, uint8_t* c);
    void (*split4)(const uint8_t* in, size_t count, uint8_t* a, uint8_t* b, uint8_t* c, uint8_t* d);

    void (*join2)(const uint8_t* a, const uint8_t* b, size_t count, uint8_t* pairs);
    void (*join422)(const uint8_t* y, const uint8_t* u, const uint8_t* v, size_t groups, const uint8_t* place,
                    uint8_t* out);
    void (*join3)(const uint8_t* a, const uint8_t* b, const uint8_t* c, size_t count, uint8_t* out);
    void (*join4)(const uint8_t* a, const uint8_t* b, const uint8_t* c, const uint8_t* d, size_t count, uint8_t* out);

    /// Means of two neighbours, halves upwards; `count` counts results.
    void (*mean_columns)(const uint8_t* in, size_t count, uint8_t* out);
    void (*mean_rows)(const uint8_t* first, const uint8_t* second, size_t count, uint8_t* out);
    void (*mean_both)(const uint8_t* first, const uint8_t* second, size_t count, uint8_t* out);

    void (*to_rgb)(const YuvToRgb& colours, size_t count, const uint8_t* const* yuv, uint8_t* const* rgb);
    /// `components`: 3, or 1 for Y alone.
    void (*to_yuv)(const RgbToYuv* colours, size_t components, size_t count, const uint8_t* const* rgb,
                   uint8_t* const* yuv);
};

const ColourRows& colour_rows();
/// Those for every processor; they give the same numbers.
const ColourRows& plain_colour_rows();

}  // namespace softacl::media
