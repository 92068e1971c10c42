// SPDX-License-Identifier: Apache-2.0
// Pieces of video that are sent to a channel (manual 10.7.9): which are refused, and that all others are answered.
#include "api/vdec_fixture.h"

namespace softacl::test {
namespace {

using VdecSendTest = VdecTest;

TEST_F(VdecSendTest, EveryPieceIsAnsweredEvenNoise) {
    aclvdecChannelDesc* const desc = channel();
    int numbers[5];
    acldvppPicDesc* const output = picture(100);
    acldvppStreamDesc* const input = piece(noise_);
    for (int& number : numbers) {
        EXPECT_OK(aclvdecSendFrame(desc, input, output, nullptr, &number));
    }
    EXPECT_OK(aclvdecSendSkippedFrame(desc, input, nullptr, nullptr));
    EXPECT_OK(send_end(desc));
    const auto all = heard();
    ASSERT_EQ(all.size(), 6U) << "no callback for the end";
    for (size_t i = 0; i < 5; ++i) {
        EXPECT_EQ(all[i].user_data, &numbers[i]);
        EXPECT_EQ(all[i].input, input);
        EXPECT_EQ(all[i].output, output);
        EXPECT_EQ(all[i].thread, thread_.id());
        EXPECT_NE(all[i].ret_code, 0U);
    }
    EXPECT_EQ(all[5].output, nullptr);
    EXPECT_OK(aclvdecDestroyChannel(desc));
}

TEST_F(VdecSendTest, RefusesPiecesThatAreNotDescribedAsTheyMustBe) {
    aclvdecChannelDesc* const desc = described();
    acldvppStreamDesc* const input = piece(noise_);
    acldvppPicDesc* const output = picture(1000);
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclvdecSendFrame(desc, input, output, nullptr, nullptr)) << "no channel";
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclvdecSendSkippedFrame(desc, input, nullptr, nullptr));
    EXPECT_OK(aclvdecCreateChannel(desc));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclvdecSendFrame(desc, nullptr, output, nullptr, nullptr));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclvdecSendFrame(desc, input, nullptr, nullptr, nullptr));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclvdecSendFrame(desc, piece({}), output, nullptr, nullptr));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclvdecSendSkippedFrame(desc, piece({}), nullptr, nullptr));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclvdecSendSkippedFrame(desc, piece(noise_, 1), nullptr, nullptr));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclvdecSendSkippedFrame(desc, piece({}, 1), nullptr, nullptr));

    acldvppStreamDesc* const no_size = piece(noise_);
    EXPECT_OK(acldvppSetStreamDescSize(no_size, 0));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclvdecSendFrame(desc, no_size, output, nullptr, nullptr));
    EXPECT_OK(acldvppSetStreamDescSize(no_size, 1U << 30));
    EXPECT_CODE(ACL_ERROR_RT_PARAM_INVALID, aclvdecSendFrame(desc, no_size, output, nullptr, nullptr));
    Bytes host(100);
    EXPECT_OK(acldvppSetStreamDescData(no_size, host.data()));
    EXPECT_OK(acldvppSetStreamDescSize(no_size, 100));
    EXPECT_CODE(ACL_ERROR_RT_PARAM_INVALID, aclvdecSendFrame(desc, no_size, output, nullptr, nullptr));
    EXPECT_CODE(ACL_ERROR_RT_PARAM_INVALID, aclvdecSendSkippedFrame(desc, no_size, nullptr, nullptr));

    aclvdecFrameConfig* const config = aclvdecCreateFrameConfig();
    EXPECT_OK(aclvdecSendFrame(desc, input, output, config, nullptr));
    EXPECT_OK(aclvdecDestroyFrameConfig(config));
    EXPECT_CODE(ACL_ERROR_INVALID_RESOURCE_HANDLE, aclvdecDestroyFrameConfig(config));
    EXPECT_CODE(ACL_ERROR_INVALID_RESOURCE_HANDLE, aclvdecSendFrame(desc, input, output, config, nullptr));
    EXPECT_CODE(ACL_ERROR_INVALID_RESOURCE_HANDLE, aclvdecSendSkippedFrame(desc, input, config, nullptr));

    EXPECT_OK(aclvdecSetChannelDescCallback(desc, nullptr));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclvdecSendFrame(desc, input, output, nullptr, nullptr));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclvdecSendSkippedFrame(desc, input, nullptr, nullptr));
    EXPECT_OK(aclvdecDestroyChannel(desc));
    EXPECT_EQ(heard().size(), 1U);
}

TEST_F(VdecSendTest, RefusesPicturesThatDecodingDoesNotGive) {
    aclvdecChannelDesc* const desc = channel();
    acldvppStreamDesc* const input = piece(noise_);
    const auto sent = [&](uint32_t format, uint32_t width, uint32_t height, uint32_t width_stride,
                          uint32_t height_stride, uint32_t size = 1 << 20) {
        acldvppPicDesc* const output = picture(1 << 20);
        EXPECT_OK(acldvppSetPicDescSize(output, size));
        EXPECT_OK(acldvppSetPicDescFormat(output, static_cast<acldvppPixelFormat>(format)));
        set_sizes(output, width, height, width_stride, height_stride);
        const aclError code = aclvdecSendFrame(desc, input, output, nullptr, nullptr);
        recent_message();
        return code;
    };
    EXPECT_EQ(sent(0, 0, 0, 0, 0), ACL_SUCCESS);
    EXPECT_EQ(sent(1, 320, 240, 320, 240), ACL_SUCCESS);
    EXPECT_EQ(sent(2, 10, 6, 32, 6), ACL_SUCCESS) << "10.7.9.3: 32 below a width of 16";
    EXPECT_EQ(sent(2, 10, 6, 16, 6), ACL_ERROR_INVALID_PARAM);
    EXPECT_EQ(sent(1, 322, 240, 336, 240), ACL_SUCCESS);
    EXPECT_EQ(sent(1, 322, 240, 352, 256), ACL_SUCCESS) << "larger strides";
    EXPECT_EQ(sent(1, 322, 240, 322, 240), ACL_ERROR_INVALID_PARAM);
    EXPECT_EQ(sent(1, 322, 240, 320, 240), ACL_ERROR_INVALID_PARAM);
    EXPECT_EQ(sent(1, 320, 240, 16400, 240), ACL_ERROR_INVALID_PARAM);
    EXPECT_EQ(sent(1, 320, 240, 320, 238), ACL_ERROR_INVALID_PARAM);
    EXPECT_EQ(sent(1, 320, 240, 320, 241), ACL_ERROR_INVALID_PARAM);
    EXPECT_EQ(sent(1, 321, 240, 336, 240), ACL_ERROR_INVALID_PARAM);
    EXPECT_EQ(sent(1, 320, 239, 320, 240), ACL_ERROR_INVALID_PARAM);
    EXPECT_EQ(sent(12, 321, 239, 336 * 3, 239), ACL_SUCCESS) << "no alignment of RGB";
    EXPECT_EQ(sent(13, 321, 239, 336, 239), ACL_ERROR_INVALID_PARAM);
    EXPECT_EQ(sent(1, 8, 6, 32, 6), ACL_ERROR_INVALID_PARAM);
    EXPECT_EQ(sent(1, 10, 4, 32, 6), ACL_ERROR_INVALID_PARAM);
    EXPECT_EQ(sent(1, 8194, 6, 8208, 6), ACL_ERROR_INVALID_PARAM);
    EXPECT_EQ(sent(1, 16, 8194, 16, 8194), ACL_ERROR_INVALID_PARAM);
    for (const uint32_t format : {3U, 5U, 14U, 10000U}) {
        EXPECT_EQ(sent(format, 320, 240, 320, 240), ACL_ERROR_INVALID_PARAM) << format;
        EXPECT_EQ(sent(format, 0, 0, 0, 0), ACL_ERROR_INVALID_PARAM) << format;
    }
    for (int missing = 0; missing < 4; ++missing) {
        EXPECT_EQ(
            sent(1, missing == 0 ? 0 : 320, missing == 1 ? 0 : 240, missing == 2 ? 0 : 320, missing == 3 ? 0 : 240),
            ACL_ERROR_INVALID_PARAM);
        EXPECT_EQ(
            sent(1, missing != 0 ? 0 : 320, missing != 1 ? 0 : 240, missing != 2 ? 0 : 320, missing != 3 ? 0 : 240),
            ACL_ERROR_INVALID_PARAM);
    }
    EXPECT_EQ(sent(1, 320, 240, 320, 240, 320 * 240 * 3 / 2 - 1), ACL_ERROR_INVALID_PARAM);
    EXPECT_EQ(sent(1, 0, 0, 0, 0, 0), ACL_ERROR_INVALID_PARAM);
    EXPECT_EQ(sent(1, 0, 0, 0, 0, 1 << 30), ACL_ERROR_RT_PARAM_INVALID);
    acldvppPicDesc* const on_host = picture(1000);
    Bytes host(1000);
    EXPECT_OK(acldvppSetPicDescData(on_host, host.data()));
    EXPECT_CODE(ACL_ERROR_RT_PARAM_INVALID, aclvdecSendFrame(desc, input, on_host, nullptr, nullptr));
    EXPECT_OK(acldvppSetPicDescData(on_host, nullptr));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclvdecSendFrame(desc, input, on_host, nullptr, nullptr));
    EXPECT_OK(acldvppDestroyPicDesc(on_host));
    EXPECT_CODE(ACL_ERROR_INVALID_RESOURCE_HANDLE, aclvdecSendFrame(desc, input, on_host, nullptr, nullptr));
    EXPECT_OK(acldvppDestroyStreamDesc(input));
    EXPECT_CODE(ACL_ERROR_INVALID_RESOURCE_HANDLE, aclvdecSendFrame(desc, input, on_host, nullptr, nullptr));
    EXPECT_CODE(ACL_ERROR_INVALID_RESOURCE_HANDLE, aclvdecSendSkippedFrame(desc, input, nullptr, nullptr));
    EXPECT_OK(aclvdecDestroyChannel(desc));
}

}  // namespace
}  // namespace softacl::test
