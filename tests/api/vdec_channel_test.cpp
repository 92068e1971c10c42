// SPDX-License-Identifier: Apache-2.0
// Channels that decode video (manual 10.7.4.2): what they need, and how they end. Nothing hangs then, whatever is under
// way, and what a callback would have got is given back.
#include "api/vdec_fixture.h"
#include "softacl/media_callback.h"

namespace softacl::test {
namespace {

TEST_F(VdecTest, ChannelsLiveFromCreationToDestruction) {
    aclvdecChannelDesc* const desc = described();
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclvdecDestroyChannel(desc));
    EXPECT_OK(aclvdecCreateChannel(desc));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclvdecCreateChannel(desc));
    EXPECT_OK(aclvdecDestroyChannel(desc));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclvdecDestroyChannel(desc));
    EXPECT_OK(aclvdecCreateChannel(desc)) << "a description can make another channel";
    EXPECT_OK(aclvdecDestroyChannelDesc(desc));
    EXPECT_CODE(ACL_ERROR_INVALID_RESOURCE_HANDLE, aclvdecDestroyChannel(desc)) << "10.7.4.2.2";
    EXPECT_CODE(ACL_ERROR_INVALID_RESOURCE_HANDLE, aclvdecDestroyChannelDesc(desc));
}

TEST_F(VdecTest, ChannelsNeedThreadCallbackAndContext) {
    aclvdecChannelDesc* const desc = aclvdecCreateChannelDesc();
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclvdecCreateChannel(desc));
    EXPECT_OK(aclvdecSetChannelDescThreadId(desc, thread_.id()));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclvdecCreateChannel(desc));
    EXPECT_OK(aclvdecSetChannelDescCallback(desc, hear));
    in_new_thread([&] { EXPECT_CODE(ACL_ERROR_RT_CONTEXT_NULL, aclvdecCreateChannel(desc)); });
    EXPECT_OK(aclvdecCreateChannel(desc));
    EXPECT_OK(aclrtSetDevice(1));
    aclvdecChannelDesc* const other = described();
    EXPECT_CODE(ACL_ERROR_RT_THREAD_SUBSCRIBE, aclvdecCreateChannel(other)) << "a thread serves one device";
    EXPECT_OK(aclvdecDestroyChannel(desc));
    EXPECT_OK(aclvdecCreateChannel(other));
    EXPECT_OK(aclvdecDestroyChannel(other));
}

TEST_F(VdecTest, ChannelsHaveNumbersOfTheirOwn) {
    aclvdecChannelDesc* const first = described();
    aclvdecChannelDesc* const second = described();
    EXPECT_OK(aclvdecSetChannelDescChannelId(first, 200));
    EXPECT_OK(aclvdecSetChannelDescChannelId(second, 200));
    EXPECT_OK(aclvdecCreateChannel(first));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclvdecCreateChannel(second));
    EXPECT_OK(aclvdecDestroyChannel(first));
    EXPECT_OK(aclvdecCreateChannel(second));
    EXPECT_OK(aclvdecDestroyChannel(second));
}

TEST_F(VdecTest, ThereAre128Channels) {
    std::vector<aclvdecChannelDesc*> channels(128);
    for (aclvdecChannelDesc*& one : channels) {
        one = channel();
    }
    aclvdecChannelDesc* const more = described();
    EXPECT_CODE(ACL_ERROR_STORAGE_OVER_LIMIT, aclvdecCreateChannel(more));
    EXPECT_OK(aclvdecDestroyChannel(channels[5]));
    EXPECT_OK(aclvdecCreateChannel(more));
    for (aclvdecChannelDesc* one : channels) {
        EXPECT_OK(aclvdecDestroyChannelDesc(one)) << "a channel ends with its description";
    }
    EXPECT_OK(aclvdecDestroyChannel(more));
}

TEST_F(VdecTest, ChannelsNeedTwoStreams) {
    std::vector<aclrtStream> streams;
    aclrtStream stream = nullptr;
    while (aclrtCreateStream(&stream) == ACL_SUCCESS) {
        streams.push_back(stream);
    }
    aclvdecChannelDesc* const desc = described();
    EXPECT_CODE(ACL_ERROR_RT_NO_STREAM_RESOURCE, aclvdecCreateChannel(desc));
    EXPECT_OK(aclrtDestroyStream(streams.back()));
    EXPECT_CODE(ACL_ERROR_RT_NO_STREAM_RESOURCE, aclvdecCreateChannel(desc));
    streams.pop_back();
    EXPECT_OK(aclrtDestroyStream(streams.back()));
    EXPECT_OK(aclvdecCreateChannel(desc));
    EXPECT_OK(aclvdecDestroyChannel(desc));
    EXPECT_OK(aclrtCreateStream(&stream)) << "they are given back";
}

TEST_F(VdecTest, TheContextOfAChannelMayEnd) {
    const aclrtContext context = new_context();
    aclvdecChannelDesc* const desc = channel();
    acldvppStreamDesc* const input = piece(noise_);
    EXPECT_OK(aclvdecSendSkippedFrame(desc, input, nullptr, nullptr));
    EXPECT_OK(aclrtDestroyContext(context));
    EXPECT_OK(aclrtSetDevice(0));
    EXPECT_CODE(ACL_ERROR_RT_INVALID_HANDLE, aclvdecSendSkippedFrame(desc, input, nullptr, nullptr));
    EXPECT_CODE(ACL_ERROR_RT_INVALID_HANDLE, aclvdecSendFrame(desc, input, picture(100), nullptr, nullptr));
    EXPECT_CODE(ACL_ERROR_RT_INVALID_HANDLE, send_end(desc));
    EXPECT_OK(aclvdecDestroyChannel(desc));
}

TEST_F(VdecTest, NeverHangsWithoutAThreadThatLooksForCallbacks) {
    std::promise<void> end;
    std::promise<uint64_t> started;
    std::thread lazy([&] {
        started.set_value(pthread_self());
        end.get_future().wait();
    });
    aclvdecChannelDesc* const desc = described(H264_MAIN_LEVEL, started.get_future().get());
    EXPECT_OK(aclvdecCreateChannel(desc));
    int dropped = 0;
    const auto count = [](void* counter) { ++*static_cast<int*>(counter); };
    for (int i = 0; i < 3; ++i) {
        EXPECT_OK(softaclVdecSendSkippedFrame(desc, piece(noise_), nullptr, count, &dropped));
    }
    EXPECT_CODE(ACL_ERROR_RT_STREAM_SYNC_TIMEOUT, send_end(desc));
    EXPECT_OK(aclvdecDestroyChannel(desc));
    EXPECT_EQ(dropped, 3);
    EXPECT_TRUE(heard().empty());
    end.set_value();
    lazy.join();
}

TEST_F(VdecTest, NeverWaitsForTheCallingThread) {
    aclvdecChannelDesc* const desc = described(H264_MAIN_LEVEL, pthread_self());
    EXPECT_OK(aclvdecCreateChannel(desc));
    EXPECT_OK(aclvdecSendSkippedFrame(desc, piece(noise_), nullptr, nullptr));
    EXPECT_CODE(ACL_ERROR_RT_PARAM_INVALID, send_end(desc));
    EXPECT_OK(aclrtProcessReport(1000));
    EXPECT_EQ(heard().size(), 1U);
    EXPECT_OK(send_end(desc));
    on_callback_ = [&] {
        EXPECT_CODE(ACL_ERROR_RT_PARAM_INVALID, aclvdecDestroyChannel(desc));
        EXPECT_CODE(ACL_ERROR_RT_PARAM_INVALID, send_end(desc));
    };
    EXPECT_OK(aclvdecSendSkippedFrame(desc, piece(noise_), nullptr, nullptr));
    EXPECT_OK(aclrtProcessReport(1000));
    on_callback_ = nullptr;
    EXPECT_OK(aclvdecSendSkippedFrame(desc, piece(noise_), nullptr, nullptr));
    EXPECT_OK(aclvdecDestroyChannel(desc)) << "drops what only this thread could run";
    EXPECT_EQ(heard().size(), 2U);
}

TEST_F(VdecTest, DropsUserDataThatNoCallbackGets) {
    int dropped = 0;
    const auto count = [](void* counter) { ++*static_cast<int*>(counter); };
    aclvdecChannelDesc* const desc = described();
    EXPECT_EQ(softaclVdecSendFrame(desc, piece(noise_), picture(10), nullptr, count, &dropped),
              ACL_ERROR_INVALID_PARAM);
    EXPECT_EQ(dropped, 1);
    EXPECT_OK(aclvdecCreateChannel(desc));
    EXPECT_EQ(softaclVdecSendFrame(desc, piece({}), picture(10), nullptr, count, &dropped), ACL_ERROR_INVALID_PARAM);
    EXPECT_EQ(dropped, 2);
    EXPECT_OK(softaclVdecSendFrame(desc, piece({}, 1), nullptr, nullptr, count, &dropped));
    EXPECT_EQ(dropped, 3);
    EXPECT_OK(softaclVdecSendFrame(desc, piece(noise_), picture(10), nullptr, count, &dropped));
    EXPECT_OK(aclvdecDestroyChannel(desc));
    EXPECT_EQ(dropped, 3);
    EXPECT_EQ(heard().size(), 1U);
    EXPECT_OK(aclvdecCreateChannel(desc));
    on_callback_ = [] { std::this_thread::sleep_for(std::chrono::milliseconds(5)); };
    for (int i = 0; i < 4; ++i) {
        EXPECT_OK(softaclVdecSendFrame(desc, piece(noise_), picture(10), nullptr, count, &dropped));
    }
    EXPECT_OK(aclvdecDestroyChannelDesc(desc));
    EXPECT_EQ(static_cast<size_t>(dropped - 3) + heard().size(), 5U);
}

TEST_F(VdecTest, SeveralThreadsSendAndDestroy) {
    std::vector<std::thread> threads;
    std::atomic<int> sent{0};
    std::vector<aclvdecChannelDesc*> channels(6);
    for (aclvdecChannelDesc*& one : channels) {
        one = channel(sent % 2 == 0 ? H265_MAIN_LEVEL : H264_MAIN_LEVEL);
    }
    acldvppStreamDesc* const input = piece(noise_);
    acldvppPicDesc* const output = picture(1000);
    const aclrtContext context = current_context();
    for (size_t i = 0; i < 4; ++i) {
        threads.emplace_back([&, i] {
            EXPECT_OK(aclrtSetCurrentContext(context));
            for (size_t round = 0; round < 60; ++round) {
                sent += aclvdecSendFrame(channels[(i + round) % channels.size()], input, output, nullptr, nullptr) ==
                        ACL_SUCCESS;
            }
            aclvdecDestroyChannel(channels[i]);
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    for (aclvdecChannelDesc* one : channels) {
        aclvdecDestroyChannel(one);
    }
    EXPECT_EQ(heard().size(), static_cast<size_t>(sent));
    EXPECT_GT(sent, 60);
}

TEST_F(VdecTest, ChannelsMayBeLeftToTheEndOfTheLibrary) {
    for (int i = 0; i < 3; ++i) {
        aclvdecChannelDesc* const desc = channel();
        for (int sent = 0; sent < 20; ++sent) {
            EXPECT_OK(aclvdecSendSkippedFrame(desc, piece(noise_), nullptr, nullptr));
        }
    }
}

}  // namespace
}  // namespace softacl::test
