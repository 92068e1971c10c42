// SPDX-License-Identifier: Apache-2.0
// The one operation of the picture engine: a part of a picture, in other colours, of another size, into a part of
// another picture.
//
// Planes are processed by themselves where both formats are the same, or share chroma in the same way, and both parts
// begin and end where chroma does; parts of equal size are then copied bit for bit. All else goes row by row through
// one byte for each component of each pixel: shared chroma is repeated, colours are converted, rows are resized, and
// chroma is averaged where the result shares it. Memory used is a few rows for each thread.
#pragma once

#include <cstdint>

#include "media/image/colour.h"
#include "media/image/picture.h"
#include "media/image/resize_taps.h"

namespace softacl::media {

struct ProcessOptions {
    Interpolation interpolation = Interpolation::kBilinear;
    ColourMatrix matrix = ColourMatrix::kBt601Wide;
    uint8_t alpha = 255;  ///< where the result has alpha and the source has none
};

/// Gray pictures become gray ones only.
inline bool convertible(const FormatInfo& from, const FormatInfo& to) {
    return from.colour != Colour::kGray || to.colour == Colour::kGray;
}

/// The formats must be convertible, the parts inside their pictures and not empty. What is outside `paste` keeps its
/// value, except for chroma that pixels on both sides share. Pictures must not overlap. Several threads; results do not
/// depend on how many.
void process(const ConstPicture& source, const Rect& crop, const Picture& result, const Rect& paste,
             const ProcessOptions& options);

}  // namespace softacl::media
