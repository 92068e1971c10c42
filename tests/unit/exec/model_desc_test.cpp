// SPDX-License-Identifier: Apache-2.0
#include "exec/model_desc.h"

#include "exec/choose_gear.h"

#include <gtest/gtest.h>

#include <numeric>

namespace softacl::exec {
namespace {

TensorInfo tensor(std::string name, std::vector<int64_t> dims) {
    return {std::move(name), ACL_FLOAT, ACL_FORMAT_NCHW, std::move(dims), 4};
}

std::vector<int64_t> values(const aclmdlIODims& dims) { return {dims.dims, dims.dims + dims.dimCount}; }

TEST(ModelDesc, DescribesNothingAtFirst) {
    ModelDesc desc;
    EXPECT_EQ(desc.info().status().code(), ACL_ERROR_INVALID_PARAM);
    EXPECT_NE(desc.info().status().message().find("aclmdlGetDesc"), std::string::npos);
}

TEST(ModelDesc, KeepsWhatItHandedOut) {
    ModelDesc desc;
    auto first = std::make_shared<ModelInfo>();
    first->inputs = {tensor("images", {1})};
    desc.describe(first);
    const char* name = (*desc.info())->inputs[0].name.c_str();
    const char* text = desc.keep("text");
    auto second = std::make_shared<ModelInfo>();
    for (int i = 0; i < 3; ++i) {
        desc.describe(second);
        EXPECT_EQ(*desc.info(), second.get());
    }
    EXPECT_EQ(second.use_count(), 2) << "kept once, however often it is described";
    first.reset();
    EXPECT_STREQ(name, "images");
    EXPECT_STREQ(text, "text");
    EXPECT_EQ(desc.keep("text"), text);
}

TEST(ModelDesc, FindsTensorsByIndexAndName) {
    ModelInfo info;
    info.inputs = {tensor("a", {}), tensor("b", {})};
    info.outputs = {tensor("c:0", {})};
    EXPECT_EQ((*tensor_at(info, Side::kInput, 1))->name, "b");
    EXPECT_EQ(*index_named(info, Side::kInput, "b"), 1U);
    EXPECT_EQ(*index_named(info, Side::kOutput, "c:0"), 0U);
    const Status beyond = tensor_at(info, Side::kOutput, 1).status();
    EXPECT_EQ(beyond.code(), ACL_ERROR_INVALID_PARAM);
    EXPECT_EQ(beyond.message(), "index is 1; the model has 1 outputs, counted from 0");
    const Status unknown = index_named(info, Side::kInput, "c:0").status();
    EXPECT_EQ(unknown.code(), ACL_ERROR_INVALID_PARAM);
    EXPECT_EQ(unknown.message(), "name is 'c:0', which is no input of the model; it has a, b");
    EXPECT_EQ(index_named(ModelInfo(), Side::kInput, "").status().message(),
              "name is '', which is no input of the model; it has none");
}

TEST(ModelDesc, TellsDims) {
    const aclmdlIODims dims = dims_of(tensor("images", {1, -1, int64_t{1} << 40}), 0);
    EXPECT_STREQ(dims.name, "images");
    EXPECT_EQ(values(dims), (std::vector<int64_t>{1, -1, int64_t{1} << 40}));
    EXPECT_EQ(dims_of(tensor("scalar", {}), 0).dimCount, 0U);
}

class NameLength : public testing::TestWithParam<size_t> {};

TEST_P(NameLength, FitsOrIsReplaced) {
    const std::string name(GetParam(), 'n');
    ModelInfo info;
    info.inputs = {tensor("other", {}), tensor(name, {})};
    info.outputs = {tensor(name + ":0", {})};
    const std::string shown = dims_of(info.inputs[1], 1).name;
    EXPECT_LE(shown.size(), 127U);
    if (name.size() <= 127) {
        EXPECT_EQ(shown, name);
    } else {
        EXPECT_EQ(shown.size(), 1 + 16 + 2U);
        EXPECT_EQ(shown[0], 'a');
        EXPECT_EQ(shown.substr(17), "_1");
        EXPECT_EQ(shown, dims_of(info.inputs[1], 1).name) << "the same whenever it is asked for";
        EXPECT_NE(shown.substr(0, 17), std::string(dims_of(info.outputs[0], 1).name).substr(0, 17));
    }
    EXPECT_STREQ(*real_name(info, shown), name.c_str());
    EXPECT_STREQ(*real_name(info, name), name.c_str()) << "a full name stays what it is";
    EXPECT_STREQ(*real_name(info, dims_of(info.outputs[0], 0).name), (name + ":0").c_str());
    EXPECT_EQ(real_name(info, "nobody").status().code(), ACL_ERROR_INVALID_PARAM);
}

INSTANTIATE_TEST_SUITE_P(, NameLength, testing::Values(1, 126, 127, 128, 1000));

TEST(ModelDesc, TellsGearsOfTheKindThereIs) {
    ModelInfo info;
    info.inputs = {tensor("data", {-1, 3, 224, 224})};
    EXPECT_EQ(batch_gears(info).batchCount, 0U);
    EXPECT_EQ(size_gears(info).hwCount, 0U);
    EXPECT_TRUE(dims_gears(info).empty());

    info.gears = {Gears::Kind::kBatch, {{1}, {2}, {8}}, {}};
    const aclmdlBatch batch = batch_gears(info);
    ASSERT_EQ(batch.batchCount, 3U);
    EXPECT_EQ(std::vector<uint64_t>(batch.batch, batch.batch + 3), (std::vector<uint64_t>{1, 2, 8}));
    EXPECT_EQ(size_gears(info).hwCount, 0U);

    info.gears = {Gears::Kind::kSize, {{224, 112}, {448, 300}}, {}};
    const aclmdlHW sizes = size_gears(info);
    ASSERT_EQ(sizes.hwCount, 2U);
    EXPECT_EQ(sizes.hw[0][0], 224U);
    EXPECT_EQ(sizes.hw[0][1], 112U);
    EXPECT_EQ(sizes.hw[1][1], 300U);
    EXPECT_EQ(batch_gears(info).batchCount, 0U);
}

// The example of the manual, section 10.6.4.24.
TEST(ModelDesc, TellsGearsOfAllInputsTogether) {
    ModelInfo info;
    info.inputs = {tensor("data", {1, 1, 40, -1}), tensor("label", {1, -1}), tensor("mask", {-1, -1}),
                   tensor(ACL_DYNAMIC_TENSOR_NAME, {4})};
    info.gear_input = 3;
    info.gears = {
        Gears::Kind::kDims, {{20, 20, 1, 1}, {40, 40, 2, 2}, {80, 60, 4, 4}}, {{{0, 3}}, {{1, 1}}, {{2, 0}}, {{2, 1}}}};
    for (const auto& gear : info.gears.values) {
        info.variants.push_back(std::make_shared<Variant>(
            Variant{{tensor("data", {1, 1, 40, gear[0]}), tensor("label", {1, gear[1]}),
                     tensor("mask", {gear[2], gear[3]}), tensor(ACL_DYNAMIC_TENSOR_NAME, {4})},
                    {}}));
    }
    const std::vector<aclmdlIODims> gears = dims_gears(info);
    ASSERT_EQ(gears.size(), 3U);
    EXPECT_EQ(values(gears[0]), (std::vector<int64_t>{1, 1, 40, 20, 1, 20, 1, 1}));
    EXPECT_EQ(values(gears[1]), (std::vector<int64_t>{1, 1, 40, 40, 1, 40, 2, 2}));
    EXPECT_EQ(values(gears[2]), (std::vector<int64_t>{1, 1, 40, 80, 1, 60, 4, 4}));
    EXPECT_STREQ(gears[0].name, "");
    EXPECT_EQ(*gear_values(info, {1, 1, 40, 80, 1, 60, 4, 4}), info.gears.values[2]);
    EXPECT_EQ(gear_values(info, {1, 1, 40, 80, 1, 60, 4}).status().code(), ACL_ERROR_GE_SHAPE_INVALID);
    EXPECT_EQ(gear_values(info, {1, 2, 40, 80, 1, 60, 4, 4}).status().code(), ACL_ERROR_GE_SHAPE_INVALID);
}

// The example of the manual, section 10.6.4.25.
TEST(ModelDesc, TellsWhatAnOperatorWasFusedFrom) {
    constexpr const char* kAttribute = "_datadump_original_op_names";
    ModelInfo info;
    info.fused_from["fused"] = {"scale2c_branch2c", "bn2c_branch2c", "res2c_branch2c", "res2c", "res2c_relu"};
    EXPECT_EQ(op_attribute(info, "fused", kAttribute),
              "[16]scale2c_branch2c[13]bn2c_branch2c[14]res2c_branch2c[5]res2c[10]res2c_relu");
    EXPECT_EQ(op_attribute(info, "other", kAttribute), "");
    EXPECT_EQ(op_attribute(info, "fused", "other"), "");
}

}  // namespace
}  // namespace softacl::exec
