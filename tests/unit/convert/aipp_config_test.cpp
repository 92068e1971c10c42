// SPDX-License-Identifier: Apache-2.0
// AIPP configuration files: what they say, and every complaint with its line.
#include "convert/aipp/config.h"

#include <gmock/gmock.h>

#include "convert/aipp/insert.h"

namespace softacl::convert {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

TensorType pictures(int64_t channels = 3, int64_t height = 224, int64_t width = 224) {
    return {ACL_FLOAT, {1, channels, height, width}, ACL_FORMAT_NCHW};
}

/// Reads one block and completes it for a network.
aipp::Params complete(const std::string& text, const TensorType& target, Problems& problems) {
    const auto blocks = parse_aipp(text, "a.cfg", problems);
    return problems.empty() && !blocks.empty() ? complete_aipp(blocks[0], "x", target, problems) : aipp::Params();
}

TEST(AippConfig, WhatPublishedFilesLookLike) {
    Problems problems;
    const auto blocks = parse_aipp(
        "# first line\n"
        "aipp_op{\n"
        "    aipp_mode: static\n"
        "    related_input_rank : 0\n"
        "    input_format :YUV420SP_U8   # behind a value\n"
        "    src_image_size_w : 256\n    src_image_size_h : 224\n"
        "    crop: true\n    load_start_pos_h : 2\n    load_start_pos_w : 4\n    crop_size_w :224\n"
        "    csc_switch : 1\n    rbuv_swap_switch : 0\n"
        "    matrix_r0c0 : 256\n    matrix_r0c1 : 0\n    matrix_r0c2 : 359\n"
        "    matrix_r1c0 : 256\n    matrix_r1c1 : -88\n    matrix_r1c2 : -183\n"
        "    matrix_r2c0 : 256\n    matrix_r2c1 : 454\n    matrix_r2c2 : 0\n"
        "    input_bias_0 : 0\n    input_bias_1 : 128\n    input_bias_2 : 128\n"
        "    mean_chn_0 : 104\n    min_chn_1 : 123.675\n    var_reci_chn_2 : 0.0171247538316637\n"
        "}\n"
        "aipp_op { aipp_mode : static; related_input_name: \"other\", input_format: RGB888_U8 support_rotation: false "
        "}",
        "a.cfg", problems);
    EXPECT_TRUE(problems.empty()) << problems.status().message();
    EXPECT_THAT(problems.warnings(), IsEmpty());
    ASSERT_EQ(blocks.size(), 2U);
    const aipp::Params& p = blocks[0].params;
    EXPECT_EQ(blocks[0].rank, 0);
    EXPECT_EQ(p.format, aipp::Format::kYuv420Sp);
    EXPECT_EQ(p.source_width, 256);
    EXPECT_EQ(p.source_height, 224);
    EXPECT_TRUE(p.crop && p.csc && !p.rbuv_swap);
    EXPECT_EQ(p.crop_x, 4);
    EXPECT_EQ(p.crop_y, 2);
    EXPECT_EQ(p.crop_width, 224);
    EXPECT_EQ(p.matrix, (std::array<int32_t, 9>{256, 0, 359, 256, -88, -183, 256, 454, 0}));
    EXPECT_EQ(p.input_bias, (std::array<int32_t, 3>{0, 128, 128}));
    EXPECT_EQ(p.mean[0], 104);
    EXPECT_EQ(p.min[1], 123.675F);
    EXPECT_EQ(p.var_reci[2], 0.0171247538316637F);
    EXPECT_EQ(p.var_reci[0], 1);
    EXPECT_EQ(blocks[0].place("src_image_size_h"), "a.cfg:7");
    EXPECT_EQ(blocks[0].place("padding"), "a.cfg:2");
    EXPECT_EQ(blocks[1].input, "other");
    EXPECT_FALSE(blocks[1].rank);
}

TEST(AippConfig, ComplaintsWithTheirLines) {
    const std::string start = "aipp_op {\naipp_mode: static\ninput_format: YUV420SP_U8\n";
    const struct {
        std::string text;
        const char* code;
        const char* line;
        const char* part;
    } cases[] = {
        {"", "CPU-120", "a.cfg]", "has no block"},
        {"aipp_op {", "CPU-120", ":1]", "cannot be understood"},
        {"{}", "CPU-120", ":1]", "cannot be understood"},
        {"aipp_ops { }\naipp_op { aipp_mode: static input_format: RGB888_U8 }", "CPU-120", ":1]", "aipp_ops"},
        {start + "colour: 1\n}", "CPU-120", ":4]", "\"colour\""},
        {start + "crop: true\ncrop: false\n}", "CPU-120", ":5]", "specified multiple times"},
        {start + "mean_chn_0: 1.5\n}", "CPU-120", ":4]", "1.5"},
        {start + "mean_chn_0: green\n}", "CPU-120", ":4]", "green"},
        {start + "crop: 2\n}", "CPU-120", ":4]", "2"},
        {start + "src_image_size_w: 99999999999\n}", "CPU-120", ":4]", "out of range"},
        {"aipp_op {\naipp_mode: fast\n}", "CPU-120", ":2]", "fast"},
        {"aipp_op {\naipp_mode: static\ninput_format: RGB\n}", "CPU-120", ":3]", "RGB"},
        {"aipp_op {\ninput_format: RGB888_U8\n}", "CPU-120", ":1]", "aipp_mode"},
        {"aipp_op {\naipp_mode: undefined\ninput_format: RGB888_U8\n}", "CPU-120", ":2]", "aipp_mode"},
        {"\naipp_op {\naipp_mode: static\n}", "CPU-120", ":2]", "YUV400_U8"},
        {"aipp_op {\naipp_mode: dynamic\n}", "CPU-120", ":2]", "max_src_image_size is missing"},
        {"aipp_op {\naipp_mode: dynamic\nmax_src_image_size: 0\n}", "CPU-120", ":3]", "[0] is outside of 1 to"},
        {"aipp_op {\naipp_mode: dynamic\nmax_src_image_size: 2147483648\n}", "CPU-120", ":3]", "to 2147483647"},
        {start + "related_input_rank: 0\nrelated_input_name: \"x\"\n}", "CPU-120", ":5]", "Give one of them"},
        {start + "input_edge_idx: 1\n}", "CPU-120", ":4]", "[1] is not supported"},
        // when the network is known
        {start + "src_image_size_w: 5000\n}", "CPU-120", ":4]", "[5000] is outside of 2 to 4096"},
        {start + "\nmean_chn_2: 256\n}", "CPU-120", ":5]", "mean_chn_2 [256] is outside of 0 to 255"},
        {start + "src_image_size_h: 226\n}", "CPU-120", ":1]", "makes pictures of 224 x 226 pixels"},
        {start + "src_image_size_w: 225\n}", "CPU-120", ":4]", "[225] is odd"},
        {start + "crop: true\nload_start_pos_w: 2\n}", "CPU-120", ":1]", "reaches beyond src_image_size_w [224]"},
        {start + "crop: true\npadding: true\ncrop_size_h: 200\nleft_padding_size: 24\n}", "CPU-120", ":1]",
         "crop_size_w is missing"},
        {start + "crop: true\nresize: true\ncrop_size_w: 200\nresize_output_w: 224\nresize_output_h: 224\n}", "CPU-120",
         ":1]", "crop_size_h is missing"},
        {start + "resize: true\nresize_output_w: 224\n}", "CPU-120", ":1]", "resize_output_h [0]"},
        {start + "csc_switch: true\nmatrix_r0c0: 1\n}", "CPU-120", ":4]", "matrix_r0c1 is missing"},
        {start + "padding: true\nleft_padding_size: 1\n}", "CPU-120", ":4]", "225 x 224 pixels with the padding"},
    };
    for (const auto& test : cases) {
        Problems problems;
        complete(test.text, pictures(), problems);
        ASSERT_FALSE(problems.empty()) << test.text;
        const Problem& first = problems.list()[0];
        EXPECT_EQ(first.code, test.code) << test.text;
        EXPECT_THAT(first.text, HasSubstr(std::string("[a.cfg") + (test.line[0] == 'a' ? "]" : test.line)));
        EXPECT_THAT(first.text, HasSubstr(test.part)) << test.text;
        EXPECT_EQ(first.text.find("softacl"), std::string::npos) << first.text;
        EXPECT_EQ(first.text.back(), '.');
    }
}

TEST(AippConfig, WhatIsSetAtRunTime) {
    Problems problems;
    const auto blocks = parse_aipp(
        "aipp_op {\naipp_mode: dynamic\nmax_src_image_size: 100\nsupport_rotation: true\ninput_format: RGB888_U8\n"
        "crop: true\n}",
        "a.cfg", problems);
    ASSERT_TRUE(problems.empty()) << problems.status().message();
    ASSERT_EQ(blocks.size(), 1U);
    ASSERT_TRUE(blocks[0].dynamic);
    EXPECT_EQ(blocks[0].dynamic->max_source_bytes, 100);
    ASSERT_EQ(problems.warnings().size(), 1U);
    EXPECT_THAT(problems.warnings()[0].text, HasSubstr("[a.cfg:2] is dynamic; crop, input_format have no effect"));
}

TEST(AippConfig, EverythingAtOnce) {
    Problems problems;
    parse_aipp("aipp_op {\n one: 1\n two: 2\n}\naipp_op { three: 3 aipp_mode: static }", "a.cfg", problems);
    EXPECT_EQ(problems.list().size(), 6U) << problems.status().message();  // and a mode, and two formats
    Problems ranges;
    complete("aipp_op { aipp_mode: static input_format: RGB888_U8 mean_chn_0: -1 mean_chn_1: 999 var_reci_chn_0: 1e9 }",
             pictures(), ranges);
    EXPECT_EQ(ranges.list().size(), 3U) << ranges.status().message();
}

TEST(AippConfig, SizesOfTheNetworkWhereNoneAreGiven) {
    Problems problems;
    const std::string start = "aipp_op { aipp_mode: static input_format: RGB888_U8 ";
    aipp::Params p = complete(start + "}", pictures(3, 20, 30), problems);
    EXPECT_EQ(p.source_width, 30);
    EXPECT_EQ(p.source_height, 20);
    p = complete(start + "src_image_size_w: 40 src_image_size_h: 50 crop: true crop_size_w: 0 load_start_pos_h: 30 }",
                 pictures(3, 20, 30), problems);
    EXPECT_EQ(p.crop_width, 30);
    EXPECT_EQ(p.crop_height, 20);
    EXPECT_EQ(p.crop_y, 30);
    const TensorType nhwc{ACL_FLOAT, {1, 20, 30, 3}, ACL_FORMAT_NHWC};
    p = complete(start + "}", nhwc, problems);
    EXPECT_EQ(p.source_width, 30);
    EXPECT_TRUE(problems.empty()) << problems.status().message();
    EXPECT_THAT(problems.warnings(), IsEmpty());
}

TEST(AippConfig, DefaultColoursAreNoted) {
    const struct {
        const char* format;
        const char* more;
        std::array<int32_t, 9> matrix;
        std::array<int32_t, 3> input_bias;
        std::array<int32_t, 3> output_bias;
        size_t notes;
    } cases[] = {
        {"YUV420SP_U8", "", {298, 516, 0, 298, -100, -208, 298, 0, 409}, {16, 128, 128}, {0, 0, 0}, 2},
        {"YUYV_U8",
         "input_bias_0: 1 input_bias_1: 2 input_bias_2: 3",
         {298, 516, 0, 298, -100, -208, 298, 0, 409},
         {1, 2, 3},
         {0, 0, 0},
         1},
        {"RGB888_U8", "output_bias_1: 7", {66, 129, 25, -38, -74, 112, 112, -94, -18}, {0, 0, 0}, {16, 7, 128}, 2},
    };
    for (const auto& test : cases) {
        Problems problems;
        const aipp::Params p = complete(
            text("aipp_op { aipp_mode: static csc_switch: true input_format: ", test.format, " ", test.more, " }"),
            pictures(), problems);
        EXPECT_TRUE(problems.empty()) << problems.status().message();
        EXPECT_EQ(p.matrix, test.matrix);
        EXPECT_EQ(p.input_bias, test.input_bias);
        EXPECT_EQ(p.output_bias, test.output_bias);
        EXPECT_EQ(problems.warnings().size(), test.notes);
    }
}

TEST(AippConfig, FieldsWithoutEffectAreWarnedOf) {
    Problems problems;
    parse_aipp(
        "aipp_op { aipp_mode: static input_format: RGB888_U8 cpadding_value: 1 raw_rgbir_to_f16_n: true\n"
        "single_line_mode: true max_src_image_size: 5 }",
        "a.cfg", problems);
    EXPECT_TRUE(problems.empty()) << problems.status().message();
    EXPECT_EQ(problems.warnings().size(), 4U);
    EXPECT_THAT(problems.warnings().back().text, HasSubstr("[a.cfg:2] gives single_line_mode"));
}

TEST(AippConfig, FilesThatAreNone) {
    for (const char* path : {"/nowhere/a.cfg", "/", "/dev/zero"}) {
        Problems problems;
        EXPECT_THAT(read_aipp(path, problems), IsEmpty());
        ASSERT_EQ(problems.list().size(), 1U) << path;
        EXPECT_EQ(problems.list()[0].code, "CPU-140");
    }
}

}  // namespace
}  // namespace softacl::convert
