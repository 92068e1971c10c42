// SPDX-License-Identifier: Apache-2.0
// Decoders that are not ours, and pictures to encode.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "media/image/picture.h"

namespace softacl::media {

using Bytes = std::vector<uint8_t>;

/// A picture with three planes, without padding.
struct PlanarPicture {
    uint32_t width = 0;
    uint32_t height = 0;
    Bytes planes[3];
};

/// By OpenH264 and libde265. One element for each piece that holds a picture; what they refuse is missing.
std::vector<PlanarPicture> decode_h264(const std::vector<Bytes>& units);
std::vector<PlanarPicture> decode_h265(const std::vector<Bytes>& units);

/// Of the samples of all planes, in dB.
double psnr(const PlanarPicture& a, const PlanarPicture& b);

/// The same pictures for the same number: shapes that move and some grain that stays.
PlanarPicture scene(uint32_t width, uint32_t height, uint32_t number);

/// In memory of its own, with rows and planes `stride` and `height_stride` apart and noise between them.
struct SemiPlanar {
    SemiPlanar(const PlanarPicture& picture, PixelFormat format, uint32_t stride, uint32_t height_stride);
    Bytes bytes;
    ConstPicture view;
};

}  // namespace softacl::media
