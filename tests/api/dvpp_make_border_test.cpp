// SPDX-License-Identifier: Apache-2.0
// Borders around resized parts of pictures (manual 10.7.6.13). tests/unit/media/image judges the pixels.
#include "acl/ops/acl_dvpp.h"
#include "api/fixture.h"

namespace softacl::test {
namespace {

constexpr uint32_t kWidth = 32;
constexpr uint32_t kHeight = 24;
constexpr uint32_t kSize = kWidth * kHeight * 3 / 2;

// One NV12 picture of nines, a part of it, and an output with a border of 4 columns on the left and 2 rows above.
class MakeBorder : public Runtime {
   protected:
    explicit MakeBorder(const Environment& variables = {}) : Runtime(variables) {
        EXPECT_OK(acldvppCreateChannel(channel_));
        describe(acldvppGetPicDesc(sources_, 0), 9);
        describe(acldvppGetPicDesc(results_, 0), 0);
        EXPECT_OK(acldvppSetBorderConfigLeft(border_, 4));
        EXPECT_OK(acldvppSetBorderConfigTop(border_, 2));
        EXPECT_OK(acldvppSetBorderConfigValue(border_, 0, 77));
        EXPECT_OK(acldvppSetBorderConfigValue(border_, 1, 88));
        EXPECT_OK(acldvppSetBorderConfigValue(border_, 2, 99));
    }

    static void describe(acldvppPicDesc* desc, int value) {
        void* memory = nullptr;
        EXPECT_OK(acldvppMalloc(&memory, kSize));
        EXPECT_OK(aclrtMemset(memory, kSize, value, kSize));
        EXPECT_OK(acldvppSetPicDescData(desc, memory));
        EXPECT_OK(acldvppSetPicDescSize(desc, kSize));
        EXPECT_OK(acldvppSetPicDescFormat(desc, PIXEL_FORMAT_YUV_SEMIPLANAR_420));
        EXPECT_OK(acldvppSetPicDescWidth(desc, kWidth));
        EXPECT_OK(acldvppSetPicDescHeight(desc, kHeight));
        EXPECT_OK(acldvppSetPicDescWidthStride(desc, kWidth));
        EXPECT_OK(acldvppSetPicDescHeightStride(desc, kHeight));
    }
    aclError run(aclrtStream stream = nullptr) {
        uint32_t counts[] = {1};
        acldvppRoiConfig* crops[] = {area_};
        acldvppBorderConfig* borders[] = {border_};
        return acldvppVpcBatchCropResizeMakeBorderAsync(channel_, sources_, counts, 1, results_, crops, borders,
                                                        config_, stream);
    }
    int result(size_t at) {
        uint8_t value = 0;
        auto* const data = static_cast<uint8_t*>(acldvppGetPicDescData(acldvppGetPicDesc(results_, 0)));
        EXPECT_OK(aclrtMemcpy(&value, 1, data + at, 1, ACL_MEMCPY_DEVICE_TO_HOST));
        return value;
    }

    acldvppChannelDesc* const channel_ = acldvppCreateChannelDesc();
    acldvppBatchPicDesc* const sources_ = acldvppCreateBatchPicDesc(1);
    acldvppBatchPicDesc* const results_ = acldvppCreateBatchPicDesc(1);
    acldvppResizeConfig* const config_ = acldvppCreateResizeConfig();
    acldvppRoiConfig* const area_ = acldvppCreateRoiConfig(0, kWidth - 1, 0, kHeight - 1);
    acldvppBorderConfig* border_ = acldvppCreateBorderConfig();
};

class StrictMakeBorder : public MakeBorder {
   protected:
    StrictMakeBorder() : MakeBorder({{"SOFTACL_STRICT_PRODUCT", "1"}}) {}
};

TEST_F(MakeBorder, FillsInWhatThePartLeaves) {
    ASSERT_OK(run());
    ASSERT_OK(aclrtSynchronizeStream(nullptr));
    EXPECT_EQ(result(0), 77);
    EXPECT_EQ(result(2 * kWidth + 3), 77);
    EXPECT_EQ(result(2 * kWidth + 4), 9);
    EXPECT_EQ(result(kWidth * kHeight), 88);
    EXPECT_EQ(result(kWidth * kHeight + 1), 99);
    EXPECT_EQ(result(kSize - 1), 9);
    for (const auto type : {BORDER_REPLICATE, BORDER_REFLECT, BORDER_REFLECT_101}) {
        EXPECT_OK(acldvppSetBorderConfigBorderType(border_, type));
        ASSERT_OK(run());
        ASSERT_OK(aclrtSynchronizeStream(nullptr));
        EXPECT_EQ(result(0), 9);
        EXPECT_EQ(result(kWidth * kHeight), 9);
    }
}

TEST_F(MakeBorder, LeavesRoomForThePart) {
    EXPECT_OK(acldvppSetBorderConfigRight(border_, kWidth - 4 - 10));
    EXPECT_OK(run());
    EXPECT_OK(acldvppSetBorderConfigRight(border_, kWidth - 4 - 9));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, run());
    EXPECT_OK(acldvppSetBorderConfigRight(border_, UINT32_MAX));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, run());
    EXPECT_OK(acldvppSetBorderConfigRight(border_, 0));
    EXPECT_OK(acldvppSetBorderConfigBottom(border_, kHeight - 2 - 6));
    EXPECT_OK(run());
    EXPECT_OK(acldvppSetBorderConfigBottom(border_, kHeight - 2 - 5));
    EXPECT_EQ(run(), ACL_ERROR_INVALID_PARAM);
    EXPECT_NE(recent_message().find("expected to leave at least 10x6"), std::string::npos);
}

TEST_F(MakeBorder, RefusesTheFilterOfHighOrder) {
    EXPECT_OK(acldvppSetResizeConfigInterpolation(config_, 5));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, run());
}

TEST_F(MakeBorder, RefusesWhatIsNotThere) {
    const aclrtStream gone = [] {
        aclrtStream stream = nullptr;
        EXPECT_OK(aclrtCreateStream(&stream));
        EXPECT_OK(aclrtDestroyStream(stream));
        return stream;
    }();
    EXPECT_CODE(ACL_ERROR_RT_INVALID_HANDLE, run(gone));
    aclrtContext mine = nullptr;
    EXPECT_OK(aclrtGetCurrentContext(&mine));
    new_context();
    aclrtStream foreign = nullptr;
    EXPECT_OK(aclrtCreateStream(&foreign));
    EXPECT_OK(aclrtSetCurrentContext(mine));
    EXPECT_CODE(ACL_ERROR_RT_STREAM_CONTEXT, run(foreign));
    in_new_thread([this] { EXPECT_CODE(ACL_ERROR_RT_CONTEXT_NULL, run()); });
    std::vector<uint8_t> host(kSize);
    EXPECT_OK(acldvppSetPicDescData(acldvppGetPicDesc(sources_, 0), host.data()));
    EXPECT_CODE(ACL_ERROR_RT_PARAM_INVALID, run());
    EXPECT_OK(acldvppDestroyBorderConfig(border_));
    EXPECT_CODE(ACL_ERROR_INVALID_RESOURCE_HANDLE, run());
    border_ = nullptr;
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, run());
}

TEST_F(StrictMakeBorder, HasTheTypesOfTheProduct) {
    EXPECT_OK(run());
    EXPECT_OK(acldvppSetBorderConfigBorderType(border_, BORDER_REPLICATE));
    EXPECT_OK(run());
    for (const auto type : {BORDER_REFLECT, BORDER_REFLECT_101}) {
        EXPECT_OK(acldvppSetBorderConfigBorderType(border_, type));
        EXPECT_CODE(ACL_ERROR_INVALID_PARAM, run());
    }
}

}  // namespace
}  // namespace softacl::test
