// SPDX-License-Identifier: Apache-2.0
// Colour conversion against the tables of manual 10.14.8 in real arithmetic.
#include "media/image/colour.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "exact_colour.h"

namespace softacl::media::test {
namespace {

struct Count {
    int64_t all = 0;
    int64_t equal = 0;
    int worst = 0;
    void add(int got, int wanted) {
        ++all;
        equal += got == wanted ? 1 : 0;
        worst = std::max(worst, std::abs(got - wanted));
    }
};

class EachMatrix : public testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Documented, EachMatrix, testing::Range(0, 6));

TEST_P(EachMatrix, TurnsYuvIntoRgbWithinOne) {
    const YuvToRgb colours = yuv_to_rgb(colour_table(static_cast<ColourMatrix>(GetParam())));
    std::vector<uint8_t> y(256);
    std::vector<uint8_t> u(256);
    std::vector<uint8_t> v(256);
    std::vector<uint8_t> out(3 * 256);
    Count count;
    for (int i = 0; i < 256; ++i) {
        y[static_cast<size_t>(i)] = static_cast<uint8_t>(i);
    }
    for (int a = 0; a < 256; a += 5) {
        for (int b = 0; b < 256; b += 3) {
            u.assign(256, static_cast<uint8_t>(a));
            v.assign(256, static_cast<uint8_t>(b));
            const uint8_t* const in[] = {y.data(), u.data(), v.data()};
            uint8_t* const rgb[] = {out.data(), out.data() + 256, out.data() + 512};
            colour_rows().to_rgb(colours, 256, in, rgb);
            for (size_t i = 0; i < 256; ++i) {
                const Colours wanted = exact_rgb(GetParam(), {static_cast<int>(i), a, b});
                for (size_t c = 0; c < 3; ++c) {
                    count.add(rgb[c][i], wanted[c]);
                }
            }
        }
    }
    EXPECT_LE(count.worst, 1);
    EXPECT_GT(static_cast<double>(count.equal), 0.95 * static_cast<double>(count.all));
}

TEST_P(EachMatrix, TurnsRgbIntoYuvWithinOne) {
    const auto colours = rgb_to_yuv(colour_table(static_cast<ColourMatrix>(GetParam())));
    std::vector<uint8_t> r(256);
    std::vector<uint8_t> g(256);
    std::vector<uint8_t> b(256);
    std::vector<uint8_t> out(3 * 256);
    Count count;
    for (int i = 0; i < 256; ++i) {
        r[static_cast<size_t>(i)] = static_cast<uint8_t>(i);
    }
    for (int k = 0; k < 256; k += 5) {
        for (int m = 0; m < 256; m += 3) {
            g.assign(256, static_cast<uint8_t>(k));
            b.assign(256, static_cast<uint8_t>(m));
            const uint8_t* const in[] = {r.data(), g.data(), b.data()};
            uint8_t* const yuv[] = {out.data(), out.data() + 256, out.data() + 512};
            colour_rows().to_yuv(colours.data(), 3, 256, in, yuv);
            for (size_t i = 0; i < 256; ++i) {
                const Colours wanted = exact_yuv(GetParam(), {static_cast<int>(i), k, m});
                for (size_t c = 0; c < 3; ++c) {
                    count.add(yuv[c][i], wanted[c]);
                }
            }
        }
    }
    EXPECT_LE(count.worst, 1);
    EXPECT_GT(static_cast<double>(count.equal), 0.95 * static_cast<double>(count.all));
}

// The one table whose luma lies on halves before rounding.
TEST(Colour, GraysOfBt601WideStayWhatTheyAre) {
    const auto colours = rgb_to_yuv(colour_table(ColourMatrix::kBt601Wide));
    const YuvToRgb back = yuv_to_rgb(colour_table(ColourMatrix::kBt601Wide));
    std::vector<uint8_t> gray(256);
    for (size_t i = 0; i < 256; ++i) {
        gray[i] = static_cast<uint8_t>(i);
    }
    std::vector<uint8_t> out(6 * 256);
    const uint8_t* const in[] = {gray.data(), gray.data(), gray.data()};
    uint8_t* const yuv[] = {out.data(), out.data() + 256, out.data() + 512};
    colour_rows().to_yuv(colours.data(), 3, 256, in, yuv);
    EXPECT_EQ(std::vector<uint8_t>(out.begin(), out.begin() + 256), gray);
    EXPECT_EQ(std::vector<uint8_t>(out.begin() + 256, out.begin() + 768), std::vector<uint8_t>(512, 128));
    const uint8_t* const again[] = {yuv[0], yuv[1], yuv[2]};
    uint8_t* const rgb[] = {out.data() + 768, out.data() + 1024, out.data() + 1280};
    colour_rows().to_rgb(back, 256, again, rgb);
    for (size_t c = 3; c < 6; ++c) {
        EXPECT_EQ(std::vector<uint8_t>(out.begin() + static_cast<long>(256 * c),
                                       out.begin() + static_cast<long>(256 * (c + 1))),
                  gray);
    }
}

}  // namespace
}  // namespace softacl::media::test
