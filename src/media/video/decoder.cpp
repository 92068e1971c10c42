// SPDX-License-Identifier: Apache-2.0
#include "media/video/decoder.h"

#include <algorithm>

#include "media/video/codecs.h"

namespace softacl::media {
namespace {

// No picture is held back for more than 16 others, of two fields each: then it is lost.
constexpr uint32_t kLongestWait = 2 * (16 + 1);

}  // namespace

Result<std::unique_ptr<VideoDecoder>> VideoDecoder::open(const FrameDecoderParams& params) {
    SOFTACL_ASSIGN(const Codecs* const library, codecs());
    SOFTACL_ASSIGN(auto decoder, library->open_decoder(params));
    return std::make_unique<VideoDecoder>(std::move(decoder));
}

void VideoDecoder::send(const uint8_t* data, size_t size, uint64_t tag, Answers answers) {
    for (Packet& packet : packets_) {
        if (++packet.waited > kLongestWait && !packet.code) {
            packet.code = kVideoDecodeFailed;
        }
    }
    packets_.push_back({tag, std::nullopt});
    const Result<PacketResult> result = decoder_->send(data, size, tag);
    Packet& packet = packets_.back();
    if (!result.ok()) {
        packet.code = result.status().code();
    } else if (*result == PacketResult::kNoPicture) {
        packet.code = kVideoNoPicture;
    } else {
        packet.damaged = *result == PacketResult::kDamagedPicture;
    }
    take_frames(answers);
    answer_settled(answers);
}

void VideoDecoder::flush(Answers answers) {
    decoder_->flush();
    take_frames(answers);
    for (Packet& packet : packets_) {
        packet.code = packet.code.value_or(kVideoDecodeFailed);
    }
    answer_settled(answers);
}

void VideoDecoder::take_frames(Answers answers) {
    while (const auto frame = decoder_->receive()) {
        const auto packet = std::find_if(packets_.begin(), packets_.end(),
                                         [&frame](const Packet& sent) { return sent.tag == frame->tag && !sent.code; });
        if (packet == packets_.end()) {
            continue;  // of a packet with two pictures, or one that was given up
        }
        const int code = packet->damaged || frame->damaged ? kVideoDecodeFailed : 0;
        packets_.erase(packet);
        answers({frame->tag, code, frame});
        answer_settled(answers);
    }
}

void VideoDecoder::answer_settled(Answers answers) {
    while (!packets_.empty() && packets_.front().code) {
        const Packet packet = packets_.front();
        packets_.pop_front();
        answers({packet.tag, *packet.code, nullptr});
    }
}

}  // namespace softacl::media
