// SPDX-License-Identifier: Apache-2.0
// Descriptions of channels that decode video (manual 10.14.25).
#include "api/channel_desc_fixture.h"

namespace softacl::test {
namespace {

struct VdecCalls {
    using Desc = aclvdecChannelDesc;
    using Param = aclvdecChannelDescParamType;
    static constexpr auto create = aclvdecCreateChannelDesc;
    static constexpr auto destroy = aclvdecDestroyChannelDesc;
    static constexpr auto set = aclvdecSetChannelDescParam;
    static constexpr auto get = aclvdecGetChannelDescParam;
};

class VdecDescTest : public ChannelDescTest<VdecCalls> {
   protected:
    static std::vector<Parameter> parameters();
};

std::vector<VdecDescTest::Parameter> VdecDescTest::parameters() {
    return {
        {"Matrix", ACL_VDEC_CSC_MATRIX_UINT32, nullptr, nullptr, 0, {1, 2, 3, 4, 5, 0}, {6, 100}},
        {"OutMode",
         ACL_VDEC_OUT_MODE_UINT32,
         aclvdecSetChannelDescOutMode,
         aclvdecGetChannelDescOutMode,
         0,
         {1, 0},
         {2}},
        {"ChannelId",
         ACL_VDEC_CHANNEL_ID_UINT32,
         aclvdecSetChannelDescChannelId,
         aclvdecGetChannelDescChannelId,
         0,
         {1, 255, 0},
         {256, 0xFFFFFFFF}},
        {"EnType",
         ACL_VDEC_ENCODE_TYPE_UINT32,
         [](auto* desc, uint32_t value) {
             return aclvdecSetChannelDescEnType(desc, static_cast<acldvppStreamFormat>(value));
         },
         aclvdecGetChannelDescEnType,
         0,
         {1, 2, 3, 0},
         {4, 100}},
        {"Format",
         ACL_VDEC_OUT_PIC_FORMAT_UINT32,
         [](auto* desc, uint32_t value) {
             return aclvdecSetChannelDescOutPicFormat(desc, static_cast<acldvppPixelFormat>(value));
         },
         aclvdecGetChannelDescOutPicFormat,
         1,
         {2, 12, 13, 1},
         {0, 3, 11, 14, 10000}},
        {"Width",
         ACL_VDEC_OUT_PIC_WIDTH_UINT32,
         aclvdecSetChannelDescOutPicWidth,
         aclvdecGetChannelDescOutPicWidth,
         4096,
         {1920, 8192, 0},
         {8193}},
        {"Height",
         ACL_VDEC_OUT_PIC_HEIGHT_UINT32,
         aclvdecSetChannelDescOutPicHeight,
         aclvdecGetChannelDescOutPicHeight,
         4096,
         {1080, 8192, 0},
         {8193}},
        {"RefFrameNum",
         ACL_VDEC_REF_FRAME_NUM_UINT32,
         aclvdecSetChannelDescRefFrameNum,
         aclvdecGetChannelDescRefFrameNum,
         8,
         {0, 16, 2},
         {17}},
        {"BitDepth",
         ACL_VDEC_BIT_DEPTH_UINT32,
         aclvdecSetChannelDescBitDepth,
         aclvdecGetChannelDescBitDepth,
         1,
         {0, 1},
         {2}},
    };
}

TEST_F(VdecDescTest, HasParametersWithRangesAndDefaults) {
    for (const Parameter& parameter : parameters()) {
        expect_range(parameter);
    }
}

void no_callback(acldvppStreamDesc*, acldvppPicDesc*, void*) {}

TEST_F(VdecDescTest, HasThreadAndCallback) {
    EXPECT_EQ(aclvdecGetChannelDescThreadId(desc_), 0U);
    EXPECT_EQ(aclvdecGetChannelDescCallback(desc_), nullptr);
    constexpr uint64_t kThread = 0x123456789ABC;
    EXPECT_OK(aclvdecSetChannelDescThreadId(desc_, kThread));
    EXPECT_OK(aclvdecSetChannelDescCallback(desc_, no_callback));
    EXPECT_EQ(aclvdecGetChannelDescThreadId(desc_), kThread);
    EXPECT_EQ(aclvdecGetChannelDescCallback(desc_), no_callback);
    uint64_t thread = 0;
    aclvdecCallback callback = nullptr;
    size_t size = 0;
    EXPECT_OK(aclvdecGetChannelDescParam(desc_, ACL_VDEC_THREAD_ID_UINT64, 8, &size, &thread));
    EXPECT_EQ(thread, kThread);
    EXPECT_OK(aclvdecGetChannelDescParam(desc_, ACL_VDEC_CALLBACK_PTR, 8, &size, &callback));
    EXPECT_EQ(callback, no_callback);
    callback = nullptr;
    EXPECT_OK(aclvdecSetChannelDescParam(desc_, ACL_VDEC_CALLBACK_PTR, 8, &callback));
    EXPECT_EQ(aclvdecGetChannelDescCallback(desc_), nullptr);
    EXPECT_OK(aclvdecSetChannelDescCallback(desc_, no_callback));
    EXPECT_OK(aclvdecSetChannelDescCallback(desc_, nullptr));
    EXPECT_EQ(aclvdecGetChannelDescCallback(desc_), nullptr);
}

TEST_F(VdecDescTest, ChecksTheLengthOfParameters) {
    uint64_t value = 1;
    size_t size = 0;
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclvdecSetChannelDescParam(desc_, ACL_VDEC_OUT_MODE_UINT32, 8, &value));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclvdecSetChannelDescParam(desc_, ACL_VDEC_THREAD_ID_UINT64, 4, &value));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclvdecSetChannelDescParam(desc_, ACL_VDEC_OUT_MODE_UINT32, 4, nullptr));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM,
                aclvdecSetChannelDescParam(desc_, static_cast<aclvdecChannelDescParamType>(11), 4, &value));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclvdecGetChannelDescParam(desc_, ACL_VDEC_OUT_MODE_UINT32, 3, &size, &value));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM,
                aclvdecGetChannelDescParam(desc_, ACL_VDEC_THREAD_ID_UINT64, 7, &size, &value));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM,
                aclvdecGetChannelDescParam(desc_, static_cast<aclvdecChannelDescParamType>(11), 8, &size, &value));
    EXPECT_OK(aclvdecGetChannelDescParam(desc_, ACL_VDEC_OUT_MODE_UINT32, 8, &size, &value));
    EXPECT_EQ(size, 4U);
}

}  // namespace
}  // namespace softacl::test
