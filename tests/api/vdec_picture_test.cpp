// SPDX-License-Identifier: Apache-2.0
// Pictures that decoding gives (manual 10.7.9), beside those of the encoder. That they are right bit for bit is judged
// by tests/unit/media.
#include <algorithm>
#include <cmath>

#include "api/vdec_fixture.h"

namespace softacl::test {
namespace {

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
