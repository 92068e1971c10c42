// SPDX-License-Identifier: Apache-2.0
#include "base/config_dump.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "acl/acl_base.h"

namespace softacl {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

Result<std::optional<DumpConfig>> parsed(const char* section) { return parse_dump(nlohmann::json::parse(section)); }

TEST(DumpConfig, Defaults) {
    EXPECT_FALSE(parsed("{}")->has_value());
    const auto config = parsed(R"({"dump_path": "out"})");
    ASSERT_TRUE(config.ok()) << config.status().message();
    EXPECT_EQ((*config)->path, "out");
    EXPECT_THAT((*config)->models, IsEmpty());
    EXPECT_THAT((*config)->steps, IsEmpty());
    EXPECT_FALSE((*config)->inputs);
    EXPECT_TRUE((*config)->outputs);
}

// The example of 10.6.1.14.
TEST(DumpConfig, NamesModelsAndLayers) {
    const auto config = parsed(R"({"dump_list": [{"model_name": "ResNet-50", "layer": ["conv1conv1_relu", "pool1"]},
                                                 {"model_name": "other"}],
                                   "dump_path": "/home/dump", "dump_mode": "output"})");
    ASSERT_TRUE(config.ok()) << config.status().message();
    ASSERT_EQ((*config)->models.size(), 2U);
    EXPECT_EQ((*config)->models[0].name, "ResNet-50");
    EXPECT_THAT((*config)->models[0].layers, ElementsAre("conv1conv1_relu", "pool1"));
    EXPECT_THAT((*config)->models[1].layers, IsEmpty());
}

TEST(DumpConfig, Modes) {
    const auto input = parsed(R"({"dump_path": "o", "dump_mode": "input"})");
    EXPECT_TRUE((*input)->inputs && !(*input)->outputs);
    const auto all = parsed(R"({"dump_path": "o", "dump_mode": "all"})");
    EXPECT_TRUE((*all)->inputs && (*all)->outputs);
}

TEST(DumpConfig, Steps) {
    EXPECT_THAT((*parsed(R"({"dump_path": "o", "dump_step": "0|3-5|9"})"))->steps,
                ElementsAre(Pair(0, 0), Pair(3, 5), Pair(9, 9)));
    for (const char* wrong : {"x", "3-", "-3", "5-3", "1|", "|1", "1,2", "1||2", "99999999999999999999"}) {
        const auto config = parsed((R"({"dump_path": "o", "dump_step": ")" + std::string(wrong) + "\"}").c_str());
        ASSERT_FALSE(config.ok()) << wrong;
        EXPECT_EQ(config.status().code(), ACL_ERROR_INVALID_DUMP_CONFIG);
        EXPECT_THAT(config.status().message(), HasSubstr(std::string("dump_step is \"") + wrong + "\"; expected"));
    }
}

struct Refused {
    const char* section;
    int code;
    const char* words;
};
class DumpConfigRefuses : public testing::TestWithParam<Refused> {};
TEST_P(DumpConfigRefuses, WithASentence) {
    const auto config = parsed(GetParam().section);
    ASSERT_FALSE(config.ok()) << GetParam().section;
    EXPECT_EQ(config.status().code(), GetParam().code);
    EXPECT_THAT(config.status().message(), HasSubstr(GetParam().words));
}
INSTANTIATE_TEST_SUITE_P(
    Sections, DumpConfigRefuses,
    testing::Values(
        Refused{"7", ACL_ERROR_INVALID_DUMP_CONFIG, "it is 7; expected an object"},
        Refused{R"({"dump_mode": "all"})", ACL_ERROR_INVALID_DUMP_CONFIG, "dump_path is missing"},
        Refused{R"({"dump_path": ""})", ACL_ERROR_INVALID_DUMP_CONFIG, "dump_path is missing or empty"},
        Refused{R"({"dump_path": 3})", ACL_ERROR_INVALID_DUMP_CONFIG, "dump_path is 3; expected a text"},
        Refused{R"({"dump_path": "o", "dump_mode": "both"})", ACL_ERROR_INVALID_DUMP_CONFIG,
                R"(dump_mode is "both"; expected "input", "output", "all")"},
        Refused{R"({"dump_path": "o", "dump_mode": null})", ACL_ERROR_INVALID_DUMP_CONFIG, "dump_mode is null"},
        Refused{R"({"dump_path": "o", "dump_list": {}})", ACL_ERROR_INVALID_DUMP_CONFIG, "dump_list is {}"},
        Refused{R"({"dump_path": "o", "dump_list": [1]})", ACL_ERROR_INVALID_DUMP_CONFIG, "dump_list has the entry 1"},
        Refused{R"({"dump_path": "o", "dump_list": [{"layer": []}]})", ACL_ERROR_INVALID_DUMP_CONFIG, "a model_name"},
        Refused{R"({"dump_path": "o", "dump_list": [{"model_name": "m", "layer": "conv"}]})",
                ACL_ERROR_INVALID_DUMP_CONFIG, R"(layer of model "m" is "conv")"},
        Refused{R"({"dump_path": "o", "dump_list": [{"model_name": "m", "layer": [1]}]})",
                ACL_ERROR_INVALID_DUMP_CONFIG, R"(layer of model "m" is [1])"},
        Refused{R"({"dump_path": "o", "dump_op_switch": "yes"})", ACL_ERROR_INVALID_DUMP_CONFIG, "dump_op_switch"},
        Refused{R"({"dump_path": "o", "dump_debug": "on", "dump_op_switch": "on"})", ACL_ERROR_INVALID_DUMP_CONFIG,
                "expected one of them"},
        Refused{R"({"dump_path": "o", "dump_debug": "on", "dump_list": [{"model_name": "m"}]})",
                ACL_ERROR_INVALID_DUMP_CONFIG, "expected one of them"},
        Refused{R"({"dump_path": "o", "dump_debug": "on"})", ACL_ERROR_FEATURE_UNSUPPORTED, "cannot serve yet"}));

}  // namespace
}  // namespace softacl
