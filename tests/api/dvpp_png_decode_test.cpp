// SPDX-License-Identifier: Apache-2.0
// PNG files become pictures (manual 10.7.11).
#include "api/dvpp_still_fixture.h"

namespace softacl::test {
namespace {

using PngDecoding = Still;

TEST_F(PngDecoding, TellsWhatAFileIs) {
    const struct {
        uint32_t format;
        int32_t components;
    } kKinds[] = {{PNG_FORMAT_GRAY, 1}, {PNG_FORMAT_GA, 2}, {PNG_FORMAT_RGB, 3}, {PNG_FORMAT_RGBA, 4}};
    for (const auto& kind : kKinds) {
        const File file = make_png(150, 40, kind.format);
        uint32_t width = 0;
        uint32_t height = 0;
        int32_t components = 0;
        EXPECT_OK(acldvppPngGetImageInfo(file.data(), size_of(file), &width, &height, &components));
        EXPECT_EQ(width, 150U);
        EXPECT_EQ(height, 40U);
        EXPECT_EQ(components, kind.components);
        uint32_t bytes = 0;
        EXPECT_OK(acldvppPngPredictDecSize(file.data(), size_of(file), PIXEL_FORMAT_RGB_888, &bytes));
        EXPECT_EQ(bytes, 256U * 3 * 48);
        EXPECT_OK(acldvppPngPredictDecSize(file.data(), size_of(file), PIXEL_FORMAT_RGBA_8888, &bytes));
        EXPECT_EQ(bytes, 256U * 4 * 48);
        EXPECT_OK(acldvppPngPredictDecSize(file.data(), size_of(file), PIXEL_FORMAT_UNKNOWN, &bytes));
        EXPECT_EQ(bytes, 256U * 4 * 48);
        EXPECT_CODE(ACL_ERROR_INVALID_PARAM,
                    acldvppPngPredictDecSize(file.data(), size_of(file), PIXEL_FORMAT_BGR_888, &bytes));
    }
    uint32_t width = 1;
    uint32_t height = 1;
    int32_t components = 1;
    uint32_t bytes = 1;
    const File nothing(64, 0);
    EXPECT_CODE(ACL_ERROR_PARSE_FILE, acldvppPngGetImageInfo(nothing.data(), 64, &width, &height, &components));
    EXPECT_EQ(width + height, 0U);
    EXPECT_CODE(ACL_ERROR_PARSE_FILE, acldvppPngPredictDecSize(nothing.data(), 64, PIXEL_FORMAT_UNKNOWN, &bytes));
    const File tiny = make_png(31, 40, PNG_FORMAT_RGB);
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM,
                acldvppPngPredictDecSize(tiny.data(), size_of(tiny), PIXEL_FORMAT_UNKNOWN, &bytes));
}

TEST_F(PngDecoding, DecodesIntoTheDescribedMemory) {
    for (const uint32_t alpha : {0U, 1U}) {
        const uint32_t channels = 3 + alpha;
        const File file = make_png(150, 40, alpha ? PNG_FORMAT_RGBA : PNG_FORMAT_RGB);
        uint8_t* const memory = media_memory(1 << 18);
        acldvppPicDesc* const desc = describe({PIXEL_FORMAT_UNKNOWN, 0, 0, 0, 0, memory, 1 << 18});
        EXPECT_OK(acldvppPngDecodeAsync(channel_, upload(file), size_of(file), desc, stream_));
        EXPECT_OK(aclrtSynchronizeStream(stream_));
        EXPECT_EQ(acldvppGetPicDescRetCode(desc), 0U);
        EXPECT_EQ(told(desc).width, 150U);
        EXPECT_EQ(told(desc).height, 40U);
        EXPECT_EQ(told(desc).width_stride, 256 * channels);
        EXPECT_EQ(told(desc).height_stride, 48U);
        for (size_t y = 0; y < 40; ++y) {
            for (size_t i = 0; i < 150 * channels; ++i) {
                ASSERT_EQ(memory[y * 256 * channels + i], static_cast<uint8_t>((y * 150 * channels + i) * 7));
            }
        }
    }
}

TEST_F(PngDecoding, WhatTheFileTellsFailsTheWork) {
    uint8_t* const memory = media_memory(1 << 16);
    File flipped = make_png(40, 40, PNG_FORMAT_RGB);
    flipped[flipped.size() / 2] ^= 1;
    const struct {
        File file;
        acldvppPixelFormat format;
        uint32_t size;
        aclError code;
    } kCases[] = {
        {flipped, PIXEL_FORMAT_RGB_888, 1 << 16, ACL_ERROR_PARSE_FILE},
        {make_jpeg(picture(64, 64)), PIXEL_FORMAT_RGB_888, 1 << 16, ACL_ERROR_PARSE_FILE},
        {make_png(40, 40, PNG_FORMAT_RGB), PIXEL_FORMAT_RGBA_8888, 1 << 16, ACL_ERROR_INVALID_PARAM},
        {make_png(40, 40, PNG_FORMAT_RGB), PIXEL_FORMAT_RGB_888, 18431, ACL_ERROR_INVALID_PARAM},
        {make_png(40, 20, PNG_FORMAT_RGB), PIXEL_FORMAT_RGB_888, 1 << 16, ACL_ERROR_INVALID_PARAM},
    };
    for (const auto& each : kCases) {
        acldvppPicDesc* const desc = describe({each.format, 0, 0, 0, 0, memory, each.size});
        EXPECT_OK(acldvppPngDecodeAsync(channel_, upload(each.file), size_of(each.file), desc, stream_));
        EXPECT_EQ(aclrtSynchronizeStream(stream_), each.code);
        EXPECT_EQ(acldvppGetPicDescRetCode(desc), static_cast<uint32_t>(each.code));
        recent_message();
    }
}

TEST_F(PngDecoding, ArgumentsAreChecked) {
    const File file = make_png(40, 40, PNG_FORMAT_RGB);
    uint8_t* const data = upload(file);
    uint8_t* const memory = media_memory(1 << 16);
    const Pic good{PIXEL_FORMAT_RGB_888, 0, 0, 0, 0, memory, 1 << 16};
    const auto expect = [&](aclError code, auto change) {
        Pic pic = good;
        change(pic);
        EXPECT_CODE(code, acldvppPngDecodeAsync(channel_, data, size_of(file), describe(pic), stream_));
    };
    expect(ACL_ERROR_INVALID_PARAM, [](Pic& p) { p.format = PIXEL_FORMAT_YUV_SEMIPLANAR_420; });
    expect(ACL_ERROR_INVALID_PARAM, [](Pic& p) { p.data = nullptr; });
    expect(ACL_ERROR_INVALID_PARAM, [](Pic& p) { p.size = 128 * 3 * 32 - 1; });
    expect(ACL_ERROR_RT_PARAM_INVALID, [](Pic& p) { p.size = 1 << 30; });
    expect(ACL_ERROR_RT_PARAM_INVALID, [&](Pic& p) { p.data = &p; });
    EXPECT_CODE(ACL_ERROR_RT_PARAM_INVALID,
                acldvppPngDecodeAsync(channel_, file.data(), size_of(file), describe(good), stream_));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, acldvppPngDecodeAsync(channel_, data, 0, describe(good), stream_));
    EXPECT_OK(aclrtSynchronizeStream(stream_)) << "nothing was queued";
}

}  // namespace
}  // namespace softacl::test
