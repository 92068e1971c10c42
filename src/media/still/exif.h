// SPDX-License-Identifier: Apache-2.0
// The one entry of EXIF data that changes how a picture is decoded.
#pragma once

#include "media/still/bytes.h"

namespace softacl::media {

/// The orientation, 1 to 8, that the body of an APP1 segment tells; 1, the upright one, where it tells none. Never
/// reads beyond the bytes given. Any thread.
int exif_orientation(Bytes body);

}  // namespace softacl::media
