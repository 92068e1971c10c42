// SPDX-License-Identifier: Apache-2.0
#include "media/video/write_frame.h"

#include <algorithm>
#include <cstring>

namespace softacl::media {
namespace {

uint8_t to_8_bits(uint16_t sample) { return static_cast<uint8_t>(std::min((sample + 2) >> 2, 255)); }

// Loops over samples of one type; the compiler makes vectors of them.
void copy_row(const uint8_t* in, size_t count, uint8_t* out) { std::memcpy(out, in, count); }
void copy_row(const uint16_t* in, size_t count, uint8_t* out) { std::transform(in, in + count, out, to_8_bits); }

uint8_t sample(uint8_t value) { return value; }
uint8_t sample(uint16_t value) { return to_8_bits(value); }

template <class T>
void join_row(const T* __restrict first, const T* __restrict second, size_t count, uint8_t* __restrict out) {
    for (size_t x = 0; x < count; ++x) {
        out[2 * x] = sample(first[x]);
        out[2 * x + 1] = sample(second[x]);
    }
}

template <class T>
const T* row(const DecodedFrame& frame, int plane, uint32_t y) {
    return reinterpret_cast<const T*>(frame.planes[plane] + y * frame.strides[plane]);
}

template <class T>
void write(const DecodedFrame& frame, const Picture& picture) {
    for (uint32_t y = 0; y < frame.height; ++y) {
        copy_row(row<T>(frame, 0, y), frame.width, picture.data + size_t{y} * picture.width_stride);
    }
    uint8_t* const chroma = picture.data + size_t{picture.width_stride} * picture.height_stride;
    const int first = 1 + picture.format->place[1];  // U is 0 or 1 in its pair
    for (uint32_t y = 0; y < (frame.height + 1) / 2; ++y) {
        join_row(row<T>(frame, first, y), row<T>(frame, 3 - first, y), (frame.width + 1) / 2,
                 chroma + size_t{y} * picture.width_stride);
    }
}

}  // namespace

void write_semi_planar(const DecodedFrame& frame, const Picture& picture) {
    if (frame.bits > 8) {
        write<uint16_t>(frame, picture);
    } else {
        write<uint8_t>(frame, picture);
    }
}

}  // namespace softacl::media
