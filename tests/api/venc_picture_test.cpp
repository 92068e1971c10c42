// SPDX-License-Identifier: Apache-2.0
// Pictures that are sent to a channel (manual 10.7.10), and what comes back. What the coded video looks like is judged
// by tests/unit/media and tests/python/media.
#include "api/venc_fixture.h"

namespace softacl::test {
namespace {

using VencPictureTest = VencTest;

class VencCodingTest : public VencTest, public testing::WithParamInterface<acldvppStreamFormat> {};

TEST_P(VencCodingTest, EachPictureComesBackInTheThreadInOrder) {
    aclvencChannelDesc* const desc = channel(GetParam());
    int numbers[10];
    for (int& number : numbers) {
        EXPECT_OK(send(desc, picture_, &number - numbers == 4, false, &number));
    }
    EXPECT_OK(send_end(desc));
    EXPECT_OK(aclvencDestroyChannel(desc));
    const auto all = heard();
    ASSERT_EQ(all.size(), std::size(numbers)) << "no callback for the end";
    for (size_t i = 0; i < all.size(); ++i) {
        EXPECT_EQ(all[i].user_data, &numbers[i]);
        EXPECT_EQ(all[i].picture, picture_);
        EXPECT_EQ(all[i].thread, thread_.id());
        EXPECT_EQ(all[i].ret_code, 0U);
        EXPECT_EQ(all[i].begins_sequence(GetParam()), i == 0 || i == 4) << i;
    }
    EXPECT_EQ(acldvppGetPicDescRetCode(picture_), 0U);
}
INSTANTIATE_TEST_SUITE_P(Codings, VencCodingTest,
                         testing::Values(H265_MAIN_LEVEL, H264_BASELINE_LEVEL, H264_MAIN_LEVEL, H264_HIGH_LEVEL));

TEST_F(VencPictureTest, BeginsAgainAfterTheIntervalAndAfterTheEnd) {
    aclvencChannelDesc* const desc = described();
    EXPECT_OK(aclvencSetChannelDescKeyFrameInterval(desc, 3));
    EXPECT_OK(aclvencCreateChannel(desc));
    for (int i = 0; i < 5; ++i) {
        EXPECT_OK(send(desc, picture_));
    }
    EXPECT_OK(send_end(desc));
    EXPECT_OK(send(desc, picture_));
    EXPECT_OK(send(desc, picture_, false, true));  // a picture may carry the end
    EXPECT_OK(aclvencDestroyChannel(desc));
    std::vector<int> begins;
    for (const Heard& one : heard()) {
        begins.push_back(one.begins_sequence(H264_MAIN_LEVEL));
    }
    EXPECT_EQ(begins, (std::vector<int>{1, 0, 0, 1, 0, 1, 0}));
}

TEST_F(VencPictureTest, TheEndWaitsUntilPicturesAreNoLongerNeeded) {
    aclvencChannelDesc* const desc = channel(H265_MAIN_LEVEL);
    acldvppPicDesc* const picture = acldvppCreatePicDesc();
    uint8_t* const memory = device_memory(kPictureSize);
    std::memcpy(memory, memory_, kPictureSize);
    EXPECT_OK(acldvppSetPicDescData(picture, memory));
    EXPECT_OK(acldvppSetPicDescSize(picture, kPictureSize));
    for (int i = 0; i < 4; ++i) {
        EXPECT_OK(send(desc, picture));
    }
    EXPECT_OK(send_end(desc));
    std::memset(memory, 255, kPictureSize);
    EXPECT_OK(acldvppDestroyPicDesc(picture));
    EXPECT_OK(aclrtFree(memory));
    EXPECT_OK(aclvencDestroyChannel(desc));
    aclvencChannelDesc* const other = channel(H265_MAIN_LEVEL);
    for (int i = 0; i < 4; ++i) {
        EXPECT_OK(send(other, picture_));
    }
    EXPECT_OK(aclvencDestroyChannel(other));
    const auto all = heard();
    ASSERT_EQ(all.size(), 8U);
    for (int i = 0; i < 4; ++i) {
        EXPECT_EQ(all[i].data, all[i + 4].data) << "the same pictures";
    }
}

TEST_F(VencPictureTest, ReadsThePictureWithItsStridesInTheChannelsFormat) {
    // The same picture three times: as it is, in longer rows and planes, and with swapped chroma in the other format.
    const uint32_t stride = 160;
    const uint32_t height_stride = 128;
    uint8_t* const wide = device_memory(stride * height_stride * 3 / 2);
    uint8_t* const swapped = device_memory(kPictureSize);
    std::memset(wide, 99, stride * height_stride * 3 / 2);
    std::memcpy(swapped, memory_, kPictureSize);
    for (uint32_t y = 0; y < kHeight * 3 / 2; ++y) {
        const uint32_t to = y < kHeight ? y : y - kHeight + height_stride;
        std::memcpy(wide + to * stride, memory_ + y * 128, 128);
        for (uint32_t x = 0; y >= kHeight && x < 128; ++x) {
            swapped[y * 128 + x] = memory_[y * 128 + (x ^ 1)];
        }
    }
    acldvppPicDesc* const pictures[] = {picture_, acldvppCreatePicDesc(), acldvppCreatePicDesc()};
    EXPECT_OK(acldvppSetPicDescData(pictures[1], wide));
    EXPECT_OK(acldvppSetPicDescSize(pictures[1], stride * height_stride * 3 / 2));
    EXPECT_OK(acldvppSetPicDescWidth(pictures[1], kWidth));
    EXPECT_OK(acldvppSetPicDescHeight(pictures[1], kHeight));
    EXPECT_OK(acldvppSetPicDescWidthStride(pictures[1], stride));
    EXPECT_OK(acldvppSetPicDescHeightStride(pictures[1], height_stride));
    EXPECT_OK(acldvppSetPicDescFormat(pictures[1], PIXEL_FORMAT_RGB_888));  // of no effect
    EXPECT_OK(acldvppSetPicDescData(pictures[2], swapped));
    EXPECT_OK(acldvppSetPicDescSize(pictures[2], kPictureSize));
    for (int i = 0; i < 3; ++i) {
        aclvencChannelDesc* const desc = described(H264_HIGH_LEVEL);
        EXPECT_OK(aclvencSetChannelDescPicFormat(
            desc, i == 2 ? PIXEL_FORMAT_YVU_SEMIPLANAR_420 : PIXEL_FORMAT_YUV_SEMIPLANAR_420));
        EXPECT_OK(aclvencCreateChannel(desc));
        EXPECT_OK(send(desc, pictures[i]));
        EXPECT_OK(aclvencDestroyChannel(desc));
    }
    const auto all = heard();
    ASSERT_EQ(all.size(), 3U);
    EXPECT_EQ(all[0].data, all[1].data);
    EXPECT_EQ(all[0].data, all[2].data);
}

TEST_F(VencPictureTest, UsesTheBufferThatWasSet) {
    uint8_t* const buffer = device_memory(5 * kMiB);
    aclvencChannelDesc* const desc = described();
    EXPECT_OK(aclvencSetChannelDescBufAddr(desc, buffer));
    EXPECT_OK(aclvencSetChannelDescBufSize(desc, 5 * kMiB));
    EXPECT_OK(aclvencCreateChannel(desc));
    EXPECT_OK(send(desc, picture_));
    EXPECT_OK(send(desc, picture_));
    EXPECT_OK(aclvencDestroyChannel(desc));
    ASSERT_EQ(heard().size(), 2U);
    EXPECT_EQ(heard()[0].address, buffer);
    EXPECT_EQ(heard()[1].address, buffer);
}

TEST_F(VencPictureTest, RefusesPicturesThatDoNotFit) {
    aclvencChannelDesc* const desc = channel();
    const auto refuses = [&](aclError code, const std::function<void(acldvppPicDesc*)>& spoil) {
        acldvppPicDesc* const picture = acldvppCreatePicDesc();
        EXPECT_OK(acldvppSetPicDescData(picture, memory_));
        EXPECT_OK(acldvppSetPicDescSize(picture, kPictureSize));
        spoil(picture);
        EXPECT_CODE(code, send(desc, picture));
        EXPECT_OK(acldvppDestroyPicDesc(picture));
    };
    const aclError invalid = ACL_ERROR_INVALID_PARAM;
    refuses(invalid, [](auto* picture) { EXPECT_OK(acldvppSetPicDescSize(picture, kPictureSize - 1)); });
    refuses(invalid, [](auto* picture) { EXPECT_OK(acldvppSetPicDescWidth(picture, kWidth - 2)); });
    refuses(invalid, [](auto* picture) { EXPECT_OK(acldvppSetPicDescHeight(picture, kHeight + 2)); });
    refuses(invalid, [](auto* picture) { EXPECT_OK(acldvppSetPicDescWidthStride(picture, kWidth)); });
    refuses(invalid, [](auto* picture) { EXPECT_OK(acldvppSetPicDescWidthStride(picture, 112)); });
    refuses(invalid,
            [](auto* picture) { EXPECT_OK(acldvppSetPicDescWidthStride(picture, 144)); });  // too little memory
    refuses(invalid, [](auto* picture) { EXPECT_OK(acldvppSetPicDescHeightStride(picture, kHeight - 2)); });
    refuses(invalid, [](auto* picture) { EXPECT_OK(acldvppSetPicDescHeightStride(picture, kHeight + 1)); });
    refuses(invalid, [](auto* picture) { EXPECT_OK(acldvppSetPicDescSize(picture, 0)); });
    refuses(invalid, [](auto* picture) { EXPECT_OK(acldvppSetPicDescData(picture, nullptr)); });
    std::vector<uint8_t> on_host(kPictureSize);
    refuses(ACL_ERROR_RT_PARAM_INVALID,
            [&](auto* picture) { EXPECT_OK(acldvppSetPicDescData(picture, on_host.data())); });
    refuses(ACL_ERROR_RT_PARAM_INVALID,
            [&](auto* picture) { EXPECT_OK(acldvppSetPicDescData(picture, memory_ + kPictureSize / 2)); });
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, send(desc, nullptr));
    acldvppPicDesc* const gone = acldvppCreatePicDesc();
    EXPECT_OK(acldvppDestroyPicDesc(gone));
    EXPECT_CODE(ACL_ERROR_INVALID_RESOURCE_HANDLE, send(desc, gone));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclvencSendFrame(desc, picture_, nullptr, nullptr, nullptr));
    EXPECT_OK(aclvencSetChannelDescCallback(desc, nullptr));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, send(desc, picture_));
    EXPECT_OK(aclvencDestroyChannel(desc));
    EXPECT_TRUE(heard().empty());
}

}  // namespace
}  // namespace softacl::test
