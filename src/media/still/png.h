// SPDX-License-Identifier: Apache-2.0
// PNG files become RGB or RGBA of 8 bits (manual 10.7.11). Any thread.
//
// All kinds of PNG are decoded: 1 to 16 bits (of 16, the upper 8), palettes, interlaced. Gray becomes RGB. Where alpha
// is not asked for, it is dropped, not blended. A single transparent colour (tRNS) is ignored; entries of a palette
// with alpha make the picture one with alpha. Gamma and colour profiles change nothing.
//
// Errors: ACL_ERROR_PARSE_FILE for bytes that are no PNG, break off or fail their checksum; ACL_ERROR_INVALID_PARAM
// for sizes, formats and memory outside the rules; ACL_ERROR_BAD_ALLOC.
#pragma once

#include "base/status.h"
#include "media/still/bytes.h"
#include "media/still/layout.h"

namespace softacl::media {

constexpr uint32_t kMinPngSide = 32;
constexpr uint32_t kMaxPngSide = 4096;

struct PngInfo {
    uint32_t width;
    uint32_t height;
    int components;  ///< gray 1, gray and alpha 2, RGB 3, RGBA 4; a palette counts as what its entries are

    bool has_alpha() const { return components % 2 == 0; }
};

Result<PngInfo> read_png_info(Bytes file);

/// Whether a PNG can become this format at all.
Status check_png_format(int32_t format);

/// What the picture becomes, with its rows aligned as the interface does by default: to 128 pixels, and 16 rows.
/// `format`: kRgb, kRgba (only where the source has alpha) or kUnknown, with alpha if the source has it.
Result<StillLayout> png_layout(const PngInfo& info, int32_t format);

/// Bytes of the decoded picture; kUnknown counts the largest format, kRgba is told for every source.
Result<uint64_t> predict_png_decode_size(const PngInfo& info, int32_t format);

/// Decodes into the caller's memory and tells format, size and strides of the result. Strides that are at least the
/// default ones are taken, others are not. Only pixels are written.
Result<StillLayout> decode_png(Bytes file, const StillOutput& output);

}  // namespace softacl::media
