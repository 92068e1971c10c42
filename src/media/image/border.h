// SPDX-License-Identifier: Apache-2.0
// What is around a part of a picture.
#pragma once

#include <array>
#include <cstdint>

#include "media/image/colour.h"
#include "media/image/picture.h"
#include "media/image/process.h"

namespace softacl::media {

/// The numbers of acldvppBorderType.
enum class BorderType : int32_t {
    kConstant = 0,
    kReplicate = 1,   ///< the pixel at the edge
    kReflect = 2,     ///< a mirror whose first pixel is the edge once more
    kReflect101 = 3,  ///< a mirror whose first pixel is the one before the edge
};

struct Border {
    BorderType type = BorderType::kConstant;
    std::array<uint8_t, 4> colour{};  ///< of a constant: the components of the picture that gets it
};

/// Values are Y, U and V if the formats on both sides are YUV (or gray), else R, G and B; they are rounded and turned
/// into the components of `to`, of which alpha is `alpha`.
std::array<uint8_t, 4> border_colour(const std::array<double, 4>& values, const FormatInfo& from, const FormatInfo& to,
                                     ColourMatrix matrix, uint8_t alpha);

/// process() into `inner`, and all around it, to the ends of the picture, the border. Chroma that pixels of both sides
/// share is the mean of both where the border is constant; else it is the border's.
void process_with_border(const ConstPicture& source, const Rect& crop, const Picture& result, const Rect& inner,
                         const ProcessOptions& options, const Border& border);

}  // namespace softacl::media
