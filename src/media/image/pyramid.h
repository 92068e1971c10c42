// SPDX-License-Identifier: Apache-2.0
// One step down a Gaussian pyramid, with the numbers of OpenCV's pyrDown.
#pragma once

#include "media/image/picture.h"

namespace softacl::media {

/// Each pixel is the mean of 5x5 around twice its place, weighted 1, 4, 6, 4, 1 in both directions, halves upwards. The
/// source is mirrored at its edges, each edge once. One byte for each pixel; the source at least 2x2, the result at
/// most half as large, rounded up. Several threads.
void pyramid_down(const ConstPlane& source, const Plane& result);

}  // namespace softacl::media
