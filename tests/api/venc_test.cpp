// SPDX-License-Identifier: Apache-2.0
// Encoding of video (manual 10.7.4.3, 10.7.10, 10.14.26): descriptions, channels, pictures and their callbacks. What
// the coded video looks like is judged by tests/unit/media and tests/python/media.
#include <atomic>
#include <functional>
#include <mutex>

#include "acl/ops/acl_dvpp.h"
#include "api/fixture.h"
#include "api/report_thread.h"
#include "softacl/media_callback.h"

namespace softacl::test {
namespace {

constexpr uint32_t kMiB = 1024 * 1024;

// --- Descriptions

class VencDescTest : public Library {
   protected:
    ~VencDescTest() override { EXPECT_OK(aclvencDestroyChannelDesc(desc_)); }

    aclError set(aclvencChannelDescParamType type, uint32_t value) {
        return aclvencSetChannelDescParam(desc_, type, sizeof value, &value);
    }
    uint32_t get(aclvencChannelDescParamType type) {
        uint32_t value = 0;
        size_t size = 0;
        EXPECT_OK(aclvencGetChannelDescParam(desc_, type, sizeof value, &size, &value));
        EXPECT_EQ(size, sizeof value);
        return value;
    }

    aclvencChannelDesc* const desc_ = aclvencCreateChannelDesc();
};

struct Parameter {
    const char* name;
    aclvencChannelDescParamType type;
    std::function<aclError(aclvencChannelDesc*, uint32_t)> set;
    std::function<uint32_t(const aclvencChannelDesc*)> get;
    uint32_t initial;
    std::vector<uint32_t> good;
    std::vector<uint32_t> bad;
};

std::vector<Parameter> parameters() {
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
        SCOPED_TRACE(parameter.name);
        EXPECT_EQ(get(parameter.type), parameter.initial);
        for (const uint32_t value : parameter.good) {
            EXPECT_OK(set(parameter.type, value));
            EXPECT_EQ(get(parameter.type), value);
        }
        for (const uint32_t value : parameter.bad) {
            EXPECT_CODE(ACL_ERROR_INVALID_PARAM, set(parameter.type, value));
        }
        if (parameter.set != nullptr) {
            for (const uint32_t value : parameter.good) {
                EXPECT_EQ(parameter.set(desc_, value), ACL_SUCCESS);
                EXPECT_EQ(parameter.get(desc_), value);
                EXPECT_EQ(get(parameter.type), value);
            }
            for (const uint32_t value : parameter.bad) {
                EXPECT_EQ(parameter.set(desc_, value), ACL_ERROR_INVALID_PARAM) << value;
            }
        }
        EXPECT_EQ(get(parameter.type), parameter.good.back()) << "what was refused changes nothing";
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

// --- Channels

constexpr uint32_t kWidth = 120;  // rows are 128 bytes
constexpr uint32_t kHeight = 116;
constexpr uint32_t kPictureSize = 128 * kHeight * 3 / 2;

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
std::mutex g_heard_mutex;
std::vector<Heard> g_heard;  // each test has a process of its own

std::vector<Heard> heard() {
    const std::lock_guard lock(g_heard_mutex);
    return g_heard;
}

void hear(acldvppPicDesc* picture, acldvppStreamDesc* coded, void* user_data) {
    Heard one{picture,
              user_data,
              static_cast<uint64_t>(pthread_self()),
              acldvppGetStreamDescData(coded),
              acldvppGetStreamDescRetCode(coded),
              {}};
    const auto* data = static_cast<const uint8_t*>(one.address);
    one.data.assign(data, data + acldvppGetStreamDescSize(coded));
    const std::lock_guard lock(g_heard_mutex);
    g_heard.push_back(std::move(one));
}

class VencTest : public Runtime {
   protected:
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

    ReportThread thread_;
    uint8_t* memory_;
    acldvppPicDesc* const picture_ = acldvppCreatePicDesc();
    aclvencFrameConfig* const config_ = aclvencCreateFrameConfig();
};

class VencCodingTest : public VencTest, public testing::WithParamInterface<acldvppStreamFormat> {};

TEST_P(VencCodingTest, EachPictureComesBackInTheThreadInOrder) {
    aclvencChannelDesc* const desc = channel(GetParam());
    int numbers[10];
    for (int& number : numbers) {
        EXPECT_OK(send(desc, picture_, &number - numbers == 4, false, &number));
    }
    EXPECT_OK(send_end(desc));
    EXPECT_OK(aclvencDestroyChannel(desc));
    const auto all = heard();
    ASSERT_EQ(all.size(), std::size(numbers)) << "no callback for the end";
    for (size_t i = 0; i < all.size(); ++i) {
        EXPECT_EQ(all[i].user_data, &numbers[i]);
        EXPECT_EQ(all[i].picture, picture_);
        EXPECT_EQ(all[i].thread, thread_.id());
        EXPECT_EQ(all[i].ret_code, 0U);
        EXPECT_EQ(all[i].begins_sequence(GetParam()), i == 0 || i == 4) << i;
    }
    EXPECT_EQ(acldvppGetPicDescRetCode(picture_), 0U);
}
INSTANTIATE_TEST_SUITE_P(Codings, VencCodingTest,
                         testing::Values(H265_MAIN_LEVEL, H264_BASELINE_LEVEL, H264_MAIN_LEVEL, H264_HIGH_LEVEL));

TEST_F(VencTest, BeginsAgainAfterTheIntervalAndAfterTheEnd) {
    aclvencChannelDesc* const desc = described();
    EXPECT_OK(aclvencSetChannelDescKeyFrameInterval(desc, 3));
    EXPECT_OK(aclvencCreateChannel(desc));
    for (int i = 0; i < 5; ++i) {
        EXPECT_OK(send(desc, picture_));
    }
    EXPECT_OK(send_end(desc));
    EXPECT_OK(send(desc, picture_));
    EXPECT_OK(send(desc, picture_, false, true));  // a picture may carry the end
    EXPECT_OK(aclvencDestroyChannel(desc));
    std::vector<int> begins;
    for (const Heard& one : heard()) {
        begins.push_back(one.begins_sequence(H264_MAIN_LEVEL));
    }
    EXPECT_EQ(begins, (std::vector<int>{1, 0, 0, 1, 0, 1, 0}));
}

TEST_F(VencTest, TheEndWaitsUntilPicturesAreNoLongerNeeded) {
    aclvencChannelDesc* const desc = channel(H265_MAIN_LEVEL);
    acldvppPicDesc* const picture = acldvppCreatePicDesc();
    uint8_t* const memory = device_memory(kPictureSize);
    std::memcpy(memory, memory_, kPictureSize);
    EXPECT_OK(acldvppSetPicDescData(picture, memory));
    EXPECT_OK(acldvppSetPicDescSize(picture, kPictureSize));
    for (int i = 0; i < 4; ++i) {
        EXPECT_OK(send(desc, picture));
    }
    EXPECT_OK(send_end(desc));
    std::memset(memory, 255, kPictureSize);
    EXPECT_OK(acldvppDestroyPicDesc(picture));
    EXPECT_OK(aclrtFree(memory));
    EXPECT_OK(aclvencDestroyChannel(desc));
    aclvencChannelDesc* const other = channel(H265_MAIN_LEVEL);
    for (int i = 0; i < 4; ++i) {
        EXPECT_OK(send(other, picture_));
    }
    EXPECT_OK(aclvencDestroyChannel(other));
    const auto all = heard();
    ASSERT_EQ(all.size(), 8U);
    for (int i = 0; i < 4; ++i) {
        EXPECT_EQ(all[i].data, all[i + 4].data) << "the same pictures";
    }
}

TEST_F(VencTest, ReadsThePictureWithItsStridesInTheChannelsFormat) {
    // The same picture three times: as it is, in longer rows and planes, and with swapped chroma in the other format.
    const uint32_t stride = 160;
    const uint32_t height_stride = 128;
    uint8_t* const wide = device_memory(stride * height_stride * 3 / 2);
    uint8_t* const swapped = device_memory(kPictureSize);
    std::memset(wide, 99, stride * height_stride * 3 / 2);
    std::memcpy(swapped, memory_, kPictureSize);
    for (uint32_t y = 0; y < kHeight * 3 / 2; ++y) {
        const uint32_t to = y < kHeight ? y : y - kHeight + height_stride;
        std::memcpy(wide + to * stride, memory_ + y * 128, 128);
        for (uint32_t x = 0; y >= kHeight && x < 128; ++x) {
            swapped[y * 128 + x] = memory_[y * 128 + (x ^ 1)];
        }
    }
    acldvppPicDesc* const pictures[] = {picture_, acldvppCreatePicDesc(), acldvppCreatePicDesc()};
    EXPECT_OK(acldvppSetPicDescData(pictures[1], wide));
    EXPECT_OK(acldvppSetPicDescSize(pictures[1], stride * height_stride * 3 / 2));
    EXPECT_OK(acldvppSetPicDescWidth(pictures[1], kWidth));
    EXPECT_OK(acldvppSetPicDescHeight(pictures[1], kHeight));
    EXPECT_OK(acldvppSetPicDescWidthStride(pictures[1], stride));
    EXPECT_OK(acldvppSetPicDescHeightStride(pictures[1], height_stride));
    EXPECT_OK(acldvppSetPicDescFormat(pictures[1], PIXEL_FORMAT_RGB_888));  // of no effect
    EXPECT_OK(acldvppSetPicDescData(pictures[2], swapped));
    EXPECT_OK(acldvppSetPicDescSize(pictures[2], kPictureSize));
    for (int i = 0; i < 3; ++i) {
        aclvencChannelDesc* const desc = described(H264_HIGH_LEVEL);
        EXPECT_OK(aclvencSetChannelDescPicFormat(
            desc, i == 2 ? PIXEL_FORMAT_YVU_SEMIPLANAR_420 : PIXEL_FORMAT_YUV_SEMIPLANAR_420));
        EXPECT_OK(aclvencCreateChannel(desc));
        EXPECT_OK(send(desc, pictures[i]));
        EXPECT_OK(aclvencDestroyChannel(desc));
    }
    const auto all = heard();
    ASSERT_EQ(all.size(), 3U);
    EXPECT_EQ(all[0].data, all[1].data);
    EXPECT_EQ(all[0].data, all[2].data);
}

TEST_F(VencTest, UsesTheBufferThatWasSet) {
    uint8_t* const buffer = device_memory(5 * kMiB);
    aclvencChannelDesc* const desc = described();
    EXPECT_OK(aclvencSetChannelDescBufAddr(desc, buffer));
    EXPECT_OK(aclvencSetChannelDescBufSize(desc, 5 * kMiB));
    EXPECT_OK(aclvencCreateChannel(desc));
    EXPECT_OK(send(desc, picture_));
    EXPECT_OK(send(desc, picture_));
    EXPECT_OK(aclvencDestroyChannel(desc));
    ASSERT_EQ(heard().size(), 2U);
    EXPECT_EQ(heard()[0].address, buffer);
    EXPECT_EQ(heard()[1].address, buffer);
}

TEST_F(VencTest, TakesItsMemoryFromTheDeviceAndGivesItBack) {
    const size_t before = mem_info().free;
    aclvencChannelDesc* const desc = channel();
    EXPECT_LE(mem_info().free, before - 8 * kMiB);
    EXPECT_OK(aclvencDestroyChannel(desc));
    EXPECT_EQ(mem_info().free, before);
}

TEST_F(VencTest, RefusesPicturesThatDoNotFit) {
    aclvencChannelDesc* const desc = channel();
    const auto refuses = [&](aclError code, const std::function<void(acldvppPicDesc*)>& spoil) {
        acldvppPicDesc* const picture = acldvppCreatePicDesc();
        EXPECT_OK(acldvppSetPicDescData(picture, memory_));
        EXPECT_OK(acldvppSetPicDescSize(picture, kPictureSize));
        spoil(picture);
        EXPECT_CODE(code, send(desc, picture));
        EXPECT_OK(acldvppDestroyPicDesc(picture));
    };
    const aclError invalid = ACL_ERROR_INVALID_PARAM;
    refuses(invalid, [](auto* picture) { EXPECT_OK(acldvppSetPicDescSize(picture, kPictureSize - 1)); });
    refuses(invalid, [](auto* picture) { EXPECT_OK(acldvppSetPicDescWidth(picture, kWidth - 2)); });
    refuses(invalid, [](auto* picture) { EXPECT_OK(acldvppSetPicDescHeight(picture, kHeight + 2)); });
    refuses(invalid, [](auto* picture) { EXPECT_OK(acldvppSetPicDescWidthStride(picture, kWidth)); });
    refuses(invalid, [](auto* picture) { EXPECT_OK(acldvppSetPicDescWidthStride(picture, 112)); });
    refuses(invalid,
            [](auto* picture) { EXPECT_OK(acldvppSetPicDescWidthStride(picture, 144)); });  // too little memory
    refuses(invalid, [](auto* picture) { EXPECT_OK(acldvppSetPicDescHeightStride(picture, kHeight - 2)); });
    refuses(invalid, [](auto* picture) { EXPECT_OK(acldvppSetPicDescHeightStride(picture, kHeight + 1)); });
    refuses(invalid, [](auto* picture) { EXPECT_OK(acldvppSetPicDescSize(picture, 0)); });
    refuses(invalid, [](auto* picture) { EXPECT_OK(acldvppSetPicDescData(picture, nullptr)); });
    std::vector<uint8_t> on_host(kPictureSize);
    refuses(ACL_ERROR_RT_PARAM_INVALID,
            [&](auto* picture) { EXPECT_OK(acldvppSetPicDescData(picture, on_host.data())); });
    refuses(ACL_ERROR_RT_PARAM_INVALID,
            [&](auto* picture) { EXPECT_OK(acldvppSetPicDescData(picture, memory_ + kPictureSize / 2)); });
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, send(desc, nullptr));
    acldvppPicDesc* const gone = acldvppCreatePicDesc();
    EXPECT_OK(acldvppDestroyPicDesc(gone));
    EXPECT_CODE(ACL_ERROR_INVALID_RESOURCE_HANDLE, send(desc, gone));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclvencSendFrame(desc, picture_, nullptr, nullptr, nullptr));
    EXPECT_OK(aclvencSetChannelDescCallback(desc, nullptr));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, send(desc, picture_));
    EXPECT_OK(aclvencDestroyChannel(desc));
    EXPECT_TRUE(heard().empty());
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

// --- Ends that are no good ends: nothing hangs, and what the callback would have got is given back.

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
