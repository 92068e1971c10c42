// SPDX-License-Identifier: Apache-2.0
// What the library of codecs does for decoding: packets in, pictures in display order out.
//
// A decoder belongs to one thread at a time; several may work at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "base/status.h"

namespace softacl::media {

enum class VideoCodec : uint8_t { kH264, kH265 };

struct FrameDecoderParams {
    VideoCodec codec = VideoCodec::kH264;
    int threads = 1;         ///< that work on the slices of one picture
    bool immediate = false;  ///< the stream reorders nothing, whatever it says of itself
    uint32_t max_width = 8192;
    uint32_t max_height = 8192;
    uint32_t max_bits = 10;
};

/// A decoded picture with 4:2:0 planes.
struct DecodedFrame {
    const uint8_t* planes[3];  ///< Y, U, V; with `bits` above 8 two bytes a sample, in the processor's order
    size_t strides[3];         ///< bytes
    uint32_t width;
    uint32_t height;
    uint32_t bits;
    bool damaged;  ///< some of it was lost and is made up
    uint64_t tag;  ///< of the packet that began it
};

/// What became of a packet.
enum class PacketResult : uint8_t {
    kPicture,         ///< its picture comes out now or later
    kDamagedPicture,  ///< so it does, but some of it was lost and is made up
    kNoPicture,       ///< nothing comes of it: the second field of a picture, or only parameters
};

class FrameDecoder {
   public:
    virtual ~FrameDecoder() = default;
    /// Decodes one packet (Annex B). Take all frames out before the next one. A failure is the packet's alone: the
    /// decoder goes on. Its code is one that pictures report (video_errors.h).
    virtual Result<PacketResult> send(const uint8_t* data, size_t size, uint64_t tag) = 0;
    /// No packet follows that belongs to the ones before: all frames come out.
    virtual void flush() = 0;
    /// The next frame, or null. Keeping it, on any thread, keeps its memory from being used for other pictures.
    virtual std::shared_ptr<const DecodedFrame> receive() = 0;
};

}  // namespace softacl::media
