// SPDX-License-Identifier: Apache-2.0
#include "media/still/jpeg_turn.h"

#include <algorithm>
#include <vector>

#include "media/still/jpeg_chroma.h"

namespace softacl::media {
namespace {

/// How the place of a pixel in the result becomes its place in the source.
struct Turn {
    bool transpose;
    bool flip_x;  ///< of the source
    bool flip_y;
};
constexpr Turn kTurns[] = {{false, false, false}, {false, true, false}, {false, true, true}, {false, false, true},
                           {true, false, false},  {true, false, true},  {true, true, true},  {true, true, false}};

/// The distance of a pixel of the result from a source plane's begin is the sum of a part for its column and one for
/// its row.
struct Map {
    std::vector<size_t> columns;
    std::vector<size_t> rows;

    /// For a plane whose samples 2^share_x x 2^share_y pixels share.
    Map(const JpegInfo& info, const Picture& picture, size_t stride, int share_x, int share_y) {
        const Turn turn = kTurns[info.orientation - 1];
        const auto along_x = [&](uint32_t x) { return size_t{(turn.flip_x ? info.width - 1 - x : x) >> share_x}; };
        const auto along_y = [&](uint32_t y) {
            return size_t{(turn.flip_y ? info.height - 1 - y : y) >> share_y} * stride;
        };
        const uint32_t last_column = (turn.transpose ? info.height : info.width) - 1;
        const uint32_t last_row = (turn.transpose ? info.width : info.height) - 1;
        for (uint32_t i = 0; i < picture.width; ++i) {
            const uint32_t x = std::min(i, last_column);
            columns.push_back(turn.transpose ? along_y(x) : along_x(x));
        }
        for (uint32_t i = 0; i < picture.height; ++i) {
            const uint32_t y = std::min(i, last_row);
            rows.push_back(turn.transpose ? along_x(y) : along_y(y));
        }
    }
};

void turn_luma(const Plane& source, const JpegInfo& info, const Picture& picture) {
    const Map map(info, picture, source.stride, 0, 0);
    const Plane target = picture.luma();
    for (uint32_t y = 0; y < target.height; ++y) {
        const uint8_t* from = source.data + map.rows[y];
        uint8_t* to = target.row(y);
        for (uint32_t x = 0; x < target.width; ++x) {
            to[x] = from[map.columns[x]];
        }
    }
}

void turn_chroma(const Plane& source, const JpegInfo& info, const Picture& picture, int place) {
    const FormatInfo& native = format_info(native_format(info.sampling));
    const Map map(info, picture, source.stride, native.chroma_x, native.chroma_y);
    const Plane target = picture.chroma();
    const int share_x = picture.format->chroma_x;
    const int share_y = picture.format->chroma_y;
    for (uint32_t y = 0; y < target.height; ++y) {
        const uint8_t* upper = source.data + map.rows[y << share_y];
        const uint8_t* lower = source.data + map.rows[(y << share_y) + static_cast<uint32_t>(share_y)];
        uint8_t* to = target.row(y) + place;
        for (uint32_t x = 0; x < target.width; ++x) {
            const size_t left = map.columns[x << share_x];
            const size_t right = map.columns[(x << share_x) + static_cast<uint32_t>(share_x)];
            to[size_t{2} * x] =
                static_cast<uint8_t>((upper[left] + upper[right] + lower[left] + lower[right] + 2) >> 2);
        }
    }
}

}  // namespace

void turn_upright(const JpegPlanes& planes, const JpegInfo& info, const Picture& picture) {
    turn_luma(planes.luma, info, picture);
    if (picture.format->layout != Layout::kSemiPlanar) {
        return;
    }
    if (info.sampling == JpegSampling::kGray) {
        store_gray_chroma(picture);
        return;
    }
    turn_chroma(planes.u, info, picture, picture.format->place[1]);
    turn_chroma(planes.v, info, picture, picture.format->place[2]);
}

}  // namespace softacl::media
