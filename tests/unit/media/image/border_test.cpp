// SPDX-License-Identifier: Apache-2.0
// Borders, pixel by pixel.
#include "media/image/border.h"

#include <gtest/gtest.h>

#include "exact_colour.h"
#include "pictures.h"

namespace softacl::media::test {
namespace {

// OpenCV's table: aaaaaa|abcdefgh|hhhhhhh, fedcba|abcdefgh|hgfedcb, gfedcb|abcdefgh|gfedcba.
int64_t place(int64_t at, int64_t size, BorderType type) {
    if (type == BorderType::kReplicate || size == 1) {
        return std::clamp<int64_t>(at, 0, size - 1);
    }
    const int64_t period = type == BorderType::kReflect ? 2 * size : 2 * size - 2;
    const int64_t step = ((at % period) + period) % period;
    return step < size ? step : (type == BorderType::kReflect ? period - 1 : period) - step;
}

uint32_t components(int format) { return format == 0 ? 1 : format >= 14 && format <= 17 ? 4 : 3; }
bool shares_columns(int format) { return format >= 1 && format <= 10 && format != 5 && format != 6; }
bool shares_rows(int format) { return format == 1 || format == 2 || format >= 1000; }

TEST(Border, OfEvenWidthsIsWhatItsTypeSays) {
    Random random(21);
    for (const int format : kAllFormats) {
        for (const BorderType type :
             {BorderType::kConstant, BorderType::kReplicate, BorderType::kReflect, BorderType::kReflect101}) {
            for (int i = 0; i < 6; ++i) {
                Rect inner{2 * random.between(0, 9), 2 * random.between(0, 9), 2 * random.between(3, 12),
                           2 * random.between(3, 12)};
                const uint32_t width = inner.left + inner.width + 2 * random.between(0, 20);
                const uint32_t height = inner.top + inner.height + 2 * random.between(0, 20);
                const TestPicture source(format, inner.width, inner.height, random);
                TestPicture result(format, width, height, random);
                TestPicture wanted(result);
                const Border border{type, {17, 99, 201, 44}};
                // Pixels that share chroma move together: mirrors count their pairs.
                const auto from = [&](uint32_t at, uint32_t begin, uint32_t size, bool pairs, uint32_t c) {
                    const int64_t unit = pairs && c != 0 ? 2 : 1;
                    return place((int64_t{at} - begin) / unit - ((int64_t{at} - begin) % unit < 0 ? 1 : 0), size / unit,
                                 type) *
                           unit;
                };
                for (uint32_t c = 0; c < components(format); ++c) {
                    for (uint32_t y = 0; y < height; ++y) {
                        for (uint32_t x = 0; x < width; ++x) {
                            const bool inside = x >= inner.left && x < inner.left + inner.width && y >= inner.top &&
                                                y < inner.top + inner.height;
                            if (!inside && type == BorderType::kConstant) {
                                wanted.at(c, x, y) = border.colour[c];
                                continue;
                            }
                            const bool whole_pairs = format >= 7 && format <= 10;
                            const int64_t sx = whole_pairs
                                                   ? from(x / 2 * 2, inner.left, inner.width, true, 1) + x % 2
                                                   : from(x, inner.left, inner.width, shares_columns(format), c);
                            const int64_t sy = from(y, inner.top, inner.height, shares_rows(format), c);
                            wanted.at(c, x, y) = source.get(c, static_cast<uint32_t>(sx), static_cast<uint32_t>(sy));
                        }
                    }
                }
                process_with_border(source.view(), {0, 0, inner.width, inner.height}, result.view(), inner, {}, border);
                ASSERT_EQ(result.bytes(), wanted.bytes()) << format << ", type " << static_cast<int>(type);
            }
        }
    }
}

TEST(Border, OfOddWidthsMixesItsColourWithWhatItTouches) {
    Random random(22);
    const TestPicture source(1, 16, 16, random);
    TestPicture result(1, 20, 20, random);
    const Border border{BorderType::kConstant, {10, 40, 200, 0}};
    process_with_border(source.view(), {0, 0, 16, 16}, result.view(), {1, 3, 15, 16}, {}, border);
    for (uint32_t y = 0; y < 20; ++y) {
        for (uint32_t x = 0; x < 20; ++x) {
            const bool inside = x >= 1 && x < 16 && y >= 3 && y < 19;
            if (!inside) {
                ASSERT_EQ(result.get(0, x, y), 10) << x << ' ' << y;
            }
            if (x >= 16 || y < 2) {
                ASSERT_EQ(result.get(1, x, y), 40);
                ASSERT_EQ(result.get(2, x, y), 200);
            }
        }
    }
    TestPicture plain(5, 20, 20, random);
    process(source.view(), {0, 0, 16, 16}, plain.view(), {1, 3, 15, 16}, {});
    EXPECT_EQ(result.get(1, 0, 2), (plain.get(1, 1, 3) + 3 * 40 + 2) / 4);
}

TEST(Border, ColoursAreThoseOfTheOutput) {
    const FormatInfo& yuv = format_info(PixelFormat::kYuv420Sp);
    const FormatInfo& rgb = format_info(PixelFormat::kRgb);
    using Values = std::array<uint8_t, 4>;
    const std::array<double, 4> values{200, 30.4, 90.6, 0};
    EXPECT_EQ(border_colour(values, yuv, yuv, ColourMatrix::kBt601Wide, 7), (Values{200, 30, 91, 7}));
    EXPECT_EQ(border_colour(values, yuv, rgb, ColourMatrix::kBt601Wide, 7), (Values{200, 30, 91, 7}));
    EXPECT_EQ(border_colour(values, rgb, rgb, ColourMatrix::kBt601Wide, 7), (Values{200, 30, 91, 7}));
    for (int matrix = 0; matrix < 6; ++matrix) {
        const Colours wanted = exact_yuv(matrix, {200, 30, 91});
        const Values got = border_colour(values, rgb, yuv, static_cast<ColourMatrix>(matrix), 255);
        for (size_t i = 0; i < 3; ++i) {
            EXPECT_NEAR(got[i], wanted[i], 1);
        }
    }
}

}  // namespace
}  // namespace softacl::media::test
