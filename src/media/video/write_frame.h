// SPDX-License-Identifier: Apache-2.0
// Decoded pictures become those of a program: 8 bits, interleaved chroma.
#pragma once

#include "media/image/picture.h"
#include "media/video/frame_decoder.h"

namespace softacl::media {

/// Writes a frame as NV12 or NV21 of its size; odd sizes lose nothing: the last column and row of chroma are whole.
/// 10 bits become 8, rounded. The picture's width and height are not looked at: its strides have room for the frame's,
/// made even.
void write_semi_planar(const DecodedFrame& frame, const Picture& picture);

}  // namespace softacl::media
