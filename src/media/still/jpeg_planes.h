// SPDX-License-Identifier: Apache-2.0
// A JPEG's components as the file holds them: no upsampling, no conversion of colours.
//
// Data that end early are no failure: what is missing continues the last colours, as a decoder without more to go by
// does. Bytes that contradict the coding are one (ACL_ERROR_PARSE_FILE), after all rows have been delivered, with the
// damage concealed. Any thread.
#pragma once

#include "base/function_ref.h"
#include "base/status.h"
#include "media/image/picture.h"
#include "media/still/jpeg_info.h"

namespace softacl::media {

/// Some rows of chroma, each component for itself. The memory may be written; rows have room for one more column.
struct ChromaBand {
    uint8_t* u;
    uint8_t* v;
    size_t stride;
    uint32_t first_row;
    uint32_t rows;
};

/// `luma`: takes the rows of luma; its height counts the rows that may be written, its stride the bytes of each. What
/// the coding has beyond the picture may be written there, too. `chroma` is called with band after band; never for
/// gray.
Status read_jpeg_planes(Bytes file, const JpegInfo& info, const Plane& luma,
                        FunctionRef<void(const ChromaBand&)> chroma);

}  // namespace softacl::media
