// SPDX-License-Identifier: Apache-2.0
// Any bytes given as video are answered, packet by packet, and the decoder goes on. The first byte says how the rest is
// coded; packets end at the byte pair FF FF, which is rare in video.
#include "media/video/decoder.h"

#include <cstdlib>
#include <set>
#include <vector>

#include "media/video/write_frame.h"

namespace {

using namespace softacl::media;

void write(const DecodedFrame& frame) {
    const uint32_t width = (frame.width + 1) / 2 * 2;
    const uint32_t height = (frame.height + 1) / 2 * 2;
    std::vector<uint8_t> memory(size_t{width} * height * 3 / 2);
    write_semi_planar(frame, {&format_info(PixelFormat::kYuv420Sp), memory.data(), width, height, width, height});
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    if (size == 0) {
        return 0;
    }
    FrameDecoderParams params;
    params.codec = data[0] % 2 == 0 ? VideoCodec::kH264 : VideoCodec::kH265;
    params.immediate = data[0] / 2 % 2 == 1;
    params.max_width = 512;
    params.max_height = 512;
    const auto decoder = VideoDecoder::open(params);
    if (!decoder.ok()) {
        std::abort();
    }
    std::set<uint64_t> sent;
    const auto answered = [&](const VideoAnswer& answer) {
        if (sent.erase(answer.tag) != 1) {
            std::abort();
        }
        if (answer.frame != nullptr) {
            write(*answer.frame);
        }
    };
    uint64_t tag = 0;
    size_t begin = 1;
    for (size_t i = 1; i < size; ++i) {
        const bool ends = i + 1 == size || (data[i] == 0xff && data[i + 1] == 0xff);
        if (ends) {
            // In a block of its own, so that the sanitizer sees every read beyond it.
            const std::vector<uint8_t> packet(data + begin, data + i + 1);
            sent.insert(tag);
            (*decoder)->send(packet.data(), packet.size(), tag++, answered);
            begin = i + 1;
        }
    }
    (*decoder)->flush(answered);
    if (!sent.empty()) {
        std::abort();
    }
    return 0;
}
