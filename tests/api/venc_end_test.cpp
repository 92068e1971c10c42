// SPDX-License-Identifier: Apache-2.0
// Encoding video: ends that are no good ends. Nothing hangs, and what the callback would have got is given back.
#include <atomic>

#include "api/venc_fixture.h"
#include "softacl/media_callback.h"

namespace softacl::test {
namespace {

std::atomic<int> g_dropped{0};
void drop(void*) { ++g_dropped; }

class VencEndTest : public VencTest {
   protected:
    aclError send_owned(aclvencChannelDesc* desc) {
        EXPECT_OK(aclvencSetFrameConfigEos(config_, 0));
        return softaclVencSendFrame(desc, picture_, nullptr, config_, drop, this);
    }
};

TEST_F(VencEndTest, APictureThatIsRefusedGivesItsDataBack) {
    EXPECT_EQ(send_owned(described()), ACL_ERROR_INVALID_PARAM);
    EXPECT_EQ(g_dropped, 1);
    aclvencChannelDesc* const desc = channel();
    EXPECT_OK(aclvencSetFrameConfigEos(config_, 1));
    EXPECT_EQ(softaclVencSendFrame(desc, nullptr, nullptr, config_, drop, this), ACL_SUCCESS);
    EXPECT_EQ(g_dropped, 2) << "the end has no callback";
    EXPECT_EQ(send_owned(desc), ACL_SUCCESS);
    EXPECT_OK(aclvencDestroyChannel(desc));
    EXPECT_EQ(g_dropped, 2);
    EXPECT_EQ(heard().size(), 1U);
}

TEST_F(VencEndTest, NobodyRunsTheCallbacks) {
    aclvencChannelDesc* const desc = described();
    EXPECT_OK(aclvencSetChannelDescThreadId(desc, pthread_self()));
    EXPECT_OK(aclvencCreateChannel(desc));
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(send_owned(desc), ACL_SUCCESS);
    }
    EXPECT_OK(send_end(desc));
    EXPECT_OK(aclvencDestroyChannel(desc));
    EXPECT_EQ(g_dropped, 3);
}

TEST_F(VencEndTest, TheProgramRunsThemItself) {
    aclvencChannelDesc* const desc = described();
    EXPECT_OK(aclvencSetChannelDescThreadId(desc, pthread_self()));
    EXPECT_OK(aclvencCreateChannel(desc));
    EXPECT_EQ(send_owned(desc), ACL_SUCCESS);
    EXPECT_OK(aclrtProcessReport(10000));
    EXPECT_EQ(heard().size(), 1U);
    EXPECT_OK(aclvencDestroyChannel(desc));
    EXPECT_EQ(g_dropped, 0);
}

aclvencChannelDesc* g_channel = nullptr;
std::atomic<bool> g_all_sent{false};
std::atomic<int> g_destroyed{-1};
void destroy_it(acldvppPicDesc*, acldvppStreamDesc*, void*) {
    while (!g_all_sent) {
        std::this_thread::yield();
    }
    if (g_destroyed == -1) {
        g_destroyed = aclvencDestroyChannel(g_channel);
    }
}

TEST_F(VencEndTest, ACallbackDestroysItsChannel) {
    g_channel = channel();
    EXPECT_OK(aclvencSetChannelDescCallback(g_channel, destroy_it));
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(send_owned(g_channel), ACL_SUCCESS);
    }
    g_all_sent = true;
    while (g_destroyed == -1) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    EXPECT_EQ(g_destroyed, ACL_SUCCESS);
    EXPECT_EQ(g_dropped, 2);
}

void destroy_both(acldvppPicDesc* picture, acldvppStreamDesc* coded, void*) {
    EXPECT_EQ(acldvppDestroyPicDesc(picture), ACL_SUCCESS);
    EXPECT_EQ(acldvppDestroyStreamDesc(coded), ACL_SUCCESS);
}

TEST_F(VencEndTest, ACallbackDestroysItsDescriptions) {
    aclvencChannelDesc* const desc = channel();
    EXPECT_OK(aclvencSetChannelDescCallback(desc, destroy_both));
    EXPECT_OK(send(desc, picture_));
    EXPECT_OK(aclvencDestroyChannel(desc));
}

TEST_F(VencEndTest, TheDescriptionIsDestroyedFirst) {
    aclvencChannelDesc* const desc = channel();
    EXPECT_EQ(send_owned(desc), ACL_SUCCESS);
    EXPECT_OK(aclvencDestroyChannelDesc(desc));
    EXPECT_CODE(ACL_ERROR_INVALID_RESOURCE_HANDLE, aclvencDestroyChannel(desc));
    EXPECT_EQ(heard().size(), 1U) << "the channel ended with it";
    EXPECT_EQ(aclvencGetChannelDescChannelId(channel()), 0U);
}

TEST_F(VencEndTest, TheDeviceIsReset) {
    aclvencChannelDesc* const desc = channel();
    EXPECT_EQ(send_owned(desc), ACL_SUCCESS);
    EXPECT_OK(aclrtResetDevice(0));
    EXPECT_OK(aclrtSetDevice(0));
    memory_ = device_memory(kPictureSize);
    EXPECT_OK(acldvppSetPicDescData(picture_, memory_));
    EXPECT_EQ(send_owned(desc), ACL_ERROR_RT_INVALID_HANDLE);
    uint8_t* const again = device_memory(8 * kMiB);  // where the channel's buffer may have been
    EXPECT_OK(aclvencDestroyChannel(desc));
    EXPECT_OK(aclrtFree(again));
    EXPECT_EQ(static_cast<size_t>(g_dropped) + heard().size(), 2U);
}

TEST_F(VencEndTest, TheLibraryEndsFirst) {
    EXPECT_EQ(send_owned(channel()), ACL_SUCCESS);  // the fixture finalizes
}

TEST_F(VencEndTest, ThreadsSendAndDestroyAtOnce) {
    for (int round = 0; round < 10; ++round) {
        aclvencChannelDesc* const desc = channel();
        std::atomic<int> sent{0};
        std::vector<std::thread> threads;
        for (int i = 0; i < 3; ++i) {
            threads.emplace_back([&] {
                aclvencFrameConfig* const config = aclvencCreateFrameConfig();
                for (int k = 0; k < 20; ++k) {
                    softaclVencSendFrame(desc, picture_, nullptr, config, drop, nullptr);
                    ++sent;
                }
                aclvencDestroyFrameConfig(config);
            });
        }
        while (sent < 5) {
            std::this_thread::yield();
        }
        EXPECT_OK(aclvencDestroyChannel(desc));
        for (std::thread& thread : threads) {
            thread.join();
        }
    }
    EXPECT_EQ(static_cast<size_t>(g_dropped) + heard().size(), 600U) << "each came to one of two ends";
}

}  // namespace
}  // namespace softacl::test
