// SPDX-License-Identifier: Apache-2.0
// H.265 by x265.
#pragma once

#include <memory>

#include "media/video/encoder.h"

namespace softacl::media {

/// For profiles of H.265. 500000 if x265 refuses, with its reason.
Result<std::unique_ptr<VideoEncoder>> open_x265_encoder(const VideoEncoderParams& settings);

}  // namespace softacl::media
