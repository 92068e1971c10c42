// SPDX-License-Identifier: Apache-2.0
#include "aipp/params.h"
#include "unit/ops/op_tester.h"

namespace softacl::ops {
namespace {

using testing::HasSubstr;

Attrs attrs_of(const aipp::Params& params, int64_t channels = 3, const std::string& format = "NCHW") {
    return {{"aipp_config_path", aipp::to_text(params)},
            {"channels", channels},
            {"data_format", format},
            {"dst_type", static_cast<int64_t>(ACL_FLOAT)}};
}

aipp::Params two_pixels() {
    aipp::Params params;
    params.format = aipp::Format::kRgb888;
    params.source_width = 2;
    params.source_height = 1;
    params.mean = {1, 2, 3, 0};
    params.var_reci = {1, 0.5F, 2, 1};
    return params;
}

TEST(Aipp, OnePictureByHand) {
    const Tensor pixels = Tensor::of<uint8_t>({1, 1, 2, 3}, {10, 20, 30, 40, 50, 60});
    const Tensor planes = run_one({"Aipp", {pixels, std::nullopt}, attrs_of(two_pixels())});
    EXPECT_EQ(planes.shape(), (Shape{1, 3, 1, 2}));
    EXPECT_EQ(elements<float>(planes), (std::vector<float>{9, 39, 9, 24, 54, 114}));
    const Tensor last = run_one({"Aipp", {pixels, std::nullopt}, attrs_of(two_pixels(), 3, "NHWC")});
    EXPECT_EQ(last.shape(), (Shape{1, 1, 2, 3}));
    EXPECT_EQ(elements<float>(last), (std::vector<float>{9, 9, 54, 39, 24, 114}));
}

TEST(Aipp, NoPictures) {
    const Tensor none = Tensor::of<uint8_t>({0, 1, 2, 3}, {});
    EXPECT_EQ(run_one({"Aipp", {none}, attrs_of(two_pixels())}).shape(), (Shape{0, 3, 1, 2}));
}

TEST(Aipp, TypesAndTheirFormats) {
    const auto made = infer("Aipp", {{{ACL_UINT8, {-1, 1, 2, 3}, ACL_FORMAT_NHWC}}}, attrs_of(two_pixels()));
    ASSERT_TRUE(made.ok()) << made.status().message();
    EXPECT_EQ((*made)[0], (TensorType{ACL_FLOAT, {-1, 3, 1, 2}, ACL_FORMAT_NCHW}));
}

// A gear chooses the size of pictures: the input has their shape, whatever its bytes are.
TEST(Aipp, SizesOfTheInput) {
    aipp::Params params = two_pixels();
    params.source_width = params.source_height = 0;
    const auto made = [&](const Shape& images) {
        return infer("Aipp", {{{ACL_UINT8, images, ACL_FORMAT_NHWC}}}, attrs_of(params));
    };
    const auto open = made({1, -1, -1, 3});
    ASSERT_TRUE(open.ok()) << open.status().message();
    EXPECT_EQ((*open)[0].shape, (Shape{1, 3, -1, -1}));
    const auto known = made({1, 4, 6, 3});
    ASSERT_TRUE(known.ok()) << known.status().message();
    EXPECT_EQ((*known)[0].shape, (Shape{1, 3, 4, 6}));
    EXPECT_THAT(sentence(made({1, 4, 5000, 3})), HasSubstr("src_image_size_w"));
    EXPECT_THAT(sentence(made({1, 4, 6, 4})), HasSubstr("expected [1,4,6,3]"));
    params.crop = true;
    params.crop_width = params.crop_height = 2;
    EXPECT_THAT(sentence(made({1, 4, 6, 3})), HasSubstr("makes pictures of 2 x 2"));
}

TEST(Aipp, ParametersAtRunTime) {
    const auto made = [&](const Shape& images, const Shape& block, const std::string& settings, int64_t channels = 3,
                          bool params = true) {
        Attrs attrs = attrs_of(two_pixels(), channels);
        attrs.set("aipp_config_path", settings);
        std::vector<TestInput> inputs = {{TensorType{ACL_UINT8, images, ACL_FORMAT_NCHW}}};
        if (params) {
            inputs.push_back({TensorType{ACL_UINT8, block}});
        }
        return infer("Aipp", inputs, attrs);
    };
    const std::string good = "aipp_mode:dynamic,max_src_image_size:100";
    const auto type = made({2, 3, 4, 6}, {64 + 2 * 96}, good);
    ASSERT_TRUE(type.ok()) << type.status().message();
    EXPECT_EQ((*type)[0], (TensorType{ACL_FLOAT, {2, 3, 4, 6}, ACL_FORMAT_NCHW}));
    EXPECT_TRUE(made({-1, 3, -1, -1}, {64 + 96}, good).ok());
    EXPECT_TRUE(made({1, 3, 4, 6}, {64 + 8 * 96}, good).ok());
    EXPECT_THAT(sentence(made({2, 3, 4, 6}, {64 + 96}, good)), HasSubstr("no block of parameters for 2 pictures"));
    for (const Shape& block : {Shape{64}, Shape{65 + 96}, Shape{-1}, Shape{}, Shape{1, 160}}) {
        EXPECT_THAT(sentence(made({1, 3, 4, 6}, block, good)), HasSubstr("no block of parameters")) << block.text();
    }
    EXPECT_THAT(sentence(made({1, 3, 4, 6}, {160}, good, 3, false)), HasSubstr("params is missing"));
    EXPECT_THAT(sentence(made({1, 3, 4, 6}, {160}, good, 4)), HasSubstr("with 4 channels"));
    EXPECT_THAT(sentence(made({1, 2, 4, 6}, {160}, good, 2)), HasSubstr("1, 3 or 4"));
    EXPECT_THAT(sentence(made({24}, {160}, good)), HasSubstr("four dimensions"));
    for (const char* size : {"0", "-1", "2147483648", "1e3", "", "12x"}) {
        EXPECT_THAT(sentence(made({1, 3, 4, 6}, {160}, std::string("aipp_mode:dynamic,max_src_image_size:") + size)),
                    HasSubstr("a number from 1 to 2147483647"))
            << size;
    }
    EXPECT_THAT(sentence(made({int64_t{1} << 40, 3, 4, 6}, {64 + 96 * (int64_t{1} << 40)},
                              "aipp_mode:dynamic,max_src_image_size:2147483647")),
                HasSubstr("impossibly large"));
}

TEST(Aipp, Refusals) {
    const auto refusal = [](const Attrs& attrs, const Shape& shape = {1, 1, 2, 3}) {
        return sentence(infer("Aipp", {{{ACL_UINT8, shape, ACL_FORMAT_NHWC}}}, attrs));
    };
    const auto changed = [](const char* name, Attr value) {
        Attrs attrs = attrs_of(two_pixels());
        attrs.set(name, std::move(value));
        return attrs;
    };
    EXPECT_THAT(refusal(attrs_of(two_pixels()), {1, 1, 3, 3}), HasSubstr("expected [1,1,2,3]"));
    EXPECT_THAT(refusal(attrs_of(two_pixels()), {6}), HasSubstr("has the shape [6]"));
    EXPECT_THAT(refusal(attrs_of(two_pixels(), 4)), HasSubstr("channels"));
    EXPECT_THAT(refusal(changed("aipp_config_path", std::string("./aipp.cfg"))), HasSubstr("not one field"));
    EXPECT_THAT(refusal(changed("data_format", std::string("ND"))), HasSubstr("data_format is ND"));
    EXPECT_THAT(refusal(changed("dst_type", int64_t{ACL_INT32})), HasSubstr("dst_type is 3"));
    EXPECT_THAT(refusal(changed("dst_type", int64_t{-7})), HasSubstr("dst_type is -7"));
    aipp::Params wrong = two_pixels();
    wrong.source_width = 0;
    EXPECT_THAT(refusal(attrs_of(wrong), {1, 1, 0, 3}), HasSubstr("src_image_size_w [0]"));
    EXPECT_THAT(sentence(infer("Aipp", {{{ACL_UINT8, {1, 1, 2, 3}}}, {{ACL_UINT8, {160}}}}, attrs_of(two_pixels()))),
                HasSubstr("holds all parameters"));
}

}  // namespace
}  // namespace softacl::ops
