// SPDX-License-Identifier: Apache-2.0
// Media memory, channels for pictures, and descriptions (manual 10.7.3 to 10.7.5).
#include "acl/ops/acl_dvpp.h"

#include <functional>
#include <limits>
#include <vector>

#include "api/fixture.h"

namespace softacl::test {
namespace {

using Media = Runtime;

// Of the latest failure.
void expect_message(const std::string& part) {
    const std::string message = recent_message();
    EXPECT_NE(message.find(part), std::string::npos) << message;
}

TEST_F(Media, MemoryIsAlignedAndHasSlack) {
    for (const size_t size : {1U, 31U, 32U, 33U, 4096U, 1000000U}) {
        size_t before = 0;
        size_t after = 0;
        size_t total = 0;
        EXPECT_OK(aclrtGetMemInfo(ACL_DDR_MEM, &before, &total));
        void* memory = nullptr;
        ASSERT_OK(acldvppMalloc(&memory, size));
        EXPECT_OK(aclrtGetMemInfo(ACL_DDR_MEM, &after, &total));
        EXPECT_EQ(reinterpret_cast<uintptr_t>(memory) % 128, 0U);
        EXPECT_EQ(before - after, (size + 31) / 32 * 32 + 32);
        EXPECT_OK(aclrtMemset(memory, size, 1, size));
        EXPECT_OK(acldvppFree(memory));
        EXPECT_CODE(ACL_ERROR_RT_PARAM_INVALID, acldvppFree(memory));
    }
    void* memory = nullptr;
    ASSERT_OK(acldvppMalloc(&memory, 64));
    EXPECT_OK(aclrtFree(memory));
    ASSERT_OK(aclrtMalloc(&memory, 64, ACL_MEM_MALLOC_NORMAL_ONLY));
    EXPECT_OK(acldvppFree(memory));
    EXPECT_CODE(ACL_ERROR_RT_MEMORY_ALLOCATION, acldvppMalloc(&memory, size_t{1} << 50));
    EXPECT_EQ(memory, nullptr);
}

TEST_F(Media, MemoryAndChannelsNeedAContext) {
    acldvppChannelDesc* const channel = acldvppCreateChannelDesc();
    in_new_thread([&] {
        void* memory = nullptr;
        EXPECT_CODE(ACL_ERROR_RT_CONTEXT_NULL, acldvppMalloc(&memory, 64));
        EXPECT_CODE(ACL_ERROR_RT_CONTEXT_NULL, acldvppCreateChannel(channel));
    });
    EXPECT_OK(acldvppDestroyChannelDesc(channel));
}

// --- channels

class DvppChannel : public Runtime {
   protected:
    acldvppChannelDesc* new_channel(uint32_t mode = 0) {
        acldvppChannelDesc* const desc = acldvppCreateChannelDesc();
        EXPECT_NE(desc, nullptr);
        if (mode != 0) {
            EXPECT_OK(acldvppSetChannelDescMode(desc, mode));
        }
        return desc;
    }
};

TEST_F(DvppChannel, LivesFromCreationToDestruction) {
    acldvppChannelDesc* const channel = new_channel();
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, acldvppDestroyChannel(channel));
    EXPECT_EQ(acldvppGetChannelDescChannelId(channel), 0U);
    expect_message("channelDesc");
    EXPECT_OK(acldvppCreateChannel(channel));
    EXPECT_EQ(acldvppGetChannelDescChannelId(channel), 0U);
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, acldvppCreateChannel(channel));
    acldvppChannelDesc* const other = new_channel();
    EXPECT_OK(acldvppCreateChannel(other));
    EXPECT_EQ(acldvppGetChannelDescChannelId(other), 1U);
    EXPECT_OK(acldvppDestroyChannel(channel));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, acldvppDestroyChannel(channel));
    EXPECT_OK(acldvppCreateChannel(channel)) << "a description can make another channel";
    EXPECT_EQ(acldvppGetChannelDescChannelId(channel), 0U);
    EXPECT_OK(acldvppDestroyChannelDesc(channel));
    EXPECT_CODE(ACL_ERROR_INVALID_RESOURCE_HANDLE, acldvppDestroyChannel(channel)) << "10.7.4.1.2";
    EXPECT_OK(acldvppDestroyChannel(other));
    EXPECT_OK(acldvppDestroyChannelDesc(other));
}

TEST_F(DvppChannel, ThereAre128OfEachUnit) {
    std::vector<acldvppChannelDesc*> channels;
    for (const uint32_t mode : {1U, 2U, 4U, 8U}) {
        for (int i = 0; i < 128; ++i) {
            channels.push_back(new_channel(mode));
            ASSERT_OK(acldvppCreateChannel(channels.back())) << mode << " " << i;
        }
    }
    for (const uint32_t mode : {0U, 1U, 2U, 4U, 8U, 5U}) {
        acldvppChannelDesc* const more = new_channel(mode);
        EXPECT_CODE(ACL_ERROR_STORAGE_OVER_LIMIT, acldvppCreateChannel(more)) << mode;
        EXPECT_OK(acldvppDestroyChannelDesc(more));
    }
    EXPECT_OK(acldvppDestroyChannel(channels[0]));
    acldvppChannelDesc* const more = new_channel(1);
    EXPECT_OK(acldvppCreateChannel(more));
    for (acldvppChannelDesc* channel : channels) {
        EXPECT_OK(acldvppDestroyChannelDesc(channel));
    }
    acldvppChannelDesc* const all = new_channel(15);
    EXPECT_OK(acldvppCreateChannel(all)) << "a channel ends with its description";
    EXPECT_OK(acldvppDestroyChannelDesc(all));
    EXPECT_OK(acldvppDestroyChannelDesc(more));
}

TEST_F(DvppChannel, NeedsAStreamToBeMade) {
    std::vector<aclrtStream> streams(511);
    for (aclrtStream& stream : streams) {
        stream = new_stream();
    }
    acldvppChannelDesc* const channel = new_channel();
    EXPECT_CODE(ACL_ERROR_RT_NO_STREAM_RESOURCE, acldvppCreateChannel(channel));
    EXPECT_OK(aclrtDestroyStream(streams[0]));
    EXPECT_OK(acldvppCreateChannel(channel));
    EXPECT_OK(aclrtCreateStream(&streams[0])) << "the channel does not keep it";
    EXPECT_OK(acldvppDestroyChannelDesc(channel));
}

TEST_F(DvppChannel, HasAModeThatIsSetBefore) {
    acldvppChannelDesc* const channel = new_channel();
    for (const uint32_t mode : {0U, 16U, 100U}) {
        EXPECT_CODE(ACL_ERROR_INVALID_PARAM, acldvppSetChannelDescMode(channel, mode)) << mode;
    }
    EXPECT_OK(acldvppSetChannelDescMode(channel, DVPP_CHNMODE_VPC));
    EXPECT_OK(acldvppSetChannelDescMode(channel, DVPP_CHNMODE_VPC | DVPP_CHNMODE_PNGD));
    EXPECT_OK(acldvppCreateChannel(channel));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, acldvppSetChannelDescMode(channel, DVPP_CHNMODE_VPC));
    EXPECT_OK(acldvppDestroyChannelDesc(channel));
}

struct ParamCase {
    acldvppChannelDescParamType type;
    uint32_t otherwise;
    std::vector<uint32_t> good;
    std::vector<uint32_t> bad;
};

class DvppChannelParam : public DvppChannel, public testing::WithParamInterface<ParamCase> {};

TEST_P(DvppChannelParam, IsKept) {
    acldvppChannelDesc* const channel = new_channel();
    const auto get = [&] {
        uint32_t value = 77777;
        size_t size = 0;
        EXPECT_OK(acldvppGetChannelDescParam(channel, GetParam().type, sizeof value, &size, &value));
        EXPECT_EQ(size, sizeof value);
        return value;
    };
    EXPECT_EQ(get(), GetParam().otherwise);
    for (const uint32_t value : GetParam().good) {
        EXPECT_OK(acldvppSetChannelDescParam(channel, GetParam().type, sizeof value, &value));
        EXPECT_EQ(get(), value);
    }
    const uint32_t kept = get();
    for (const uint32_t value : GetParam().bad) {
        EXPECT_CODE(ACL_ERROR_INVALID_PARAM,
                    acldvppSetChannelDescParam(channel, GetParam().type, sizeof value, &value));
        EXPECT_EQ(get(), kept);
    }
    uint64_t wide = 1;
    size_t size = 0;
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, acldvppSetChannelDescParam(channel, GetParam().type, sizeof wide, &wide));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, acldvppGetChannelDescParam(channel, GetParam().type, 3, &size, &wide));
    EXPECT_OK(acldvppDestroyChannelDesc(channel));
}

INSTANTIATE_TEST_SUITE_P(, DvppChannelParam,
                         testing::Values(ParamCase{ACL_DVPP_CSC_MATRIX_UINT32, 0, {5, 0, 1}, {6, 100}},
                                         ParamCase{ACL_DVPP_MODE_UINT32, 0, {1, 15}, {0, 16}},
                                         ParamCase{ACL_DVPP_CHANNEL_HEIGHT_UINT32, 8192, {32, 16384}, {0, 31, 16385}},
                                         ParamCase{ACL_DVPP_CHANNEL_WIDTH_UINT32, 8192, {32, 16384}, {0, 31, 16385}},
                                         ParamCase{ACL_DVPP_JPEGD_PRECISION_MODE_ENUM, 2, {0, 1, 2}, {3}}));

TEST_F(DvppChannel, ItsNumberIsGivenNotSet) {
    acldvppChannelDesc* const channel = new_channel();
    uint64_t number = 5;
    size_t size = 0;
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM,
                acldvppSetChannelDescParam(channel, ACL_DVPP_CHANNEL_ID_UINT64, sizeof number, &number));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM,
                acldvppGetChannelDescParam(channel, ACL_DVPP_CHANNEL_ID_UINT64, sizeof number, &size, &number));
    EXPECT_OK(acldvppCreateChannel(channel));
    EXPECT_OK(acldvppGetChannelDescParam(channel, ACL_DVPP_CHANNEL_ID_UINT64, sizeof number, &size, &number));
    EXPECT_EQ(number, 0U);
    EXPECT_EQ(size, sizeof number);
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM,
                acldvppGetChannelDescParam(channel, ACL_DVPP_CHANNEL_ID_UINT64, 4, &size, &number));
    EXPECT_OK(acldvppDestroyChannelDesc(channel));
}

// --- descriptions

// Each property: the value before, and what is set; then the others are as before.
template <class T, class Value>
struct Property {
    aclError (*set)(T*, Value);
    Value (*get)(const T*);
    Value before;
    Value value;

    void check(T* desc) const {
        EXPECT_EQ(get(desc), before);
        EXPECT_OK(set(desc, value));
        EXPECT_EQ(get(desc), value);
        EXPECT_CODE(ACL_ERROR_INVALID_PARAM, set(nullptr, value));
        EXPECT_EQ(get(nullptr), Value{});
        expect_message("100000");
    }
};
template <class T, class Value>
void check_property(T* desc, aclError (*set)(T*, Value), Value (*get)(const T*), Value before, Value value) {
    Property<T, Value>{set, get, before, value}.check(desc);
}

constexpr uint32_t kLargest = std::numeric_limits<uint32_t>::max();

TEST_F(Media, PicDescKeepsItsProperties) {
    acldvppPicDesc* const desc = acldvppCreatePicDesc();
    ASSERT_NE(desc, nullptr);
    int here = 0;
    check_property<acldvppPicDesc, void*>(desc, acldvppSetPicDescData, acldvppGetPicDescData, nullptr, &here);
    check_property(desc, acldvppSetPicDescSize, acldvppGetPicDescSize, 0U, kLargest);
    check_property(desc, acldvppSetPicDescFormat, acldvppGetPicDescFormat, PIXEL_FORMAT_YUV_400, PIXEL_FORMAT_UNKNOWN);
    check_property(desc, acldvppSetPicDescWidth, acldvppGetPicDescWidth, 0U, 1U);
    check_property(desc, acldvppSetPicDescHeight, acldvppGetPicDescHeight, 0U, 2U);
    check_property(desc, acldvppSetPicDescWidthStride, acldvppGetPicDescWidthStride, 0U, 3U);
    check_property(desc, acldvppSetPicDescHeightStride, acldvppGetPicDescHeightStride, 0U, 4U);
    check_property(desc, acldvppSetPicDescRetCode, acldvppGetPicDescRetCode, 0U, 5U);
    EXPECT_EQ(acldvppGetPicDescData(desc), &here);
    EXPECT_EQ(acldvppGetPicDescSize(desc), kLargest);
    EXPECT_EQ(acldvppGetPicDescWidth(desc), 1U);
    EXPECT_EQ(acldvppGetPicDescHeight(desc), 2U);
    EXPECT_EQ(acldvppGetPicDescWidthStride(desc), 3U);
    EXPECT_EQ(acldvppGetPicDescHeightStride(desc), 4U);
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, acldvppSetPicDescFormat(desc, static_cast<acldvppPixelFormat>(10001)));
    EXPECT_OK(acldvppDestroyPicDesc(desc));
    EXPECT_CODE(ACL_ERROR_INVALID_RESOURCE_HANDLE, acldvppDestroyPicDesc(desc));
    EXPECT_CODE(ACL_ERROR_INVALID_RESOURCE_HANDLE, acldvppSetPicDescWidth(desc, 1));
}

TEST_F(Media, StreamDescKeepsItsProperties) {
    acldvppStreamDesc* const desc = acldvppCreateStreamDesc();
    ASSERT_NE(desc, nullptr);
    int here = 0;
    check_property<acldvppStreamDesc, void*>(desc, acldvppSetStreamDescData, acldvppGetStreamDescData, nullptr, &here);
    check_property(desc, acldvppSetStreamDescSize, acldvppGetStreamDescSize, 0U, kLargest);
    check_property(desc, acldvppSetStreamDescFormat, acldvppGetStreamDescFormat, H265_MAIN_LEVEL, H264_HIGH_LEVEL);
    check_property(desc, acldvppSetStreamDescTimestamp, acldvppGetStreamDescTimestamp, uint64_t{0},
                   std::numeric_limits<uint64_t>::max());
    check_property(desc, acldvppSetStreamDescRetCode, acldvppGetStreamDescRetCode, 0U, 5U);
    check_property(desc, acldvppSetStreamDescEos, acldvppGetStreamDescEos, uint8_t{0}, uint8_t{1});
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, acldvppSetStreamDescEos(desc, 2));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, acldvppSetStreamDescFormat(desc, static_cast<acldvppStreamFormat>(4)));
    EXPECT_OK(acldvppDestroyStreamDesc(desc));
}

TEST_F(Media, BorderConfigKeepsItsProperties) {
    acldvppBorderConfig* const config = acldvppCreateBorderConfig();
    ASSERT_NE(config, nullptr);
    check_property(config, acldvppSetBorderConfigBorderType, acldvppGetBorderConfigBorderType, BORDER_CONSTANT,
                   BORDER_REFLECT_101);
    check_property(config, acldvppSetBorderConfigTop, acldvppGetBorderConfigTop, 0U, 1U);
    check_property(config, acldvppSetBorderConfigBottom, acldvppGetBorderConfigBottom, 0U, 2U);
    check_property(config, acldvppSetBorderConfigLeft, acldvppGetBorderConfigLeft, 0U, 3U);
    check_property(config, acldvppSetBorderConfigRight, acldvppGetBorderConfigRight, 0U, 4U);
    for (uint32_t index = 0; index < 4; ++index) {
        EXPECT_EQ(acldvppGetBorderConfigValue(config, index), 0);
        EXPECT_OK(acldvppSetBorderConfigValue(config, index, 10.5 * index));
    }
    for (uint32_t index = 0; index < 4; ++index) {
        EXPECT_EQ(acldvppGetBorderConfigValue(config, index), 10.5 * index);
    }
    EXPECT_OK(acldvppSetBorderConfigValue(config, 0, 255));
    for (const double value : {-0.5, 255.5, std::numeric_limits<double>::quiet_NaN()}) {
        EXPECT_CODE(ACL_ERROR_INVALID_PARAM, acldvppSetBorderConfigValue(config, 0, value));
    }
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, acldvppSetBorderConfigValue(config, 4, 1));
    EXPECT_EQ(acldvppGetBorderConfigValue(config, 4), 0);
    expect_message("index");
    EXPECT_OK(acldvppDestroyBorderConfig(config));
}

TEST_F(Media, RectanglesAreChangedSideBySide) {
    acldvppRoiConfig* const roi = acldvppCreateRoiConfig(1, 2, 3, 4);
    ASSERT_NE(roi, nullptr);
    for (const auto set :
         {acldvppSetRoiConfigLeft, acldvppSetRoiConfigRight, acldvppSetRoiConfigTop, acldvppSetRoiConfigBottom}) {
        EXPECT_OK(set(roi, kLargest));
        EXPECT_CODE(ACL_ERROR_INVALID_PARAM, set(nullptr, 1));
    }
    EXPECT_OK(acldvppSetRoiConfig(roi, 1, 2, 3, 4));
    EXPECT_OK(acldvppDestroyRoiConfig(roi));
    EXPECT_CODE(ACL_ERROR_INVALID_RESOURCE_HANDLE, acldvppSetRoiConfig(roi, 1, 2, 3, 4));
    EXPECT_CODE(ACL_ERROR_INVALID_RESOURCE_HANDLE, acldvppSetRoiConfigLeft(roi, 1));
}

TEST_F(Media, ResizeConfigKeepsItsInterpolation) {
    acldvppResizeConfig* const config = acldvppCreateResizeConfig();
    ASSERT_NE(config, nullptr);
    check_property(config, acldvppSetResizeConfigInterpolation, acldvppGetResizeConfigInterpolation, 0U, 5U);
    for (uint32_t value = 0; value <= 5; ++value) {
        EXPECT_OK(acldvppSetResizeConfigInterpolation(config, value));
    }
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, acldvppSetResizeConfigInterpolation(config, 6));
    EXPECT_EQ(acldvppGetResizeConfigInterpolation(config), 5U);
    EXPECT_OK(acldvppDestroyResizeConfig(config));
}

TEST_F(Media, BatchOwnsItsDescriptions) {
    for (const uint32_t count : {0U, 1025U}) {
        EXPECT_EQ(acldvppCreateBatchPicDesc(count), nullptr);
        expect_message("batchSize");
    }
    acldvppBatchPicDesc* const batch = acldvppCreateBatchPicDesc(256);
    ASSERT_NE(batch, nullptr);
    std::vector<acldvppPicDesc*> pictures;
    for (uint32_t i = 0; i < 256; ++i) {
        pictures.push_back(acldvppGetPicDesc(batch, i));
        ASSERT_NE(pictures.back(), nullptr);
        EXPECT_EQ(acldvppGetPicDesc(batch, i), pictures.back());
        EXPECT_OK(acldvppSetPicDescWidth(pictures.back(), i));
    }
    for (uint32_t i = 0; i < 256; ++i) {
        EXPECT_EQ(acldvppGetPicDescWidth(pictures[i]), i);
    }
    EXPECT_EQ(acldvppGetPicDesc(batch, 256), nullptr);
    expect_message("index is 256");
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, acldvppDestroyPicDesc(pictures[0])) << "the batch owns it";
    EXPECT_OK(acldvppDestroyBatchPicDesc(batch));
    EXPECT_CODE(ACL_ERROR_INVALID_RESOURCE_HANDLE, acldvppSetPicDescWidth(pictures[0], 1));
    EXPECT_CODE(ACL_ERROR_INVALID_RESOURCE_HANDLE, acldvppDestroyBatchPicDesc(batch));
}

}  // namespace
}  // namespace softacl::test
