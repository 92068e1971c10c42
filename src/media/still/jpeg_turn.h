// SPDX-License-Identifier: Apache-2.0
// Pictures that a camera took on its side are turned upright. Any thread; no failures.
#pragma once

#include "media/image/picture.h"
#include "media/still/jpeg_info.h"

namespace softacl::media {

/// A decoded JPEG: components as coded, their rows behind each other.
struct JpegPlanes {
    Plane luma;
    Plane u;  ///< without memory for gray
    Plane v;
};

/// Stores the picture as its orientation says, in any format that it can become. Chroma is, as if each pixel had its
/// own, the mean of what the pixels that share it in the result have, halves rounded up. Rows and columns beyond the
/// picture repeat the last ones.
void turn_upright(const JpegPlanes& planes, const JpegInfo& info, const Picture& picture);

}  // namespace softacl::media
