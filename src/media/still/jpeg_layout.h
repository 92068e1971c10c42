// SPDX-License-Identifier: Apache-2.0
// What becomes of a JPEG when it is decoded: formats, sizes and memory (manual 10.7.7.1, table 10-10). Pure functions,
// any thread. What is outside the rules is ACL_ERROR_INVALID_PARAM.
#pragma once

#include "base/status.h"
#include "media/still/jpeg_info.h"
#include "media/still/layout.h"

namespace softacl::media {

constexpr uint32_t kMinJpegSide = 32;
constexpr uint32_t kMaxJpegSide = 16384;

/// What is done with odd sizes where the result's chroma is shared (manual 10.14.21).
enum class OddSizes : int32_t {
    kDown = 0,      ///< a side along which pixels share chroma becomes even, smaller by one
    kUp = 1,        ///< the same, larger by one
    kDownBoth = 2,  ///< both sides, in all formats that share chroma at all
};

/// What can be told without the file: whether a JPEG can become this format at all, and have these strides.
Status check_jpeg_output(const StillOutput& output);

/// The picture as it will be decoded, upright, with the smallest strides. `format`: a PixelFormat that the sampling can
/// become, or kUnknown for the native one.
Result<StillLayout> jpeg_layout(const JpegInfo& info, int32_t format, OddSizes odd);

/// The layout with the caller's strides, after comparing them and the caller's memory with the rules.
///
/// Strides that fit the picture as coded, but not as turned upright, are replaced by the smallest ones: a caller who
/// knows only the coded size cannot do better.
Result<StillLayout> jpeg_output_layout(const JpegInfo& info, const StillOutput& output, OddSizes odd);

/// Bytes that are enough for the decoded picture, in whichever direction it is turned, with rows aligned to 64 or 128.
Result<uint64_t> predict_jpeg_decode_size(const JpegInfo& info, int32_t format);

}  // namespace softacl::media
