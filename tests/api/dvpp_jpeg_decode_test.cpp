// SPDX-License-Identifier: Apache-2.0
// JPEG files become pictures (manual 10.7.7). What the pictures look like is tested inside.
#include <algorithm>
#include <cmath>

#include "api/dvpp_still_fixture.h"

namespace softacl::test {
namespace {

using JpegDecoding = Still;

TEST_F(JpegDecoding, TellsWhatAFileIs) {
    const struct {
        int luma_h;
        int luma_v;
        bool gray;
        acldvppJpegFormat format;
    } kKinds[] = {{1, 1, false, ACL_JPEG_CSS_444},
                  {2, 1, false, ACL_JPEG_CSS_422},
                  {2, 2, false, ACL_JPEG_CSS_420},
                  {1, 2, false, ACL_JPEG_CSS_440},
                  {1, 1, true, ACL_JPEG_CSS_GRAY}};
    for (const auto& kind : kKinds) {
        JpegSpec spec = picture(123, 77, kind.luma_h, kind.luma_v);
        spec.gray = kind.gray;
        spec.orientation = 6;
        const File file = make_jpeg(spec);
        for (const uint8_t* data : {file.data(), static_cast<const uint8_t*>(upload(file))}) {
            uint32_t width = 0;
            uint32_t height = 0;
            int32_t components = 0;
            acldvppJpegFormat format = ACL_JPEG_CSS_UNKNOWN;
            EXPECT_OK(acldvppJpegGetImageInfo(data, size_of(file), &width, &height, &components));
            EXPECT_EQ(width, 123U);
            EXPECT_EQ(height, 77U);
            EXPECT_EQ(components, kind.gray ? 1 : 3);
            EXPECT_OK(acldvppJpegGetImageInfoV2(data, size_of(file), &width, &height, &components, &format));
            EXPECT_EQ(width, 123U);
            EXPECT_EQ(height, 77U);
            EXPECT_EQ(components, kind.gray ? 1 : 3);
            EXPECT_EQ(format, kind.format);
        }
    }
}

TEST_F(JpegDecoding, RefusesToTellOfWhatCannotBeDecoded) {
    JpegSpec spec = picture(64, 64);
    spec.kind = Kind::kProgressive;
    const File progressive = make_jpeg(spec);
    const File nothing(64, 0);
    const struct {
        const File& file;
        aclError code;
    } kFiles[] = {{progressive, ACL_ERROR_UNSUPPORTED_JPEG}, {nothing, ACL_ERROR_PARSE_FILE}};
    for (const auto& [file, code] : kFiles) {
        uint32_t width = 1;
        uint32_t height = 1;
        int32_t components = 1;
        acldvppJpegFormat format = ACL_JPEG_CSS_444;
        uint32_t bytes = 1;
        EXPECT_CODE(code, acldvppJpegGetImageInfo(file.data(), size_of(file), &width, &height, &components));
        EXPECT_EQ(width + height, 0U);
        EXPECT_EQ(components, 0);
        EXPECT_CODE(code, acldvppJpegGetImageInfoV2(file.data(), size_of(file), &width, &height, &components, &format));
        EXPECT_EQ(format, ACL_JPEG_CSS_UNKNOWN);
        EXPECT_CODE(code, acldvppJpegPredictDecSize(file.data(), size_of(file), PIXEL_FORMAT_UNKNOWN, &bytes));
        EXPECT_EQ(bytes, 0U);
    }
}

TEST_F(JpegDecoding, RefusesMemoryThatCannotBeRead) {
    uint32_t width = 0;
    uint32_t height = 0;
    int32_t components = 0;
    acldvppJpegFormat format = ACL_JPEG_CSS_444;
    uint32_t bytes = 0;
    const auto* const nowhere = reinterpret_cast<const void*>(uintptr_t{64});
    EXPECT_CODE(ACL_ERROR_RT_PARAM_INVALID, acldvppJpegGetImageInfo(nowhere, 100, &width, &height, &components));
    EXPECT_CODE(ACL_ERROR_RT_PARAM_INVALID,
                acldvppJpegGetImageInfoV2(nowhere, 100, &width, &height, &components, &format));
    EXPECT_CODE(ACL_ERROR_RT_PARAM_INVALID, acldvppJpegPredictDecSize(nowhere, 100, PIXEL_FORMAT_UNKNOWN, &bytes));
    EXPECT_CODE(ACL_ERROR_RT_PARAM_INVALID, acldvppPngGetImageInfo(nowhere, 100, &width, &height, &components));
    EXPECT_CODE(ACL_ERROR_RT_PARAM_INVALID, acldvppPngPredictDecSize(nowhere, 100, PIXEL_FORMAT_UNKNOWN, &bytes));
    uint8_t byte = 0;
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, acldvppJpegGetImageInfo(&byte, 0, &width, &height, &components));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, acldvppJpegGetImageInfoV2(&byte, 0, &width, &height, &components, &format));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, acldvppPngGetImageInfo(&byte, 0, &width, &height, &components));
}

TEST_F(JpegDecoding, PredictsTheSize) {
    const File file = make_jpeg(picture(1920, 1080, 1, 1));
    uint32_t bytes = 0;
    EXPECT_OK(acldvppJpegPredictDecSize(file.data(), size_of(file), PIXEL_FORMAT_YUV_SEMIPLANAR_444, &bytes));
    EXPECT_EQ(bytes, 1920U * 1088 * 3);
    EXPECT_OK(acldvppJpegPredictDecSize(file.data(), size_of(file), PIXEL_FORMAT_YVU_SEMIPLANAR_420, &bytes));
    EXPECT_EQ(bytes, 1920U * 1088 * 3 / 2);
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM,
                acldvppJpegPredictDecSize(file.data(), size_of(file), PIXEL_FORMAT_YUV_SEMIPLANAR_422, &bytes));
    const File tiny = make_jpeg(picture(31, 64));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM,
                acldvppJpegPredictDecSize(tiny.data(), size_of(tiny), PIXEL_FORMAT_UNKNOWN, &bytes));
}

// As programs do: strides of 128 and 16, the predicted size.
TEST_F(JpegDecoding, DecodesIntoTheDescribedMemory) {
    const File file = make_jpeg(picture(300, 200));
    uint32_t bytes = 0;
    ASSERT_OK(acldvppJpegPredictDecSize(file.data(), size_of(file), PIXEL_FORMAT_YUV_SEMIPLANAR_420, &bytes));
    uint8_t* const memory = media_memory(bytes);
    acldvppPicDesc* const desc = describe({PIXEL_FORMAT_YUV_SEMIPLANAR_420, 300, 200, 384, 208, memory, bytes});
    EXPECT_OK(acldvppSetPicDescRetCode(desc, 77));
    EXPECT_OK(decode(file, desc));
    EXPECT_OK(aclrtSynchronizeStream(stream_));
    const Pic pic = told(desc);
    EXPECT_EQ(acldvppGetPicDescRetCode(desc), 0U);
    EXPECT_EQ(pic.width, 300U);
    EXPECT_EQ(pic.height, 200U);
    EXPECT_EQ(pic.width_stride, 384U);
    EXPECT_EQ(pic.height_stride, 208U);
    EXPECT_EQ(pic.size, bytes) << "it stays the program's";
    double most = 0;
    for (uint32_t y = 0; y < 200; ++y) {
        for (uint32_t x = 0; x < 300; ++x) {
            most = std::max(most, std::abs(memory[y * 384 + x] - (40 + 170.0 * x / 300 + 12)));
        }
    }
    EXPECT_LT(most, 32) << "the slope that the file was made of";
    EXPECT_OK(acldvppDestroyPicDesc(desc));
}

TEST_F(JpegDecoding, DescriptionsAndChannelsMayGoWhileItIsQueued) {
    const File file = make_jpeg(picture(64, 64));
    uint8_t* const memory = media_memory(64 * 64 * 3 / 2);
    EXPECT_OK(aclrtMemset(memory, 64 * 64, 0, 64 * 64));
    acldvppPicDesc* const desc = describe({PIXEL_FORMAT_UNKNOWN, 0, 0, 0, 0, memory, 64 * 64 * 3 / 2});
    {
        Gate gate(stream_);
        EXPECT_OK(decode(file, desc));
        EXPECT_OK(acldvppDestroyPicDesc(desc));
        EXPECT_OK(acldvppDestroyChannel(channel_));
        EXPECT_EQ(memory[0], 0);
    }
    EXPECT_OK(aclrtSynchronizeStream(stream_));
    EXPECT_NE(memory[0], 0);
}

// Manual 10.14.21 and 10.14.24.
TEST_F(JpegDecoding, ThePrecisionModeDecidesAboutOddSizes) {
    const File file = make_jpeg(picture(101, 51, 2, 1));
    uint8_t* const memory = media_memory(1 << 16);
    const struct {
        uint32_t mode;
        uint32_t width;
        uint32_t height;
    } kModes[] = {
        {ACL_YUVOUT_ALIGN_DOWN_COMPAT, 100, 50}, {ACL_YUVOUT_ALIGN_DOWN, 100, 51}, {ACL_YUVOUT_ALIGN_UP, 102, 51}};
    for (const auto& [mode, width, height] : kModes) {
        if (mode != ACL_YUVOUT_ALIGN_DOWN_COMPAT) {  // the default
            EXPECT_OK(acldvppSetChannelDescParam(channel_, ACL_DVPP_JPEGD_PRECISION_MODE_ENUM, 4, &mode));
        }
        acldvppPicDesc* const desc = describe({PIXEL_FORMAT_UNKNOWN, 0, 0, 0, 0, memory, 1 << 16});
        EXPECT_OK(decode(file, desc));
        EXPECT_OK(aclrtSynchronizeStream(stream_));
        EXPECT_EQ(told(desc).width, width) << mode;
        EXPECT_EQ(told(desc).height, height) << mode;
        EXPECT_EQ(told(desc).width_stride, 128U);
        EXPECT_EQ(told(desc).height_stride, 64U);
    }
}

TEST_F(JpegDecoding, TurnsPicturesUpright) {
    JpegSpec spec = picture(160, 64);
    spec.orientation = 8;
    uint8_t* const memory = media_memory(1 << 16);
    acldvppPicDesc* const desc = describe({PIXEL_FORMAT_YUV_SEMIPLANAR_420, 160, 64, 256, 64, memory, 1 << 16});
    EXPECT_OK(decode(make_jpeg(spec), desc));
    EXPECT_OK(aclrtSynchronizeStream(stream_));
    const Pic pic = told(desc);
    EXPECT_EQ(pic.width, 64U);
    EXPECT_EQ(pic.height, 160U);
    EXPECT_EQ(pic.width_stride, 64U);
    EXPECT_EQ(pic.height_stride, 160U);
    EXPECT_GT(memory[0], memory[159 * 64]) << "turned left, the bright right is at the top";
}

TEST_F(JpegDecoding, WhatTheFileTellsFailsTheWork) {
    uint8_t* const memory = media_memory(1 << 16);
    JpegSpec progressive = picture(64, 64);
    progressive.kind = Kind::kProgressive;
    File cut = make_jpeg(picture(64, 64));
    cut.resize(300);
    const struct {
        File file;
        acldvppPixelFormat format;
        uint32_t size;
        aclError code;
    } kCases[] = {
        {make_jpeg(progressive), PIXEL_FORMAT_UNKNOWN, 1 << 16, ACL_ERROR_UNSUPPORTED_JPEG},
        {cut, PIXEL_FORMAT_UNKNOWN, 1 << 16, ACL_ERROR_PARSE_FILE},
        {File(500, 1), PIXEL_FORMAT_UNKNOWN, 1 << 16, ACL_ERROR_PARSE_FILE},
        {make_jpeg(picture(64, 64)), PIXEL_FORMAT_YUV_SEMIPLANAR_444, 1 << 16, ACL_ERROR_INVALID_PARAM},
        {make_jpeg(picture(64, 64)), PIXEL_FORMAT_UNKNOWN, 6143, ACL_ERROR_INVALID_PARAM},
        {make_jpeg(picture(16, 64)), PIXEL_FORMAT_UNKNOWN, 1 << 16, ACL_ERROR_INVALID_PARAM},
    };
    for (const auto& each : kCases) {
        acldvppPicDesc* const bad = describe({each.format, 0, 0, 0, 0, memory, each.size});
        EXPECT_OK(decode(each.file, bad));
        EXPECT_EQ(aclrtSynchronizeStream(stream_), each.code);
        EXPECT_EQ(acldvppGetPicDescRetCode(bad), static_cast<uint32_t>(each.code));
        recent_message();
        // The channel goes on.
        acldvppPicDesc* const good = describe({PIXEL_FORMAT_UNKNOWN, 0, 0, 0, 0, memory, 1 << 16});
        EXPECT_OK(decode(make_jpeg(picture(64, 64)), good));
        EXPECT_OK(aclrtSynchronizeStream(stream_));
        EXPECT_EQ(acldvppGetPicDescRetCode(good), 0U);
    }
}

TEST_F(JpegDecoding, WorkThatIsSkippedIsNotWell) {
    EXPECT_OK(aclrtSetStreamFailureMode(stream_, ACL_STOP_ON_FAILURE));
    uint8_t* const memory = media_memory(1 << 16);
    acldvppPicDesc* const desc = describe({PIXEL_FORMAT_UNKNOWN, 0, 0, 0, 0, memory, 1 << 16});
    const File file = make_jpeg(picture(64, 64));
    uint8_t* const data = upload(file);
    {
        Gate gate(stream_);
        queue_failure(stream_);
        EXPECT_OK(acldvppJpegDecodeAsync(channel_, data, size_of(file), desc, stream_));
    }
    EXPECT_NE(aclrtSynchronizeStream(stream_), ACL_SUCCESS);
    EXPECT_NE(acldvppGetPicDescRetCode(desc), 0U);
}

// Manual 10.7.7.1, table 10-10: before anything is queued.
TEST_F(JpegDecoding, ArgumentsAreChecked) {
    const File file = make_jpeg(picture(64, 64));
    uint8_t* const data = upload(file);
    uint8_t* const memory = media_memory(1 << 16);
    const Pic good{PIXEL_FORMAT_UNKNOWN, 0, 0, 0, 0, memory, 1 << 16};
    const auto attempt = [&](const Pic& pic) {
        return acldvppJpegDecodeAsync(channel_, data, size_of(file), describe(pic), stream_);
    };
    for (const auto format : {PIXEL_FORMAT_YUYV_PACKED_422, PIXEL_FORMAT_RGB_888, PIXEL_FORMAT_RGBA_8888}) {
        Pic pic = good;
        pic.format = format;
        EXPECT_CODE(ACL_ERROR_INVALID_PARAM, attempt(pic));
    }
    Pic pic = good;
    pic.width_stride = 96;
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, attempt(pic));
    pic = good;
    pic.height_stride = 24;
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, attempt(pic));
    pic = good;
    pic.data = nullptr;
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, attempt(pic));
    pic = good;
    pic.size = 2047;
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, attempt(pic));
    pic = good;
    pic.size = 1 << 30;
    EXPECT_CODE(ACL_ERROR_RT_PARAM_INVALID, attempt(pic));
    std::vector<uint8_t> host(1 << 16);
    pic = good;
    pic.data = host.data();
    EXPECT_CODE(ACL_ERROR_RT_PARAM_INVALID, attempt(pic));
    acldvppPicDesc* const desc = describe(good);
    EXPECT_CODE(ACL_ERROR_RT_PARAM_INVALID,
                acldvppJpegDecodeAsync(channel_, file.data(), size_of(file), desc, stream_));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, acldvppJpegDecodeAsync(channel_, data, 0, desc, stream_));
    EXPECT_OK(aclrtSynchronizeStream(stream_)) << "nothing was queued";
}

}  // namespace
}  // namespace softacl::test
