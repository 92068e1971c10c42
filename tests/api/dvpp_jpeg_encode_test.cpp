// SPDX-License-Identifier: Apache-2.0
// Pictures become JPEG files (manual 10.7.8).
#include <algorithm>

#include "api/dvpp_still_fixture.h"

namespace softacl::test {
namespace {

using JpegEncoding = Still;

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
        size = 1 << 16;
        EXPECT_CODE(code, attempt(pic));
        if (code == ACL_SUCCESS) {  // which writes the size
            EXPECT_OK(aclrtSynchronizeStream(stream_));
        }
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

}  // namespace
}  // namespace softacl::test
