// SPDX-License-Identifier: Apache-2.0
// Formats of pictures that a model with AIPP takes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tensor/shape.h"

namespace softacl::aipp {

/// The numbers of the interface (manual 10.14.14).
enum class Format : int32_t {
    kYuv420Sp = 1,  ///< a plane of Y, then rows of U V pairs, one for two by two pixels
    kXrgb8888 = 2,  ///< X R G B for each pixel
    kRgb888 = 3,    ///< R G B
    kYuv400 = 4,    ///< Y only
    kArgb8888 = 7,  ///< A R G B
    kYuyv = 8,      ///< Y U Y V for two pixels of a row
    kYuv422Sp = 9,  ///< a plane of Y, then rows of U V pairs, one for two pixels of a row
    kAyuv444 = 10,  ///< A Y U V
};

struct FormatFacts {
    Format format;
    const char* name;      ///< "YUV420SP_U8"
    int64_t channels;      ///< of a pixel, the extra one (X, A) included
    int64_t row_elements;  ///< innermost dimension of the picture in memory, for each pixel of a row
    int64_t half_heights;  ///< rows in memory, in halves of the picture's height
    bool even_width;       ///< two pixels of a row share chroma
    bool even_height;      ///< so do two rows
    bool is_yuv;

    bool has_extra() const { return channels == 4; }
};

const std::vector<FormatFacts>& all_formats();
/// Of a value of the enumeration.
const FormatFacts& facts_of(Format format);
std::optional<Format> format_named(const std::string& name);
/// "YUV420SP_U8, XRGB8888_U8, ..."
std::string format_names();

/// Pictures in memory, NHWC: the product of the dimensions is the number of bytes (manual table 10-4).
Shape memory_shape(Format format, int64_t count, int64_t height, int64_t width);
/// Pictures as one sees them: count, height, width, channels (manual table 10-3).
Shape picture_shape(Format format, int64_t count, int64_t height, int64_t width);

}  // namespace softacl::aipp
