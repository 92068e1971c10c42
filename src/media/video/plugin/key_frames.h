// SPDX-License-Identifier: Apache-2.0
// Which pictures become I frames.
#pragma once

#include <cstdint>

namespace softacl::media {

/// Counted here and not by the codecs, so that both have the same rule.
class KeyFrames {
   public:
    explicit KeyFrames(uint32_t interval) : interval_(interval) {}

    /// Whether the next picture is one.
    bool next(bool forced) {
        const bool is_key = forced || since_ == 0 || since_ >= interval_;
        since_ = is_key ? 1 : since_ + 1;
        return is_key;
    }

   private:
    const uint32_t interval_;
    uint32_t since_ = 0;  // pictures since the last one, with it
};

}  // namespace softacl::media
