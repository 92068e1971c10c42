// SPDX-License-Identifier: Apache-2.0
// Encoding pictures as H.264 or H.265.
//
// One picture in gives one access unit out, at once: there are no B frames and nothing is held back, so a stream has no
// end to flush. Every I frame is an IDR frame with the parameter sets before it; a stream can be decoded from each of
// them, its first byte included. The same pictures and parameters give the same bytes.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/status.h"
#include "media/image/picture.h"

namespace softacl::media {

/// The numbers are those of the interface (manual 10.14.6).
enum class VideoProfile : uint8_t { kH265Main = 0, kH264Baseline = 1, kH264Main = 2, kH264High = 3 };

enum class RateMode : uint8_t {
    kVariable,  ///< even quality, never faster than the bit rate
    kConstant,  ///< the bit rate, as far as the pictures have that much to say
};

struct VideoEncoderParams {
    static constexpr uint32_t kSmallestSide = 114;
    static constexpr uint32_t kLargestSide = 8192;
    static constexpr uint32_t kLongestInterval = 65536;
    static constexpr uint32_t kHighestFrameRate = 240;
    static constexpr uint32_t kLowestBitRate = 2;
    static constexpr uint32_t kHighestBitRate = 614400;
    static constexpr uint32_t kHighestIpProportion = 100;

    VideoProfile profile = VideoProfile::kH265Main;
    uint32_t width = 0;  ///< even
    uint32_t height = 0;
    uint32_t key_frame_interval = 1;  ///< pictures from one I frame to the next
    RateMode rate_mode = RateMode::kVariable;
    uint32_t frame_rate = 30;  ///< pictures a second
    uint32_t bit_rate = 2000;  ///< 1000 bits a second
    /// How many times the bits of a P frame, at the full bit rate, an I frame may have.
    uint32_t max_ip_proportion = 80;
    /// That may work on a picture, in slices of H.264; H.265 takes one. Part of what decides the bytes.
    unsigned threads = 1;
};

/// Valid until the next call of its encoder.
struct AccessUnit {
    const uint8_t* data;
    size_t size;
    bool is_key;
};

/// One thread at a time.
class VideoEncoder {
   public:
    virtual ~VideoEncoder() = default;

    /// `picture` is NV12 or NV21 and as large as the parameters say; it is not read after the call. `force_key` makes
    /// it an I frame, from which the interval counts again. 500000 if the encoder failed.
    virtual Result<AccessUnit> encode(const ConstPicture& picture, bool force_key) = 0;

   protected:
    VideoEncoder() = default;
    VideoEncoder(const VideoEncoder&) = delete;
    VideoEncoder& operator=(const VideoEncoder&) = delete;
};

}  // namespace softacl::media
