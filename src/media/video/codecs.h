// SPDX-License-Identifier: Apache-2.0
// The library of video codecs, libsoftacl_codecs.so: it alone is linked with libavcodec, x264 and x265, whose licence
// is the GPL, and is loaded at first use. Any thread.
#pragma once

#include <memory>

#include "base/status.h"
#include "media/video/frame_decoder.h"

namespace softacl::media {

class VideoEncoder;  // encoder.h
struct VideoEncoderParams;

/// What the library offers; a null pointer: it was built without.
struct Codecs {
    Result<std::unique_ptr<FrameDecoder>> (*open_decoder)(const FrameDecoderParams& params);
    Result<std::unique_ptr<VideoEncoder>> (*open_h264_encoder)(const VideoEncoderParams& params);
    Result<std::unique_ptr<VideoEncoder>> (*open_h265_encoder)(const VideoEncoderParams& params);
};

/// Loads it. ACL_ERROR_FEATURE_UNSUPPORTED if it is not there.
Result<const Codecs*> codecs();

/// The library's entry. The number in its name changes with everything that crosses.
using OpenCodecs = const Codecs* (*)();
constexpr const char* kOpenCodecs = "softacl_open_codecs_1";

}  // namespace softacl::media
