// SPDX-License-Identifier: Apache-2.0
// Views of pictures in memory that somebody else owns. Nothing here checks: who makes a view has compared its strides
// with the memory.
#pragma once

#include "media/image/format.h"

namespace softacl::media {

struct Rect {
    uint32_t left = 0;
    uint32_t top = 0;
    uint32_t width = 0;
    uint32_t height = 0;
};

/// Rows of pixels of `pixel_bytes` bytes each.
template <class Byte>
struct BasicPlane {
    Byte* data;
    size_t stride;  ///< bytes from row to row
    uint32_t width;
    uint32_t height;
    uint32_t pixel_bytes;

    Byte* row(uint32_t y) const { return data + y * stride; }
};
using Plane = BasicPlane<uint8_t>;
using ConstPlane = BasicPlane<const uint8_t>;

/// Only width x height pixels are of the picture; what is between them and the strides is neither read nor written.
template <class Byte>
struct BasicPicture {
    const FormatInfo* format;
    Byte* data;
    uint32_t width;
    uint32_t height;
    uint32_t width_stride;   ///< bytes from row to row of the first plane
    uint32_t height_stride;  ///< rows of the first plane until the next one begins

    BasicPlane<Byte> luma() const { return {data, width_stride, width, height, format->pixel_bytes}; }
    /// Pairs of U and V. For semi-planar formats.
    BasicPlane<Byte> chroma() const {
        return {data + size_t{width_stride} * height_stride, (size_t{width_stride} * 2) >> format->chroma_x,
                width >> format->chroma_x, height >> format->chroma_y, 2};
    }
    operator BasicPicture<const Byte>() const { return {format, data, width, height, width_stride, height_stride}; }
};
using Picture = BasicPicture<uint8_t>;
using ConstPicture = BasicPicture<const uint8_t>;

}  // namespace softacl::media
