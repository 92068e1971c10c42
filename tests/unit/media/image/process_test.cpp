// SPDX-License-Identifier: Apache-2.0
// The general operation on all pairs of formats, against the same done pixel by pixel.
#include "media/image/process.h"

#include <gtest/gtest.h>

#include "exact_colour.h"
#include "pictures.h"
#include "resample.h"

namespace softacl::media::test {
namespace {

bool is_rgb(int format) { return format >= 12 && format <= 17; }
bool has_alpha(int format) { return format >= 14 && format <= 17; }
uint32_t shared_columns(int format) { return format <= 4 && format >= 1 ? 2 : format >= 7 && format <= 10 ? 2 : 1; }
uint32_t shared_rows(int format) { return format == 1 || format == 2 || format >= 1000 ? 2 : 1; }
bool semi_planar(int format) { return (format >= 1 && format <= 6) || format >= 1000; }

struct Case {
    int from = 0;
    int to = 0;
    Rect crop;
    Rect paste;
    ProcessOptions options;
};

Rect random_part(Random& random, uint32_t width, uint32_t height, bool even) {
    Rect part;
    part.width = random.between(1, width);
    part.height = random.between(1, height);
    part.left = random.between(0, width - part.width);
    part.top = random.between(0, height - part.height);
    if (even) {
        part = {part.left / 2 * 2, part.top / 2 * 2, (part.width + 1) / 2 * 2, (part.height + 1) / 2 * 2};
        part.left = std::min(part.left, width - part.width);
        part.top = std::min(part.top, height - part.height);
    }
    return part;
}

int sample(const Grid& grid, uint32_t x, uint32_t y, const Rect& paste, Interpolation mode) {
    if (grid.width == paste.width && grid.height == paste.height) {
        return grid.at(x, y, true);
    }
    return mode == Interpolation::kNearest ? nearest(grid, x, y, paste.width, paste.height)
                                           : bilinear(grid, x, y, paste.width, paste.height);
}

// What the picture should be, and for each byte by how much it may differ.
struct Expected {
    TestPicture picture;
    std::vector<uint8_t> tolerance;
};

// The source's part in the result's colours, one grid for each component.
std::vector<Grid> converted(const Case& c, const TestPicture& source) {
    const uint32_t components = c.to == 0 ? 1 : has_alpha(c.to) ? 4 : 3;
    std::vector<Grid> grids(components, Grid{c.crop.width, c.crop.height});
    for (uint32_t y = 0; y < c.crop.height; ++y) {
        for (uint32_t x = 0; x < c.crop.width; ++x) {
            const auto get = [&](uint32_t i) { return int{source.get(i, c.crop.left + x, c.crop.top + y)}; };
            Colours colours{get(0), 0, 0};
            if (c.from != 0) {
                colours = {get(0), get(1), get(2)};
            }
            if (is_rgb(c.from) && !is_rgb(c.to)) {
                colours = exact_yuv(static_cast<int>(c.options.matrix), colours);
            } else if (!is_rgb(c.from) && is_rgb(c.to)) {
                colours = exact_rgb(static_cast<int>(c.options.matrix), colours);
            }
            for (uint32_t i = 0; i < components; ++i) {
                grids[i].at(x, y) = i < 3 ? colours[i] : has_alpha(c.from) ? get(3) : c.options.alpha;
            }
        }
    }
    return grids;
}

Expected expectation(const Case& c, const TestPicture& source, const TestPicture& before) {
    Expected result{before, std::vector<uint8_t>(before.bytes().size())};
    const std::vector<Grid> grids = converted(c, source);
    const bool same_size = c.crop.width == c.paste.width && c.crop.height == c.paste.height;
    const uint8_t tolerance = is_rgb(c.from) == is_rgb(c.to) ? 0 : same_size ? 1 : 2;
    const uint32_t columns = shared_columns(c.to);
    const uint32_t rows = shared_rows(c.to);
    const auto inside = [&](uint32_t x, uint32_t y) {
        return x >= c.paste.left && x < c.paste.left + c.paste.width && y >= c.paste.top &&
               y < c.paste.top + c.paste.height;
    };
    for (uint32_t i = 0; i < grids.size(); ++i) {
        const uint32_t sx = i == 0 || is_rgb(c.to) ? 1 : columns;
        const uint32_t sy = i == 0 || is_rgb(c.to) ? 1 : rows;
        for (uint32_t y = c.paste.top / sy * sy; y < c.paste.top + c.paste.height; y += sy) {
            for (uint32_t x = c.paste.left / sx * sx; x < c.paste.left + c.paste.width; x += sx) {
                uint32_t sum = 0;
                for (uint32_t k = 0; k < sx * sy; ++k) {
                    const uint32_t px = x + k % sx;
                    const uint32_t py = y + k / sx;
                    sum += inside(px, py) ? static_cast<uint32_t>(sample(grids[i], px - c.paste.left, py - c.paste.top,
                                                                         c.paste, c.options.interpolation))
                                          : before.get(i, px, py);
                }
                uint8_t& place = result.picture.at(i, x, y);
                place = static_cast<uint8_t>((sum + sx * sy / 2) / (sx * sy));
                result.tolerance[static_cast<size_t>(&place - result.picture.bytes().data())] = i < 3 ? tolerance : 0;
            }
        }
    }
    return result;
}

// Planes that are processed by themselves: chroma is resized as it is.
void expect_planes(const Case& c, const TestPicture& source, Expected& result) {
    const uint32_t sx = shared_columns(c.to);
    const uint32_t sy = shared_rows(c.to);
    for (uint32_t i = 1; i < 3; ++i) {
        Grid grid{c.crop.width / sx, c.crop.height / sy};
        for (uint32_t y = 0; y < grid.height; ++y) {
            for (uint32_t x = 0; x < grid.width; ++x) {
                grid.at(x, y) = source.get(i, c.crop.left + x * sx, c.crop.top + y * sy);
            }
        }
        const Rect paste{0, 0, c.paste.width / sx, c.paste.height / sy};
        for (uint32_t y = 0; y < paste.height; ++y) {
            for (uint32_t x = 0; x < paste.width; ++x) {
                result.picture.at(i, c.paste.left + x * sx, c.paste.top + y * sy) =
                    static_cast<uint8_t>(sample(grid, x, y, paste, c.options.interpolation));
            }
        }
    }
}

bool on_grid(const Rect& part, int format) {
    return part.left % shared_columns(format) == 0 && part.width % shared_columns(format) == 0 &&
           part.top % shared_rows(format) == 0 && part.height % shared_rows(format) == 0;
}

void check(const Case& c, Random& random, uint32_t from_side, uint32_t to_side) {
    const TestPicture source(c.from, from_side, from_side, random);
    TestPicture result(c.to, to_side, to_side, random);
    Expected wanted = expectation(c, source, result);
    if (semi_planar(c.from) && semi_planar(c.to) && shared_columns(c.from) == shared_columns(c.to) &&
        shared_rows(c.from) == shared_rows(c.to) && on_grid(c.crop, c.from) && on_grid(c.paste, c.to)) {
        expect_planes(c, source, wanted);
    }
    process(source.view(), c.crop, result.view(), c.paste, c.options);
    for (size_t i = 0; i < result.bytes().size(); ++i) {
        ASSERT_LE(std::abs(result.bytes()[i] - wanted.picture.bytes()[i]), wanted.tolerance[i])
            << c.from << " to " << c.to << ", byte " << i << ", crop " << c.crop.left << ' ' << c.crop.top << ' '
            << c.crop.width << 'x' << c.crop.height << ", paste " << c.paste.left << ' ' << c.paste.top << ' '
            << c.paste.width << 'x' << c.paste.height;
    }
}

TEST(Process, AllPairsOfFormatsAndAllKindsOfParts) {
    Random random(11);
    for (const int from : kAllFormats) {
        for (const int to : kAllFormats) {
            if (!convertible(format_info(static_cast<PixelFormat>(from)), format_info(static_cast<PixelFormat>(to)))) {
                continue;
            }
            for (int i = 0; i < 12; ++i) {
                const uint32_t from_side = 2 * random.between(3, 24);
                const uint32_t to_side = 2 * random.between(3, 24);
                Case c{from,
                       to,
                       random_part(random, from_side, from_side, i % 4 == 1),
                       random_part(random, to_side, to_side, i % 4 < 2),
                       {}};
                if (i % 3 == 0) {  // equal sizes
                    c.crop.width = c.paste.width = std::min(c.crop.width, c.paste.width);
                    c.crop.height = c.paste.height = std::min(c.crop.height, c.paste.height);
                }
                c.options.interpolation = random.chance(4) ? Interpolation::kNearest : Interpolation::kBilinear;
                c.options.matrix = static_cast<ColourMatrix>(random.between(0, 5));
                c.options.alpha = static_cast<uint8_t>(random.between(0, 255));
                check(c, random, from_side, to_side);
                if (HasFatalFailure()) {
                    return;
                }
            }
        }
    }
}

TEST(Process, WholePicturesAreCopiedBitForBit) {
    Random random(12);
    for (const int format : kAllFormats) {
        const TestPicture source(format, 50, 30, random);
        TestPicture result(format, 50, 30, random);
        process(source.view(), {0, 0, 50, 30}, result.view(), {0, 0, 50, 30}, {});
        for (uint32_t c = 0; c < (format == 0 ? 1U : has_alpha(format) ? 4U : 3U); ++c) {
            for (uint32_t y = 0; y < 30; ++y) {
                for (uint32_t x = 0; x < 50; ++x) {
                    ASSERT_EQ(result.get(c, x, y), source.get(c, x, y)) << format;
                }
            }
        }
    }
}

// Wide enough for several threads.
TEST(Process, OfLargePicturesDoesTheSame) {
    Random random(13);
    for (const auto& [from, to] : {std::pair{1, 12}, {12, 1}, {2, 1}, {1, 1}, {7, 2}}) {
        check({from, to, {3, 5, 390, 380}, {11, 7, 301, 333}, {}}, random, 400, 360 + 40);
        if (HasFatalFailure()) {
            return;
        }
        check({from, to, {2, 4, 390, 380}, {10, 6, 300, 332}, {}}, random, 400, 400);
    }
}

TEST(Process, GrayBecomesGrayOnly) {
    const FormatInfo& gray = format_info(PixelFormat::kYuv400);
    EXPECT_TRUE(convertible(gray, gray));
    EXPECT_FALSE(convertible(gray, format_info(PixelFormat::kYuv420Sp)));
    EXPECT_FALSE(convertible(gray, format_info(PixelFormat::kRgb)));
    EXPECT_TRUE(convertible(format_info(PixelFormat::kRgb), gray));
}

}  // namespace
}  // namespace softacl::media::test
