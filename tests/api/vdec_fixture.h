// SPDX-License-Identifier: Apache-2.0
// What tests of decoding video share: channels whose callbacks are heard, pieces of video and pictures to decode into.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>

#include "acl/ops/acl_dvpp.h"
#include "api/fixture.h"
#include "api/report_thread.h"
#include "media/video_clips.h"

namespace softacl::test {

class VdecTest : public Runtime {
   protected:
    struct Heard {
        acldvppStreamDesc* input;
        acldvppPicDesc* output;
        void* user_data;
        uint64_t thread;
        uint32_t ret_code;
    };

    VdecTest() : Runtime({{"SOFTACL_DEVICES", "2"}}) { instance = this; }
    ~VdecTest() override { instance = nullptr; }

    static void hear(acldvppStreamDesc* input, acldvppPicDesc* output, void* user_data) {
        VdecTest* const test = instance;
        if (test == nullptr) {
            return;  // left to the end of the library
        }
        if (test->on_callback_) {
            test->on_callback_();
        }
        const std::lock_guard lock(test->mutex_);
        test->heard_.push_back(
            {input, output, user_data, pthread_self(), output != nullptr ? acldvppGetPicDescRetCode(output) : 0});
    }
    std::vector<Heard> heard() {
        const std::lock_guard lock(mutex_);
        return heard_;
    }

    aclvdecChannelDesc* described(acldvppStreamFormat coding = H264_MAIN_LEVEL, uint64_t thread = 0) {
        aclvdecChannelDesc* const desc = aclvdecCreateChannelDesc();
        EXPECT_OK(aclvdecSetChannelDescThreadId(desc, thread == 0 ? thread_.id() : thread));
        EXPECT_OK(aclvdecSetChannelDescCallback(desc, hear));
        EXPECT_OK(aclvdecSetChannelDescEnType(desc, coding));
        return desc;
    }
    aclvdecChannelDesc* channel(acldvppStreamFormat coding = H264_MAIN_LEVEL) {
        aclvdecChannelDesc* const desc = described(coding);
        EXPECT_OK(aclvdecCreateChannel(desc));
        return desc;
    }

    static acldvppStreamDesc* piece(const Bytes& bytes, uint8_t eos = 0) {
        acldvppStreamDesc* const desc = acldvppCreateStreamDesc();
        if (!bytes.empty()) {
            void* memory = nullptr;
            EXPECT_OK(acldvppMalloc(&memory, bytes.size()));
            std::memcpy(memory, bytes.data(), bytes.size());
            EXPECT_OK(acldvppSetStreamDescData(desc, memory));
            EXPECT_OK(acldvppSetStreamDescSize(desc, static_cast<uint32_t>(bytes.size())));
        }
        EXPECT_OK(acldvppSetStreamDescEos(desc, eos));
        return desc;
    }
    static acldvppPicDesc* picture(uint32_t size) {
        acldvppPicDesc* const desc = acldvppCreatePicDesc();
        void* memory = nullptr;
        EXPECT_OK(acldvppMalloc(&memory, size));
        std::memset(memory, 77, size);
        EXPECT_OK(acldvppSetPicDescData(desc, memory));
        EXPECT_OK(acldvppSetPicDescSize(desc, size));
        return desc;
    }
    static void set_sizes(acldvppPicDesc* desc, uint32_t width, uint32_t height, uint32_t width_stride,
                          uint32_t height_stride) {
        EXPECT_OK(acldvppSetPicDescWidth(desc, width));
        EXPECT_OK(acldvppSetPicDescHeight(desc, height));
        EXPECT_OK(acldvppSetPicDescWidthStride(desc, width_stride));
        EXPECT_OK(acldvppSetPicDescHeightStride(desc, height_stride));
    }
    static const uint8_t* data(acldvppPicDesc* desc) {
        return static_cast<const uint8_t*>(acldvppGetPicDescData(desc));
    }
    static aclError send_end(aclvdecChannelDesc* desc) {
        return aclvdecSendFrame(desc, piece({}, 1), nullptr, nullptr, nullptr);
    }

    std::function<void()> on_callback_;
    std::mutex mutex_;
    std::vector<Heard> heard_;
    const Bytes noise_ = Bytes(100, 7);  // no video
    inline static std::atomic<VdecTest*> instance{nullptr};
    ReportThread thread_;  // last: it ends before what its callbacks use
};

}  // namespace softacl::test
