// SPDX-License-Identifier: Apache-2.0
// Decoding of H.264 and H.265 with one answer for each packet (manual 10.7.9).
//
// A packet holds one complete picture, or one field of it, or only parameters. Pictures are answered in display order,
// as soon as the stream's reordering allows; with `immediate` each at once. A packet without a picture of its own, and
// one whose picture is lost, is answered when all packets sent before it are.
//
// One thread at a time.
#pragma once

#include <deque>
#include <memory>
#include <optional>

#include "base/function_ref.h"
#include "media/video/frame_decoder.h"
#include "media/video/video_errors.h"

namespace softacl::media {

struct VideoAnswer {
    uint64_t tag;                               ///< of the packet
    int code;                                   ///< 0, or a VideoError
    std::shared_ptr<const DecodedFrame> frame;  ///< null if there is none. A damaged picture has both
};

class VideoDecoder {
   public:
    using Answers = FunctionRef<void(const VideoAnswer&)>;

    /// ACL_ERROR_FEATURE_UNSUPPORTED without the library of codecs.
    static Result<std::unique_ptr<VideoDecoder>> open(const FrameDecoderParams& params);
    explicit VideoDecoder(std::unique_ptr<FrameDecoder> decoder) : decoder_(std::move(decoder)) {}

    /// Tags must differ among packets that are not answered.
    void send(const uint8_t* data, size_t size, uint64_t tag, Answers answers);
    /// The stream ends, or another one begins: every packet is answered.
    void flush(Answers answers);
    size_t unanswered() const { return packets_.size(); }

   private:
    struct Packet {
        uint64_t tag;
        std::optional<int> code;  ///< known, but others are to be answered first
        bool damaged = false;
        uint32_t waited = 0;  ///< packets that came since
    };

    void take_frames(Answers answers);
    void answer_settled(Answers answers);

    const std::unique_ptr<FrameDecoder> decoder_;
    std::deque<Packet> packets_;  // not yet answered, as they were sent
};

}  // namespace softacl::media
