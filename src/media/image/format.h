// SPDX-License-Identifier: Apache-2.0
// The pixel formats of pictures: how their samples lie in memory.
//
// The numbers are those of the interface (manual 10.14.5). Sizes follow from a picture's width stride, in bytes of the
// first plane's rows, and its height stride, in rows (facts of manual 10.7.6.2). Pure functions, any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace softacl::media {

enum class PixelFormat : int32_t {
    kYuv400 = 0,
    kYuv420Sp = 1,  ///< NV12
    kYvu420Sp = 2,  ///< NV21
    kYuv422Sp = 3,
    kYvu422Sp = 4,
    kYuv444Sp = 5,
    kYvu444Sp = 6,
    kYuyv = 7,
    kUyvy = 8,
    kYvyu = 9,
    kVyuy = 10,
    kYuv444Packed = 11,
    kRgb = 12,
    kBgr = 13,
    kArgb = 14,
    kAbgr = 15,
    kRgba = 16,
    kBgra = 17,
    kYuv440Sp = 1000,
    kYvu440Sp = 1001,
    kUnknown = 10000,  ///< the source's own, where a decoder is asked
};

enum class Layout : uint8_t {
    kPlanar,      ///< a plane for each component
    kSemiPlanar,  ///< luma, then pairs of chroma
    kPacked,      ///< one plane
};

enum class Colour : uint8_t { kGray, kYuv, kRgb };

struct FormatInfo {
    PixelFormat format;
    const char* name;
    Layout layout;
    Colour colour;
    uint8_t chroma_x;     ///< log2 of the pixels that share chroma in a row
    uint8_t chroma_y;     ///< and in a column
    uint8_t pixel_bytes;  ///< of a pixel in the first plane; packed 4:2:2 counts 2
    /// Where the components Y or R, U or G, V or B, and A are. Packed: their bytes in a pixel (4:2:2: in a group of two
    /// pixels; the second luma is two bytes behind the first). Semi-planar: the bytes of U and V in their pair.
    std::array<uint8_t, 4> place;
    bool alpha;

    bool packed_422() const { return layout == Layout::kPacked && chroma_x == 1; }
    /// What width and height of a whole picture are multiples of.
    uint32_t width_multiple() const { return 1U << chroma_x; }
    uint32_t height_multiple() const { return 1U << chroma_y; }
    /// Bytes of a row of the first plane.
    uint64_t row_bytes(uint32_t width) const { return uint64_t{width} * pixel_bytes; }
    /// Bytes of a picture with these strides.
    uint64_t bytes(uint32_t width_stride, uint32_t height_stride) const;
};

/// Null for formats that no function takes, and for kUnknown.
const FormatInfo* find_format(int32_t value);
/// For formats that are known to exist.
const FormatInfo& format_info(PixelFormat format);

}  // namespace softacl::media
