// SPDX-License-Identifier: Apache-2.0
// The loops of AIPP over the pixels of one row, for the processor at hand. No allocation, no checks, any thread.
#pragma once

#include <cstdint>

#include "aipp/format.h"

namespace softacl::aipp {

/// A row of one picture in memory, in the format of `format`: `width` pixels from column `x` of row `y` on.
struct RowSource {
    Format format = Format::kYuv400;
    const uint8_t* picture = nullptr;
    int64_t picture_width = 0;
    int64_t picture_height = 0;
    int64_t x = 0;
    int64_t y = 0;
    int64_t width = 0;
    int64_t extra = 0;  ///< which of the four bytes of a pixel is the extra one: 0 or 3
};

/// result = clamp(((matrix * (in - before)) >> 8) + after), for each of the rows wanted.
struct Conversion {
    const int32_t* matrix = nullptr;
    int32_t before[3] = {};
    int32_t after[3] = {};
    int rows = 3;
};

/// One position between two rows or columns, in 1/2048.
struct Tap {
    int32_t first = 0;
    int32_t second = 0;
    int32_t weight = 0;  ///< of the second one
};

struct RowFunctions {
    /// Writes the channels of the row, one array each: in YUV Y, U, V, in RGB R, G, B, and the extra one last.
    void (*load)(const RowSource& source, uint8_t* const* channels);
    void (*convert)(const Conversion& conversion, int64_t width, const uint8_t* const* in, uint8_t* const* out);
    /// out[i] = (2048 - weight) * in[first] + weight * in[second]
    void (*stretch)(const Tap* taps, int64_t width, const uint8_t* in, int32_t* out);
    /// The same between two stretched rows, divided by 2048 * 2048, rounded, halves upwards.
    void (*blend)(int32_t weight, int64_t width, const int32_t* first, const int32_t* second, uint8_t* out);
    /// out[i] = (in[i] - mean - min) * var_reci, in this order, in float32.
    void (*normalize)(int32_t mean, float min, float var_reci, int64_t width, const uint8_t* in, float* out);
};

const RowFunctions& row_functions();

}  // namespace softacl::aipp
