// SPDX-License-Identifier: Apache-2.0
// What each file of the library of codecs opens.
#pragma once

#include <memory>

#include "media/video/encoder.h"
#include "media/video/frame_decoder.h"

namespace softacl::media {

Result<std::unique_ptr<FrameDecoder>> open_avcodec_decoder(const FrameDecoderParams& params);

/// For the profiles of H.264 and that of H.265. 500000 if the library refuses.
Result<std::unique_ptr<VideoEncoder>> open_x264_encoder(const VideoEncoderParams& params);
Result<std::unique_ptr<VideoEncoder>> open_x265_encoder(const VideoEncoderParams& params);

}  // namespace softacl::media
