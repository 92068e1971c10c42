// SPDX-License-Identifier: Apache-2.0
// PNG files of every kind, written by libpng, become the pixels that they were made of.
#include "media/still/png.h"

#include <gmock/gmock.h>
#include <png.h>

#include <algorithm>
#include <cstring>
#include <random>

#include "acl/acl_base.h"

namespace softacl::media::testing {
namespace {

using ::testing::HasSubstr;
using File = std::vector<uint8_t>;

constexpr int kUnknown = 10000;
constexpr uint8_t kCanary = 0xA7;

Bytes bytes_of(const File& file) { return {file.data(), file.size()}; }

struct Spec {
    uint32_t width = 40;
    uint32_t height = 33;
    int colour = PNG_COLOR_TYPE_RGB;
    int depth = 8;
    bool interlaced = false;
    bool has_trns = false;
    uint32_t seed = 1;
};

struct Made {
    File file;
    std::vector<uint8_t> rgba;  ///< 4 bytes a pixel, as it shall be decoded
};

int channels_of(int colour) {
    switch (colour) {
        case PNG_COLOR_TYPE_RGB: return 3;
        case PNG_COLOR_TYPE_RGB_ALPHA: return 4;
        case PNG_COLOR_TYPE_GRAY_ALPHA: return 2;
        default: return 1;
    }
}

// Samples of any depth, packed as PNG has them, and what they mean in 8 bits: small ones are spread over all values,
// of 16 bits the upper ones count.
Made make_png(const Spec& spec) {
    std::mt19937 random(spec.seed);
    Made made;
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
    png_infop info = png_create_info_struct(png);
    png_set_write_fn(
        png, &made.file,
        [](png_structp p, png_bytep data, size_t size) {
            auto* out = static_cast<File*>(png_get_io_ptr(p));
            out->insert(out->end(), data, data + size);
        },
        nullptr);
    png_set_IHDR(png, info, spec.width, spec.height, spec.depth, spec.colour,
                 spec.interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                 PNG_FILTER_TYPE_DEFAULT);
    png_set_filter(png, 0, PNG_ALL_FILTERS);
    const uint32_t values = 1U << std::min(spec.depth, 8);
    std::vector<png_color> palette(values);
    std::vector<uint8_t> alphas(values, 255);
    if (spec.colour == PNG_COLOR_TYPE_PALETTE) {
        for (png_color& entry : palette) {
            entry = {static_cast<png_byte>(random()), static_cast<png_byte>(random()), static_cast<png_byte>(random())};
        }
        png_set_PLTE(png, info, palette.data(), static_cast<int>(values));
        if (spec.has_trns) {
            for (uint32_t i = 0; i < values / 2; ++i) {
                alphas[i] = static_cast<uint8_t>(random());
            }
            png_set_tRNS(png, info, alphas.data(), static_cast<int>(values / 2), nullptr);
        }
    } else if (spec.has_trns) {
        png_color_16 colour{0, 1, 1, 1, 1};
        png_set_tRNS(png, info, nullptr, 0, &colour);
    }
    const auto channels = static_cast<size_t>(channels_of(spec.colour));
    const size_t row_bytes = (spec.width * channels * static_cast<size_t>(spec.depth) + 7) / 8;
    std::vector<uint8_t> image(row_bytes * spec.height);
    for (uint32_t y = 0; y < spec.height; ++y) {
        for (uint32_t x = 0; x < spec.width; ++x) {
            uint8_t v[4] = {};
            for (size_t c = 0; c < channels; ++c) {
                const auto low = static_cast<uint8_t>(random());
                v[c] = static_cast<uint8_t>((x * (c + 2) + y * 3 + random() % 4) % values);
                const size_t sample = x * channels + c;
                uint8_t* row = image.data() + y * row_bytes;
                if (spec.depth == 16) {
                    row[2 * sample] = v[c];
                    row[2 * sample + 1] = low;
                } else {
                    const size_t bit = sample * static_cast<size_t>(spec.depth);
                    row[bit / 8] =
                        static_cast<uint8_t>(row[bit / 8] | v[c] << (8 - spec.depth - static_cast<int>(bit % 8)));
                }
                if (spec.colour != PNG_COLOR_TYPE_PALETTE) {
                    v[c] = static_cast<uint8_t>(v[c] * 255U / (values - 1));
                }
            }
            switch (channels) {
                case 1:
                    if (spec.colour == PNG_COLOR_TYPE_PALETTE) {
                        const png_color entry = palette[v[0]];
                        made.rgba.insert(made.rgba.end(), {entry.red, entry.green, entry.blue, alphas[v[0]]});
                    } else {
                        made.rgba.insert(made.rgba.end(), {v[0], v[0], v[0], 255});
                    }
                    break;
                case 2: made.rgba.insert(made.rgba.end(), {v[0], v[0], v[0], v[1]}); break;
                case 3: made.rgba.insert(made.rgba.end(), {v[0], v[1], v[2], 255}); break;
                default: made.rgba.insert(made.rgba.end(), v, v + 4); break;
            }
        }
    }
    png_write_info(png, info);
    std::vector<png_bytep> rows;
    for (uint32_t y = 0; y < spec.height; ++y) {
        rows.push_back(image.data() + y * row_bytes);
    }
    png_write_image(png, rows.data());
    png_write_end(png, nullptr);
    png_destroy_write_struct(&png, &info);
    return made;
}

std::vector<Spec> all_kinds() {
    std::vector<Spec> specs;
    const auto add = [&](int colour, std::initializer_list<int> depths, bool trns) {
        for (const int depth : depths) {
            for (const bool interlaced : {false, true}) {
                specs.push_back({40, 33, colour, depth, interlaced, trns, static_cast<uint32_t>(specs.size() + 1)});
            }
        }
    };
    for (const bool trns : {false, true}) {
        add(PNG_COLOR_TYPE_GRAY, {1, 2, 4, 8, 16}, trns);
        add(PNG_COLOR_TYPE_PALETTE, {1, 2, 4, 8}, trns);
        add(PNG_COLOR_TYPE_RGB, {8, 16}, trns);
    }
    add(PNG_COLOR_TYPE_GRAY_ALPHA, {8, 16}, false);
    add(PNG_COLOR_TYPE_RGB_ALPHA, {8, 16}, false);
    return specs;
}

bool has_alpha(const Spec& spec) {
    return spec.colour == PNG_COLOR_TYPE_GRAY_ALPHA || spec.colour == PNG_COLOR_TYPE_RGB_ALPHA ||
           (spec.colour == PNG_COLOR_TYPE_PALETTE && spec.has_trns);
}

std::string name_of(const Spec& spec) {
    return text("colour ", spec.colour, " depth ", spec.depth, spec.interlaced ? " interlaced" : "",
                spec.has_trns ? " tRNS" : "");
}

/// All bytes of memory: the picture's and those around it.
void expect_pixels(const Made& made, const StillLayout& layout, const std::vector<uint8_t>& memory) {
    std::vector<uint8_t> expected(memory.size(), kCanary);
    const size_t bytes = layout.format->pixel_bytes;
    for (size_t y = 0; y < layout.height; ++y) {
        for (size_t x = 0; x < layout.width; ++x) {
            std::memcpy(expected.data() + y * layout.width_stride + x * bytes,
                        made.rgba.data() + (y * layout.width + x) * 4, bytes);
        }
    }
    EXPECT_TRUE(memory == expected);
}

TEST(Png, EveryKindIsDecodedBitForBit) {
    for (const Spec& spec : all_kinds()) {
        SCOPED_TRACE(name_of(spec));
        const Made made = make_png(spec);
        const auto info = read_png_info(bytes_of(made.file));
        ASSERT_TRUE(info.ok()) << info.status().message();
        EXPECT_EQ(info->width, spec.width);
        EXPECT_EQ(info->height, spec.height);
        EXPECT_EQ(info->has_alpha(), has_alpha(spec));
        EXPECT_EQ(info->components,
                  spec.colour == PNG_COLOR_TYPE_PALETTE ? (spec.has_trns ? 4 : 3) : channels_of(spec.colour));
        for (const int format : {12, 16, kUnknown}) {
            for (const uint32_t more : {0U, 1U}) {
                std::vector<uint8_t> memory(1 << 16, kCanary);
                const StillOutput output{memory.data(), memory.size(), format, more * 768, more * 64};
                const auto layout = decode_png(bytes_of(made.file), output);
                if (format == 16 && !has_alpha(spec)) {
                    EXPECT_EQ(layout.status().code(), ACL_ERROR_INVALID_PARAM);
                    EXPECT_THAT(layout.status().message(), HasSubstr("format is 16"));
                    continue;
                }
                ASSERT_TRUE(layout.ok()) << layout.status().message();
                const bool is_rgba = format == 16 || (format == kUnknown && has_alpha(spec));
                EXPECT_EQ(layout->format->format, is_rgba ? PixelFormat::kRgba : PixelFormat::kRgb);
                EXPECT_EQ(layout->width_stride, more ? 768U : 128U * (is_rgba ? 4 : 3));
                EXPECT_EQ(layout->height_stride, more ? 64U : 48U);
                expect_pixels(made, *layout, memory);
            }
        }
    }
}

TEST(Png, RandomSizes) {
    std::mt19937 random(2);
    const auto kinds = all_kinds();
    for (int i = 0; i < 60; ++i) {
        Spec spec = kinds[random() % kinds.size()];
        spec.width = 32 + static_cast<uint32_t>(random() % 150);
        spec.height = 32 + static_cast<uint32_t>(random() % 70);
        const Made made = make_png(spec);
        std::vector<uint8_t> memory(1 << 18, kCanary);
        const auto layout = decode_png(bytes_of(made.file), {memory.data(), memory.size(), kUnknown, 0, 0});
        ASSERT_TRUE(layout.ok()) << layout.status().message();
        EXPECT_EQ(layout->width_stride, (spec.width + 127) / 128 * 128 * layout->format->pixel_bytes);
        EXPECT_EQ(layout->height_stride, (spec.height + 15) / 16 * 16);
        expect_pixels(made, *layout, memory);
    }
}

TEST(Png, StridesThatDoNotFitAreReplaced) {
    const Made made = make_png({});
    std::vector<uint8_t> memory(1 << 16, kCanary);
    const auto layout = decode_png(bytes_of(made.file), {memory.data(), memory.size(), 12, 120, 33});
    ASSERT_TRUE(layout.ok());
    EXPECT_EQ(layout->width_stride, 384U);
    EXPECT_EQ(layout->height_stride, 48U);
    expect_pixels(made, *layout, memory);
}

TEST(Png, MemoryIsCompared) {
    const Made made = make_png({});
    std::vector<uint8_t> memory(384 * 48, kCanary);
    const auto attempt = [&](uint64_t size, uint32_t stride) {
        return decode_png(bytes_of(made.file), {memory.data(), size, 12, stride, 0}).status();
    };
    EXPECT_EQ(attempt(memory.size() - 1, 0).code(), ACL_ERROR_INVALID_PARAM);
    EXPECT_THAT(attempt(memory.size() - 1, 0).message(), HasSubstr("18432"));
    EXPECT_EQ(attempt(memory.size(), 385).code(), ACL_ERROR_INVALID_PARAM);
    EXPECT_TRUE(std::all_of(memory.begin(), memory.end(), [](uint8_t b) { return b == kCanary; }));
    EXPECT_TRUE(attempt(memory.size(), 0).ok());
}

TEST(Png, PredictedSizes) {
    const PngInfo rgb{1000, 700, 3};
    EXPECT_EQ(*predict_png_decode_size(rgb, 12), 1024ULL * 3 * 704);
    EXPECT_EQ(*predict_png_decode_size(rgb, 16), 1024ULL * 4 * 704);
    EXPECT_EQ(*predict_png_decode_size(rgb, kUnknown), 1024ULL * 4 * 704);
    for (const int format : {-1, 0, 1, 13, 14, 15, 17, 10001}) {
        EXPECT_EQ(predict_png_decode_size(rgb, format).status().code(), ACL_ERROR_INVALID_PARAM) << format;
        EXPECT_EQ(png_layout(rgb, format).status().code(), ACL_ERROR_INVALID_PARAM) << format;
    }
}

TEST(Png, SizesOutsideTheLimits) {
    for (const auto& [width, height] : {std::pair{31U, 40U}, {40U, 31U}, {4097U, 40U}, {40U, 4097U}}) {
        Spec spec;
        spec.width = width;
        spec.height = height;
        const Made made = make_png(spec);
        const auto info = read_png_info(bytes_of(made.file));
        ASSERT_TRUE(info.ok());
        EXPECT_EQ(predict_png_decode_size(*info, 12).status().code(), ACL_ERROR_INVALID_PARAM);
        std::vector<uint8_t> memory(1 << 20);
        const auto layout = decode_png(bytes_of(made.file), {memory.data(), memory.size(), 12, 0, 0});
        EXPECT_EQ(layout.status().code(), ACL_ERROR_INVALID_PARAM);
        EXPECT_THAT(layout.status().message(), HasSubstr(text(width, "x", height)));
    }
    for (const auto& [width, height] : {std::pair{32U, 32U}, {4096U, 32U}, {32U, 4096U}}) {
        Spec spec;
        spec.width = width;
        spec.height = height;
        std::vector<uint8_t> memory(1 << 22);
        EXPECT_TRUE(decode_png(bytes_of(make_png(spec).file), {memory.data(), memory.size(), kUnknown, 0, 0}).ok());
    }
}

TEST(Png, WhatIsNoPng) {
    for (const File& file : {File{}, File{0x89, 'P', 'N', 'G'}, File(100, 0), File{0xFF, 0xD8, 0xFF, 0xD9}}) {
        EXPECT_EQ(read_png_info(bytes_of(file)).status().code(), ACL_ERROR_PARSE_FILE);
        EXPECT_FALSE(read_png_info(bytes_of(file)).status().message().empty());
    }
}

TEST(Png, BreaksOff) {
    const File good = make_png({}).file;
    constexpr size_t kEnd = 12;  // the last chunk holds nothing
    std::vector<uint8_t> memory(1 << 16);
    for (size_t length = 0; length < good.size() - kEnd; ++length) {
        const File part(good.begin(), good.begin() + static_cast<ptrdiff_t>(length));
        const auto layout = decode_png(bytes_of(part), {memory.data(), memory.size(), 12, 0, 0});
        EXPECT_EQ(layout.status().code(), ACL_ERROR_PARSE_FILE) << length;
    }
}

// Every chunk has a checksum: a flipped bit is found, or changes nothing.
TEST(Png, FlippedBits) {
    std::mt19937 random(9);
    size_t failures = 0;
    for (const Spec& spec : all_kinds()) {
        const Made made = make_png(spec);
        for (int i = 0; i < 60; ++i) {
            File file = made.file;
            const size_t at = i < 30 ? random() % std::min<size_t>(file.size(), 64) : random() % file.size();
            file[at] ^= static_cast<uint8_t>(1U << random() % 8);
            std::vector<uint8_t> memory(1 << 16, kCanary);
            const auto layout = decode_png(bytes_of(file), {memory.data(), memory.size() - 64, 12, 0, 0});
            if (layout.ok()) {
                expect_pixels(made, *layout, memory);
                EXPECT_GE(at, size_t{8}) << name_of(spec);
            } else {
                ++failures;
                EXPECT_TRUE(layout.status().code() == ACL_ERROR_PARSE_FILE ||
                            layout.status().code() == ACL_ERROR_INVALID_PARAM)
                    << layout.status().code();
                EXPECT_FALSE(layout.status().message().empty());
            }
        }
    }
    EXPECT_GT(failures, 1000U);
}

}  // namespace
}  // namespace softacl::media::testing
