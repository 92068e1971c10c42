// SPDX-License-Identifier: Apache-2.0
// JPEG and PNG for programs (manual 10.7.7, 10.7.8, 10.7.11). What the pictures look like is tested inside.
#include <png.h>

#include <algorithm>
#include <cmath>
#include <fstream>

#include "acl/ops/acl_dvpp.h"
#include "api/fixture.h"
#include "pictures/make_jpeg.h"

namespace softacl::test {
namespace {

using pictures::File;
using pictures::JpegSpec;
using pictures::Kind;
using pictures::make_jpeg;

JpegSpec picture(uint32_t width, uint32_t height, int luma_h = 2, int luma_v = 2) {
    JpegSpec spec;
    spec.width = width;
    spec.height = height;
    spec.luma_h = luma_h;
    spec.luma_v = luma_v;
    return spec;
}

uint32_t size_of(const File& file) { return static_cast<uint32_t>(file.size()); }

uint8_t* media_memory(size_t size) {
    void* memory = nullptr;
    EXPECT_OK(acldvppMalloc(&memory, size));
    return static_cast<uint8_t*>(memory);
}

uint8_t* upload(const File& file) {
    uint8_t* const memory = media_memory(file.size());
    EXPECT_OK(aclrtMemcpy(memory, file.size(), file.data(), file.size(), ACL_MEMCPY_HOST_TO_DEVICE));
    return memory;
}

struct Pic {
    acldvppPixelFormat format = PIXEL_FORMAT_YUV_SEMIPLANAR_420;
    uint32_t width = 0;
    uint32_t height = 0;
    uint32_t width_stride = 0;
    uint32_t height_stride = 0;
    void* data = nullptr;
    uint32_t size = 0;
};

acldvppPicDesc* describe(const Pic& pic) {
    acldvppPicDesc* const desc = acldvppCreatePicDesc();
    EXPECT_OK(acldvppSetPicDescData(desc, pic.data));
    EXPECT_OK(acldvppSetPicDescSize(desc, pic.size));
    EXPECT_OK(acldvppSetPicDescFormat(desc, pic.format));
    EXPECT_OK(acldvppSetPicDescWidth(desc, pic.width));
    EXPECT_OK(acldvppSetPicDescHeight(desc, pic.height));
    EXPECT_OK(acldvppSetPicDescWidthStride(desc, pic.width_stride));
    EXPECT_OK(acldvppSetPicDescHeightStride(desc, pic.height_stride));
    return desc;
}

Pic told(acldvppPicDesc* desc) {
    return {acldvppGetPicDescFormat(desc),      acldvppGetPicDescWidth(desc),        acldvppGetPicDescHeight(desc),
            acldvppGetPicDescWidthStride(desc), acldvppGetPicDescHeightStride(desc), acldvppGetPicDescData(desc),
            acldvppGetPicDescSize(desc)};
}

class Still : public Runtime {
   protected:
    Still() { EXPECT_OK(acldvppCreateChannel(channel_)); }

    aclError decode(const File& file, acldvppPicDesc* output) {
        return acldvppJpegDecodeAsync(channel_, upload(file), size_of(file), output, stream_);
    }

    acldvppChannelDesc* channel_ = acldvppCreateChannelDesc();
    aclrtStream stream_ = new_stream();
};
using JpegDecoding = Still;
using JpegEncoding = Still;
using PngDecoding = Still;

// --- decoding JPEG

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
        EXPECT_EQ(told(desc).height_stride, height == 50 ? 64U : 64U);
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

// --- what all three have in common

class StillWork : public Still, public testing::WithParamInterface<uint32_t> {
   protected:
    StillWork() {
        File png(1 << 14);
        png_image image{};
        image.version = PNG_IMAGE_VERSION;
        image.width = image.height = 32;
        image.format = PNG_FORMAT_RGB;
        const std::vector<uint8_t> pixels(32 * 32 * 3, 9);
        png_alloc_size_t size = png.size();
        EXPECT_NE(png_image_write_to_memory(&image, png.data(), &size, 0, pixels.data(), 0, nullptr), 0);
        png.resize(size);
        png_ = png;
    }

    aclError launch(acldvppChannelDesc* channel, acldvppPicDesc* desc, aclrtStream stream) {
        switch (GetParam()) {
            case DVPP_CHNMODE_JPEGD:
                return acldvppJpegDecodeAsync(channel, upload(jpeg_), size_of(jpeg_), desc, stream);
            case DVPP_CHNMODE_PNGD: return acldvppPngDecodeAsync(channel, upload(png_), size_of(png_), desc, stream);
            default: return acldvppJpegEncodeAsync(channel, desc, memory_ + 32768, &size_, quality_, stream);
        }
    }
    acldvppPicDesc* good_desc() {
        const auto format = GetParam() == DVPP_CHNMODE_PNGD ? PIXEL_FORMAT_RGB_888 : PIXEL_FORMAT_YUV_SEMIPLANAR_420;
        return describe({format, 32, 32, 64, 32, memory_, 32768});
    }

    const File jpeg_ = make_jpeg(picture(32, 32));
    File png_;
    uint8_t* const memory_ = media_memory(65536);
    uint32_t size_ = 32768;
    acldvppJpegeConfig* quality_ = acldvppCreateJpegeConfig();
};

TEST_P(StillWork, NeedsAChannelOfItsUnit) {
    for (const uint32_t mode : {1U, 2U, 4U, 8U, 15U}) {
        acldvppChannelDesc* const channel = acldvppCreateChannelDesc();
        EXPECT_OK(acldvppSetChannelDescMode(channel, mode));
        EXPECT_CODE(ACL_ERROR_INVALID_PARAM, launch(channel, good_desc(), stream_)) << "it does not exist yet";
        EXPECT_OK(acldvppCreateChannel(channel));
        if ((mode & GetParam()) != 0) {
            EXPECT_OK(launch(channel, good_desc(), stream_));
        } else {
            EXPECT_CODE(ACL_ERROR_INVALID_PARAM, launch(channel, good_desc(), stream_));
        }
        EXPECT_OK(aclrtSynchronizeStream(stream_));
        EXPECT_OK(acldvppDestroyChannelDesc(channel));
    }
}

TEST_P(StillWork, HandlesAreChecked) {
    acldvppPicDesc* const gone = good_desc();
    EXPECT_OK(acldvppDestroyPicDesc(gone));
    EXPECT_CODE(ACL_ERROR_INVALID_RESOURCE_HANDLE, launch(channel_, gone, stream_));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, launch(channel_, nullptr, stream_));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, launch(nullptr, good_desc(), stream_));
    acldvppChannelDesc* const other = acldvppCreateChannelDesc();
    EXPECT_OK(acldvppDestroyChannelDesc(other));
    EXPECT_CODE(ACL_ERROR_INVALID_RESOURCE_HANDLE, launch(other, good_desc(), stream_));
    const aclrtStream closed = new_stream();
    EXPECT_OK(aclrtDestroyStream(closed));
    EXPECT_CODE(ACL_ERROR_RT_INVALID_HANDLE, launch(channel_, good_desc(), closed));
    EXPECT_OK(launch(channel_, good_desc(), nullptr)) << "the default stream";
    EXPECT_OK(aclrtSynchronizeStream(nullptr));
}

TEST_P(StillWork, NeedsTheContextOfTheStream) {
    acldvppPicDesc* const desc = good_desc();
    uint8_t* const memory = upload(jpeg_);
    new_context();
    EXPECT_CODE(ACL_ERROR_RT_STREAM_CONTEXT, launch(channel_, desc, stream_));
    in_new_thread([&] {
        switch (GetParam()) {
            case DVPP_CHNMODE_JPEGD:
                EXPECT_CODE(ACL_ERROR_RT_CONTEXT_NULL,
                            acldvppJpegDecodeAsync(channel_, memory, size_of(jpeg_), desc, nullptr));
                break;
            case DVPP_CHNMODE_PNGD:
                EXPECT_CODE(ACL_ERROR_RT_CONTEXT_NULL,
                            acldvppPngDecodeAsync(channel_, memory, size_of(jpeg_), desc, nullptr));
                break;
            default: EXPECT_CODE(ACL_ERROR_RT_CONTEXT_NULL, launch(channel_, desc, nullptr));
        }
    });
}

INSTANTIATE_TEST_SUITE_P(Units, StillWork, testing::Values(DVPP_CHNMODE_JPEGD, DVPP_CHNMODE_JPEGE, DVPP_CHNMODE_PNGD));

// --- encoding JPEG

TEST_F(JpegEncoding, TheQualityIsSet) {
    acldvppJpegeConfig* const config = acldvppCreateJpegeConfig();
    ASSERT_NE(config, nullptr);
    EXPECT_EQ(acldvppGetJpegeConfigLevel(config), 100U);
    for (const uint32_t level : {1U, 50U, 100U}) {
        EXPECT_OK(acldvppSetJpegeConfigLevel(config, level));
        EXPECT_EQ(acldvppGetJpegeConfigLevel(config), level);
    }
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, acldvppSetJpegeConfigLevel(config, 0));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, acldvppSetJpegeConfigLevel(config, 101));
    EXPECT_EQ(acldvppGetJpegeConfigLevel(config), 100U);
    EXPECT_OK(acldvppDestroyJpegeConfig(config));
    EXPECT_CODE(ACL_ERROR_INVALID_RESOURCE_HANDLE, acldvppDestroyJpegeConfig(config));
    EXPECT_CODE(ACL_ERROR_INVALID_RESOURCE_HANDLE, acldvppSetJpegeConfigLevel(config, 1));
    EXPECT_EQ(acldvppGetJpegeConfigLevel(config), 0U);
    uint32_t bytes = 0;
    EXPECT_CODE(ACL_ERROR_INVALID_RESOURCE_HANDLE, acldvppJpegPredictEncSize(describe({}), config, &bytes));
}

// Decoded again, it is what it was; only 4 bytes tell the length; what is behind the file is 0.
TEST_F(JpegEncoding, WritesAFileAndItsLength) {
    constexpr uint32_t kWidth = 98;
    constexpr uint32_t kHeight = 50;
    constexpr uint32_t kStride = 112;
    constexpr uint32_t kBytes = kStride * kHeight * 3 / 2;
    uint8_t* const memory = media_memory(kBytes);
    for (uint32_t i = 0; i < kBytes; ++i) {
        memory[i] = static_cast<uint8_t>(i < kStride * kHeight ? 50 + i % kStride : 100 + i % 2 * 40);
    }
    acldvppPicDesc* const input =
        describe({PIXEL_FORMAT_YUV_SEMIPLANAR_420, kWidth, kHeight, kStride, kHeight, memory, kBytes});
    acldvppJpegeConfig* const config = acldvppCreateJpegeConfig();
    EXPECT_OK(acldvppSetJpegeConfigLevel(config, 95));
    uint32_t predicted = 0;
    ASSERT_OK(acldvppJpegPredictEncSize(input, config, &predicted));
    uint8_t* const file = media_memory(predicted);
    std::fill_n(file, predicted, uint8_t{0xA7});
    uint32_t size[3] = {0xA7A7A7A7, predicted, 0xA7A7A7A7};
    {
        Gate gate(stream_);
        EXPECT_OK(acldvppJpegEncodeAsync(channel_, input, file, size + 1, config, stream_));
        EXPECT_OK(acldvppDestroyJpegeConfig(config));
        EXPECT_OK(acldvppSetPicDescWidth(input, 5));
        EXPECT_EQ(size[1], predicted);
    }
    EXPECT_OK(aclrtSynchronizeStream(stream_));
    EXPECT_EQ(size[0], 0xA7A7A7A7);
    EXPECT_EQ(size[2], 0xA7A7A7A7);
    ASSERT_LT(size[1], predicted);
    EXPECT_EQ(file[size[1] - 2], 0xFF);
    EXPECT_EQ(file[size[1] - 1], 0xD9);
    EXPECT_TRUE(std::all_of(file + size[1], file + predicted, [](uint8_t byte) { return byte == 0; }));
    EXPECT_EQ(acldvppGetPicDescRetCode(input), 0U);

    uint8_t* const again = media_memory(128 * 64 * 3 / 2);
    acldvppPicDesc* const output = describe({PIXEL_FORMAT_YUV_SEMIPLANAR_420, 0, 0, 128, 64, again, 128 * 64 * 3 / 2});
    EXPECT_OK(acldvppJpegDecodeAsync(channel_, file, size[1], output, stream_));
    EXPECT_OK(aclrtSynchronizeStream(stream_));
    EXPECT_EQ(told(output).width, kWidth);
    EXPECT_EQ(told(output).height, kHeight);
    for (uint32_t y = 0; y < kHeight; ++y) {
        for (uint32_t x = 0; x < kWidth; ++x) {
            ASSERT_NEAR(again[y * 128 + x], memory[y * kStride + x], 4);
        }
    }
    for (uint32_t x = 0; x < kWidth; ++x) {
        ASSERT_NEAR(again[64 * 128 + x], 100 + x % 2 * 40, 4);
    }
}

TEST_F(JpegEncoding, AFileThatDoesNotFitFailsTheWork) {
    uint8_t* const memory = media_memory(8192);
    acldvppPicDesc* const input = describe({PIXEL_FORMAT_YUYV_PACKED_422, 32, 32, 64, 32, memory, 2048});
    acldvppJpegeConfig* const config = acldvppCreateJpegeConfig();
    uint32_t size = 300;
    EXPECT_OK(acldvppJpegEncodeAsync(channel_, input, memory + 4096, &size, config, stream_));
    EXPECT_EQ(aclrtSynchronizeStream(stream_), ACL_ERROR_INVALID_PARAM);
    EXPECT_EQ(size, 300U);
    EXPECT_EQ(acldvppGetPicDescRetCode(input), static_cast<uint32_t>(ACL_ERROR_INVALID_PARAM));
}

// Manual 10.7.8.1, table 10-11, and 10.14.24: before anything is queued.
TEST_F(JpegEncoding, ArgumentsAreChecked) {
    uint8_t* const memory = media_memory(1 << 20);
    const Pic good{PIXEL_FORMAT_YUV_SEMIPLANAR_420, 64, 48, 64, 48, memory, 64 * 48 * 3 / 2};
    acldvppJpegeConfig* const config = acldvppCreateJpegeConfig();
    uint32_t size = 1 << 16;
    const auto attempt = [&](const Pic& pic) {
        return acldvppJpegEncodeAsync(channel_, describe(pic), memory + (1 << 19), &size, config, stream_);
    };
    const auto expect = [&](aclError code, auto change) {
        Pic pic = good;
        change(pic);
        EXPECT_CODE(code, attempt(pic));
    };
    expect(ACL_SUCCESS, [](Pic&) {});
    expect(ACL_ERROR_INVALID_PARAM, [](Pic& p) { p.format = PIXEL_FORMAT_RGB_888; });
    expect(ACL_ERROR_INVALID_PARAM, [](Pic& p) { p.width = 63; });
    expect(ACL_ERROR_INVALID_PARAM, [](Pic& p) { p.height = 47; });
    expect(ACL_ERROR_INVALID_PARAM, [](Pic& p) { p.width = 30; });
    expect(ACL_ERROR_INVALID_PARAM, [](Pic& p) { p.width_stride = 72; });
    expect(ACL_ERROR_INVALID_PARAM, [](Pic& p) { p.height_stride = 50; });
    expect(ACL_ERROR_INVALID_PARAM, [](Pic& p) { p.size -= 1; });
    expect(ACL_ERROR_INVALID_PARAM, [](Pic& p) { p.data = nullptr; });
    expect(ACL_ERROR_RT_PARAM_INVALID, [&](Pic& p) { p.data = &size; });
    const uint32_t most = 62;
    EXPECT_OK(acldvppSetChannelDescParam(channel_, ACL_DVPP_CHANNEL_WIDTH_UINT32, 4, &most));
    expect(ACL_ERROR_INVALID_PARAM, [](Pic&) {});
    const uint32_t more = 16384;
    EXPECT_OK(acldvppSetChannelDescParam(channel_, ACL_DVPP_CHANNEL_WIDTH_UINT32, 4, &more));
    expect(ACL_SUCCESS, [](Pic&) {});
    EXPECT_OK(aclrtSynchronizeStream(stream_));

    acldvppPicDesc* const input = describe(good);
    const auto with = [&](const void* data, uint32_t* length) {
        return acldvppJpegEncodeAsync(channel_, input, data, length, config, stream_);
    };
    uint32_t none = 0;
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, with(memory, &none));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, with(nullptr, &size));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, with(memory, nullptr));
    EXPECT_CODE(ACL_ERROR_RT_PARAM_INVALID, with(memory, reinterpret_cast<uint32_t*>(uintptr_t{64})));
    EXPECT_CODE(ACL_ERROR_RT_PARAM_INVALID, with(&none, &size));
    uint32_t large = 1 << 30;
    EXPECT_CODE(ACL_ERROR_RT_PARAM_INVALID, with(memory, &large));
    uint32_t bytes = 1;
    Pic odd = good;
    odd.width = 63;
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, acldvppJpegPredictEncSize(describe(odd), config, &bytes));
    EXPECT_EQ(bytes, 0U);
}

// Pictures above 8192 need the channel to be made for them.
TEST_F(JpegEncoding, TheLargestSizeIs8192IfItIsNotSet) {
    constexpr uint32_t kBytes = 8224 * 32 * 3 / 2;
    uint8_t* const memory = media_memory(kBytes + (4 << 20));
    acldvppPicDesc* const wide =
        describe({PIXEL_FORMAT_YUV_SEMIPLANAR_420, 8194, 32, 8208, 32, memory, 8208 * 32 * 3 / 2});
    acldvppJpegeConfig* const config = acldvppCreateJpegeConfig();
    uint32_t size = 4 << 20;
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM,
                acldvppJpegEncodeAsync(channel_, wide, memory + kBytes, &size, config, stream_));
    const uint32_t more = 16384;
    EXPECT_OK(acldvppSetChannelDescParam(channel_, ACL_DVPP_CHANNEL_WIDTH_UINT32, 4, &more));
    EXPECT_OK(acldvppJpegEncodeAsync(channel_, wide, memory + kBytes, &size, config, stream_));
    EXPECT_OK(aclrtSynchronizeStream(stream_));
}

// --- decoding PNG

File make_png(uint32_t width, uint32_t height, uint32_t format) {
    File pixels(size_t{width} * height * PNG_IMAGE_SAMPLE_CHANNELS(format));
    for (size_t i = 0; i < pixels.size(); ++i) {
        pixels[i] = static_cast<uint8_t>(i * 7);
    }
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    image.width = width;
    image.height = height;
    image.format = format;
    File file(pixels.size() * 2 + 4096);
    png_alloc_size_t size = file.size();
    EXPECT_NE(png_image_write_to_memory(&image, file.data(), &size, 0, pixels.data(), 0, nullptr), 0);
    file.resize(size);
    return file;
}

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
