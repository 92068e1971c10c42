// SPDX-License-Identifier: Apache-2.0
// JPEG files, and the pictures that another decoder makes of them.
#pragma once

#include <cstdint>
#include <vector>

#include "media/still/jpeg_info.h"
#include "pictures/make_jpeg.h"

namespace softacl::media::testing {

using pictures::exif_segment;
using pictures::File;
using pictures::JpegSpec;
using pictures::Kind;
using pictures::make_jpeg;

inline Bytes bytes_of(const File& file) { return {file.data(), file.size()}; }

JpegSpec spec_of(JpegSampling sampling, uint32_t width, uint32_t height);

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
