// SPDX-License-Identifier: Apache-2.0
// Gears in a model's attributes: what was written is read, and what a file may claim is not believed.
#include "model/gears.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "acl/acl_base.h"

namespace softacl::model {
namespace {

using testing::HasSubstr;

Gears two_sizes() { return {Gears::Kind::kSize, {{2, 6}, {4, 4}, {8, 2}}, {{{0, 2}, {1, 0}}, {{0, 3}}}}; }

OmModel model_with(const Gears& gears, const TensorType& gear_input = {ACL_INT64, Shape{2}, ACL_FORMAT_ND}) {
    OmModel model;
    model.graph.name = "net";
    model.graph.add_input("x", {ACL_FLOAT, Shape{1, 3, -1, -1}, ACL_FORMAT_NCHW});
    model.graph.add_input("rows", {ACL_FLOAT, Shape{-1}, ACL_FORMAT_ND});
    model.graph.add_input(kGearInput, gear_input);
    record_gears(gears, model);
    return model;
}

TEST(Gears, AreReadAsTheyWereWritten) {
    const auto gears = gears_of(model_with(two_sizes()));
    ASSERT_TRUE(gears.ok()) << gears.status().message();
    EXPECT_EQ(gears->kind, Gears::Kind::kSize);
    EXPECT_EQ(gears->values, two_sizes().values);
    EXPECT_EQ(gears->largest(), 1U) << "the first of equal ones";
    EXPECT_EQ(gears->find({8, 2}), 2U);
    EXPECT_EQ(gears->find({2, 8}), std::nullopt);
    EXPECT_EQ(gears->shapes({Shape{1, 3, -1, -1}, Shape{-1}, Shape{2}}, 2),
              (std::vector<Shape>{{1, 3, 8, 2}, {8}, {2}}));
    const auto none = gears_of(OmModel());
    ASSERT_TRUE(none.ok());
    EXPECT_FALSE(none->any());
}

TEST(Gears, SenselessOnesAreRefused) {
    const auto expect_refused = [](const OmModel& model, const char* words) {
        const auto gears = gears_of(model);
        EXPECT_EQ(gears.status().code(), ACL_ERROR_PARSE_MODEL) << words;
        EXPECT_THAT(gears.status().message(), HasSubstr(words));
    };
    const auto changed = [](auto change) {
        Gears gears = two_sizes();
        change(gears);
        return model_with(gears);
    };
    expect_refused(changed([](Gears& gears) { gears.values.clear(); }), "0 gears");
    expect_refused(changed([](Gears& gears) { gears.values.resize(kMostGears + 1, {1, 1}); }), "129 gears");
    expect_refused(changed([](Gears& gears) { gears.values[1] = {4}; }), "has 1 values");
    expect_refused(changed([](Gears& gears) { gears.values[1] = {4, 0}; }), "below 1");
    expect_refused(changed([](Gears& gears) { gears.slots[1] = {}; }), "leave a dimension of input 0 open");
    for (const Gears::Slot slot : {Gears::Slot{7, 0}, Gears::Slot{0, 9}, Gears::Slot{0, 1}, Gears::Slot{0, 2}}) {
        expect_refused(changed([slot](Gears& gears) { gears.slots[1].push_back(slot); }), "no open dimension");
    }
    OmModel unknown = model_with(two_sizes());
    unknown.attrs["acl_cpu.gear_kind"] = std::string("colour");
    expect_refused(unknown, "'colour'");
    // What the program names the gear in decides how many bytes are read there.
    for (const TensorType& type :
         {TensorType{ACL_INT8, Shape{2}, ACL_FORMAT_ND}, TensorType{ACL_INT64, Shape{1}, ACL_FORMAT_ND}}) {
        expect_refused(model_with(two_sizes(), type), "instead of int64[2]");
    }
    OmModel unnamed = model_with(two_sizes());
    unnamed.graph.value(unnamed.graph.inputs[2]).name = "other";
    expect_refused(unnamed, "there is no input 'ascend_mbatch_shape_data'");
}

}  // namespace
}  // namespace softacl::model
