// SPDX-License-Identifier: Apache-2.0
// VPC (manual 10.7.6): what is refused, and what reaches the picture. The numbers are judged in tests/unit/media and by
// OpenCV in tests/python/media.
#include <cstring>
#include <functional>
#include <numeric>
#include <vector>

#include "acl/ops/acl_dvpp.h"
#include "api/fixture.h"

namespace softacl::test {
namespace {

// A picture in device memory whose every byte is known.
class Pictures : public Runtime {
   protected:
    struct Sizes {
        acldvppPixelFormat format;
        uint32_t width;
        uint32_t height;
        uint32_t width_stride;
        uint32_t height_stride;
        uint32_t size;
    };
    static Sizes nv12(uint32_t width, uint32_t height) {
        return {PIXEL_FORMAT_YUV_SEMIPLANAR_420, width, height, width, height, width * height * 3 / 2};
    }
    static Sizes packed(acldvppPixelFormat format, uint32_t width, uint32_t height, uint32_t bytes) {
        return {format, width, height, width * bytes, height, width * bytes * height};
    }

    acldvppPicDesc* picture(const Sizes& sizes, acldvppPicDesc* desc = acldvppCreatePicDesc()) {
        uint8_t* const memory = device_memory(sizes.size == 0 ? 1 : sizes.size);
        std::memset(memory, 0x11, sizes.size);
        EXPECT_OK(acldvppSetPicDescData(desc, memory));
        describe(desc, sizes);
        return desc;
    }
    static void describe(acldvppPicDesc* desc, const Sizes& sizes) {
        EXPECT_OK(acldvppSetPicDescFormat(desc, sizes.format));
        EXPECT_OK(acldvppSetPicDescWidth(desc, sizes.width));
        EXPECT_OK(acldvppSetPicDescHeight(desc, sizes.height));
        EXPECT_OK(acldvppSetPicDescWidthStride(desc, sizes.width_stride));
        EXPECT_OK(acldvppSetPicDescHeightStride(desc, sizes.height_stride));
        EXPECT_OK(acldvppSetPicDescSize(desc, sizes.size));
    }
    static uint8_t* data(acldvppPicDesc* desc) { return static_cast<uint8_t*>(acldvppGetPicDescData(desc)); }

    void SetUp() override {
        Runtime::SetUp();
        ASSERT_OK(acldvppCreateChannel(channel_));
    }
    void TearDown() override {
        EXPECT_OK(acldvppDestroyChannelDesc(channel_));
        Runtime::TearDown();
    }

    aclError resize(acldvppPicDesc* from, acldvppPicDesc* to) {
        return acldvppVpcResizeAsync(channel_, from, to, config_, stream_);
    }
    aclError crop(acldvppPicDesc* from, acldvppPicDesc* to, acldvppRoiConfig* area) {
        return acldvppVpcCropAsync(channel_, from, to, area, stream_);
    }

    acldvppChannelDesc* const channel_ = acldvppCreateChannelDesc();
    acldvppResizeConfig* const config_ = acldvppCreateResizeConfig();
    const aclrtStream stream_ = new_stream();
};

TEST_F(Pictures, AreCopiedBitForBitAtTheSameSize) {
    acldvppPicDesc* const from = picture(nv12(64, 32));
    acldvppPicDesc* const to = picture(nv12(64, 32));
    std::iota(data(from), data(from) + 64 * 32 * 3 / 2, uint8_t{0});
    EXPECT_OK(acldvppSetPicDescRetCode(to, 7));
    EXPECT_OK(resize(from, to));
    EXPECT_OK(aclrtSynchronizeStream(stream_));
    EXPECT_EQ(std::memcmp(data(from), data(to), 64 * 32 * 3 / 2), 0);
    EXPECT_EQ(acldvppGetPicDescRetCode(to), 0U);
}

TEST_F(Pictures, DescriptionsMayBeChangedRightAfterTheCall) {
    acldvppPicDesc* const from = picture(nv12(64, 32));
    acldvppPicDesc* const to = picture(nv12(16, 16));
    uint8_t* const result = data(to);
    std::memset(data(from), 200, 64 * 32 * 3 / 2);
    Gate gate(stream_);
    EXPECT_OK(resize(from, to));
    EXPECT_OK(acldvppDestroyPicDesc(from));
    EXPECT_OK(acldvppSetPicDescData(to, nullptr));
    EXPECT_OK(acldvppDestroyPicDesc(to));
    EXPECT_OK(acldvppDestroyChannel(channel_));
    gate.open();
    EXPECT_OK(aclrtSynchronizeStream(stream_));
    for (int i = 0; i < 16 * 16 * 3 / 2; ++i) {
        ASSERT_EQ(result[i], 200) << i;
    }
}

TEST_F(Pictures, TellThatTheirWorkWasSkipped) {
    acldvppPicDesc* const from = picture(nv12(64, 32));
    acldvppPicDesc* const to = picture(nv12(64, 32));
    acldvppPicDesc* const gray = picture(packed(PIXEL_FORMAT_YUV_400, 40, 24, 1));
    acldvppPicDesc* const half = picture(packed(PIXEL_FORMAT_YUV_400, 20, 12, 1));
    EXPECT_OK(aclrtSetStreamFailureMode(stream_, ACL_STOP_ON_FAILURE));
    Gate gate(stream_);
    queue_failure(stream_);
    EXPECT_OK(resize(from, to));
    EXPECT_OK(acldvppVpcPyrDownAsync(channel_, gray, half, nullptr, stream_));
    gate.open();
    EXPECT_CODE(ACL_ERROR_RT_PARAM_INVALID, aclrtSynchronizeStream(stream_));
    EXPECT_EQ(acldvppGetPicDescRetCode(to), static_cast<uint32_t>(ACL_ERROR_RT_PARAM_INVALID));
    EXPECT_EQ(acldvppGetPicDescRetCode(half), static_cast<uint32_t>(ACL_ERROR_RT_PARAM_INVALID));
}

// One property of an otherwise good picture.
struct BadPicture {
    const char* name;
    acldvppPixelFormat format;
    uint32_t width;
    uint32_t height;
    uint32_t width_stride;
    uint32_t height_stride;
    uint32_t size;
    const char* message;
};
void PrintTo(const BadPicture& bad, std::ostream* out) { *out << bad.name; }

class BadInput : public Pictures, public testing::WithParamInterface<BadPicture> {};
class BadOutput : public Pictures, public testing::WithParamInterface<BadPicture> {};

constexpr auto kNv12 = PIXEL_FORMAT_YUV_SEMIPLANAR_420;
constexpr uint32_t kEnough = 1 << 20;

TEST_P(BadInput, IsRefused) {
    const BadPicture& bad = GetParam();
    acldvppPicDesc* const from = picture({kNv12, 64, 32, 64, 32, kEnough});
    acldvppPicDesc* const to = picture(nv12(64, 32));
    describe(from, {bad.format, bad.width, bad.height, bad.width_stride, bad.height_stride, bad.size});
    EXPECT_EQ(resize(from, to), ACL_ERROR_INVALID_PARAM);
    const std::string message = recent_message();
    EXPECT_NE(message.find("inputDesc"), std::string::npos) << message;
    EXPECT_NE(message.find(bad.message), std::string::npos) << message;
    EXPECT_OK(aclrtSynchronizeStream(stream_));
}

INSTANTIATE_TEST_SUITE_P(
    , BadInput,
    testing::Values(
        BadPicture{"Format", PIXEL_FORMAT_YUV_SEMI_PLANNER_420_10BIT, 64, 32, 64, 32, kEnough, "format 18"},
        BadPicture{"Narrow", kNv12, 8, 32, 64, 32, kEnough, "8x32"},
        BadPicture{"Low", kNv12, 64, 4, 64, 32, kEnough, "64x4"},
        BadPicture{"Wide", kNv12, 8194, 32, 8194, 32, kEnough, "8194x32"},
        BadPicture{"High", kNv12, 64, 8194, 64, 8194, kEnough, "64x8194"},
        BadPicture{"OddWidth", kNv12, 63, 32, 64, 32, kEnough, "multiple of 2"},
        BadPicture{"OddHeight", kNv12, 64, 31, 64, 32, kEnough, "height that is one of 2"},
        BadPicture{"OddWidth422", PIXEL_FORMAT_YVU_SEMIPLANAR_422, 63, 32, 64, 32, kEnough, "multiple of 2"},
        BadPicture{"OddHeight440", PIXEL_FORMAT_YUV_SEMIPLANAR_440, 64, 31, 64, 32, kEnough, "height that is one of 2"},
        BadPicture{"ShortStride", kNv12, 64, 32, 63, 32, kEnough, "width stride of 63"},
        BadPicture{"ShortStrideRgb", PIXEL_FORMAT_RGB_888, 64, 32, 191, 32, kEnough, "width stride of 191"},
        BadPicture{"LongStride", kNv12, 64, 32, 16385, 32, kEnough, "width stride of 16385"},
        BadPicture{"LowStride", kNv12, 64, 32, 64, 30, kEnough, "height stride of 30"},
        BadPicture{"OddHeightStride", kNv12, 64, 32, 64, 33, kEnough, "height stride of 33"},
        BadPicture{"HighStride", kNv12, 64, 32, 64, 16386, kEnough, "height stride of 16386"},
        BadPicture{"Size", kNv12, 64, 32, 64, 32, 64 * 32 * 3 / 2 - 1, "expected at least 3072"},
        BadPicture{"LargeRgb", PIXEL_FORMAT_RGB_888, 4098, 32, 12294, 32, kEnough, "format from 0 to 10"},
        BadPicture{"Large440", PIXEL_FORMAT_YUV_SEMIPLANAR_440, 4098, 32, 4098, 32, kEnough, "format from 0 to 10"}),
    [](const auto& instance) { return instance.param.name; });

TEST_P(BadOutput, IsRefused) {
    const BadPicture& bad = GetParam();
    acldvppPicDesc* const from = picture(nv12(64, 32));
    acldvppPicDesc* const to = picture({kNv12, 64, 32, 64, 32, kEnough});
    describe(to, {bad.format, bad.width, bad.height, bad.width_stride, bad.height_stride, bad.size});
    EXPECT_EQ(resize(from, to), ACL_ERROR_INVALID_PARAM);
    const std::string message = recent_message();
    EXPECT_NE(message.find("outputDesc"), std::string::npos) << message;
    EXPECT_NE(message.find(bad.message), std::string::npos) << message;
}

INSTANTIATE_TEST_SUITE_P(
    , BadOutput,
    testing::Values(BadPicture{"Format444", PIXEL_FORMAT_YUV_SEMIPLANAR_444, 64, 32, 64, 32, kEnough, "inputs only"},
                    BadPicture{"FormatPacked", PIXEL_FORMAT_YUYV_PACKED_422, 64, 32, 128, 32, kEnough, "inputs only"},
                    BadPicture{"Wide", kNv12, 4098, 32, 4098, 32, kEnough, "4096x8192"},
                    BadPicture{"High", kNv12, 64, 8194, 64, 8194, kEnough, "4096x8192"},
                    BadPicture{"Narrow", kNv12, 8, 32, 64, 32, kEnough, "8x32"},
                    BadPicture{"Stride", kNv12, 64, 32, 62, 32, kEnough, "width stride of 62"},
                    BadPicture{"Size", kNv12, 64, 32, 64, 32, 3071, "expected at least 3072"}),
    [](const auto& instance) { return instance.param.name; });

TEST_F(Pictures, MustLieInDeviceMemory) {
    acldvppPicDesc* const good = picture(nv12(64, 32));
    acldvppPicDesc* const bad = picture(nv12(64, 32));
    std::vector<uint8_t> host(64 * 32 * 3 / 2);
    EXPECT_OK(acldvppSetPicDescData(bad, host.data()));
    EXPECT_CODE(ACL_ERROR_RT_PARAM_INVALID, resize(bad, good));
    EXPECT_CODE(ACL_ERROR_RT_PARAM_INVALID, resize(good, bad));
    EXPECT_OK(acldvppSetPicDescData(bad, nullptr));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, resize(bad, good));
    describe(bad, nv12(1024, 1024));
    EXPECT_OK(acldvppSetPicDescData(bad, device_memory(2000)));
    EXPECT_CODE(ACL_ERROR_RT_PARAM_INVALID, resize(bad, good)) << "the block is smaller than the description says";
}

TEST_F(Pictures, StayGray) {
    acldvppPicDesc* const gray = picture(packed(PIXEL_FORMAT_YUV_400, 64, 32, 1));
    acldvppPicDesc* const colour = picture(nv12(64, 32));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, resize(gray, colour));
    EXPECT_OK(resize(colour, gray));
    EXPECT_OK(aclrtSynchronizeStream(stream_));
}

// --- parts

struct BadPart {
    uint32_t left;
    uint32_t right;
    uint32_t top;
    uint32_t bottom;
};

class BadParts : public Pictures, public testing::WithParamInterface<BadPart> {};

TEST_P(BadParts, AreRefused) {
    acldvppPicDesc* const from = picture(nv12(64, 32));
    acldvppPicDesc* const to = picture(nv12(64, 32));
    const auto [left, right, top, bottom] = GetParam();
    acldvppRoiConfig* const bad = acldvppCreateRoiConfig(left, right, top, bottom);
    acldvppRoiConfig* const good = acldvppCreateRoiConfig(0, 63, 0, 31);
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, crop(from, to, bad));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, acldvppVpcCropResizeAsync(channel_, from, to, bad, config_, stream_));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, acldvppVpcCropAndPasteAsync(channel_, from, to, bad, good, stream_));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, acldvppVpcCropAndPasteAsync(channel_, from, to, good, bad, stream_));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM,
                acldvppVpcCropResizePasteAsync(channel_, from, to, bad, good, config_, stream_));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM,
                acldvppVpcCropResizePasteAsync(channel_, from, to, good, bad, config_, stream_));
}

INSTANTIATE_TEST_SUITE_P(, BadParts,
                         testing::Values(BadPart{0, 65, 0, 31}, BadPart{0, 63, 0, 33}, BadPart{20, 10, 0, 31},
                                         BadPart{0, 63, 20, 10}, BadPart{0, 8, 0, 31}, BadPart{0, 63, 0, 4},
                                         BadPart{64, 80, 0, 31}, BadPart{0, 4294967295U, 0, 31},
                                         BadPart{4294967290U, 4294967295U, 0, 31}));

TEST_F(Pictures, PartsMayEndJustOutside) {
    acldvppPicDesc* const from = picture(nv12(64, 32));
    acldvppPicDesc* const to = picture(nv12(64, 32));
    acldvppRoiConfig* const whole = acldvppCreateRoiConfig(0, 64, 0, 32);
    EXPECT_OK(acldvppVpcCropAndPasteAsync(channel_, from, to, whole, whole, stream_));
    EXPECT_OK(aclrtSynchronizeStream(stream_));
}

TEST_F(Pictures, PastingLeavesTheRest) {
    acldvppPicDesc* const from = picture(nv12(64, 32));
    std::memset(data(from), 250, 64 * 32 * 3 / 2);
    Sizes sizes = nv12(64, 32);
    sizes.width_stride = 80;
    sizes.height_stride = 36;
    sizes.size = 80 * 36 * 3 / 2;
    acldvppPicDesc* const to = picture(sizes);
    acldvppRoiConfig* const crop_area = acldvppCreateRoiConfig(0, 63, 0, 31);
    acldvppRoiConfig* const paste_area = acldvppCreateRoiConfig(16, 47, 8, 23);
    EXPECT_OK(acldvppVpcCropAndPasteAsync(channel_, from, to, crop_area, paste_area, stream_));
    EXPECT_OK(aclrtSynchronizeStream(stream_));
    for (uint32_t y = 0; y < 36; ++y) {
        for (uint32_t x = 0; x < 80; ++x) {
            const bool inside = x >= 16 && x <= 47 && y >= 8 && y <= 23;
            ASSERT_EQ(data(to)[y * 80 + x], inside ? 250 : 0x11) << x << " " << y;
        }
    }
    for (uint32_t y = 0; y < 18; ++y) {
        for (uint32_t x = 0; x < 80; ++x) {
            const bool inside = x >= 16 && x <= 47 && y >= 4 && y <= 11;
            ASSERT_EQ(data(to)[(36 + y) * 80 + x], inside ? 250 : 0x11) << x << " " << y;
        }
    }
}

TEST_F(Pictures, AreReadBeforeTheyAreWritten) {
    acldvppPicDesc* const same = picture(packed(PIXEL_FORMAT_YUV_400, 64, 32, 1));
    for (int i = 0; i < 64 * 32; ++i) {
        data(same)[i] = static_cast<uint8_t>(i / 64);
    }
    acldvppRoiConfig* const upper = acldvppCreateRoiConfig(0, 63, 0, 23);
    acldvppRoiConfig* const lower = acldvppCreateRoiConfig(0, 63, 8, 31);
    EXPECT_OK(acldvppVpcCropAndPasteAsync(channel_, same, same, upper, lower, stream_));
    EXPECT_OK(aclrtSynchronizeStream(stream_));
    for (int y = 0; y < 32; ++y) {
        EXPECT_EQ(data(same)[y * 64], y < 8 ? y : y - 8);
    }
}

TEST_F(Pictures, CroppingTakesLargeOnes) {
    acldvppPicDesc* const from = picture(packed(PIXEL_FORMAT_YUV_400, 16384, 16, 1));
    acldvppPicDesc* const to = picture(packed(PIXEL_FORMAT_YUV_400, 8192, 16, 1));
    acldvppRoiConfig* const area = acldvppCreateRoiConfig(8192, 16383, 0, 15);
    EXPECT_OK(crop(from, to, area));
    EXPECT_OK(aclrtSynchronizeStream(stream_));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, resize(from, to)) << "others do not";
    acldvppPicDesc* const low = picture(packed(PIXEL_FORMAT_YUV_400, 16384, 14, 1));
    acldvppRoiConfig* const part = acldvppCreateRoiConfig(0, 8191, 0, 13);
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, crop(low, to, part)) << "at least 128x16 for an output wider than 4096";
}

// --- interpolation 5

TEST_F(Pictures, OfHighOrderAreYuv) {
    EXPECT_OK(acldvppSetResizeConfigInterpolation(config_, 5));
    acldvppPicDesc* const yuv = picture(nv12(64, 32));
    acldvppPicDesc* const rgb = picture(packed(PIXEL_FORMAT_RGB_888, 64, 32, 3));
    acldvppPicDesc* const gray = picture(packed(PIXEL_FORMAT_YUV_400, 64, 32, 1));
    acldvppPicDesc* const small = picture(nv12(20, 10));
    acldvppPicDesc* const wide = picture(nv12(64 * 16 + 2, 32));
    acldvppPicDesc* const long_one = picture(nv12(20 * 32 + 2, 10));
    EXPECT_OK(resize(yuv, small));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, resize(rgb, yuv));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, resize(yuv, rgb));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, resize(yuv, gray));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, resize(gray, gray));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, resize(yuv, wide)) << "more than 16 times";
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, resize(long_one, small)) << "less than 1/32";
    EXPECT_OK(aclrtSynchronizeStream(stream_));
}

// --- colours

TEST_F(Pictures, ConvertedHaveOneSize) {
    acldvppPicDesc* const from = picture(nv12(64, 32));
    acldvppPicDesc* const to = picture(packed(PIXEL_FORMAT_RGB_888, 64, 30, 3));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, acldvppVpcConvertColorAsync(channel_, from, to, stream_));
    acldvppPicDesc* const any = picture({PIXEL_FORMAT_RGB_888, 0, 0, 0, 0, 64 * 32 * 3});
    EXPECT_OK(acldvppVpcConvertColorAsync(channel_, from, any, stream_));
    EXPECT_OK(aclrtSynchronizeStream(stream_));
    EXPECT_EQ(acldvppGetPicDescWidth(any), 64U);
    EXPECT_EQ(acldvppGetPicDescHeight(any), 32U);
    EXPECT_EQ(acldvppGetPicDescWidthStride(any), 192U);
    EXPECT_EQ(acldvppGetPicDescHeightStride(any), 32U);
    acldvppPicDesc* const large = picture(nv12(4098, 16));
    acldvppPicDesc* const result = picture(nv12(4098, 16));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, acldvppVpcConvertColorAsync(channel_, large, result, stream_));
}

TEST_F(Pictures, AreConvertedByTheMatrixOfTheChannel) {
    acldvppPicDesc* const from = picture(nv12(64, 32));
    acldvppPicDesc* const to = picture(packed(PIXEL_FORMAT_RGB_888, 64, 32, 3));
    std::memset(data(from), 235, 64 * 32);
    std::memset(data(from) + 64 * 32, 128, 64 * 32 / 2);
    for (const auto& [matrix, white] : {std::pair(0U, 235), std::pair(1U, 255), std::pair(3U, 255)}) {
        EXPECT_OK(acldvppSetChannelDescParam(channel_, ACL_DVPP_CSC_MATRIX_UINT32, 4, &matrix));
        EXPECT_OK(acldvppVpcConvertColorAsync(channel_, from, to, stream_));
        EXPECT_OK(aclrtSynchronizeStream(stream_));
        EXPECT_EQ(data(to)[0], white) << matrix;
        EXPECT_EQ(data(to)[64 * 32 * 3 - 1], white) << matrix;
    }
}

// --- pyramid

TEST_F(Pictures, AreHalvedForAPyramid) {
    acldvppPicDesc* const from = picture(packed(PIXEL_FORMAT_YUV_400, 41, 25, 1));
    acldvppPicDesc* const to = picture(packed(PIXEL_FORMAT_YUV_400, 20, 12, 1));
    acldvppPicDesc* const other = picture(packed(PIXEL_FORMAT_YUV_400, 21, 12, 1));
    acldvppPicDesc* const colour = picture(nv12(40, 24));
    acldvppPicDesc* const half = picture(nv12(20, 12));
    EXPECT_OK(acldvppVpcPyrDownAsync(channel_, from, to, nullptr, stream_));
    EXPECT_OK(aclrtSynchronizeStream(stream_));
    EXPECT_EQ(data(to)[0], 0x11);
    EXPECT_EQ(data(to)[20 * 12 - 1], 0x11);
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, acldvppVpcPyrDownAsync(channel_, from, other, nullptr, stream_));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, acldvppVpcPyrDownAsync(channel_, colour, half, nullptr, stream_));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, acldvppVpcPyrDownAsync(channel_, to, from, nullptr, stream_));
}

// --- batches

class Batches : public Pictures {
   protected:
    acldvppBatchPicDesc* batch(uint32_t count) {
        acldvppBatchPicDesc* const made = acldvppCreateBatchPicDesc(count);
        for (uint32_t i = 0; i < count; ++i) {
            acldvppPicDesc* const desc = picture(nv12(64, 32), acldvppGetPicDesc(made, i));
            std::memset(data(desc), static_cast<int>(10 * i), 64 * 32 * 3 / 2);
        }
        return made;
    }
    uint8_t first(acldvppBatchPicDesc* results, uint32_t index) { return *data(acldvppGetPicDesc(results, index)); }

    // All five functions with the same arguments.
    std::vector<aclError> call(acldvppBatchPicDesc* from, std::vector<uint32_t> counts, acldvppBatchPicDesc* to,
                               std::vector<acldvppRoiConfig*> crops) {
        const auto size = static_cast<uint32_t>(counts.size());
        return {
            acldvppVpcBatchCropAsync(channel_, from, counts.data(), size, to, crops.data(), stream_),
            acldvppVpcBatchCropResizeAsync(channel_, from, counts.data(), size, to, crops.data(), config_, stream_),
            acldvppVpcBatchCropAndPasteAsync(channel_, from, counts.data(), size, to, crops.data(), crops.data(),
                                             stream_),
            acldvppVpcBatchCropResizePasteAsync(channel_, from, counts.data(), size, to, crops.data(), crops.data(),
                                                config_, stream_),
        };
    }
    void expect_all(aclError code, acldvppBatchPicDesc* from, const std::vector<uint32_t>& counts,
                    acldvppBatchPicDesc* to, const std::vector<acldvppRoiConfig*>& crops) {
        for (const aclError answer : call(from, counts, to, crops)) {
            EXPECT_EQ(answer, code);
        }
    }

    acldvppRoiConfig* const area_ = acldvppCreateRoiConfig(0, 63, 0, 31);
};

TEST_F(Batches, GoPictureByPicture) {
    acldvppBatchPicDesc* const from = batch(3);
    acldvppBatchPicDesc* const to = batch(4);
    expect_all(ACL_SUCCESS, from, {1, 0, 3}, to, std::vector<acldvppRoiConfig*>(4, area_));
    EXPECT_OK(aclrtSynchronizeStream(stream_));
    EXPECT_EQ(first(to, 0), 0);
    for (const uint32_t i : {1U, 2U, 3U}) {
        EXPECT_EQ(first(to, i), 20) << i;
    }
}

TEST_F(Batches, LaterPartsCoverEarlierOnes) {
    acldvppBatchPicDesc* const from = batch(3);
    acldvppBatchPicDesc* const to = batch(3);
    uint8_t* const shared = data(acldvppGetPicDesc(to, 0));
    for (const uint32_t i : {1U, 2U}) {
        EXPECT_OK(acldvppSetPicDescData(acldvppGetPicDesc(to, i), shared));
    }
    expect_all(ACL_SUCCESS, from, {1, 1, 1}, to, {area_, area_, area_});
    EXPECT_OK(aclrtSynchronizeStream(stream_));
    EXPECT_EQ(*shared, 20);
}

TEST_F(Batches, TakeThe256PartsThatAreAllowed) {
    acldvppBatchPicDesc* const from = batch(1);
    acldvppBatchPicDesc* const most = batch(256);
    acldvppBatchPicDesc* const more = batch(257);
    expect_all(ACL_SUCCESS, from, {256}, most, std::vector<acldvppRoiConfig*>(256, area_));
    EXPECT_OK(aclrtSynchronizeStream(stream_));
    expect_all(ACL_ERROR_INVALID_PARAM, from, {257}, more, std::vector<acldvppRoiConfig*>(257, area_));
}

TEST_F(Batches, MustFitTogether) {
    acldvppBatchPicDesc* const from = batch(2);
    acldvppBatchPicDesc* const to = batch(3);
    const std::vector<acldvppRoiConfig*> areas(8, area_);
    expect_all(ACL_ERROR_INVALID_PARAM, from, {3}, to, areas);
    expect_all(ACL_ERROR_INVALID_PARAM, from, {1, 1}, to, areas);
    expect_all(ACL_ERROR_INVALID_PARAM, from, {2, 2}, to, areas);
    expect_all(ACL_ERROR_INVALID_PARAM, from, {1, 4294967295U}, to, areas);
    expect_all(ACL_ERROR_INVALID_PARAM, from, {1, 1, 1}, to, areas);
    expect_all(ACL_ERROR_INVALID_PARAM, from, {1, 2}, to, {area_, nullptr, area_});
    acldvppRoiConfig* const gone = acldvppCreateRoiConfig(0, 63, 0, 31);
    EXPECT_OK(acldvppDestroyRoiConfig(gone));
    expect_all(ACL_ERROR_INVALID_RESOURCE_HANDLE, from, {1, 2}, to, {area_, area_, gone});
    EXPECT_OK(acldvppSetPicDescWidth(acldvppGetPicDesc(from, 1), 63));
    expect_all(ACL_ERROR_INVALID_PARAM, from, {1, 2}, to, areas);
    EXPECT_NE(recent_message().find("[1] is 63x32 of the format"), std::string::npos);
}

// --- channels and streams

struct VpcCall {
    const char* name;
    std::function<aclError(acldvppChannelDesc*, acldvppPicDesc*, acldvppPicDesc*, aclrtStream)> call;
};

void copy_description(acldvppPicDesc* from, acldvppPicDesc* to) {
    EXPECT_OK(acldvppSetPicDescData(to, acldvppGetPicDescData(from)));
    EXPECT_OK(acldvppSetPicDescSize(to, acldvppGetPicDescSize(from)));
    EXPECT_OK(acldvppSetPicDescFormat(to, acldvppGetPicDescFormat(from)));
    EXPECT_OK(acldvppSetPicDescWidth(to, acldvppGetPicDescWidth(from)));
    EXPECT_OK(acldvppSetPicDescHeight(to, acldvppGetPicDescHeight(from)));
    EXPECT_OK(acldvppSetPicDescWidthStride(to, acldvppGetPicDescWidthStride(from)));
    EXPECT_OK(acldvppSetPicDescHeightStride(to, acldvppGetPicDescHeightStride(from)));
}

// Every function with one picture of 40x24 pixels, as a batch of one where it takes batches.
class VpcCalls {
   public:
    std::vector<VpcCall> all() {
        return {
            {"acldvppVpcResizeAsync",
             [this](auto c, auto a, auto b, auto s) { return acldvppVpcResizeAsync(c, a, b, config_, s); }},
            {"acldvppVpcCropAsync",
             [this](auto c, auto a, auto b, auto s) { return acldvppVpcCropAsync(c, a, b, area_, s); }},
            {"acldvppVpcCropResizeAsync",
             [this](auto c, auto a, auto b, auto s) { return acldvppVpcCropResizeAsync(c, a, b, area_, config_, s); }},
            {"acldvppVpcCropAndPasteAsync",
             [this](auto c, auto a, auto b, auto s) { return acldvppVpcCropAndPasteAsync(c, a, b, area_, area_, s); }},
            {"acldvppVpcCropResizePasteAsync",
             [this](auto c, auto a, auto b, auto s) {
                 return acldvppVpcCropResizePasteAsync(c, a, b, area_, area_, config_, s);
             }},
            {"acldvppVpcConvertColorAsync",
             [](auto c, auto a, auto b, auto s) { return acldvppVpcConvertColorAsync(c, a, b, s); }},
            {"acldvppVpcBatchCropAsync",
             [this](auto c, auto a, auto b, auto s) {
                 return acldvppVpcBatchCropAsync(c, batch(from_, a), &one_, 1, batch(to_, b), &area_, s);
             }},
            {"acldvppVpcBatchCropResizeAsync",
             [this](auto c, auto a, auto b, auto s) {
                 return acldvppVpcBatchCropResizeAsync(c, batch(from_, a), &one_, 1, batch(to_, b), &area_, config_, s);
             }},
            {"acldvppVpcBatchCropAndPasteAsync",
             [this](auto c, auto a, auto b, auto s) {
                 return acldvppVpcBatchCropAndPasteAsync(c, batch(from_, a), &one_, 1, batch(to_, b), &area_, &area_,
                                                         s);
             }},
            {"acldvppVpcBatchCropResizePasteAsync",
             [this](auto c, auto a, auto b, auto s) {
                 return acldvppVpcBatchCropResizePasteAsync(c, batch(from_, a), &one_, 1, batch(to_, b), &area_, &area_,
                                                            config_, s);
             }},
            {"acldvppVpcBatchCropResizeMakeBorderAsync",
             [this](auto c, auto a, auto b, auto s) {
                 return acldvppVpcBatchCropResizeMakeBorderAsync(c, batch(from_, a), &one_, 1, batch(to_, b), &area_,
                                                                 &border_, config_, s);
             }},
        };
    }

   private:
    static acldvppBatchPicDesc* batch(acldvppBatchPicDesc* batch, acldvppPicDesc* picture) {
        copy_description(picture, acldvppGetPicDesc(batch, 0));
        return batch;
    }

    uint32_t one_ = 1;
    acldvppResizeConfig* const config_ = acldvppCreateResizeConfig();
    acldvppRoiConfig* area_ = acldvppCreateRoiConfig(0, 39, 0, 23);
    acldvppBorderConfig* border_ = acldvppCreateBorderConfig();
    acldvppBatchPicDesc* const from_ = acldvppCreateBatchPicDesc(1);
    acldvppBatchPicDesc* const to_ = acldvppCreateBatchPicDesc(1);
};

TEST_F(Pictures, NeedAChannelForVpc) {
    VpcCalls calls;
    acldvppPicDesc* const from = picture(nv12(40, 24));
    acldvppPicDesc* const to = picture(nv12(40, 24));
    acldvppChannelDesc* const none = acldvppCreateChannelDesc();
    acldvppChannelDesc* const other = acldvppCreateChannelDesc();
    EXPECT_OK(acldvppSetChannelDescMode(other, DVPP_CHNMODE_JPEGD | DVPP_CHNMODE_JPEGE | DVPP_CHNMODE_PNGD));
    EXPECT_OK(acldvppCreateChannel(other));
    for (const VpcCall& call : calls.all()) {
        EXPECT_OK(call.call(channel_, from, to, stream_)) << call.name;
        EXPECT_CODE(ACL_ERROR_INVALID_PARAM, call.call(none, from, to, stream_)) << call.name;
        EXPECT_CODE(ACL_ERROR_INVALID_PARAM, call.call(other, from, to, stream_)) << call.name;
    }
    EXPECT_OK(aclrtSynchronizeStream(stream_));
    EXPECT_OK(acldvppDestroyChannelDesc(none));
    EXPECT_OK(acldvppDestroyChannelDesc(other));
}

TEST_F(Pictures, OfEveryFunctionMustLieInDeviceMemory) {
    VpcCalls calls;
    acldvppPicDesc* const good = picture(nv12(40, 24));
    acldvppPicDesc* const bad = picture(nv12(40, 24));
    std::vector<uint8_t> host(40 * 24 * 3 / 2);
    EXPECT_OK(acldvppSetPicDescData(bad, host.data()));
    for (const VpcCall& call : calls.all()) {
        EXPECT_CODE(ACL_ERROR_RT_PARAM_INVALID, call.call(channel_, good, bad, stream_)) << call.name;
        EXPECT_CODE(ACL_ERROR_RT_PARAM_INVALID, call.call(channel_, bad, good, stream_)) << call.name;
    }
    acldvppPicDesc* const gray = picture(packed(PIXEL_FORMAT_YUV_400, 20, 12, 1));
    acldvppPicDesc* const half = picture(packed(PIXEL_FORMAT_YUV_400, 10, 6, 1));
    EXPECT_OK(acldvppSetPicDescData(half, host.data()));
    EXPECT_CODE(ACL_ERROR_RT_PARAM_INVALID, acldvppVpcPyrDownAsync(channel_, gray, half, nullptr, stream_));
}

TEST_F(Pictures, NeedAStreamOfTheContext) {
    VpcCalls calls;
    acldvppPicDesc* const from = picture(nv12(40, 24));
    acldvppPicDesc* const to = picture(nv12(40, 24));
    const aclrtStream gone = new_stream();
    EXPECT_OK(aclrtDestroyStream(gone));
    const aclrtContext mine = current_context();
    new_context();
    const aclrtStream foreign = new_stream();
    EXPECT_OK(aclrtSetCurrentContext(mine));
    for (const VpcCall& call : calls.all()) {
        EXPECT_OK(call.call(channel_, from, to, nullptr)) << call.name;
        EXPECT_CODE(ACL_ERROR_RT_INVALID_HANDLE, call.call(channel_, from, to, gone)) << call.name;
        EXPECT_CODE(ACL_ERROR_RT_STREAM_CONTEXT, call.call(channel_, from, to, foreign)) << call.name;
        in_new_thread(
            [&] { EXPECT_CODE(ACL_ERROR_RT_CONTEXT_NULL, call.call(channel_, from, to, nullptr)) << call.name; });
    }
    EXPECT_CODE(ACL_ERROR_RT_STREAM_CONTEXT, acldvppVpcPyrDownAsync(channel_, from, to, nullptr, foreign));
    in_new_thread(
        [&] { EXPECT_CODE(ACL_ERROR_RT_CONTEXT_NULL, acldvppVpcPyrDownAsync(channel_, from, to, nullptr, nullptr)); });
    EXPECT_OK(aclrtSynchronizeStream(nullptr));
}

}  // namespace
}  // namespace softacl::test
