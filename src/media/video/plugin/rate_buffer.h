// SPDX-License-Identifier: Apache-2.0
// The buffer of a decoder that bounds how unevenly an encoder spends its bits.
#pragma once

#include <algorithm>
#include <cstdint>

#include "media/video/encoder.h"

namespace softacl::media {

/// In 1000 bits. No frame can be larger than the buffer, so its size is where the largest I frame is set: that many
/// times the share of one frame, but at most half a second of the stream, or a whole one where its rate may vary.
inline int rate_buffer(const VideoEncoderParams& params) {
    const uint64_t i_frame = uint64_t{params.max_ip_proportion} * params.bit_rate / params.frame_rate;
    const uint64_t longest = uint64_t{params.bit_rate} / (params.rate_mode == RateMode::kConstant ? 2 : 1);
    return static_cast<int>(std::clamp<uint64_t>(i_frame, 1, std::max<uint64_t>(longest, 1)));
}

/// Of the quality that a varying rate aims at, on the codecs' scale of 0 (best) to 51.
constexpr int kVariableQuality = 23;

}  // namespace softacl::media
