// SPDX-License-Identifier: Apache-2.0
// What a picture that could not be decoded reports of itself (manual 5.3.6): the numbers of the interface.
#pragma once

namespace softacl::media {

enum VideoError : int {
    kVideoDecodeFailed = 0x10004,    ///< a picture could not be decoded, or not all of it
    kVideoOutOfMemory = 0x10005,     ///< no memory for the decoder
    kVideoSizeOutOfRange = 0x10006,  ///< the stream's pictures are too large or too small for the decoder
    kVideoBadStream = 0x10008,       ///< what was sent is no stream that can be parsed
    kVideoFormat = 0x10009,          ///< not the channel's kind of stream: codec, chroma, depth
    kVideoPictureFormat = 0x1000a,   ///< the output's format or size is not possible
    kVideoInputSize = 0x1000d,       ///< an empty packet
    kVideoNoPicture = 0x20000,       ///< a packet without a picture of its own: a second field
    kVideoReferenceCount = 0x20001,  ///< the stream needs more reference pictures than the channel has
    kVideoFrameSize = 0x20002,       ///< larger than the channel was made for, or than the memory of the output
};

}  // namespace softacl::media
