// SPDX-License-Identifier: Apache-2.0
// The block of parameters that are set at run time. Hostile ones: tests/python/test_dynamic_aipp_blocks.py.
#include "aipp/dynamic.h"

#include <gmock/gmock.h>

#include <random>

#include "acl/acl_base.h"

namespace softacl::aipp {
namespace {

using testing::HasSubstr;

Params random_params(std::mt19937& random, const Params& common) {
    const auto below = [&](int count) { return static_cast<int32_t>(random() % static_cast<unsigned>(count)); };
    Params p = common;
    p.crop = below(2) == 1;
    p.crop_x = below(100);
    p.crop_y = below(100);
    p.crop_width = below(100);
    p.crop_height = below(100);
    p.resize = below(2) == 1;
    p.resize_width = below(100);
    p.resize_height = below(100);
    p.padding = below(2) == 1;
    p.pad_top = below(33);
    p.pad_bottom = below(33);
    p.pad_left = below(33);
    p.pad_right = below(33);
    for (size_t k = 0; k < 4; ++k) {
        p.mean[k] = below(256);
        p.min[k] = static_cast<float>(below(25500)) / 100;
        p.var_reci[k] = static_cast<float>(below(1000)) / 17;
    }
    return p;
}

TEST(DynamicAipp, WhatIsWrittenIsRead) {
    std::mt19937 random(5);
    for (int round = 0; round < 50; ++round) {
        Params common;
        common.format = all_formats()[random() % all_formats().size()].format;
        common.source_width = 2 + static_cast<int32_t>(random() % 4000);
        common.source_height = 1 + static_cast<int32_t>(random() % 4000);
        common.csc = round % 2 == 1;
        common.rbuv_swap = round % 3 == 1;
        common.ax_swap = round % 5 == 1;
        for (int32_t& factor : common.matrix) {
            factor = static_cast<int32_t>(random() % 65354) - 32677;
        }
        common.input_bias = {1, 2, 255};
        common.output_bias = {254, 0, 128};
        PictureParams pictures;
        for (unsigned i = 0; i <= random() % 4; ++i) {
            pictures.push_back(random_params(random, common));
        }
        std::vector<char> block(block_bytes(static_cast<int64_t>(pictures.size())) + 96);  // room for one more
        write_block(pictures, block.data());
        const auto read = read_block(block.data(), block.size());
        ASSERT_TRUE(read.ok()) << read.status().message();
        EXPECT_EQ(*read, pictures);
        for (size_t size = 0; size < block.size() - 96; ++size) {  // a block cut short
            EXPECT_EQ(read_block(block.data(), size).status().code(), ACL_ERROR_GE_PARAM_INVALID);
        }
    }
}

TEST(DynamicAipp, EveryFieldMakesADifference) {
    size_t fields = 0;
    Params counted;
    for_each_field(counted, [&](const char*, auto&, double, double, bool) { ++fields; });
    ASSERT_GT(fields, 40U);
    for (size_t changed = 0; changed < fields; ++changed) {
        Params p;
        size_t i = 0;
        for_each_field(p, [&](const char*, auto& value, double, double, bool) {
            if (i++ == changed) {
                value = static_cast<std::decay_t<decltype(value)>>(value == 0 ? 1 : 0);
            }
        });
        EXPECT_NE(p, Params()) << changed;
        EXPECT_EQ(p, Params(p)) << changed;
    }
    Params format;
    format.format = Format::kYuyv;
    EXPECT_NE(format, Params());
}

TEST(DynamicAipp, TextOfTheSetup) {
    const DynamicSetup setup{4000000};
    EXPECT_EQ(to_text(setup), "aipp_mode:dynamic,max_src_image_size:4000000");
    EXPECT_EQ(to_json(setup), R"({"aipp_mode":"dynamic","max_src_image_size":4000000})");
    const auto read = dynamic_from_text(to_text(setup));
    ASSERT_TRUE(read.ok());
    EXPECT_EQ(read->max_source_bytes, 4000000);
    EXPECT_TRUE(is_dynamic(to_text(setup)));
    EXPECT_FALSE(is_dynamic(to_text(Params())));
    for (const char* text : {"", "aipp_mode:dynamic", "aipp_mode:static",
                             "aipp_mode:dynamic,max_src_image_size:", "aipp_mode:dynamic,max_src_image_size:0",
                             "aipp_mode:dynamic,max_src_image_size:2147483648",
                             "aipp_mode:dynamic,max_src_image_size:99999999999999999999",
                             "aipp_mode:dynamic,max_src_image_size:7,crop:true"}) {
        EXPECT_THAT(dynamic_from_text(text).status().message(), HasSubstr("a number from 1 to 2147483647")) << text;
    }
}

}  // namespace
}  // namespace softacl::aipp
