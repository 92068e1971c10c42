// SPDX-License-Identifier: Apache-2.0
#include "media/still/jpeg_chroma.h"

#include <algorithm>
#include <cstring>

namespace softacl::media {
namespace {

/// A component's rows that become one; twice the same where they are not halved.
struct Rows {
    const uint8_t* upper;
    const uint8_t* lower;
};

template <int DownX, int DownY>
uint8_t sample(const Rows& rows, size_t x) {
    if constexpr (DownX == 1 && DownY == 1) {
        return static_cast<uint8_t>(
            (rows.upper[2 * x] + rows.upper[2 * x + 1] + rows.lower[2 * x] + rows.lower[2 * x + 1] + 2) >> 2);
    } else if constexpr (DownX == 1) {
        return static_cast<uint8_t>((rows.upper[2 * x] + rows.upper[2 * x + 1] + 1) >> 1);
    } else if constexpr (DownY == 1) {
        return static_cast<uint8_t>((rows.upper[x] + rows.lower[x] + 1) >> 1);
    } else {
        return rows.upper[x];
    }
}

// Wide indices: those of 32 bits may wrap, and the loop would not be vectorised.
template <int DownX, int DownY>
void store_row(Rows first, Rows second, size_t count, uint8_t* __restrict out) {
    for (size_t x = 0; x < count; ++x) {
        out[2 * x] = sample<DownX, DownY>(first, x);
        out[2 * x + 1] = sample<DownX, DownY>(second, x);
    }
}

using StoreRow = void (*)(Rows, Rows, size_t, uint8_t*);
constexpr StoreRow kStoreRow[2][2] = {{store_row<0, 0>, store_row<0, 1>}, {store_row<1, 0>, store_row<1, 1>}};

}  // namespace

void store_chroma(const ChromaBand& band, const JpegInfo& info, const Picture& picture) {
    const FormatInfo& source = format_info(native_format(info.sampling));
    const int down_x = picture.format->chroma_x - source.chroma_x;
    const int down_y = picture.format->chroma_y - source.chroma_y;
    const uint32_t source_width = (info.width + source.width_multiple() - 1) >> source.chroma_x;
    const Plane chroma = picture.chroma();
    const bool v_first = picture.format->place[2] == 0;
    uint8_t* first = v_first ? band.v : band.u;
    uint8_t* second = v_first ? band.u : band.v;
    const uint32_t begin = band.first_row >> down_y;
    const uint32_t count = (band.rows + static_cast<uint32_t>(down_y)) >> down_y;
    for (uint32_t i = 0; i < count && begin + i < chroma.height; ++i) {
        const size_t upper = size_t{i << down_y} * band.stride;
        const size_t lower =
            size_t{std::min((i << down_y) + static_cast<uint32_t>(down_y), band.rows - 1)} * band.stride;
        for (uint8_t* part : {first, second}) {
            part[upper + source_width] = part[upper + source_width - 1];
            part[lower + source_width] = part[lower + source_width - 1];
        }
        kStoreRow[down_x][down_y]({first + upper, first + lower}, {second + upper, second + lower}, chroma.width,
                                  chroma.row(begin + i));
    }
}

void store_gray_chroma(const Picture& picture) {
    constexpr int kNoColour = 128;
    const Plane chroma = picture.chroma();
    for (uint32_t y = 0; y < chroma.height; ++y) {
        std::memset(chroma.row(y), kNoColour, size_t{chroma.width} * 2);
    }
}

}  // namespace softacl::media
