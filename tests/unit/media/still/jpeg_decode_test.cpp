// SPDX-License-Identifier: Apache-2.0
// JPEG files become pictures: against the planes of another decoder, pixel by pixel as the headers describe them.
#include "media/still/jpeg_decode.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cstdlib>
#include <random>

#include "acl/acl_base.h"
#include "unit/media/still/jpeg_file.h"

namespace softacl::media::testing {
namespace {

using ::testing::HasSubstr;

constexpr int kUnknown = 10000;
constexpr uint8_t kCanary = 0xA7;

uint32_t below(std::mt19937& random, uint32_t end) { return static_cast<uint32_t>(random() % end); }

constexpr JpegSampling kSamplings[] = {JpegSampling::k444, JpegSampling::k422, JpegSampling::k420, JpegSampling::k440,
                                       JpegSampling::kGray};

std::vector<int> formats_of(JpegSampling sampling) {
    switch (sampling) {
        case JpegSampling::k444: return {5, 6, 1, 2, kUnknown};
        case JpegSampling::k422: return {3, 4, 1, 2, kUnknown};
        case JpegSampling::k420: return {1, 2, kUnknown};
        case JpegSampling::k440: return {1000, 1001, 1, 2, kUnknown};
        case JpegSampling::kGray: break;
    }
    return {0, 1, 2, kUnknown};
}

/// The upright picture as the page of the module describes it, from another decoder's planes.
class Oracle {
   public:
    Oracle(const JpegSpec& spec, JpegSampling sampling)
        : planes_(judge_jpeg(make_jpeg(spec))), spec_(spec), sampling_(sampling) {}

    bool ok() const { return !planes_.samples[0].empty(); }
    uint32_t width() const { return turned() ? spec_.height : spec_.width; }
    uint32_t height() const { return turned() ? spec_.width : spec_.height; }

    // A component of a pixel, each of which has chroma of its own.
    int pixel(int plane, uint32_t x, uint32_t y) const {
        x = std::min(x, width() - 1);
        y = std::min(y, height() - 1);
        if (plane > 0 && sampling_ == JpegSampling::kGray) {
            return 128;
        }
        const uint32_t w = spec_.width - 1;
        const uint32_t h = spec_.height - 1;
        uint32_t at[2] = {x, y};
        switch (spec_.orientation) {
            case 2: at[0] = w - x; break;
            case 3: at[0] = w - x, at[1] = h - y; break;
            case 4: at[1] = h - y; break;
            case 5: at[0] = y, at[1] = x; break;
            case 6: at[0] = y, at[1] = h - x; break;
            case 7: at[0] = w - y, at[1] = h - x; break;
            case 8: at[0] = w - y, at[1] = x; break;
            default: break;
        }
        if (plane > 0) {
            at[0] /= sampling_ == JpegSampling::k420 || sampling_ == JpegSampling::k422 ? 2 : 1;
            at[1] /= sampling_ == JpegSampling::k420 || sampling_ == JpegSampling::k440 ? 2 : 1;
        }
        return planes_.at(plane, at[0], at[1]);
    }

    int chroma(int plane, uint32_t x, uint32_t y, uint32_t share_x, uint32_t share_y) const {
        uint32_t sum = 0;
        for (uint32_t j = 0; j < share_y; ++j) {
            for (uint32_t i = 0; i < share_x; ++i) {
                sum += static_cast<uint32_t>(pixel(plane, x * share_x + i, y * share_y + j));
            }
        }
        const uint32_t count = share_x * share_y;
        return static_cast<int>((sum + count / 2) / count);
    }

   private:
    bool turned() const { return spec_.orientation >= 5; }

    Planes planes_;
    JpegSpec spec_;
    JpegSampling sampling_;
};

struct Decoded {
    StillLayout layout;
    std::vector<uint8_t> memory;
};

struct Strides {
    uint32_t width = 0;
    uint32_t height = 0;
};

Result<Decoded> decode(const File& file, int format, OddSizes odd, Strides strides = {}) {
    Decoded result{{}, std::vector<uint8_t>(1 << 20, kCanary)};
    SOFTACL_ASSIGN(
        result.layout,
        decode_jpeg(bytes_of(file), {result.memory.data(), result.memory.size(), format, strides.width, strides.height},
                    odd));
    return result;
}

/// The largest difference; untouched where nothing may be written.
int compare(const Oracle& oracle, const Decoded& decoded) {
    const StillLayout& layout = decoded.layout;
    const Picture picture{layout.format,       const_cast<uint8_t*>(decoded.memory.data()),
                          layout.width,        layout.height,
                          layout.width_stride, layout.height_stride};
    int most = 0;
    for (uint32_t y = 0; y < layout.height; ++y) {
        for (uint32_t x = 0; x < layout.width; ++x) {
            most = std::max(most, std::abs(picture.luma().row(y)[x] - oracle.pixel(0, x, y)));
        }
    }
    size_t written = size_t{layout.width_stride} * layout.height_stride;
    if (layout.format->layout == Layout::kSemiPlanar) {
        const Plane chroma = picture.chroma();
        for (uint32_t y = 0; y < chroma.height; ++y) {
            const uint8_t* row = chroma.row(y);
            for (uint32_t x = 0; x < chroma.width; ++x) {
                for (int c = 1; c <= 2; ++c) {
                    const int expected =
                        oracle.chroma(c, x, y, layout.format->width_multiple(), layout.format->height_multiple());
                    const int value = row[2 * x + layout.format->place[static_cast<size_t>(c)]];
                    most = std::max(most, std::abs(value - expected));
                }
            }
            EXPECT_TRUE(
                std::all_of(row + 2 * chroma.width, row + chroma.stride, [](uint8_t b) { return b == kCanary; }));
        }
        written += size_t{chroma.height} * chroma.stride;
    }
    EXPECT_TRUE(std::all_of(decoded.memory.begin() + static_cast<ptrdiff_t>(written), decoded.memory.end(),
                            [](uint8_t b) { return b == kCanary; }));
    return most;
}

uint32_t evened(uint32_t side, OddSizes odd) { return odd == OddSizes::kUp ? (side + 1) / 2 * 2 : side / 2 * 2; }

// Manual 10.14.21.
void expect_size(const Oracle& oracle, const StillLayout& layout, OddSizes odd) {
    uint32_t width = oracle.width();
    uint32_t height = oracle.height();
    const int format = static_cast<int>(layout.format->format);
    const bool is_420 = format == 1 || format == 2;
    const bool is_422 = format == 3 || format == 4;
    const bool is_440 = format == 1000 || format == 1001;
    const bool both = odd == OddSizes::kDownBoth && (is_420 || is_422 || is_440);
    if (is_420 || is_422 || both) {
        width = evened(width, odd);
    }
    if (is_420 || is_440 || both) {
        height = evened(height, odd);
    }
    EXPECT_EQ(layout.width, width);
    EXPECT_EQ(layout.height, height);
}

TEST(JpegDecode, EqualsAnotherDecoderForAllFormatsAndSizes) {
    std::mt19937 random(5);
    for (int i = 0; i < 150; ++i) {
        const JpegSampling sampling = kSamplings[static_cast<size_t>(i) % 5];
        JpegSpec spec = spec_of(sampling, 32 + below(random, 100), 32 + below(random, 90));
        spec.seed = below(random, 1000);
        spec.quality = 60 + static_cast<int>(random() % 41);
        spec.restart = random() % 3 == 0 ? 1 + static_cast<int>(random() % 9) : 0;
        spec.optimise = random() % 2 == 0;
        spec.scan_each = !spec.gray && random() % 3 == 0;
        spec.orientation = random() % 2 == 0 ? static_cast<int>(random() % 9) : 0;
        const Oracle oracle(spec, sampling);
        ASSERT_TRUE(oracle.ok());
        const File file = make_jpeg(spec);
        for (const int format : formats_of(sampling)) {
            for (const OddSizes odd : {OddSizes::kDown, OddSizes::kUp, OddSizes::kDownBoth}) {
                const Strides strides =
                    random() % 2 == 0 ? Strides{} : Strides{256 + 64 * below(random, 3), 256 + 16 * below(random, 3)};
                const auto decoded = decode(file, format, odd, strides);
                ASSERT_TRUE(decoded.ok()) << decoded.status().message();
                expect_size(oracle, decoded->layout, odd);
                EXPECT_LE(compare(oracle, *decoded), 2)
                    << spec.width << "x" << spec.height << " sampling " << name_of(sampling) << " format " << format
                    << " mode " << static_cast<int>(odd) << " orientation " << spec.orientation;
                if (strides.width != 0) {
                    EXPECT_EQ(decoded->layout.width_stride, strides.width);
                    EXPECT_EQ(decoded->layout.height_stride, strides.height);
                }
            }
        }
    }
}

TEST(JpegDecode, UnknownFormatIsTheSourcesWithVFirst) {
    const int kExpected[] = {6, 4, 2, 1001, 0};
    for (int i = 0; i < 5; ++i) {
        const auto decoded = decode(make_jpeg(spec_of(kSamplings[i], 64, 64)), kUnknown, OddSizes::kDown);
        ASSERT_TRUE(decoded.ok());
        EXPECT_EQ(static_cast<int>(decoded->layout.format->format), kExpected[i]);
    }
}

TEST(JpegDecode, OtherFormatsAreRefused) {
    for (const JpegSampling sampling : kSamplings) {
        const File file = make_jpeg(spec_of(sampling, 64, 64));
        const auto allowed = formats_of(sampling);
        for (const int format :
             {-1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 999, 1000, 1001, 1002}) {
            const bool is_allowed = std::count(allowed.begin(), allowed.end(), format) != 0;
            const auto decoded = decode(file, format, OddSizes::kDown);
            EXPECT_EQ(decoded.status().code(), is_allowed ? 0 : ACL_ERROR_INVALID_PARAM) << format;
            if (!is_allowed) {
                EXPECT_THAT(decoded.status().message(), HasSubstr(text("format is ", format)));
            }
            EXPECT_EQ(predict_jpeg_decode_size(*read_jpeg_info(bytes_of(file)), format).ok(), is_allowed);
        }
    }
}

TEST(JpegDecode, StridesAndMemoryAreCompared) {
    const File file = make_jpeg(spec_of(JpegSampling::k420, 130, 50));
    std::vector<uint8_t> memory(192 * 64 * 3 / 2, kCanary);
    const auto attempt = [&](uint64_t size, uint32_t width_stride, uint32_t height_stride) {
        return decode_jpeg(bytes_of(file), {memory.data(), size, 1, width_stride, height_stride}, OddSizes::kDown)
            .status();
    };
    for (const auto& [width, height] :
         {Strides{130, 64}, {128, 64}, {191, 64}, {193, 64}, {192, 50}, {192, 48}, {192, 63}}) {
        EXPECT_EQ(attempt(memory.size(), width, height).code(), ACL_ERROR_INVALID_PARAM) << width << "x" << height;
        EXPECT_THAT(attempt(memory.size(), width, height).message(), HasSubstr("strides"));
    }
    for (const auto& [size, width, height] :
         {std::tuple{memory.size() - 1, 192U, 64U}, {memory.size(), 256U, 64U}, {memory.size(), 192U, 80U}}) {
        EXPECT_EQ(attempt(size, width, height).code(), ACL_ERROR_INVALID_PARAM);
        EXPECT_THAT(attempt(size, width, height).message(), HasSubstr("bytes"));
    }
    EXPECT_TRUE(std::all_of(memory.begin(), memory.end(), [](uint8_t b) { return b == kCanary; }));
    EXPECT_TRUE(attempt(memory.size(), 192, 64).ok());
    EXPECT_TRUE(attempt(memory.size(), 0, 0).ok());
}

// 65 pixels become 64, whose rows are shorter than the coded blocks.
TEST(JpegDecode, SmallestStridesOfASizeMadeEven) {
    for (const JpegSampling sampling : kSamplings) {
        const JpegSpec spec = spec_of(sampling, 65, 49);
        const Oracle oracle(spec, sampling);
        const auto decoded = decode(make_jpeg(spec), 1, OddSizes::kDown, {64, 48});
        ASSERT_TRUE(decoded.ok()) << decoded.status().message();
        EXPECT_LE(compare(oracle, *decoded), 2);
    }
}

// Who knows only the coded size lays the picture out by that.
TEST(JpegDecode, StridesOfTheCodedSizeAreReplacedWhenThePictureIsTurned) {
    JpegSpec spec = spec_of(JpegSampling::k420, 200, 60);
    spec.orientation = 6;
    const Oracle oracle(spec, JpegSampling::k420);
    const auto decoded = decode(make_jpeg(spec), 1, OddSizes::kDown, {256, 64});
    ASSERT_TRUE(decoded.ok()) << decoded.status().message();
    EXPECT_EQ(decoded->layout.width, 60U);
    EXPECT_EQ(decoded->layout.height, 200U);
    EXPECT_EQ(decoded->layout.width_stride, 64U);
    EXPECT_EQ(decoded->layout.height_stride, 208U);
    EXPECT_LE(compare(oracle, *decoded), 2);
    EXPECT_FALSE(decode(make_jpeg(spec), 1, OddSizes::kDown, {128, 64}).ok());
}

TEST(JpegDecode, PredictedSizeIsEnough) {
    std::mt19937 random(6);
    for (int i = 0; i < 300; ++i) {
        const JpegSampling sampling = kSamplings[static_cast<size_t>(i) % 5];
        const JpegInfo info{32 + below(random, 16353),
                            32 + below(random, 16353),
                            3,
                            sampling,
                            1 + static_cast<int>(below(random, 8)),
                            1};
        for (const int format : formats_of(sampling)) {
            const auto predicted = predict_jpeg_decode_size(info, format);
            ASSERT_TRUE(predicted.ok());
            for (const OddSizes odd : {OddSizes::kDown, OddSizes::kUp, OddSizes::kDownBoth}) {
                const auto layout = jpeg_layout(info, format, odd);
                EXPECT_LE(layout->bytes(), *predicted);
                EXPECT_EQ(layout->width_stride % 64, 0U);
                EXPECT_EQ(layout->height_stride % 16, 0U);
                // Common programs: rows of a multiple of 128, of the picture as coded.
                const uint64_t width = (info.width + 127) / 128 * 128;
                const uint64_t height = (info.height + 15) / 16 * 16;
                EXPECT_LE(layout->format->bytes(static_cast<uint32_t>(width), static_cast<uint32_t>(height)),
                          *predicted);
            }
        }
    }
    // Manual, table 10-10: width stride x height stride x 3, 2, 3/2 or 1.
    EXPECT_EQ(*predict_jpeg_decode_size({1920, 1080, 3, JpegSampling::k444, 1, 1}, 5), 1920ULL * 1088 * 3);
    EXPECT_EQ(*predict_jpeg_decode_size({1920, 1080, 3, JpegSampling::k422, 1, 1}, 3), 1920ULL * 1088 * 2);
    EXPECT_EQ(*predict_jpeg_decode_size({1920, 1080, 3, JpegSampling::k440, 1, 1}, 1000), 1920ULL * 1088 * 2);
    EXPECT_EQ(*predict_jpeg_decode_size({1920, 1080, 3, JpegSampling::k444, 1, 1}, 1), 1920ULL * 1088 * 3 / 2);
    EXPECT_EQ(*predict_jpeg_decode_size({1920, 1080, 1, JpegSampling::kGray, 1, 1}, 0), 1920ULL * 1088);
}

TEST(JpegDecode, SizesOutsideTheLimits) {
    for (const auto& [width, height] : {Strides{31, 64}, {64, 31}, {16385, 64}, {64, 16385}}) {
        const File file = make_jpeg(spec_of(JpegSampling::kGray, width, height));
        EXPECT_TRUE(read_jpeg_info(bytes_of(file)).ok());
        const auto decoded = decode(file, 0, OddSizes::kDown);
        EXPECT_EQ(decoded.status().code(), ACL_ERROR_INVALID_PARAM);
        EXPECT_THAT(decoded.status().message(), HasSubstr(text(width, "x", height)));
        EXPECT_FALSE(predict_jpeg_decode_size(*read_jpeg_info(bytes_of(file)), 0).ok());
    }
    for (const auto& [width, height] : {Strides{16384, 32}, {32, 16384}}) {
        EXPECT_TRUE(decode(make_jpeg(spec_of(JpegSampling::kGray, width, height)), 0, OddSizes::kDown).ok());
    }
}

// Manual 10.7.7.1: pictures whose MCUs are not all there are decoded.
TEST(JpegDecode, WhatIsThereOfATruncatedFile) {
    for (const JpegSampling sampling : kSamplings) {
        for (const bool ended : {false, true}) {
            const JpegSpec spec = spec_of(sampling, 96, 96);
            const Oracle oracle(spec, sampling);
            File file = make_jpeg(spec);
            file.resize(file.size() * 3 / 5);
            if (file.back() == 0xFF) {
                file.pop_back();
            }
            if (ended) {
                file.insert(file.end(), {0xFF, 0xD9});
            }
            const auto decoded = decode(file, kUnknown, OddSizes::kDown);
            ASSERT_TRUE(decoded.ok()) << decoded.status().message();
            for (uint32_t y = 0; y < 32; ++y) {
                for (uint32_t x = 0; x < 96; ++x) {
                    ASSERT_LE(
                        std::abs(decoded->memory[size_t{y} * decoded->layout.width_stride + x] - oracle.pixel(0, x, y)),
                        2)
                        << x << "," << y;
                }
            }
        }
    }
}

TEST(JpegDecode, AFileWithoutItsLastScanHasNoColourThere) {
    JpegSpec spec = spec_of(JpegSampling::k444, 64, 64);
    spec.scan_each = true;
    File file = make_jpeg(spec);
    const File mark = {0xFF, 0xDA, 0, 8, 1, 3};
    const auto third = std::search(file.begin(), file.end(), mark.begin(), mark.end());
    ASSERT_NE(third, file.end());
    file.erase(third, file.end());
    const auto decoded = decode(file, 5, OddSizes::kDown);
    ASSERT_TRUE(decoded.ok()) << decoded.status().message();
    const Oracle oracle(spec, JpegSampling::k444);
    for (size_t i = 0; i < 64; ++i) {
        EXPECT_LE(std::abs(decoded->memory[64 * 64 + 2 * i] - oracle.pixel(1, static_cast<uint32_t>(i), 0)), 2);
        EXPECT_EQ(decoded->memory[64 * 64 + 2 * i + 1], 128);
    }
}

TEST(JpegDecode, DamagedDataAreTold) {
    JpegSpec spec = spec_of(JpegSampling::k420, 256, 256);
    spec.restart = 4;
    File file = make_jpeg(spec);
    for (size_t at = file.size() / 2; at < file.size() / 2 + 60; at += 2) {
        file[at] = 0xFF;  // no code has so many ones
        file[at + 1] = 0;
    }
    const auto decoded = decode(file, 1, OddSizes::kDown);
    EXPECT_EQ(decoded.status().code(), ACL_ERROR_PARSE_FILE);
    EXPECT_THAT(decoded.status().message(), HasSubstr("damaged"));
}

// No crash, no writing beyond the memory, a documented code: for every file with some bits flipped.
TEST(JpegDecode, FlippedBits) {
    std::mt19937 random(8);
    std::vector<uint8_t> memory(192 * 128 * 3 + 64);
    int failures = 0;
    for (int i = 0; i < 1500; ++i) {
        JpegSpec spec = spec_of(kSamplings[static_cast<size_t>(i) % 5], 40 + below(random, 60), 40 + below(random, 60));
        spec.scan_each = !spec.gray && i % 3 == 0;
        spec.restart = i % 4 == 0 ? 2 : 0;
        spec.orientation = i % 7 == 0 ? 6 : 0;
        File file = make_jpeg(spec);
        for (uint32_t flips = 1 + random() % 4; flips > 0; --flips) {
            file[random() % (i % 2 == 0 ? file.size() : std::min<size_t>(file.size(), 640))] ^=
                static_cast<uint8_t>(1U << random() % 8);
        }
        std::fill(memory.begin(), memory.end(), kCanary);
        const auto decoded =
            decode_jpeg(bytes_of(file), {memory.data(), memory.size() - 64, kUnknown, 0, 0}, OddSizes::kDownBoth);
        const int code = decoded.status().code();
        failures += code != 0 ? 1 : 0;
        EXPECT_TRUE(code == 0 || code == ACL_ERROR_PARSE_FILE || code == ACL_ERROR_UNSUPPORTED_JPEG ||
                    code == ACL_ERROR_INVALID_PARAM)
            << code << " " << decoded.status().message();
        EXPECT_EQ(decoded.status().message().empty(), code == 0);
        EXPECT_TRUE(std::all_of(memory.end() - 64, memory.end(), [](uint8_t b) { return b == kCanary; }));
    }
    EXPECT_GT(failures, 100);
}

}  // namespace
}  // namespace softacl::media::testing
