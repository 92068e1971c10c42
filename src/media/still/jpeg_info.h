// SPDX-License-Identifier: Apache-2.0
// What the header of a JPEG file tells, and whether the file is one that can be decoded (manual 10.7.7.1).
//
// Read by hand and not by the library that decodes: what is refused is refused by our rule, with a sentence. A few
// microseconds, no allocation; files with a scan for each component are read to their end. Any thread.
//
// Errors: ACL_ERROR_UNSUPPORTED_JPEG for codings that are documented as unsupported, ACL_ERROR_PARSE_FILE for bytes
// that are no JPEG or break off before the picture's data begin.
#pragma once

#include "base/status.h"
#include "media/image/format.h"
#include "media/still/bytes.h"

namespace softacl::media {

enum class JpegSampling : uint8_t { k444, k422, k420, k440, kGray };

struct JpegInfo {
    uint32_t width;   ///< as coded: before it is turned
    uint32_t height;  ///< likewise
    int components;   ///< 1 or 3
    JpegSampling sampling;
    int orientation;  ///< EXIF: 1 to 8
    int scans;        ///< 1, or, if not all components are in the first one, how many there are

    /// Width and height change places when the picture is turned upright.
    bool transposes() const { return orientation >= 5; }
};

Result<JpegInfo> read_jpeg_info(Bytes file);

/// The semi-planar format of the same sampling, V before U; kYuv400 for gray.
PixelFormat native_format(JpegSampling sampling);
/// "4:2:0"
const char* name_of(JpegSampling sampling);

}  // namespace softacl::media
