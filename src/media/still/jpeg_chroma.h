// SPDX-License-Identifier: Apache-2.0
// Chroma of a JPEG, upright, becomes the pairs of a semi-planar picture. Any thread; no failures.
#pragma once

#include "media/still/jpeg_planes.h"

namespace softacl::media {

/// Stores the band's rows in the picture, whose format shares chroma as the source does, or as 4:2:0 does. Where more
/// pixels share it than in the source: their mean, halves rounded up; a row or column that is missing at the end
/// repeats the last one.
void store_chroma(const ChromaBand& band, const JpegInfo& info, const Picture& picture);

/// Chroma without colour.
void store_gray_chroma(const Picture& picture);

}  // namespace softacl::media
