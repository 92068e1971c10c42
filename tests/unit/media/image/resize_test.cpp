// SPDX-License-Identifier: Apache-2.0
// Resize of planes against its formulas, which OpenCV shares (tests/python/media compares with OpenCV itself).
#include "media/image/resize.h"

#include <gtest/gtest.h>

#include "pictures.h"
#include "resample.h"

namespace softacl::media::test {
namespace {

struct Planes {
    uint32_t channels;
    std::vector<uint8_t> from;
    std::vector<uint8_t> to;
    ConstPlane source;
    Plane result;
};

Planes random_planes(Random& random, uint32_t limit) {
    Planes planes;
    planes.channels = random.between(1, 4);
    uint32_t width = random.between(1, limit);
    uint32_t height = random.between(1, limit);
    const uint32_t to_width = random.chance(8) ? width : random.between(1, limit);
    const uint32_t to_height = random.chance(8) ? height : random.between(1, limit);
    if (random.chance(6)) {
        width = 2 * to_width;
        height = 2 * to_height;
    }
    const size_t stride = width * planes.channels + random.between(0, 20);
    const size_t to_stride = to_width * planes.channels + random.between(0, 20);
    planes.from.resize(stride * height);
    planes.to.resize(to_stride * to_height + 32);
    random.fill(planes.from);
    random.fill(planes.to);
    planes.source = {planes.from.data(), stride, width, height, planes.channels};
    planes.result = {planes.to.data(), to_stride, to_width, to_height, planes.channels};
    return planes;
}

Grid channel(const ConstPlane& plane, uint32_t c) {
    Grid grid{plane.width, plane.height};
    for (uint32_t y = 0; y < plane.height; ++y) {
        for (uint32_t x = 0; x < plane.width; ++x) {
            grid.at(x, y) = plane.row(y)[x * plane.pixel_bytes + c];
        }
    }
    return grid;
}

// The plane as it was, with each pixel as the formula says.
template <class Formula>
std::vector<uint8_t> expected(const Planes& planes, Formula formula) {
    std::vector<uint8_t> bytes = planes.to;
    const Plane& out = planes.result;
    for (uint32_t c = 0; c < planes.channels; ++c) {
        const Grid grid = channel(planes.source, c);
        for (uint32_t y = 0; y < out.height; ++y) {
            for (uint32_t x = 0; x < out.width; ++x) {
                bytes[y * out.stride + x * planes.channels + c] =
                    static_cast<uint8_t>(formula(grid, x, y, out.width, out.height));
            }
        }
    }
    return bytes;
}

TEST(Resize, BilinearFollowsTheFormulaAndTouchesNothingElse) {
    Random random(1);
    for (int i = 0; i < 400; ++i) {
        Planes planes = random_planes(random, i % 3 == 0 ? 12 : 90);
        const std::vector<uint8_t> wanted = expected(planes, bilinear);
        resize(planes.source, planes.result, Interpolation::kBilinear);
        ASSERT_EQ(planes.to, wanted) << planes.source.width << 'x' << planes.source.height << " to "
                                     << planes.result.width << 'x' << planes.result.height << " of " << planes.channels;
    }
}

TEST(Resize, NearestFollowsTheFormula) {
    Random random(2);
    for (int i = 0; i < 300; ++i) {
        Planes planes = random_planes(random, 90);
        const std::vector<uint8_t> wanted = expected(planes, nearest);
        resize(planes.source, planes.result, Interpolation::kNearest);
        ASSERT_EQ(planes.to, wanted);
    }
}

TEST(Resize, HighOrderIsTheAntialiasedCubicWithinOne) {
    Random random(3);
    for (int i = 0; i < 60; ++i) {
        Planes planes = random_planes(random, 24);
        std::vector<uint8_t> wanted =
            expected(planes, [](const Grid& grid, uint32_t x, uint32_t y, uint32_t w, uint32_t h) {
                return grid.width == w && grid.height == h ? grid.at(x, y, true)
                                                           : static_cast<int>(cubic(grid, x, y, w, h) + 0.5);
            });
        resize(planes.source, planes.result, Interpolation::kHighOrder);
        for (size_t k = 0; k < wanted.size(); ++k) {
            ASSERT_LE(std::abs(planes.to[k] - wanted[k]), 1) << k;
        }
    }
}

TEST(Resize, ConstantsStayConstant) {
    for (const auto mode : {Interpolation::kBilinear, Interpolation::kNearest, Interpolation::kHighOrder}) {
        for (const int value : {0, 1, 127, 254, 255}) {
            std::vector<uint8_t> from(60 * 44, static_cast<uint8_t>(value));
            std::vector<uint8_t> to(37 * 91);
            resize({from.data(), 60, 60, 44, 1}, {to.data(), 37, 37, 91, 1}, mode);
            EXPECT_EQ(to, std::vector<uint8_t>(37 * 91, static_cast<uint8_t>(value)));
        }
    }
}

// Wide enough for several threads and all loops: each row depends only on its place.
TEST(Resize, OfALargePlaneFollowsTheFormulaToo) {
    Random random(4);
    std::vector<uint8_t> from(size_t{700} * 500 * 2);
    random.fill(from);
    std::vector<uint8_t> to(size_t{301} * 402 * 2);
    const ConstPlane source{from.data(), 1400, 700, 500, 2};
    resize(source, {to.data(), 602, 301, 402, 2}, Interpolation::kBilinear);
    const Grid grid = channel(source, 1);
    for (uint32_t y = 0; y < 402; ++y) {
        for (uint32_t x = 0; x < 301; ++x) {
            ASSERT_EQ(to[y * 602 + 2 * x + 1], bilinear(grid, x, y, 301, 402));
        }
    }
}

}  // namespace
}  // namespace softacl::media::test
