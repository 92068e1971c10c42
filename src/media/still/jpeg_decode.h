// SPDX-License-Identifier: Apache-2.0
// JPEG files become pictures (manual 10.7.7). Any thread.
//
// Errors: those of jpeg_info.h for the file, those of jpeg_layout.h for the output, both before anything is written;
// those of jpeg_planes.h for damaged data, which leave in memory what could be decoded; ACL_ERROR_BAD_ALLOC.
#pragma once

#include "media/still/jpeg_layout.h"

namespace softacl::media {

/// Decodes the file, upright, into the caller's memory and tells format, size and strides of the result. Between the
/// picture and its strides the rows of luma may be written; their content is undefined. Nothing else is written.
Result<StillLayout> decode_jpeg(Bytes file, const StillOutput& output, OddSizes odd);

}  // namespace softacl::media
