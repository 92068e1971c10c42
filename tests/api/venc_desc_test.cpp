// SPDX-License-Identifier: Apache-2.0
// Descriptions of channels that encode video, and configurations of frames (manual 10.14.26).
#include "api/channel_desc_fixture.h"

namespace softacl::test {
namespace {

constexpr uint32_t kMiB = 1024 * 1024;

struct VencCalls {
    using Desc = aclvencChannelDesc;
    using Param = aclvencChannelDescParamType;
    static constexpr auto create = aclvencCreateChannelDesc;
    static constexpr auto destroy = aclvencDestroyChannelDesc;
    static constexpr auto set = aclvencSetChannelDescParam;
    static constexpr auto get = aclvencGetChannelDescParam;
};

class VencDescTest : public ChannelDescTest<VencCalls> {
   protected:
    static std::vector<Parameter> parameters();
};

std::vector<VencDescTest::Parameter> VencDescTest::parameters() {
    return {
        {"Format",
         ACL_VENC_PIXEL_FORMAT_UINT32,
         [](auto* desc, uint32_t value) {
             return aclvencSetChannelDescPicFormat(desc, static_cast<acldvppPixelFormat>(value));
         },
         aclvencGetChannelDescPicFormat,
         1,
         {2, 1},
         {0, 3, 12, 10000}},
        {"EnType",
         ACL_VENC_ENCODE_TYPE_UINT32,
         [](auto* desc, uint32_t value) {
             return aclvencSetChannelDescEnType(desc, static_cast<acldvppStreamFormat>(value));
         },
         aclvencGetChannelDescEnType,
         0,
         {1, 2, 3, 0},
         {4, 100}},
        {"Width",
         ACL_VENC_PIC_WIDTH_UINT32,
         aclvencSetChannelDescPicWidth,
         aclvencGetChannelDescPicWidth,
         0,
         {114, 8192, 1920},
         {0, 113, 112, 115, 8191, 8193, 8194, 0xFFFFFFFF}},
        {"Height",
         ACL_VENC_PIC_HEIGHT_UINT32,
         aclvencSetChannelDescPicHeight,
         aclvencGetChannelDescPicHeight,
         0,
         {114, 8192, 1080},
         {0, 113, 112, 115, 8191, 8193, 8194}},
        {"Interval",
         ACL_VENC_KEY_FRAME_INTERVAL_UINT32,
         aclvencSetChannelDescKeyFrameInterval,
         aclvencGetChannelDescKeyFrameInterval,
         65536,
         {1, 16, 65536},
         {0, 65537}},
        {"BufSize",
         ACL_VENC_BUF_SIZE_UINT32,
         aclvencSetChannelDescBufSize,
         aclvencGetChannelDescBufSize,
         8 * kMiB,
         {5 * kMiB, 100 * kMiB},
         {0, 5 * kMiB - 1}},
        {"RcMode",
         ACL_VENC_RC_MODE_UINT32,
         aclvencSetChannelDescRcMode,
         aclvencGetChannelDescRcMode,
         0,
         {1, 2, 0},
         {3}},
        {"SrcRate",
         ACL_VENC_SRC_RATE_UINT32,
         aclvencSetChannelDescSrcRate,
         aclvencGetChannelDescSrcRate,
         30,
         {1, 240, 0},
         {241}},
        {"BitRate",
         ACL_VENC_MAX_BITRATE_UINT32,
         aclvencSetChannelDescMaxBitRate,
         aclvencGetChannelDescMaxBitRate,
         2000,
         {2, 614400, 0},
         {1, 614401}},
        {"Proportion", ACL_VENC_MAX_IP_PROP_UINT32, nullptr, nullptr, 0, {1, 100, 0}, {101}},
    };
}

TEST_F(VencDescTest, HasParametersWithRangesAndDefaults) {
    for (const Parameter& parameter : parameters()) {
        expect_range(parameter);
    }
}

void no_callback(acldvppPicDesc*, acldvppStreamDesc*, void*) {}

TEST_F(VencDescTest, KeepsThreadCallbackAndBuffer) {
    EXPECT_EQ(aclvencGetChannelDescThreadId(desc_), 0U);
    EXPECT_EQ(aclvencGetChannelDescCallback(desc_), nullptr);
    EXPECT_EQ(aclvencGetChannelDescBufAddr(desc_), nullptr);
    EXPECT_OK(aclvencSetChannelDescThreadId(desc_, 0xFEDCBA9876543210));
    EXPECT_OK(aclvencSetChannelDescCallback(desc_, no_callback));
    EXPECT_OK(aclvencSetChannelDescBufAddr(desc_, this));
    EXPECT_EQ(aclvencGetChannelDescThreadId(desc_), 0xFEDCBA9876543210);
    EXPECT_EQ(aclvencGetChannelDescCallback(desc_), no_callback);
    EXPECT_EQ(aclvencGetChannelDescBufAddr(desc_), this);

    size_t size = 0;
    uint64_t thread = 5;
    aclvencCallback callback = nullptr;
    void* address = &thread;
    EXPECT_OK(aclvencSetChannelDescParam(desc_, ACL_VENC_THREAD_ID_UINT64, sizeof thread, &thread));
    EXPECT_OK(aclvencSetChannelDescParam(desc_, ACL_VENC_CALLBACK_PTR, sizeof callback, &callback));
    EXPECT_OK(aclvencSetChannelDescParam(desc_, ACL_VENC_BUF_ADDR_PTR, sizeof address, &address));
    thread = 0;
    callback = no_callback;
    address = nullptr;
    EXPECT_OK(aclvencGetChannelDescParam(desc_, ACL_VENC_THREAD_ID_UINT64, sizeof thread, &size, &thread));
    EXPECT_EQ(size, sizeof thread);
    EXPECT_OK(aclvencGetChannelDescParam(desc_, ACL_VENC_CALLBACK_PTR, sizeof callback, &size, &callback));
    EXPECT_EQ(size, sizeof callback);
    EXPECT_OK(aclvencGetChannelDescParam(desc_, ACL_VENC_BUF_ADDR_PTR, sizeof address, &size, &address));
    EXPECT_EQ(thread, 5U);
    EXPECT_EQ(callback, nullptr);
    EXPECT_EQ(address, &thread);
}

TEST_F(VencDescTest, WantsTheLengthOfTheParameter) {
    const uint64_t value = 200;
    uint64_t got = 0;
    size_t size = 0;
    for (const size_t length : {size_t{0}, size_t{3}, size_t{8}}) {
        EXPECT_CODE(ACL_ERROR_INVALID_PARAM,
                    aclvencSetChannelDescParam(desc_, ACL_VENC_PIC_WIDTH_UINT32, length, &value));
    }
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclvencSetChannelDescParam(desc_, ACL_VENC_THREAD_ID_UINT64, 4, &value));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclvencGetChannelDescParam(desc_, ACL_VENC_PIC_WIDTH_UINT32, 3, &size, &got));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclvencGetChannelDescParam(desc_, ACL_VENC_THREAD_ID_UINT64, 4, &size, &got));
    EXPECT_OK(aclvencGetChannelDescParam(desc_, ACL_VENC_PIC_WIDTH_UINT32, 8, &size, &got));
    EXPECT_EQ(size, 4U);
    for (const int type : {-1, 13, 1000}) {
        const auto none = static_cast<aclvencChannelDescParamType>(type);
        EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclvencSetChannelDescParam(desc_, none, 4, &value));
        EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclvencGetChannelDescParam(desc_, none, 4, &size, &got));
    }
}

TEST_F(VencDescTest, HasNoNumberWithoutAChannel) {
    EXPECT_EQ(aclvencGetChannelDescChannelId(desc_), 0U);
    EXPECT_NE(recent_message(), "");
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclvencDestroyChannel(desc_));
}

TEST_F(VencDescTest, FrameConfigsKeepTheirTwoSwitches) {
    aclvencFrameConfig* const config = aclvencCreateFrameConfig();
    EXPECT_EQ(aclvencGetFrameConfigEos(config), 0);
    EXPECT_EQ(aclvencGetFrameConfigForceIFrame(config), 0);
    EXPECT_OK(aclvencSetFrameConfigEos(config, 1));
    EXPECT_OK(aclvencSetFrameConfigForceIFrame(config, 1));
    EXPECT_EQ(aclvencGetFrameConfigEos(config), 1);
    EXPECT_EQ(aclvencGetFrameConfigForceIFrame(config), 1);
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclvencSetFrameConfigEos(config, 2));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclvencSetFrameConfigForceIFrame(config, 255));
    EXPECT_OK(aclvencDestroyFrameConfig(config));
    EXPECT_CODE(ACL_ERROR_INVALID_RESOURCE_HANDLE, aclvencSetFrameConfigEos(config, 1));
}

}  // namespace
}  // namespace softacl::test
