// SPDX-License-Identifier: Apache-2.0
#include "media/image/border.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include "media/image/mirror.h"

namespace softacl::media {
namespace {

// A plane of the picture, with what a constant border writes into each of its pixels.
struct Area {
    Plane plane;
    Rect inner;
    std::array<uint8_t, 4> pixel;
};

// The samples all of whose pixels are in the part.
Rect whole_samples(const Rect& part, uint32_t shift_x, uint32_t shift_y) {
    const auto shrink = [](uint32_t begin, uint32_t size, uint32_t shift) {
        const uint32_t first = (begin + (1U << shift) - 1) >> shift;
        return std::pair(first, std::max((begin + size) >> shift, first) - first);
    };
    const auto [left, width] = shrink(part.left, part.width, shift_x);
    const auto [top, height] = shrink(part.top, part.height, shift_y);
    return {left, top, width, height};
}

std::vector<Area> areas_of(const Picture& picture, const Rect& inner, const std::array<uint8_t, 4>& colour) {
    const FormatInfo& format = *picture.format;
    Area first{picture.luma(), inner, {}};
    if (format.packed_422()) {  // two pixels with common chroma count as one
        first.plane.pixel_bytes = 4;
        first.plane.width /= 2;
        first.inner = whole_samples(inner, 1, 0);
        first.pixel[format.place[0]] = first.pixel[format.place[0] + size_t{2}] = colour[0];
        first.pixel[format.place[1]] = colour[1];
        first.pixel[format.place[2]] = colour[2];
    } else {
        for (size_t i = 0; i < format.pixel_bytes; ++i) {
            first.pixel[format.place[i]] = colour[i];
        }
    }
    std::vector<Area> areas{first};
    if (format.layout == Layout::kSemiPlanar) {
        Area pairs{picture.chroma(), whole_samples(inner, format.chroma_x, format.chroma_y), {}};
        pairs.pixel[format.place[1]] = colour[1];
        pairs.pixel[format.place[2]] = colour[2];
        areas.push_back(pairs);
    }
    return areas;
}

void fill(const Area& area) {
    const size_t bytes = area.plane.pixel_bytes;
    std::vector<uint8_t> row(area.plane.width * bytes);
    for (size_t i = 0; i < row.size(); ++i) {
        row[i] = area.pixel[i % bytes];
    }
    const Rect& inner = area.inner;
    for (uint32_t y = 0; y < area.plane.height; ++y) {
        uint8_t* out = area.plane.row(y);
        if (y < inner.top || y >= inner.top + inner.height) {
            std::memcpy(out, row.data(), row.size());
            continue;
        }
        const size_t right = (inner.left + size_t{inner.width}) * bytes;
        std::memcpy(out, row.data(), inner.left * bytes);
        std::memcpy(out + right, row.data(), row.size() - right);
    }
}

// Which of `size` pixels stands at place `at`, which may be outside.
uint32_t shown_at(int64_t at, uint32_t size, BorderType type) {
    if (type == BorderType::kReplicate) {
        return static_cast<uint32_t>(std::clamp<int64_t>(at, 0, int64_t{size} - 1));
    }
    return mirrored(at, size, type == BorderType::kReflect ? Edge::kTwice : Edge::kOnce);
}

void extend(const Area& area, BorderType type) {
    const Rect& inner = area.inner;
    const size_t bytes = area.plane.pixel_bytes;
    if (inner.width == 0 || inner.height == 0) {
        return;
    }
    const auto source = [type](uint32_t at, uint32_t begin, uint32_t size) {
        return begin + shown_at(int64_t{at} - begin, size, type);
    };
    for (uint32_t y = inner.top; y < inner.top + inner.height; ++y) {
        uint8_t* row = area.plane.row(y);
        for (uint32_t x = 0; x < area.plane.width; ++x) {
            if (x < inner.left || x >= inner.left + inner.width) {
                std::memcpy(row + x * bytes, row + source(x, inner.left, inner.width) * bytes, bytes);
            }
        }
    }
    for (uint32_t y = 0; y < area.plane.height; ++y) {
        if (y < inner.top || y >= inner.top + inner.height) {
            std::memcpy(area.plane.row(y), area.plane.row(source(y, inner.top, inner.height)),
                        area.plane.width * bytes);
        }
    }
}

}  // namespace

std::array<uint8_t, 4> border_colour(const std::array<double, 4>& values, const FormatInfo& from, const FormatInfo& to,
                                     ColourMatrix matrix, uint8_t alpha) {
    std::array<uint8_t, 4> colour{};
    for (size_t i = 0; i < 3; ++i) {
        colour[i] = static_cast<uint8_t>(std::lrint(std::clamp(values[i], 0.0, 255.0)));
    }
    if (from.colour == Colour::kRgb && to.colour != Colour::kRgb) {
        const auto factors = rgb_to_yuv(colour_table(matrix));
        const std::array<uint8_t, 4> rgb = colour;
        const uint8_t* const in[] = {&rgb[0], &rgb[1], &rgb[2]};
        uint8_t* const out[] = {&colour[0], &colour[1], &colour[2]};
        colour_rows().to_yuv(factors.data(), 3, 1, in, out);
    }
    colour[3] = alpha;
    return colour;
}

void process_with_border(const ConstPicture& source, const Rect& crop, const Picture& result, const Rect& inner,
                         const ProcessOptions& options, const Border& border) {
    const std::vector<Area> areas = areas_of(result, inner, border.colour);
    if (border.type == BorderType::kConstant) {  // before the picture, whose chroma mixes with it where they meet
        std::for_each(areas.begin(), areas.end(), fill);
    }
    process(source, crop, result, inner, options);
    if (border.type != BorderType::kConstant) {
        for (const Area& area : areas) {
            extend(area, border.type);
        }
    }
}

}  // namespace softacl::media
