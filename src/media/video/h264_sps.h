// SPDX-License-Identifier: Apache-2.0
// The little that decoding wants to know of H.264's sequence parameters (H.264 7.3.2.1). Any bytes; any thread.
#pragma once

#include <optional>

#include "media/video/annexb.h"

namespace softacl::media {

struct H264Sps {
    bool frames_only;        ///< no fields
    bool may_reorder;        ///< pictures may be displayed in another order than they are coded
    bool states_reordering;  ///< and it says how far
};

/// Nothing if the unit is damaged.
std::optional<H264Sps> read_h264_sps(const NalUnit& sps);

}  // namespace softacl::media
