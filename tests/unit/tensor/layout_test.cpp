// SPDX-License-Identifier: Apache-2.0
#include "tensor/layout.h"

#include <gtest/gtest.h>

#include <random>

namespace softacl {
namespace {

Shape laid_out(const Shape& shape, aclFormat from, aclFormat to) {
    auto result = shape_in_format(shape, from, to);
    EXPECT_TRUE(result.ok()) << result.status().message();
    return result.ok() ? *result : Shape{-99};
}

bool refused(const Shape& shape, aclFormat from, aclFormat to) {
    const auto result = shape_in_format(shape, from, to);
    return !result.ok() && result.status().code() == ACL_ERROR_INVALID_PARAM && !result.status().message().empty();
}

TEST(Layout, OfWellKnownTensors) {
    const Shape picture = {2, 3, 224, 225};
    EXPECT_EQ(laid_out(picture, ACL_FORMAT_NCHW, ACL_FORMAT_NHWC), (Shape{2, 224, 225, 3}));
    EXPECT_EQ(laid_out(picture, ACL_FORMAT_NCHW, ACL_FORMAT_HWCN), (Shape{224, 225, 3, 2}));
    EXPECT_EQ(laid_out(picture, ACL_FORMAT_NCHW, ACL_FORMAT_ND), picture);
    EXPECT_EQ(laid_out(picture, ACL_FORMAT_NCHW, ACL_FORMAT_NC1HWC0), (Shape{2, 1, 224, 225, 16}));
    EXPECT_EQ(laid_out(picture, ACL_FORMAT_NCHW, ACL_FORMAT_NC1HWC0_C04), (Shape{2, 1, 224, 225, 4}));
    EXPECT_EQ(laid_out({64, 100, 7, 7}, ACL_FORMAT_NCHW, ACL_FORMAT_FRACTAL_Z), (Shape{7 * 7 * 7, 4, 16, 16}));
    EXPECT_EQ(laid_out({7, 7, 100, 65}, ACL_FORMAT_HWCN, ACL_FORMAT_FRACTAL_Z), (Shape{7 * 7 * 7, 5, 16, 16}));
    EXPECT_EQ(laid_out({1, 8, 17, 5, 6}, ACL_FORMAT_NDHWC, ACL_FORMAT_NDC1HWC0), (Shape{1, 8, 1, 17, 5, 16}));
    EXPECT_EQ(laid_out({8, 17, 3, 5, 6}, ACL_FORMAT_NCDHW, ACL_FRACTAL_Z_3D), (Shape{3 * 2 * 5 * 6, 1, 16, 16}));
    EXPECT_EQ(laid_out({12, 512, 65}, ACL_FORMAT_ND, ACL_FORMAT_FRACTAL_NZ), (Shape{12, 5, 32, 16, 16}));
    EXPECT_EQ(laid_out({12, 5, 32, 16, 16}, ACL_FORMAT_FRACTAL_NZ, ACL_FORMAT_ND), (Shape{12, 512, 80}));
    EXPECT_EQ(laid_out({2, 3, 4, 5, 16}, ACL_FORMAT_NC1HWC0, ACL_FORMAT_NHWC), (Shape{2, 4, 5, 48}));
    EXPECT_EQ(laid_out({0, 3}, ACL_FORMAT_ND, ACL_FORMAT_FRACTAL_NZ), (Shape{1, 0, 16, 16}));
}

TEST(Layout, KeepsWhatIsNotKnown) {
    EXPECT_EQ(laid_out({-1, 3, -1, 8}, ACL_FORMAT_NCHW, ACL_FORMAT_NC1HWC0), (Shape{-1, 1, -1, 8, 16}));
    EXPECT_EQ(laid_out({16, -1, 2, 8}, ACL_FORMAT_NCHW, ACL_FORMAT_NC1HWC0), (Shape{16, -1, 2, 8, 16}));
    EXPECT_EQ(laid_out({16, -1, 2, 8}, ACL_FORMAT_NCHW, ACL_FORMAT_FRACTAL_Z), (Shape{-1, 1, 16, 16}));
    EXPECT_EQ(laid_out({-1, 40}, ACL_FORMAT_ND, ACL_FORMAT_FRACTAL_NZ), (Shape{3, -1, 16, 16}));
}

// Back and forth over every pair of formats that keep the axes apart, where the channels fill their blocks.
TEST(Layout, ComesBack) {
    std::mt19937 random(1);
    constexpr aclFormat kFlat[] = {ACL_FORMAT_NCHW, ACL_FORMAT_NHWC, ACL_FORMAT_HWCN, ACL_FORMAT_NC1HWC0,
                                   ACL_FORMAT_NC1HWC0_C04};
    constexpr aclFormat kDeep[] = {ACL_FORMAT_NDHWC, ACL_FORMAT_NCDHW, ACL_FORMAT_NDC1HWC0};
    const auto size = [&] { return static_cast<int64_t>(1 + random() % 9); };
    for (int round = 0; round < 50; ++round) {
        const Shape flat = {size(), 16 * size(), size(), size()};
        for (const aclFormat a : kFlat) {
            for (const aclFormat b : kFlat) {
                const Shape there = laid_out(laid_out(flat, ACL_FORMAT_NCHW, a), a, b);
                EXPECT_EQ(there.elements(), flat.elements());
                EXPECT_EQ(laid_out(there, b, ACL_FORMAT_NCHW), flat);
            }
        }
        const Shape deep = {size(), 16 * size(), size(), size(), size()};
        for (const aclFormat a : kDeep) {
            for (const aclFormat b : kDeep) {
                const Shape there = laid_out(laid_out(deep, ACL_FORMAT_NCDHW, a), a, b);
                EXPECT_EQ(there.elements(), deep.elements());
                EXPECT_EQ(laid_out(there, b, ACL_FORMAT_NCDHW), deep);
            }
        }
        const Shape matrices = {size(), size(), 16 * size(), 16 * size()};
        const Shape blocks = laid_out(matrices, ACL_FORMAT_ND, ACL_FORMAT_FRACTAL_NZ);
        EXPECT_EQ(blocks.elements(), matrices.elements());
        EXPECT_EQ(laid_out(blocks, ACL_FORMAT_FRACTAL_NZ, ACL_FORMAT_ND), matrices);
    }
}

TEST(Layout, RefusesWhatHasNone) {
    EXPECT_TRUE(refused({1, 2, 3}, ACL_FORMAT_NCHW, ACL_FORMAT_NHWC)) << "too few dimensions";
    EXPECT_TRUE(refused({1, 2, 3}, ACL_FORMAT_ND, ACL_FORMAT_NHWC));
    EXPECT_TRUE(refused({1, 2, 3, 4}, ACL_FORMAT_NCHW, ACL_FORMAT_NDHWC)) << "other axes";
    EXPECT_TRUE(refused({1, 2, 3, 4, 5}, ACL_FORMAT_NCDHW, ACL_FORMAT_NC1HWC0));
    EXPECT_TRUE(refused({1, 2, 3, 4}, ACL_FORMAT_NC1HWC0, ACL_FORMAT_NCHW));
    EXPECT_TRUE(refused({1, 2, 3, 4}, ACL_FORMAT_ND, ACL_FORMAT_NC1HWC0)) << "nobody says which are channels";
    EXPECT_TRUE(refused({7}, ACL_FORMAT_ND, ACL_FORMAT_FRACTAL_NZ)) << "no matrix";
    EXPECT_TRUE(refused({1, 16, 16}, ACL_FORMAT_FRACTAL_NZ, ACL_FORMAT_ND));
    EXPECT_TRUE(refused({9, 1, 16, 16}, ACL_FORMAT_FRACTAL_Z, ACL_FORMAT_NCHW)) << "axes were multiplied";
    EXPECT_TRUE(refused({1, 2, 3, 4}, ACL_FORMAT_NCHW, ACL_FORMAT_UNDEFINED));
}

}  // namespace
}  // namespace softacl
