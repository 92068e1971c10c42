// SPDX-License-Identifier: Apache-2.0
// Where a decoded picture goes: what its description asks for, and how it is filled.
#pragma once

#include <vector>

#include "media/image/process.h"
#include "media/v1/descs.h"
#include "media/video/frame_decoder.h"

namespace softacl::media {

/// The format is the description's, or else `channel_format`. 100000 if format, sizes or strides are none that decoding
/// gives, or only some of them are set; 107000 if its memory is not the device's.
Status check_vdec_output(const PicFields& fields, int32_t channel_format);

/// Fills pictures; keeps memory between them. One thread at a time.
class VdecOutput {
   public:
    VdecOutput(int32_t channel_format, ColourMatrix matrix) : format_(channel_format) { options_.matrix = matrix; }

    /// Writes the frame, and into the fields what was written. Not all descriptions that were good without knowing the
    /// frame are now; a VideoError then, else 0.
    int write(const DecodedFrame& frame, PicFields& fields);

   private:
    const int32_t format_;
    ProcessOptions options_;
    std::vector<uint8_t> scratch_;
};

}  // namespace softacl::media
