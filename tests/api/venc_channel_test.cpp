// SPDX-License-Identifier: Apache-2.0
// Channels that encode video (manual 10.7.4.3): what they need, what they take and give back.
#include "api/venc_fixture.h"

namespace softacl::test {
namespace {

TEST_F(VencTest, TakesItsMemoryFromTheDeviceAndGivesItBack) {
    const size_t before = mem_info().free;
    aclvencChannelDesc* const desc = channel();
    EXPECT_LE(mem_info().free, before - 8 * kMiB);
    EXPECT_OK(aclvencDestroyChannel(desc));
    EXPECT_EQ(mem_info().free, before);
}

TEST_F(VencTest, SendsToNothingWithoutAChannel) {
    aclvencChannelDesc* const desc = described();
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, send(desc, picture_));
    EXPECT_OK(aclvencCreateChannel(desc));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclvencCreateChannel(desc));
    EXPECT_OK(aclvencDestroyChannel(desc));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclvencDestroyChannel(desc));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, send(desc, picture_));
    EXPECT_OK(aclvencCreateChannel(desc));  // the description is good for another one
    EXPECT_OK(send(desc, picture_));
    EXPECT_OK(aclvencDestroyChannel(desc));
    EXPECT_OK(aclvencDestroyChannelDesc(desc));
    EXPECT_CODE(ACL_ERROR_INVALID_RESOURCE_HANDLE, aclvencDestroyChannel(desc));
    EXPECT_EQ(heard().size(), 1U);
}

TEST_F(VencTest, WantsWhatHasNoDefault) {
    for (const auto& spoil : std::vector<std::function<void(aclvencChannelDesc*)>>{
             [](auto* desc) { EXPECT_OK(aclvencSetChannelDescThreadId(desc, 0)); },
             [](auto* desc) { EXPECT_OK(aclvencSetChannelDescCallback(desc, nullptr)); },
         }) {
        aclvencChannelDesc* const desc = described();
        spoil(desc);
        EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclvencCreateChannel(desc));
    }
    aclvencChannelDesc* const desc = aclvencCreateChannelDesc();
    EXPECT_OK(aclvencSetChannelDescThreadId(desc, thread_.id()));
    EXPECT_OK(aclvencSetChannelDescCallback(desc, hear));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclvencCreateChannel(desc));
    EXPECT_OK(aclvencSetChannelDescPicWidth(desc, 128));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclvencCreateChannel(desc));
    EXPECT_OK(aclvencSetChannelDescPicHeight(desc, 128));
    EXPECT_OK(aclvencCreateChannel(desc));
    EXPECT_OK(aclvencDestroyChannel(desc));
}

TEST_F(VencTest, WantsABufferOnTheDevice) {
    std::vector<uint8_t> on_host(5 * kMiB);
    for (void* const buffer : {static_cast<void*>(on_host.data()), static_cast<void*>(memory_)}) {
        aclvencChannelDesc* const desc = described();
        EXPECT_OK(aclvencSetChannelDescBufAddr(desc, buffer));
        EXPECT_OK(aclvencSetChannelDescBufSize(desc, 5 * kMiB));
        EXPECT_CODE(ACL_ERROR_RT_PARAM_INVALID, aclvencCreateChannel(desc));
    }
}

TEST_F(VencTest, WantsAContext) {
    aclvencChannelDesc* const desc = described();
    in_new_thread([&] { EXPECT_CODE(ACL_ERROR_RT_CONTEXT_NULL, aclvencCreateChannel(desc)); });
}

TEST_F(VencTest, CountsChannels) {
    std::vector<aclvencChannelDesc*> all;
    for (uint32_t i = 0; i < 128; ++i) {
        all.push_back(channel());
        EXPECT_EQ(aclvencGetChannelDescChannelId(all.back()), i);
    }
    aclvencChannelDesc* const more = described();
    EXPECT_CODE(ACL_ERROR_STORAGE_OVER_LIMIT, aclvencCreateChannel(more));
    EXPECT_OK(aclvencDestroyChannel(all[7]));
    EXPECT_OK(aclvencCreateChannel(more));
    EXPECT_EQ(aclvencGetChannelDescChannelId(more), 7U);
}

TEST_F(VencTest, TakesTwoStreams) {
    std::vector<aclrtStream> streams;
    aclrtStream stream = nullptr;
    while (aclrtCreateStream(&stream) == ACL_SUCCESS) {
        streams.push_back(stream);
    }
    aclvencChannelDesc* const desc = described();
    EXPECT_CODE(ACL_ERROR_RT_NO_STREAM_RESOURCE, aclvencCreateChannel(desc));
    EXPECT_OK(aclrtDestroyStream(streams[0]));
    EXPECT_CODE(ACL_ERROR_RT_NO_STREAM_RESOURCE, aclvencCreateChannel(desc));
    EXPECT_OK(aclrtDestroyStream(streams[1]));
    EXPECT_OK(aclvencCreateChannel(desc));
    EXPECT_CODE(ACL_ERROR_RT_NO_STREAM_RESOURCE, aclrtCreateStream(&stream));
    EXPECT_OK(aclvencDestroyChannel(desc));
    EXPECT_OK(aclrtCreateStream(&stream));
    EXPECT_OK(aclrtCreateStream(&stream));
}

class SmallVencTest : public VencTest {
   protected:
    SmallVencTest() : VencTest({{"SOFTACL_DEVICE_MEMORY", "4M"}}) {}
};

TEST_F(SmallVencTest, WantsMemory) { EXPECT_CODE(ACL_ERROR_RT_MEMORY_ALLOCATION, aclvencCreateChannel(described())); }

class TwoDevicesVencTest : public VencTest {
   protected:
    TwoDevicesVencTest() : VencTest({{"SOFTACL_DEVICES", "2"}}) {}
};

TEST_F(TwoDevicesVencTest, AThreadServesOneDevice) {
    aclvencChannelDesc* const desc = channel();
    EXPECT_OK(aclrtSetDevice(1));
    EXPECT_CODE(ACL_ERROR_RT_THREAD_SUBSCRIBE, aclvencCreateChannel(described()));
    EXPECT_OK(aclrtSetDevice(0));
    EXPECT_OK(aclvencDestroyChannel(desc));
}

TEST_F(VencTest, TheThreadMayServeStreamsOfTheProgramToo) {
    const aclrtStream stream = new_stream();
    EXPECT_OK(aclrtSubscribeReport(thread_.id(), stream));
    aclvencChannelDesc* const desc = channel();
    EXPECT_OK(send(desc, picture_));
    EXPECT_OK(aclvencDestroyChannel(desc));
    EXPECT_OK(aclrtUnSubscribeReport(thread_.id(), stream));
    EXPECT_EQ(heard().size(), 1U);
}

}  // namespace
}  // namespace softacl::test
