// SPDX-License-Identifier: Apache-2.0
// JPEG files of every kind for tests, and the pictures that another decoder makes of them.
#pragma once

#include <cstdint>
#include <vector>

#include "media/still/jpeg_info.h"

namespace softacl::media::testing {

using File = std::vector<uint8_t>;

inline Bytes bytes_of(const File& file) { return {file.data(), file.size()}; }

enum class Kind : uint8_t { kBaseline, kProgressive, kArithmetic, kRgb, kCmyk };

struct JpegSpec {
    uint32_t width = 64;
    uint32_t height = 48;
    int luma_h = 2;  ///< sampling of luma; chroma has 1x1
    int luma_v = 2;
    bool gray = false;
    Kind kind = Kind::kBaseline;
    int quality = 90;
    int chroma_h = 1;
    int chroma_v = 1;
    bool scan_each = false;  ///< a scan for each component
    int restart = 0;         ///< MCUs in a restart interval
    bool optimise = false;   ///< Huffman tables of its own
    int orientation = 0;     ///< 0: no EXIF
    bool big_endian = false;
    uint32_t seed = 1;  ///< of the content: slopes with some noise
};

JpegSpec spec_of(JpegSampling sampling, uint32_t width, uint32_t height);

File make_jpeg(const JpegSpec& spec);
/// An APP1 segment with nothing but an orientation.
File exif_segment(int orientation, bool big_endian);

/// Three planes with their own sizes; one for gray.
struct Planes {
    uint32_t width[3];
    uint32_t height[3];
    std::vector<uint8_t> samples[3];

    uint8_t at(int plane, uint32_t x, uint32_t y) const { return samples[plane][size_t{y} * width[plane] + x]; }
};

/// What libavcodec's decoder makes of it; no planes if it refuses.
Planes judge_jpeg(const File& file);

}  // namespace softacl::media::testing
