// SPDX-License-Identifier: Apache-2.0
// The rules that the parameters of AIPP obey, and their text.
#include "aipp/params.h"

#include <gmock/gmock.h>

#include <functional>
#include <limits>
#include <set>

#include "acl/acl_base.h"

namespace softacl::aipp {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

Params good(Format format = Format::kYuv420Sp) {
    Params p;
    p.format = format;
    p.source_width = 64;
    p.source_height = 48;
    return p;
}

TEST(AippFormats, Shapes) {
    const struct {
        const char* name;
        Shape memory;   // manual table 10-4
        Shape picture;  // and 10-3
    } cases[] = {
        {"YUV420SP_U8", {2, 72, 64, 1}, {2, 48, 64, 3}}, {"XRGB8888_U8", {2, 48, 64, 4}, {2, 48, 64, 4}},
        {"RGB888_U8", {2, 48, 64, 3}, {2, 48, 64, 3}},   {"YUV400_U8", {2, 48, 64, 1}, {2, 48, 64, 1}},
        {"ARGB8888_U8", {2, 48, 64, 4}, {2, 48, 64, 4}}, {"YUYV_U8", {2, 48, 64, 2}, {2, 48, 64, 3}},
        {"YUV422SP_U8", {2, 96, 64, 1}, {2, 48, 64, 3}}, {"AYUV444_U8", {2, 48, 64, 4}, {2, 48, 64, 4}},
    };
    std::set<Format> seen;
    for (const auto& test : cases) {
        const auto format = format_named(test.name);
        ASSERT_TRUE(format) << test.name;
        EXPECT_STREQ(facts_of(*format).name, test.name);
        EXPECT_EQ(memory_shape(*format, 2, 48, 64), test.memory) << test.name;
        EXPECT_EQ(picture_shape(*format, 2, 48, 64), test.picture) << test.name;
        seen.insert(*format);
    }
    EXPECT_EQ(seen.size(), all_formats().size());
    EXPECT_FALSE(format_named("RAW10"));
}

TEST(AippParams, SizesOfTable10_1) {
    Params p = good();
    EXPECT_TRUE((result_size(p) == Size{64, 48}));
    p.crop_width = 30;  // without the switch nothing
    p.resize_width = 20;
    p.pad_left = 7;
    EXPECT_TRUE((result_size(p) == Size{64, 48}));
    p.crop = true;
    p.crop_height = 20;
    EXPECT_TRUE((result_size(p) == Size{30, 20}));
    p.resize = true;
    p.resize_height = 10;
    EXPECT_TRUE((result_size(p) == Size{20, 10}));
    p.padding = true;
    p.pad_bottom = 3;
    EXPECT_TRUE((result_size(p) == Size{27, 13}));
    EXPECT_TRUE((content_size(p) == Size{20, 10}));
    EXPECT_TRUE((cropped_size(p) == Size{30, 20}));
    p.resize = false;
    EXPECT_TRUE((result_size(p) == Size{37, 23}));
    p.crop = false;
    EXPECT_TRUE((result_size(p) == Size{71, 51}));
}

TEST(AippParams, WhatIsWrongIsNamed) {
    const auto crop = [](Params& p, int32_t x, int32_t y, int32_t w, int32_t h) {
        p.crop = true;
        p.crop_x = x;
        p.crop_y = y;
        p.crop_width = w;
        p.crop_height = h;
    };
    const struct {
        std::function<void(Params&)> change;
        const char* field;
        const char* part;
    } cases[] = {
        {[](Params& p) { p.source_width = 1; }, "src_image_size_w", "[1] is outside of 2 to 4096"},
        {[](Params& p) { p.source_width = 4098; }, "src_image_size_w", "[4098]"},
        {[](Params& p) { p.source_height = 0; }, "src_image_size_h", "[0] is outside of 1 to 4096"},
        {[](Params& p) { p.source_height = 4097; }, "src_image_size_h", "[4097]"},
        {[](Params& p) { p.source_width = 63; }, "src_image_size_w", "[63] is odd"},
        {[](Params& p) { p.source_height = 47; }, "src_image_size_h", "[47] is odd"},
        {[&](Params& p) { crop(p, -2, 0, 32, 32); }, "load_start_pos_w", "[-2]"},
        {[&](Params& p) { crop(p, 0, -2, 32, 32); }, "load_start_pos_h", "[-2]"},
        {[&](Params& p) { crop(p, 0, 0, 0, 32); }, "crop_size_w", "[0] is outside of 1 to 4096"},
        {[&](Params& p) { crop(p, 0, 0, 32, 0); }, "crop_size_h", "[0]"},
        {[&](Params& p) { crop(p, 1, 0, 32, 32); }, "load_start_pos_w", "[1] is odd"},
        {[&](Params& p) { crop(p, 0, 1, 32, 32); }, "load_start_pos_h", "[1] is odd"},
        {[&](Params& p) { crop(p, 0, 0, 31, 32); }, "crop_size_w", "[31] is odd"},
        {[&](Params& p) { crop(p, 0, 0, 32, 31); }, "crop_size_h", "[31] is odd"},
        {[&](Params& p) { crop(p, 34, 0, 32, 32); }, "crop_size_w", "beyond src_image_size_w [64]"},
        {[&](Params& p) { crop(p, 0, 18, 32, 32); }, "crop_size_h", "beyond src_image_size_h [48]"},
        {[](Params& p) { p.resize = true, p.resize_height = 9; }, "resize_output_w", "[0]"},
        {[](Params& p) { p.resize = true, p.resize_width = 9, p.resize_height = 4097; }, "resize_output_h", "[4097]"},
        {[](Params& p) { p.csc = true, p.matrix[3] = 32677; }, "matrix_r1c0", "[32677] is outside of -32677 to 32676"},
        {[](Params& p) { p.csc = true, p.matrix[8] = -32678; }, "matrix_r2c2", "[-32678]"},
        {[](Params& p) { p.csc = true, p.input_bias[1] = 256; }, "input_bias_1", "[256] is outside of 0 to 255"},
        {[](Params& p) { p.csc = true, p.output_bias[2] = -1; }, "output_bias_2", "[-1]"},
        {[](Params& p) { p.csc = true, p.format = Format::kYuv400; }, "csc_switch", "no colours"},
        {[](Params& p) { p.mean[3] = 256; }, "mean_chn_3", "[256] is outside of 0 to 255"},
        {[](Params& p) { p.min[0] = -0.5F; }, "min_chn_0", "[-0.5]"},
        {[](Params& p) { p.min[0] = std::numeric_limits<float>::quiet_NaN(); }, "min_chn_0", "nan"},
        {[](Params& p) { p.var_reci[2] = 65505; }, "var_reci_chn_2", "[65505] is outside of -65504 to 65504"},
        {[](Params& p) { p.padding = true, p.pad_left = 33; }, "left_padding_size", "[33] is outside of 0 to 32"},
        {[](Params& p) { p.padding = true, p.pad_right = -1; }, "right_padding_size", "[-1]"},
        {[](Params& p) { p.padding = true, p.pad_top = 33; }, "top_padding_size", "[33]"},
        {[](Params& p) { p.padding = true, p.pad_bottom = 33; }, "bottom_padding_size", "[33]"},
        {[](Params& p) { p.padding = true, p.padding_value = 70000; }, "padding_value", "[70000]"},
    };
    for (const auto& test : cases) {
        Params p = good();
        test.change(p);
        const auto complaints = check(p);
        ASSERT_EQ(complaints.size(), 1U) << test.field << " " << test.part;
        EXPECT_EQ(complaints[0].field, test.field);
        EXPECT_THAT(complaints[0].sentence, testing::StartsWith(test.field));
        EXPECT_THAT(complaints[0].sentence, HasSubstr(test.part));
    }
}

TEST(AippParams, WhatIsOffIsNotLookedAt) {
    Params p = good();
    p.crop_x = -5;
    p.resize_width = -5;
    p.pad_left = 100;
    p.padding_value = 1e30F;
    p.matrix[0] = 100000;
    EXPECT_THAT(check(p), IsEmpty());
}

TEST(AippParams, AllComplaintsAtOnce) {
    Params p = good();
    p.source_width = 5000;
    p.mean[0] = -1;
    p.var_reci[1] = 1e9F;
    EXPECT_EQ(check(p).size(), 3U);
}

TEST(AippParams, EvennessByFormat) {
    const struct {
        Format format;
        size_t width, height, x, y, crop_width, crop_height;  // complaints when each of them is odd
    } cases[] = {{Format::kYuv420Sp, 1, 1, 1, 1, 1, 1}, {Format::kYuyv, 1, 0, 1, 0, 0, 0},
                 {Format::kYuv422Sp, 1, 0, 1, 0, 0, 0}, {Format::kRgb888, 0, 0, 0, 0, 0, 0},
                 {Format::kXrgb8888, 0, 0, 0, 0, 0, 0}, {Format::kYuv400, 0, 0, 0, 0, 0, 0},
                 {Format::kAyuv444, 0, 0, 0, 0, 0, 0},  {Format::kArgb8888, 0, 0, 0, 0, 0, 0}};
    for (const auto& test : cases) {
        const auto complaints = [&](auto change) {
            Params p = good(test.format);
            p.crop = true;
            p.crop_width = p.crop_height = 8;
            change(p);
            return check(p).size();
        };
        EXPECT_EQ(complaints([](Params&) {}), 0U);
        EXPECT_EQ(complaints([](Params& p) { p.source_width = 61; }), test.width);
        EXPECT_EQ(complaints([](Params& p) { p.source_height = 41; }), test.height);
        EXPECT_EQ(complaints([](Params& p) { p.crop_x = 3; }), test.x);
        EXPECT_EQ(complaints([](Params& p) { p.crop_y = 3; }), test.y);
        EXPECT_EQ(complaints([](Params& p) { p.crop_width = 7; }), test.crop_width);
        EXPECT_EQ(complaints([](Params& p) { p.crop_height = 7; }), test.crop_height);
    }
}

TEST(AippParams, TextAndBack) {
    for (const FormatFacts& facts : all_formats()) {
        Params p = good(facts.format);
        int32_t count = 1;
        for_each_field(p, [&](const char*, auto& value, double, double, bool) {
            using Member = std::remove_reference_t<decltype(value)>;
            if constexpr (std::is_same_v<Member, float>) {
                value = 1.0F / static_cast<float>(3 * count++);
            } else {
                value = static_cast<Member>(count++);
            }
        });
        const auto again = from_text(to_text(p));
        ASSERT_TRUE(again.ok()) << again.status().message();
        EXPECT_TRUE(*again == p);
        EXPECT_EQ(again->var_reci, p.var_reci);  // every bit
        EXPECT_EQ(again->matrix, p.matrix);
        EXPECT_EQ(again->pad_bottom, p.pad_bottom);
    }
    EXPECT_THAT(to_text(good()), testing::StartsWith("aipp_mode:static,input_format:YUV420SP_U8,src_image_size_w:64,"));
    EXPECT_THAT(to_json(good()), HasSubstr("\"input_format\":\"YUV420SP_U8\",\"src_image_size_w\":64,"));
}

TEST(AippParams, TextThatIsNone) {
    const std::string start = "aipp_mode:static,input_format:RGB888_U8";
    const struct {
        std::string text;
        const char* part;
    } cases[] = {
        {"", "not one field"},
        {"./aipp.cfg", "not one field"},
        {"input_format:RGB888_U8", "aipp_mode is ''"},
        {"aipp_mode:dynamic,input_format:RGB888_U8", "aipp_mode is 'dynamic'"},
        {"aipp_mode:static,input_format:RGB", "'RGB'"},
        {start + ",", "'' is not one field"},
        {start + ",crop:true,crop:true", "'crop:true'"},
        {start + ",crop:1", "'crop' has a value"},
        {start + ",mean_chn_0:1.5", "'mean_chn_0' has a value"},
        {start + ",mean_chn_0:", "'mean_chn_0' has a value"},
        {start + ",mean_chn_0:99999999999", "'mean_chn_0' has a value"},
        {start + ",min_chn_0:1x", "'min_chn_0' has a value"},
        {start + ",what:1", "'what' is not known"},
    };
    for (const auto& test : cases) {
        const auto params = from_text(test.text);
        ASSERT_FALSE(params.ok()) << test.text;
        EXPECT_EQ(params.status().code(), ACL_ERROR_INVALID_PARAM);
        EXPECT_THAT(params.status().message(), HasSubstr(test.part)) << test.text;
    }
}

}  // namespace
}  // namespace softacl::aipp
