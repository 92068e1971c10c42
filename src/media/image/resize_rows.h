// SPDX-License-Identifier: Apache-2.0
// The loops of a resize over one row, for the processor at hand. No allocation, no checks, any thread.
//
// A pixel has `channels` (1 to 4) interleaved bytes. Rows that were resized horizontally are kept as int16_t: 128 times
// the value after two taps, 64 times after many.
#pragma once

#include <cstddef>
#include <cstdint>

namespace softacl::media {

/// Where the pixels of a resized row come from: two neighbours each.
struct PairTaps {
    uint32_t count = 0;
    uint32_t channels = 1;
    const int32_t* offset = nullptr;   ///< byte of the first neighbour; the other one follows
    const int16_t* weights = nullptr;  ///< two of each pixel, in 1/2048; where there is one neighbour the second is 0
    uint32_t paired = 0;               ///< leading pixels that have both neighbours
    uint32_t wide = 0;                 ///< leading pixels behind whose offset 8 bytes of the row can be read
};

/// The same for processors that can pick bytes out of 16 at once: four bytes of a result, called a group, come from one
/// window of the row.
struct WindowTaps {
    uint32_t groups = 0;               ///< a multiple of 4; 0: windows are too small for this resize
    const int32_t* base = nullptr;     ///< of each group, where its window begins
    const uint8_t* mask = nullptr;     ///< 16 of each group: the two neighbours of each byte, with a zero behind each
    const int16_t* weights = nullptr;  ///< 8 of each group
};

/// The same with many neighbours, the same number for each pixel.
struct FilterTaps {
    uint32_t count = 0;
    uint32_t channels = 1;
    uint32_t taps = 0;
    const int32_t* offset = nullptr;
    const int16_t* weights = nullptr;  ///< `taps` of each pixel, in 1/16384
};

struct ResizeRows {
    /// out = (w0 * in[offset] + w1 * in[offset + channels]) >> 4
    void (*stretch)(const PairTaps& taps, const uint8_t* in, int16_t* out);
    /// Null where it would not be faster. Writes all groups.
    void (*stretch_windows)(const WindowTaps& taps, const uint8_t* in, int16_t* out);
    /// out = (((w0 * first) >> 16) + ((w1 * second) >> 16) + 2) >> 2
    void (*blend)(int16_t w0, int16_t w1, size_t count, const int16_t* first, const int16_t* second, uint8_t* out);
    /// out = the weighted sum, rounded to 1/64
    void (*filter)(const FilterTaps& taps, const uint8_t* in, int16_t* out);
    /// out = the weighted sum of rows, rounded and clamped
    void (*weigh)(const int16_t* weights, size_t taps, size_t count, const int16_t* const* rows, uint8_t* out);
    /// out = the pixel at each offset
    void (*pick)(const int32_t* offset, size_t count, uint32_t channels, const uint8_t* in, uint8_t* out);
    /// out = the rounded mean of 2 x 2 pixels
    void (*halve)(size_t count, uint32_t channels, const uint8_t* first, const uint8_t* second, uint8_t* out);
};

const ResizeRows& resize_rows();
/// Those for every processor; they give the same numbers.
const ResizeRows& plain_resize_rows();

}  // namespace softacl::media
