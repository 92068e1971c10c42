// SPDX-License-Identifier: Apache-2.0
// Decoding of video (manual 10.7.4.2, 10.7.9, 10.14.25): descriptions, channels, pieces of video and their callbacks.
// That pictures are decoded bit for bit is judged by tests/unit/media.
#include <algorithm>
#include <atomic>
#include <cmath>
#include <functional>
#include <mutex>
#include <numeric>

#include "acl/ops/acl_dvpp.h"
#include "api/fixture.h"
#include "api/report_thread.h"
#include "media/video_clips.h"
#include "softacl/media_callback.h"

namespace softacl::test {
namespace {

// --- Descriptions

class VdecDescTest : public Library {
   protected:
    ~VdecDescTest() override { EXPECT_OK(aclvdecDestroyChannelDesc(desc_)); }

    aclError set(aclvdecChannelDescParamType type, uint32_t value) {
        return aclvdecSetChannelDescParam(desc_, type, sizeof value, &value);
    }
    uint32_t get(aclvdecChannelDescParamType type) {
        uint32_t value = 0;
        size_t size = 0;
        EXPECT_OK(aclvdecGetChannelDescParam(desc_, type, sizeof value, &size, &value));
        EXPECT_EQ(size, sizeof value);
        return value;
    }

    aclvdecChannelDesc* const desc_ = aclvdecCreateChannelDesc();
};

struct Parameter {
    const char* name;
    aclvdecChannelDescParamType type;
    std::function<aclError(aclvdecChannelDesc*, uint32_t)> set;
    std::function<uint32_t(const aclvdecChannelDesc*)> get;
    uint32_t initial;
    std::vector<uint32_t> good;
    std::vector<uint32_t> bad;
};

std::vector<Parameter> parameters() {
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
        SCOPED_TRACE(parameter.name);
        EXPECT_EQ(get(parameter.type), parameter.initial);
        for (const uint32_t value : parameter.good) {
            EXPECT_OK(set(parameter.type, value));
            EXPECT_EQ(get(parameter.type), value);
        }
        for (const uint32_t value : parameter.bad) {
            EXPECT_CODE(ACL_ERROR_INVALID_PARAM, set(parameter.type, value));
        }
        EXPECT_EQ(get(parameter.type), parameter.good.back());
        if (parameter.set == nullptr) {
            continue;
        }
        for (const uint32_t value : parameter.good) {
            EXPECT_EQ(parameter.set(desc_, value), ACL_SUCCESS);
            EXPECT_EQ(parameter.get(desc_), value);
            EXPECT_EQ(get(parameter.type), value);
        }
        for (const uint32_t value : parameter.bad) {
            EXPECT_EQ(parameter.set(desc_, value), ACL_ERROR_INVALID_PARAM) << value;
        }
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

// --- Channels

struct Heard {
    acldvppStreamDesc* input;
    acldvppPicDesc* output;
    void* user_data;
    uint64_t thread;
    uint32_t ret_code;
};

class VdecTest : public Runtime {
   protected:
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
    static std::atomic<VdecTest*> instance;
    ReportThread thread_;  // last: it ends before what its callbacks use
};
std::atomic<VdecTest*> VdecTest::instance{nullptr};

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

TEST_F(VdecTest, EveryPieceIsAnsweredEvenNoise) {
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

TEST_F(VdecTest, RefusesPiecesThatAreNotDescribedAsTheyMustBe) {
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

TEST_F(VdecTest, RefusesPicturesThatDecodingDoesNotGive) {
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

// --- Pictures

class VdecPictureTest : public VdecTest {
   protected:
    void SetUp() override {
        if (!has_ffmpeg()) {
            GTEST_SKIP() << kNoFfmpeg;
        }
    }
    static Clip clip(const std::string& params, int width = 320, int height = 240) {
        ClipOptions options;
        options.params = params;
        options.width = width;
        options.height = height;
        options.frames = 6;
        return make_clip(options);
    }
    // A sample of the encoder's picture.
    static int planar(const Clip& source, size_t number, size_t width, size_t height, size_t plane, size_t x,
                      size_t y) {
        const size_t picture = number * width * height * 3 / 2;
        const size_t chroma = width * height / 4;
        const size_t at = plane == 0 ? y * width + x : width * height + (plane - 1) * chroma + y * (width / 2) + x;
        return source.encoders[picture + at];
    }
};

TEST_F(VdecPictureTest, HavePaddedRowsAndLeaveThePaddingAlone) {
    constexpr uint32_t kWidth = 322;
    constexpr uint32_t kHeight = 246;
    const Clip source = clip("bframes=0", kWidth, kHeight);
    struct Case {
        acldvppPixelFormat format;
        uint32_t set;  // sizes or not
        uint32_t width_stride;
        uint32_t height_stride;
    };
    for (const Case& one : {Case{PIXEL_FORMAT_YUV_400, 0, 336, 246}, Case{PIXEL_FORMAT_YVU_SEMIPLANAR_420, 0, 336, 246},
                            Case{PIXEL_FORMAT_YUV_SEMIPLANAR_420, 1, 368, 250}}) {
        heard_.clear();
        aclvdecChannelDesc* const desc = channel();
        acldvppPicDesc* const output = picture(one.width_stride * one.height_stride * 3 / 2 + 64);
        EXPECT_OK(acldvppSetPicDescFormat(output, one.format));
        if (one.set != 0) {
            set_sizes(output, kWidth, kHeight, one.width_stride, one.height_stride);
        }
        EXPECT_OK(aclvdecSendFrame(desc, piece(source.packets[0]), output, nullptr, nullptr));
        EXPECT_OK(aclvdecDestroyChannel(desc));
        ASSERT_EQ(heard().size(), 1U);
        EXPECT_EQ(heard()[0].ret_code, 0U);
        const bool swapped = one.format == PIXEL_FORMAT_YVU_SEMIPLANAR_420;
        EXPECT_EQ(acldvppGetPicDescFormat(output), swapped ? 2 : 1) << "the channel's, if not set";
        EXPECT_EQ(acldvppGetPicDescWidth(output), kWidth);
        EXPECT_EQ(acldvppGetPicDescHeight(output), kHeight);
        EXPECT_EQ(acldvppGetPicDescWidthStride(output), one.width_stride);
        EXPECT_EQ(acldvppGetPicDescHeightStride(output), one.height_stride);
        const uint8_t* const bytes = data(output);
        size_t wrong = 0;
        for (uint32_t y = 0; y < one.height_stride * 3 / 2; ++y) {
            for (uint32_t x = 0; x < one.width_stride; ++x) {
                const bool luma = y < one.height_stride;
                const uint32_t row = luma ? y : y - one.height_stride;
                int expected = 77;
                if (x < kWidth && row < (luma ? kHeight : kHeight / 2)) {
                    const size_t plane = luma ? 0 : 1 + (x % 2 != (swapped ? 1U : 0U));
                    expected = planar(source, 0, kWidth, kHeight, plane, luma ? x : x / 2, row);
                }
                wrong += bytes[y * one.width_stride + x] != expected;
            }
        }
        EXPECT_EQ(wrong, 0U);
    }
}

TEST_F(VdecPictureTest, ComeInDisplayOrderEachInItsOutput) {
    const Clip source = clip("bframes=2:b-adapt=0");
    aclvdecChannelDesc* const desc = channel(H264_HIGH_LEVEL);
    constexpr uint32_t kSize = 320 * 240 * 3 / 2;
    std::vector<int> numbers(source.packets.size());
    std::vector<acldvppPicDesc*> outputs;
    for (size_t i = 0; i < numbers.size(); ++i) {
        outputs.push_back(picture(kSize));
        EXPECT_OK(aclvdecSendFrame(desc, piece(source.packets[i]), outputs.back(), nullptr, &numbers[i]));
    }
    EXPECT_OK(send_end(desc));
    const auto all = heard();
    ASSERT_EQ(all.size(), numbers.size()) << "the end waits for the callbacks";
    for (size_t i = 0; i < all.size(); ++i) {
        EXPECT_EQ(all[i].ret_code, 0U);
        const auto sent = static_cast<size_t>(static_cast<int*>(all[i].user_data) - numbers.data());
        EXPECT_EQ(all[i].output, outputs[sent]);
        EXPECT_EQ(std::memcmp(data(all[i].output), &source.encoders[i * kSize], 320 * 240), 0) << i;
    }
    EXPECT_OK(aclvdecDestroyChannel(desc));
    EXPECT_EQ(heard().size(), numbers.size());
}

TEST_F(VdecPictureTest, AreResizedAndConverted) {
    const Clip source = clip("bframes=0");
    const struct {
        acldvppPixelFormat format;
        uint32_t width;
        uint32_t height;
        uint32_t matrix;
    } kCases[] = {{PIXEL_FORMAT_YUV_SEMIPLANAR_420, 160, 120, 0},
                  {PIXEL_FORMAT_RGB_888, 320, 240, 0},
                  {PIXEL_FORMAT_BGR_888, 320, 240, 1}};
    for (const auto& one : kCases) {
        const bool rgb = one.format != PIXEL_FORMAT_YUV_SEMIPLANAR_420;
        aclvdecChannelDesc* const desc = described();
        EXPECT_OK(aclvdecSetChannelDescOutPicFormat(desc, one.format));
        EXPECT_OK(aclvdecSetChannelDescParam(desc, ACL_VDEC_CSC_MATRIX_UINT32, 4, &one.matrix));
        EXPECT_OK(aclvdecCreateChannel(desc));
        const uint32_t stride = one.width * (rgb ? 3 : 1);
        acldvppPicDesc* const output = picture(stride * one.height * (rgb ? 2 : 3) / 2);
        set_sizes(output, one.width, one.height, stride, one.height);
        EXPECT_OK(aclvdecSendFrame(desc, piece(source.packets[0]), output, nullptr, nullptr));
        EXPECT_OK(aclvdecDestroyChannel(desc));
        EXPECT_EQ(acldvppGetPicDescRetCode(output), 0U);
        EXPECT_EQ(acldvppGetPicDescFormat(output), one.format);
        const uint8_t* const bytes = data(output);
        double worst = 0;
        for (uint32_t y = 0; y < one.height; ++y) {
            for (uint32_t x = 0; x < one.width; ++x) {
                const auto at = [&](size_t plane, size_t px, size_t py) {
                    return static_cast<double>(planar(source, 0, 320, 240, plane, px, py));
                };
                if (!rgb) {  // exactly half: the mean of four
                    const double mean = (at(0, 2 * x, 2 * y) + at(0, 2 * x + 1, 2 * y) + at(0, 2 * x, 2 * y + 1) +
                                         at(0, 2 * x + 1, 2 * y + 1)) /
                                        4;
                    worst = std::max(worst, std::abs(bytes[y * stride + x] - mean));
                    continue;
                }
                const double luma = (one.matrix == 0 ? 1.0 : 1.16438) * (at(0, x, y) - (one.matrix == 0 ? 0 : 16));
                const double u = at(1, x / 2, y / 2) - 128;
                const double v = at(2, x / 2, y / 2) - 128;
                const double red = luma + (one.matrix == 0 ? 1.402 : 1.59602) * v;
                const double green =
                    luma - (one.matrix == 0 ? .344 : .39176) * u - (one.matrix == 0 ? .714 : .81297) * v;
                const double blue = luma + (one.matrix == 0 ? 1.772 : 2.01723) * u;
                const double expected[] = {red, green, blue};
                for (size_t i = 0; i < 3; ++i) {
                    const int found = bytes[y * stride + 3 * x + (one.format == PIXEL_FORMAT_RGB_888 ? i : 2 - i)];
                    worst = std::max(worst, std::abs(found - std::clamp(expected[i], 0.0, 255.0)));
                }
            }
        }
        EXPECT_LE(worst, 0.6) << one.format;
    }
}

TEST_F(VdecPictureTest, SayWhyTheyAreNotThere) {
    const Clip source = clip("bframes=0");
    const auto code = [&](acldvppPicDesc* output, uint32_t most = 0) {
        aclvdecChannelDesc* const desc = described();
        EXPECT_OK(aclvdecSetChannelDescOutPicWidth(desc, most));
        EXPECT_OK(aclvdecCreateChannel(desc));
        EXPECT_OK(aclvdecSendFrame(desc, piece(source.packets[0]), output, nullptr, nullptr));
        EXPECT_OK(aclvdecDestroyChannel(desc));
        return acldvppGetPicDescRetCode(output);
    };
    EXPECT_EQ(code(picture(320 * 240 * 3 / 2)), 0U);
    EXPECT_EQ(code(picture(320 * 240 * 3 / 2 - 1)), 0x20002U) << "the memory is too small";
    EXPECT_EQ(code(picture(320 * 240 * 3 / 2), 318), 0x20002U) << "wider than the channel was made for";
    acldvppPicDesc* const rgb = picture(320 * 240 * 3 / 2);
    EXPECT_OK(acldvppSetPicDescFormat(rgb, PIXEL_FORMAT_RGB_888));
    EXPECT_EQ(code(rgb), 0x20002U);
}

TEST_F(VdecPictureTest, SkippedOnesAreDecodedAllTheSame) {
    const Clip source = clip("bframes=0");
    aclvdecChannelDesc* const desc = channel();
    constexpr uint32_t kSize = 320 * 240 * 3 / 2;
    std::vector<acldvppPicDesc*> outputs;
    for (size_t i = 0; i < source.packets.size(); ++i) {
        acldvppStreamDesc* const input = piece(source.packets[i]);
        if (i % 2 == 0) {
            EXPECT_OK(aclvdecSendSkippedFrame(desc, input, nullptr, nullptr));
        } else {
            outputs.push_back(picture(kSize));
            EXPECT_OK(aclvdecSendFrame(desc, input, outputs.back(), nullptr, nullptr));
        }
    }
    EXPECT_OK(aclvdecDestroyChannel(desc));
    ASSERT_EQ(heard().size(), source.packets.size());
    for (size_t i = 0; i < outputs.size(); ++i) {
        EXPECT_EQ(heard()[2 * i].output, nullptr);
        EXPECT_EQ(std::memcmp(data(outputs[i]), &source.encoders[(2 * i + 1) * kSize], 320 * 240), 0) << i;
    }
}

// Channels of one thread and of several, at once.
TEST_F(VdecPictureTest, ManyChannelsDecodeAtOnce) {
    const Clip source = clip("bframes=1:b-adapt=0", 160, 128);
    constexpr uint32_t kSize = 160 * 128 * 3 / 2;
    std::atomic<int> wrong{0};
    const aclrtContext context = current_context();
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i) {
        threads.emplace_back([&] {
            EXPECT_OK(aclrtSetCurrentContext(context));
            aclvdecChannelDesc* const desc = channel();
            std::vector<acldvppPicDesc*> outputs;
            for (const Bytes& packet : source.packets) {
                outputs.push_back(picture(kSize));
                EXPECT_OK(aclvdecSendFrame(desc, piece(packet), outputs.back(), nullptr, nullptr));
            }
            EXPECT_OK(aclvdecDestroyChannel(desc));
            for (acldvppPicDesc* output : outputs) {
                bool found = false;
                for (size_t n = 0; n < outputs.size(); ++n) {
                    found = found || std::memcmp(data(output), &source.encoders[n * kSize], 160 * 128) == 0;
                }
                wrong += !found;
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    EXPECT_EQ(wrong, 0);
    EXPECT_EQ(heard().size(), 8 * source.packets.size());
}

}  // namespace
}  // namespace softacl::test
