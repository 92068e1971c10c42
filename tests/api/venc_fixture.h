// SPDX-License-Identifier: Apache-2.0
// What tests of encoding video share: channels whose callbacks are heard, and a picture to send.
#pragma once

#include <functional>
#include <mutex>

#include "acl/ops/acl_dvpp.h"
#include "api/fixture.h"
#include "api/report_thread.h"

namespace softacl::test {

constexpr uint32_t kMiB = 1024 * 1024;
constexpr uint32_t kWidth = 120;  // rows are 128 bytes
constexpr uint32_t kHeight = 116;
constexpr uint32_t kPictureSize = 128 * kHeight * 3 / 2;

class VencTest : public Runtime {
   protected:
    // What callbacks got.
    struct Heard {
        acldvppPicDesc* picture;
        void* user_data;
        uint64_t thread;
        void* address;
        uint32_t ret_code;
        std::vector<uint8_t> data;

        // Whether the piece begins with a parameter set. H.264: types 7 and 8; H.265: types 32 to 34.
        bool begins_sequence(acldvppStreamFormat coding) const {
            const size_t at = data.at(2) == 1 ? 3 : 4;
            return coding == H265_MAIN_LEVEL ? (data.at(at) >> 1 & 63) == 32 : (data.at(at) & 31) == 7;
        }
    };

    static std::vector<Heard> heard() {
        const std::lock_guard lock(heard_mutex_);
        return heard_;
    }
    static void hear(acldvppPicDesc* picture, acldvppStreamDesc* coded, void* user_data) {
        Heard one{picture,
                  user_data,
                  static_cast<uint64_t>(pthread_self()),
                  acldvppGetStreamDescData(coded),
                  acldvppGetStreamDescRetCode(coded),
                  {}};
        const auto* data = static_cast<const uint8_t*>(one.address);
        one.data.assign(data, data + acldvppGetStreamDescSize(coded));
        const std::lock_guard lock(heard_mutex_);
        heard_.push_back(std::move(one));
    }

    explicit VencTest(const Environment& variables = {}) : Runtime(variables) {
        memory_ = device_memory(kPictureSize);
        for (uint32_t i = 0; i < kPictureSize; ++i) {
            memory_[i] = static_cast<uint8_t>(i / 128 + i % 128);
        }
        EXPECT_OK(acldvppSetPicDescData(picture_, memory_));
        EXPECT_OK(acldvppSetPicDescSize(picture_, kPictureSize));
    }

    aclvencChannelDesc* described(acldvppStreamFormat coding = H264_MAIN_LEVEL) {
        aclvencChannelDesc* const desc = aclvencCreateChannelDesc();
        EXPECT_OK(aclvencSetChannelDescThreadId(desc, thread_.id()));
        EXPECT_OK(aclvencSetChannelDescCallback(desc, hear));
        EXPECT_OK(aclvencSetChannelDescEnType(desc, coding));
        EXPECT_OK(aclvencSetChannelDescPicWidth(desc, kWidth));
        EXPECT_OK(aclvencSetChannelDescPicHeight(desc, kHeight));
        return desc;
    }
    aclvencChannelDesc* channel(acldvppStreamFormat coding = H264_MAIN_LEVEL) {
        aclvencChannelDesc* const desc = described(coding);
        EXPECT_OK(aclvencCreateChannel(desc));
        return desc;
    }
    aclError send(aclvencChannelDesc* desc, acldvppPicDesc* picture, bool force = false, bool eos = false,
                  void* user_data = nullptr) {
        EXPECT_OK(aclvencSetFrameConfigForceIFrame(config_, force));
        EXPECT_OK(aclvencSetFrameConfigEos(config_, eos));
        const aclError code = aclvencSendFrame(desc, picture, nullptr, config_, user_data);
        // What it says now is for the next one.
        EXPECT_OK(aclvencSetFrameConfigForceIFrame(config_, 1 - force));
        EXPECT_OK(aclvencSetFrameConfigEos(config_, 1 - eos));
        return code;
    }
    aclError send_end(aclvencChannelDesc* desc) { return send(desc, nullptr, false, true); }

    // Each test has a process of its own.
    inline static std::mutex heard_mutex_;
    inline static std::vector<Heard> heard_;
    ReportThread thread_;
    uint8_t* memory_;
    acldvppPicDesc* const picture_ = acldvppCreatePicDesc();
    aclvencFrameConfig* const config_ = aclvencCreateFrameConfig();
};

}  // namespace softacl::test
