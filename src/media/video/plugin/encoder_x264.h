// SPDX-License-Identifier: Apache-2.0
// H.264 by x264.
#pragma once

#include <memory>

#include "media/video/encoder.h"

namespace softacl::media {

/// For profiles of H.264. 500000 if x264 refuses, with its reason.
Result<std::unique_ptr<VideoEncoder>> open_x264_encoder(const VideoEncoderParams& settings);

}  // namespace softacl::media
