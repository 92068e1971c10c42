// SPDX-License-Identifier: Apache-2.0
// Annex B of H.264 and H.265: NAL units between start codes. Any bytes are legal input; any thread.
#pragma once

#include <cstddef>
#include <cstdint>

namespace softacl::media {

/// A NAL unit without its start code, emulation bytes and all. Trailing zeros belong to the next start code.
struct NalUnit {
    const uint8_t* data = nullptr;
    size_t size = 0;
};

class NalReader {
   public:
    NalReader(const uint8_t* data, size_t size);
    /// False after the last one.
    bool next(NalUnit& nal);

   private:
    const uint8_t* at_;  // first byte after a start code
    const uint8_t* end_;
};

inline int h264_type(const NalUnit& nal) { return nal.data[0] & 0x1f; }
inline bool h264_is_slice(int type) { return type >= 1 && type <= 5; }
inline int h265_type(const NalUnit& nal) { return (nal.data[0] >> 1) & 0x3f; }
/// Of the base layer, and no reserved type.
inline bool h265_is_slice(const NalUnit& nal) {
    const int type = h265_type(nal);
    const bool base_layer = nal.size >= 2 && (nal.data[0] & 1) == 0 && (nal.data[1] >> 3) == 0;
    return base_layer && (type <= 9 || (type >= 16 && type <= 21));
}

}  // namespace softacl::media
