// SPDX-License-Identifier: Apache-2.0
// Pictures become JPEG files: baseline, standard Huffman tables, the sampling of the picture (manual 10.7.8).
//
// The quality level scales the example tables of the JPEG standard in the customary way: 50 leaves them, 100 makes
// all divisors 1. Any thread. Errors: ACL_ERROR_INVALID_PARAM, before anything is written, for what is outside the
// rules, and for an output that proves too small; ACL_ERROR_BAD_ALLOC.
#pragma once

#include "base/status.h"
#include "media/image/picture.h"
#include "media/still/bytes.h"

namespace softacl::media {

constexpr int kMinJpegLevel = 1;
constexpr int kMaxJpegLevel = 100;

/// A picture as the caller describes it.
struct StillInput {
    const uint8_t* data;
    uint64_t size;
    int32_t format;
    uint32_t width;
    uint32_t height;
    uint32_t width_stride;
    uint32_t height_stride;
};

/// The picture, after comparing it with the rules of the encoder (manual 10.7.8.1, table 10-11).
Result<ConstPicture> jpeg_encoder_picture(const StillInput& input);

/// Bytes that are enough for the file of any picture of this format and size, at every level.
Result<uint64_t> predict_jpeg_encode_size(int32_t format, uint32_t width, uint32_t height);

/// Writes the file to `output` and returns its length. `picture` is one of jpeg_encoder_picture.
Result<size_t> encode_jpeg(const ConstPicture& picture, int level, uint8_t* output, size_t capacity);

}  // namespace softacl::media
