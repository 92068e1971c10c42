// SPDX-License-Identifier: Apache-2.0
// The computation, pixel by pixel as the header describes it, against the rows of the processor.
#include "aipp/processor.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <random>

#include "aipp/rows.h"

namespace softacl::aipp {
namespace {

using testing::HasSubstr;

/// Says what one pixel of the result is; knows nothing of rows.
class Oracle {
   public:
    Oracle(const Params& p, const std::vector<uint8_t>& picture) : p_(p), picture_(picture) {}

    float pixel(int64_t k, int64_t x, int64_t y, int64_t channels) const {
        const Size content = content_size(p_);
        if (p_.padding) {
            x -= p_.pad_left;
            y -= p_.pad_top;
            if (x < 0 || y < 0 || x >= content.width || y >= content.height) {
                return p_.padding_value;
            }
        }
        const int64_t channel = channels == 4 ? (k == 0 ? 3 : k - 1) : k;
        const int64_t value = channel < 3 && p_.csc ? converted(channel, x, y) : resized(channel, x, y);
        const auto i = static_cast<size_t>(k);
        const float centred = static_cast<float>(value - p_.mean[i]) - p_.min[i];
        return centred * p_.var_reci[i];
    }

   private:
    int64_t converted(int64_t channel, int64_t x, int64_t y) const {
        const bool yuv = p_.format == Format::kYuv420Sp || p_.format == Format::kYuyv ||
                         p_.format == Format::kYuv422Sp || p_.format == Format::kAyuv444;
        int64_t sum = 0;
        for (int64_t k = 0; k < 3; ++k) {
            const auto i = static_cast<size_t>(k);
            sum += p_.matrix[static_cast<size_t>(channel) * 3 + i] * (resized(k, x, y) - (yuv ? p_.input_bias[i] : 0));
        }
        const auto shifted = static_cast<int64_t>(std::floor(static_cast<double>(sum) / 256));
        return std::clamp<int64_t>(shifted + (yuv ? 0 : p_.output_bias[static_cast<size_t>(channel)]), 0, 255);
    }

    int64_t resized(int64_t channel, int64_t x, int64_t y) const {
        if (!p_.resize) {
            return cropped(channel, x, y);
        }
        const Size in = cropped_size(p_);
        const auto [x0, x1, fx] = position(x, in.width, p_.resize_width);
        const auto [y0, y1, fy] = position(y, in.height, p_.resize_height);
        const int64_t above = (2048 - fx) * cropped(channel, x0, y0) + fx * cropped(channel, x1, y0);
        const int64_t below = (2048 - fx) * cropped(channel, x0, y1) + fx * cropped(channel, x1, y1);
        return ((2048 - fy) * above + fy * below + (1 << 21)) >> 22;
    }

    static std::array<int64_t, 3> position(int64_t at, int64_t in, int64_t out) {
        const double exact = (static_cast<double>((2 * at + 1) * in - out) * 2048 + static_cast<double>(out)) /
                             static_cast<double>(2 * out);
        const int64_t p = std::clamp<int64_t>(static_cast<int64_t>(std::floor(exact)), 0, (in - 1) * 2048);
        return {p / 2048, std::min(p / 2048 + 1, in - 1), p % 2048};
    }

    int64_t cropped(int64_t channel, int64_t x, int64_t y) const {
        return source(channel, x + (p_.crop ? p_.crop_x : 0), y + (p_.crop ? p_.crop_y : 0));
    }

    int64_t source(int64_t channel, int64_t x, int64_t y) const {
        const int64_t w = p_.source_width;
        const int64_t h = p_.source_height;
        const int64_t u = p_.rbuv_swap && channel == 1 ? 2 : p_.rbuv_swap && channel == 2 ? 1 : channel;
        const int64_t b = p_.rbuv_swap && channel < 3 ? 2 - channel : channel;
        const auto at = [this](int64_t i) { return int64_t{picture_.at(static_cast<size_t>(i))}; };
        switch (p_.format) {
            case Format::kYuv400: return at(y * w + x);
            case Format::kYuv420Sp: return u == 0 ? at(y * w + x) : at(h * w + y / 2 * w + x / 2 * 2 + u - 1);
            case Format::kYuv422Sp: return u == 0 ? at(y * w + x) : at(h * w + y * w + x / 2 * 2 + u - 1);
            case Format::kYuyv: return u == 0 ? at(2 * (y * w + x)) : at(2 * (y * w + x / 2 * 2) + 2 * u - 1);
            case Format::kRgb888: return at(3 * (y * w + x) + b);
            default: {
                const int64_t colour = p_.format == Format::kAyuv444 ? u : b;
                const int64_t byte = p_.ax_swap ? colour : (colour + 1) % 4;
                return at(4 * (y * w + x) + byte);
            }
        }
    }

    const Params& p_;
    const std::vector<uint8_t>& picture_;
};

class Dice {
   public:
    explicit Dice(unsigned seed) : engine_(seed) {}
    int32_t between(int32_t low, int32_t high) { return std::uniform_int_distribution<int32_t>(low, high)(engine_); }
    bool coin() { return between(0, 1) == 1; }
    float real(float low, float high) { return std::uniform_real_distribution<float>(low, high)(engine_); }

   private:
    std::mt19937 engine_;
};

int32_t even_if(bool must, int32_t value) { return must ? std::max(2, value / 2 * 2) : value; }

Params random_params(Dice& dice, const FormatFacts& facts) {
    Params p;
    p.format = facts.format;
    p.source_width = even_if(facts.even_width, dice.between(2, 90));
    p.source_height = even_if(facts.even_height, dice.between(1, 20));
    p.rbuv_swap = dice.coin();
    p.ax_swap = dice.coin();
    p.crop = dice.coin();
    p.crop_width = even_if(facts.even_height, dice.between(1, p.source_width));
    p.crop_height = even_if(facts.even_height, dice.between(1, p.source_height));
    p.crop_x = dice.between(0, p.source_width - p.crop_width) / 2 * 2;
    p.crop_y = dice.between(0, p.source_height - p.crop_height) / 2 * 2;
    p.resize = dice.coin();
    p.resize_width = dice.between(1, 90);
    p.resize_height = dice.between(1, 30);
    p.csc = facts.format != Format::kYuv400 && dice.coin();
    for (auto& factor : p.matrix) {
        factor = dice.between(0, 20) == 0 ? (dice.coin() ? -32677 : 32676) : dice.between(-500, 500);
    }
    for (size_t k = 0; k < 3; ++k) {
        p.input_bias[k] = dice.between(0, 255);
        p.output_bias[k] = dice.between(0, 255);
    }
    for (size_t k = 0; k < 4; ++k) {
        p.mean[k] = dice.between(0, 255);
        p.min[k] = dice.real(0, 255);
        p.var_reci[k] = dice.real(-2, 2);
    }
    p.padding = dice.coin();
    p.pad_left = dice.between(0, 32);
    p.pad_right = dice.between(0, 3);
    p.pad_top = dice.between(0, 3);
    p.pad_bottom = dice.between(0, 3);
    p.padding_value = dice.real(-9, 9);
    return p;
}

TensorType target_of(const Params& p, int64_t count, int64_t channels, aclFormat format, aclDataType dtype) {
    const Size size = result_size(p);
    TensorType type;
    type.dtype = dtype;
    type.format = format;
    type.shape = format == ACL_FORMAT_NCHW ? Shape{count, channels, size.height, size.width}
                                           : Shape{count, size.height, size.width, channels};
    return type;
}

template <class T>
std::vector<T> processed(const Processor& processor, const std::vector<uint8_t>& pictures, const TensorType& target) {
    std::vector<T> result(static_cast<size_t>(target.shape.elements()) + 1);
    std::vector<std::max_align_t> scratch(processor.scratch_bytes() / sizeof(std::max_align_t) + 1);
    processor.run(pictures.data(), result.data(), scratch.data());
    return result;
}

template <class T>
void compare(const Params& p, const TensorType& target, const std::vector<uint8_t>& pictures) {
    const auto processor = Processor::make(p, target);
    ASSERT_TRUE(processor.ok()) << processor.status().message();
    const auto got = processed<T>(*processor, pictures, target);
    const bool nchw = target.format == ACL_FORMAT_NCHW;
    const int64_t channels = target.shape[nchw ? 1 : 3];
    const Size size = result_size(p);
    const size_t bytes = pictures.size() / static_cast<size_t>(target.shape[0]);
    for (int64_t n = 0; n < target.shape[0]; ++n) {
        const auto begin = pictures.begin() + static_cast<std::ptrdiff_t>(bytes) * n;
        const std::vector<uint8_t> picture(begin, begin + static_cast<std::ptrdiff_t>(bytes));
        const Oracle oracle(p, picture);
        for (int64_t k = 0; k < channels; ++k) {
            for (int64_t y = 0; y < size.height; ++y) {
                for (int64_t x = 0; x < size.width; ++x) {
                    const int64_t at = nchw ? ((n * channels + k) * size.height + y) * size.width + x
                                            : ((n * size.height + y) * size.width + x) * channels + k;
                    const T wanted = static_cast<T>(oracle.pixel(k, x, y, channels));
                    ASSERT_EQ(static_cast<float>(got[static_cast<size_t>(at)]), static_cast<float>(wanted))
                        << to_text(p) << "\n"
                        << target.text() << " " << n << " " << k << " " << y << " " << x;
                }
            }
        }
    }
}

TEST(AippProcessor, EveryPixelOfRandomPictures) {
    Dice dice(7);
    for (int round = 0; round < 100; ++round) {
        for (const FormatFacts& facts : all_formats()) {
            Params p = random_params(dice, facts);
            const int64_t count = dice.between(1, 3);
            const std::vector<int64_t> choices = facts.channels == 1   ? std::vector<int64_t>{1}
                                                 : facts.channels == 3 ? std::vector<int64_t>{3, 1}
                                                                       : std::vector<int64_t>{4, 3, 1};
            const int64_t channels =
                choices[static_cast<size_t>(dice.between(0, static_cast<int>(choices.size()) - 1))];
            p.csc = p.csc || (channels == 1 && !facts.is_yuv);
            const aclFormat format = dice.coin() ? ACL_FORMAT_NCHW : ACL_FORMAT_NHWC;
            const int64_t bytes = memory_shape(p.format, count, p.source_height, p.source_width).elements();
            std::vector<uint8_t> pictures(static_cast<size_t>(bytes));
            std::generate(pictures.begin(), pictures.end(), [&] { return static_cast<uint8_t>(dice.between(0, 255)); });
            switch (dice.between(0, 2)) {
                case 0: compare<Half>(p, target_of(p, count, channels, format, ACL_FLOAT16), pictures); break;
                case 1: {
                    p.mean = {};
                    p.min = {};
                    p.var_reci = {1, 1, 1, 1};
                    p.padding_value = static_cast<float>(dice.between(0, 255));
                    compare<uint8_t>(p, target_of(p, count, channels, format, ACL_UINT8), pictures);
                    break;
                }
                default: compare<float>(p, target_of(p, count, channels, format, ACL_FLOAT), pictures);
            }
        }
    }
}

TEST(AippProcessor, NothingIsWrittenBeyondTheResult) {
    Dice dice(5);
    for (const FormatFacts& facts : all_formats()) {
        Params p = random_params(dice, facts);
        const TensorType target = target_of(p, 2, facts.channels, ACL_FORMAT_NCHW, ACL_FLOAT);
        const auto processor = Processor::make(p, target);
        ASSERT_TRUE(processor.ok()) << processor.status().message();
        const Shape shape = memory_shape(p.format, 2, p.source_height, p.source_width);
        const auto got =
            processed<float>(*processor, std::vector<uint8_t>(static_cast<size_t>(shape.elements())), target);
        EXPECT_EQ(got.back(), 0);
    }
}

TEST(AippProcessor, ResizeToTheSameSizeChangesNothing) {
    Params p;
    p.format = Format::kYuv400;
    p.source_width = p.resize_width = 37;
    p.source_height = p.resize_height = 23;
    p.resize = true;
    std::vector<uint8_t> picture(37 * 23);
    for (size_t i = 0; i < picture.size(); ++i) {
        picture[i] = static_cast<uint8_t>(i * 7);
    }
    const TensorType target = target_of(p, 1, 1, ACL_FORMAT_NCHW, ACL_UINT8);
    auto got = processed<uint8_t>(*Processor::make(p, target), picture, target);
    got.pop_back();
    EXPECT_EQ(got, picture);
}

TEST(AippProcessor, TheLargestSizes) {
    Params p;
    p.format = Format::kYuv400;
    p.source_width = 4096;
    p.source_height = 2;
    p.resize = true;
    p.resize_width = 4096;
    p.resize_height = 3;
    const std::vector<uint8_t> picture(8192, 255);
    const TensorType target = target_of(p, 1, 1, ACL_FORMAT_NCHW, ACL_FLOAT);
    auto got = processed<float>(*Processor::make(p, target), picture, target);
    got.pop_back();
    EXPECT_TRUE(std::all_of(got.begin(), got.end(), [](float value) { return value == 255; }));
}

TEST(AippTarget, WhatTheNetworkMustBe) {
    Params p;
    p.source_width = 8;
    p.source_height = 6;
    const auto type = [](Shape shape, aclFormat format = ACL_FORMAT_NCHW, aclDataType dtype = ACL_FLOAT) {
        return TensorType{dtype, std::move(shape), format};
    };
    const struct {
        Format format;
        TensorType target;
        const char* part;  // null: good
    } cases[] = {
        {Format::kYuv420Sp, type({1, 3, 6, 8}), nullptr},
        {Format::kYuv420Sp, type({5, 6, 8, 3}, ACL_FORMAT_NHWC), nullptr},
        {Format::kYuv420Sp, type({1, 1, 6, 8}), nullptr},
        {Format::kAyuv444, type({1, 4, 6, 8}), nullptr},
        {Format::kXrgb8888, type({1, 3, 6, 8}), nullptr},
        {Format::kYuv400, type({1, 1, 6, 8}), nullptr},
        {Format::kYuv420Sp, type({1, 3, 6, 8}, ACL_FORMAT_NCHW, ACL_FLOAT16), nullptr},
        {Format::kYuv420Sp, type({1, 3, 6, 8}, ACL_FORMAT_NCHW, ACL_UINT8), nullptr},
        {Format::kYuv420Sp, type({1, 4, 6, 8}), "3 or 1 channels, but the network's have 4"},
        {Format::kYuv420Sp, type({1, 6, 8, 3}), "channels"},
        {Format::kYuv400, type({1, 3, 6, 8}), "1 channels"},
        {Format::kRgb888, type({1, 1, 6, 8}), "csc_switch is off"},
        {Format::kArgb8888, type({1, 5, 6, 8}), "4, 3 or 1 channels"},
        {Format::kYuv420Sp, type({1, 3, 8, 6}), "8 x 6 pixels (crop, resize and padding are off)"},
        {Format::kYuv420Sp, type({1, 3, 6, 8}, ACL_FORMAT_NCHW, ACL_INT32), "type int32"},
        {Format::kYuv420Sp, type({1, 3, 6, 8}, ACL_FORMAT_ND), "needs a network whose input is pictures"},
        {Format::kYuv420Sp, type({3, 6, 8}), "needs a network whose input is pictures"},
        {Format::kYuv420Sp, type({-1, 3, 6, 8}), "needs a network whose input is pictures"},
        {Format::kYuv420Sp, type({0, 3, 6, 8}), "needs a network whose input is pictures"},
    };
    for (const auto& test : cases) {
        p.format = test.format;
        const auto made = Processor::make(p, test.target);
        EXPECT_EQ(made.ok(), test.part == nullptr) << made.status().message();
        EXPECT_THAT(made.status().message(), HasSubstr(test.part == nullptr ? "" : test.part));
    }
    p.format = Format::kYuv420Sp;
    p.mean[1] = 5;
    EXPECT_THAT(Processor::make(p, type({1, 3, 6, 8}, ACL_FORMAT_NCHW, ACL_UINT8)).status().message(),
                HasSubstr("must not change anything"));
    EXPECT_TRUE(Processor::make(p, type({1, 1, 6, 8}, ACL_FORMAT_NCHW, ACL_UINT8)).ok());  // has no channel 1
    p.mean[1] = 0;
    p.padding = true;
    p.padding_value = 0.5F;
    EXPECT_THAT(Processor::make(p, type({1, 3, 6, 8}, ACL_FORMAT_NCHW, ACL_UINT8)).status().message(),
                HasSubstr("padding_value [0.5]"));
    p.pad_left = 2;
    EXPECT_THAT(Processor::make(p, type({1, 3, 6, 8})).status().message(), HasSubstr("10 x 6 pixels with the padding"));
    p.padding = false;
    p.source_width = 1;
    EXPECT_THAT(Processor::make(p, type({1, 3, 6, 8})).status().message(), HasSubstr("src_image_size_w [1]"));
}

}  // namespace
}  // namespace softacl::aipp
