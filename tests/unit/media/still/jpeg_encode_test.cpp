// SPDX-License-Identifier: Apache-2.0
// Pictures become JPEG files: another decoder gives the pictures back.
#include "media/still/jpeg_encode.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "acl/acl_base.h"
#include "unit/media/still/jpeg_file.h"

namespace softacl::media::testing {
namespace {

using ::testing::HasSubstr;

constexpr int kFormats[] = {1, 2, 7, 8, 9, 10};

uint32_t below(std::mt19937& random, uint32_t end) { return static_cast<uint32_t>(random() % end); }

/// A picture with slopes and some noise, and wild values in its padding.
struct Source {
    StillInput input;
    std::vector<uint8_t> memory;
    Planes planes{};  ///< the same, each component for itself

    Source(std::mt19937& random, int format, uint32_t width, uint32_t height, uint32_t more_stride, bool tall) {
        const FormatInfo& info = *find_format(format);
        input.format = format;
        input.width = width;
        input.height = height;
        input.width_stride = (width * info.pixel_bytes + 15) / 16 * 16 + more_stride;
        input.height_stride = tall ? (height + 15) / 16 * 16 : height;
        input.size = info.bytes(input.width_stride, input.height_stride);
        memory.resize(input.size);
        for (uint8_t& byte : memory) {
            byte = static_cast<uint8_t>(random());
        }
        input.data = memory.data();
        for (size_t plane = 0; plane < 3; ++plane) {
            planes.width[plane] = plane == 0 ? width : width / 2;
            planes.height[plane] = plane == 0 || info.chroma_y == 0 ? height : height / 2;
            for (uint32_t y = 0; y < planes.height[plane]; ++y) {
                for (uint32_t x = 0; x < planes.width[plane]; ++x) {
                    const auto value =
                        static_cast<uint8_t>(30 + 50 * plane + 120 * x / width + 50 * y / height + below(random, 6));
                    planes.samples[plane].push_back(value);
                    place(info, plane, x, y) = value;
                }
            }
        }
    }

    // The layouts as the manual draws them (table 10-8).
    uint8_t& place(const FormatInfo& info, size_t plane, uint32_t x, uint32_t y) {
        const size_t row = size_t{y} * input.width_stride;
        switch (info.format) {
            case PixelFormat::kYuyv: return memory[row + (plane == 0 ? 2 * x : 4 * x + 2 * plane - 1)];
            case PixelFormat::kUyvy: return memory[row + (plane == 0 ? 2 * x + 1 : 4 * x + 2 * plane - 2)];
            case PixelFormat::kYvyu: return memory[row + (plane == 0 ? 2 * x : 4 * x + 5 - 2 * plane)];
            case PixelFormat::kVyuy: return memory[row + (plane == 0 ? 2 * x + 1 : 4 * x + 4 - 2 * plane)];
            default: break;
        }
        const size_t chroma = size_t{input.width_stride} * input.height_stride + row + 2 * x;
        const bool u_first = info.format == PixelFormat::kYuv420Sp;
        return memory[plane == 0 ? row + x : chroma + ((plane == 1) == u_first ? 0 : 1)];
    }
};

Result<File> encode(const StillInput& input, int level) {
    SOFTACL_ASSIGN(const ConstPicture picture, jpeg_encoder_picture(input));
    SOFTACL_ASSIGN(const uint64_t most, predict_jpeg_encode_size(input.format, input.width, input.height));
    File file(most);
    SOFTACL_ASSIGN(const size_t size, encode_jpeg(picture, level, file.data(), file.size()));
    file.resize(size);
    return file;
}

double psnr(const Planes& a, const Planes& b, int plane) {
    double sum = 0;
    const size_t count = a.samples[plane].size();
    if (count != b.samples[plane].size()) {
        return 0;
    }
    for (size_t i = 0; i < count; ++i) {
        const double d = int{a.samples[plane][i]} - int{b.samples[plane][i]};
        sum += d * d;
    }
    return sum == 0 ? 99 : 10 * std::log10(255.0 * 255.0 * static_cast<double>(count) / sum);
}

TEST(JpegEncode, AnotherDecoderGivesThePictureBack) {
    std::mt19937 random(1);
    for (int i = 0; i < 120; ++i) {
        const int format = kFormats[static_cast<size_t>(i) % 6];
        const bool is_420 = format <= 2;
        const uint32_t width = 32 + 2 * below(random, 60);
        const uint32_t height = is_420 ? 32 + 2 * below(random, 50) : 32 + below(random, 100);
        const Source source(random, format, width, height, 16 * below(random, 4), below(random, 2) == 1);
        const auto file = encode(source.input, 95);
        ASSERT_TRUE(file.ok()) << file.status().message();
        const auto info = read_jpeg_info(bytes_of(*file));
        ASSERT_TRUE(info.ok()) << info.status().message();
        EXPECT_EQ(info->width, width);
        EXPECT_EQ(info->height, height);
        EXPECT_EQ(info->sampling, is_420 ? JpegSampling::k420 : JpegSampling::k422);
        const Planes decoded = judge_jpeg(*file);
        for (int plane = 0; plane < 3; ++plane) {
            EXPECT_GT(psnr(source.planes, decoded, plane), 40)
                << width << "x" << height << " format " << format << " plane " << plane;
        }
    }
}

TEST(JpegEncode, LowerLevelsAreSmallerAndWorse) {
    std::mt19937 random(2);
    const Source source(random, 1, 320, 240, 0, false);
    size_t last_size = 0;
    double last_quality = 0;
    for (const int level : {1, 10, 30, 50, 75, 90, 100}) {
        const auto file = encode(source.input, level);
        ASSERT_TRUE(file.ok()) << file.status().message();
        const double quality = psnr(source.planes, judge_jpeg(*file), 0);
        EXPECT_GT(file->size(), last_size) << level;
        EXPECT_GT(quality, last_quality) << level;
        last_size = file->size();
        last_quality = quality;
    }
    EXPECT_GT(last_quality, 50);
}

TEST(JpegEncode, LevelsOutsideOneToAHundred) {
    std::mt19937 random(2);
    const Source source(random, 1, 32, 32, 0, false);
    for (const int level : {0, -1, 101}) {
        const auto file = encode(source.input, level);
        EXPECT_EQ(file.status().code(), ACL_ERROR_INVALID_PARAM);
        EXPECT_THAT(file.status().message(), HasSubstr(text(level)));
    }
}

// Nothing is written beyond the capacity, whatever it is.
TEST(JpegEncode, OutputThatIsTooSmall) {
    std::mt19937 random(3);
    const Source source(random, 2, 64, 64, 0, false);
    const auto whole = encode(source.input, 80);
    ASSERT_TRUE(whole.ok());
    const auto picture = jpeg_encoder_picture(source.input);
    for (size_t capacity = 0; capacity <= whole->size(); ++capacity) {
        File file(whole->size() + 32, 0xA7);
        const auto size = encode_jpeg(*picture, 80, file.data(), capacity);
        EXPECT_TRUE(std::all_of(file.begin() + static_cast<ptrdiff_t>(capacity), file.end(),
                                [](uint8_t b) { return b == 0xA7; }));
        if (capacity < whole->size()) {
            ASSERT_EQ(size.status().code(), ACL_ERROR_INVALID_PARAM) << capacity;
        } else {
            ASSERT_TRUE(size.ok());
            EXPECT_TRUE(std::equal(whole->begin(), whole->end(), file.begin()));
        }
    }
}

// What costs most: noise of two extreme values, stripes, and cosines at their extremes.
TEST(JpegEncode, PredictedSizeIsEnoughForAnyContent) {
    std::mt19937 random(4);
    size_t most = 0;
    uint64_t predicted = 0;
    for (const int format : kFormats) {
        for (int kind = 0; kind < 6; ++kind) {
            Source source(random, format, 130, 98, 0, false);
            for (size_t i = 0; i < source.memory.size(); ++i) {
                const size_t x = i % source.input.width_stride;
                const size_t y = i / source.input.width_stride;
                const bool stripe = kind == 2 ? (x ^ y) % 2 == 0 : kind == 3 ? x * y % 3 == 0 : random() % 2 == 0;
                source.memory[i] = kind == 0   ? static_cast<uint8_t>(random())
                                   : kind == 4 ? static_cast<uint8_t>(random() % 2 == 0 ? 64 : 192)
                                   : kind == 5 ? static_cast<uint8_t>(random() % 5 == 0 ? 0 : 255)
                                   : stripe    ? uint8_t{255}
                                               : uint8_t{0};
            }
            predicted = *predict_jpeg_encode_size(format, 130, 98);
            const auto file = encode(source.input, 100);
            ASSERT_TRUE(file.ok()) << file.status().message();
            most = std::max(most, file->size());
            EXPECT_LT(file->size(), predicted);
        }
    }
    EXPECT_GT(most, predicted / 2) << "such content was not found costly";
}

// A block made dearer step by step: the worst that a search finds stays below the bound.
TEST(JpegEncode, PredictedSizeHoldsAgainstASearch) {
    std::mt19937 random(5);
    constexpr uint32_t kSide = 32;
    std::vector<uint8_t> best(kSide * kSide * 3 / 2, 128);
    const auto cost = [&](const std::vector<uint8_t>& memory) {
        const auto file = encode({memory.data(), memory.size(), 1, kSide, kSide, kSide, kSide}, 100);
        return file.ok() ? file->size() : SIZE_MAX;
    };
    for (uint8_t& byte : best) {
        byte = random() % 2 == 0 ? 0 : 255;
    }
    size_t most = cost(best);
    for (int step = 0; step < 3000; ++step) {
        std::vector<uint8_t> next = best;
        for (int i = 0; i < 3; ++i) {
            next[random() % next.size()] ^= 0xFF;
        }
        const size_t size = cost(next);
        if (size >= most) {
            most = size;
            best = next;
        }
    }
    const uint64_t predicted = *predict_jpeg_encode_size(1, kSide, kSide);
    EXPECT_LT(most, predicted);
    RecordProperty("share_of_the_bound_in_percent", static_cast<int>(100 * most / predicted));
}

Status refusal(StillInput input) { return jpeg_encoder_picture(input).status(); }

// Manual 10.7.8.1, table 10-11.
TEST(JpegEncode, WhatIsOutsideTheRules) {
    std::vector<uint8_t> memory(1 << 16);
    const StillInput good{memory.data(), 96 * 40 * 3 / 2, 1, 90, 40, 96, 40};
    ASSERT_TRUE(refusal(good).ok()) << refusal(good).message();
    const auto expect = [&](auto change, const char* what) {
        StillInput input = good;
        change(input);
        EXPECT_EQ(refusal(input).code(), ACL_ERROR_INVALID_PARAM) << what;
        EXPECT_THAT(refusal(input).message(), HasSubstr(what));
    };
    for (const int format : {-1, 0, 3, 4, 5, 6, 11, 12, 16, 1000, 10000}) {
        expect([&](StillInput& i) { i.format = format; }, "format");
    }
    expect([](StillInput& i) { i.width = 91; }, "even width and height");
    expect([](StillInput& i) { i.height = i.height_stride = 39; }, "even width and height");
    expect([](StillInput& i) { i.width = 30; }, "30x40 pixels");
    expect([](StillInput& i) { i.height = i.height_stride = 30; }, "90x30 pixels");
    expect([](StillInput& i) { i.width = i.width_stride = 16386; }, "16386x40 pixels");
    expect([](StillInput& i) { i.width_stride = 80; }, "width stride");
    expect([](StillInput& i) { i.width_stride = 100; }, "width stride");
    expect([](StillInput& i) { i.width_stride = 0; }, "width stride");
    for (const uint32_t rows : {0U, 38U, 41U, 64U}) {
        expect([&](StillInput& i) { i.height_stride = rows; }, "height stride");
    }
    expect([](StillInput& i) { i.size -= 1; }, "bytes");
    StillInput tall = good;
    tall.height_stride = 48;
    tall.size = 96 * 48 * 3 / 2;
    EXPECT_TRUE(refusal(tall).ok());
    StillInput packed{memory.data(), 192 * 41, 7, 90, 41, 192, 41};
    EXPECT_TRUE(refusal(packed).ok()) << "any height";
    packed.width = 91;
    EXPECT_THAT(refusal(packed).message(), HasSubstr("even width for"));
    packed.width = 90;
    packed.width_stride = 176;
    EXPECT_THAT(refusal(packed).message(), HasSubstr("at least 180"));
}

TEST(JpegEncode, PredictsOnlyWhatCanBeEncoded) {
    EXPECT_TRUE(predict_jpeg_encode_size(1, 1920, 1080).ok());
    EXPECT_EQ(predict_jpeg_encode_size(12, 1920, 1080).status().code(), ACL_ERROR_INVALID_PARAM);
    EXPECT_EQ(predict_jpeg_encode_size(1, 1921, 1080).status().code(), ACL_ERROR_INVALID_PARAM);
    EXPECT_EQ(predict_jpeg_encode_size(1, 0, 0).status().code(), ACL_ERROR_INVALID_PARAM);
    EXPECT_LT(*predict_jpeg_encode_size(7, 16384, 16384), uint64_t{UINT32_MAX});
}

}  // namespace
}  // namespace softacl::media::testing
