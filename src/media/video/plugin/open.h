// SPDX-License-Identifier: Apache-2.0
// What each file of the library of codecs opens.
#pragma once

#include <memory>

#include "media/video/frame_decoder.h"

namespace softacl::media {

Result<std::unique_ptr<FrameDecoder>> open_avcodec_decoder(const FrameDecoderParams& params);

}  // namespace softacl::media
