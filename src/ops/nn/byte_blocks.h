// SPDX-License-Identifier: Apache-2.0
// Loops over planes of bytes, kBlock of them at a time: element after element, the planes beside each other. Any
// thread.
#pragma once

#include <array>
#include <cstdint>

namespace softacl::ops {

inline constexpr int64_t kBlock = 16;

/// Bytes of a block in squares of kQuad planes and kQuad elements, in which the planes are beside each other: element i
/// of plane k is planes[k][i] ^ flip, for i < count. Reads nothing from `end` on, and writes elements up to the next
/// multiple of kBlock.
inline constexpr int64_t kQuad = 4;
void join_planes(const uint8_t* const* planes, int64_t count, const uint8_t* end, uint8_t flip, uint8_t* to);

/// planes[k][i] = from[i * kBlock + k], for i < count and k < used. May read elements up to the next multiple of
/// kBlock.
void part_planes(const uint8_t* from, int64_t count, int64_t used, uint8_t* const* planes);
void part_planes(const int32_t* from, int64_t count, int64_t used, int32_t* const* planes);

/// Lines of a picture with what is around them: `top` lines of padding, `inside_lines` of the picture and padding again
/// up to `lines`; across in the same way.
struct PaddedLines {
    int64_t lines = 1;
    int64_t top = 0;
    int64_t inside_lines = 1;
    int64_t columns = 1;
    int64_t left = 0;
    int64_t inside_columns = 1;
    int64_t pitch = 1;  ///< from a line of the picture to the next: inside_columns, or more that kQuad divides
};

/// The picture, as join_planes() gives it, between zeros. Its elements become their differences from the zero point of
/// their plane.
void pad_block(const uint8_t* from, const PaddedLines& how, const std::array<int32_t, kBlock>& zeros, float* to);

/// How int32 sums become bytes, for each plane, as requantize_row() does it.
struct BlockRequantization {
    std::array<int32_t, kBlock> summands;
    std::array<float, kBlock> factors;
    float low = 0;
    float high = 0;
    int32_t zero = 0;
};

/// A window over a block: elements of the taps, relative to the first, and factors of each plane. Distances are in
/// elements.
struct BlockWindow {
    const int64_t* taps = nullptr;
    const float* factors = nullptr;
    int64_t tap_count = 0;
    int64_t column_step = 1;  ///< from a window to the next
    int64_t line_step = 1;    ///< from a line of windows to the next
};

/// Sums of what the windows see: small whole numbers, so that they are exact. Of kBlock planes each, one line after
/// the other: as bytes, or int32 if `how` is null.
void slide_window(const BlockWindow& window, const float* x, int64_t lines, int64_t columns,
                  const BlockRequantization* how, void* results);

}  // namespace softacl::ops
