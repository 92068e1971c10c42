// SPDX-License-Identifier: Apache-2.0
// Where a decoder puts a picture: what the caller gives, and what the decoder makes of it.
#pragma once

#include "media/image/picture.h"

namespace softacl::media {

/// What a picture needs: its format and size, and the smallest strides that the rules of its decoder allow.
struct StillLayout {
    const FormatInfo* format;
    uint32_t width;
    uint32_t height;
    uint32_t width_stride;
    uint32_t height_stride;

    uint64_t bytes() const { return format->bytes(width_stride, height_stride); }
};

/// Memory of the caller. A stride of 0 stands for the smallest one.
struct StillOutput {
    uint8_t* data;
    uint64_t size;
    int32_t format;  ///< a PixelFormat; kUnknown: the source's own
    uint32_t width_stride;
    uint32_t height_stride;
};

}  // namespace softacl::media
