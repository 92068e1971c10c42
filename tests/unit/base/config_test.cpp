// SPDX-License-Identifier: Apache-2.0
#include "base/config.h"

#include <gtest/gtest.h>

#include "acl/acl_base.h"

namespace softacl {
namespace {

std::string nested(char open, char close, int levels) { return std::string(levels, open) + std::string(levels, close); }

std::string nested_objects(int levels) {
    std::string text = "{}";
    for (int i = 1; i < levels; ++i) {
        text = "{\"a\":" + text + "}";
    }
    return text;
}

TEST(Config, EmptyObjectGivesDefaults) {
    const auto config = parse_config("{}");
    ASSERT_TRUE(config.ok());
    EXPECT_EQ(config->max_opqueue_num, 20000U);
}

TEST(Config, NumberIsReadPlainOrInQuotes) {
    EXPECT_EQ(parse_config(R"({"max_opqueue_num": 7})")->max_opqueue_num, 7U);
    EXPECT_EQ(parse_config(R"({"max_opqueue_num": "10000"})")->max_opqueue_num, 10000U);
}

struct Refused {
    const char* json;
    int code;
};
class ConfigRefuses : public testing::TestWithParam<Refused> {};
TEST_P(ConfigRefuses, WithItsCode) {
    const auto config = parse_config(GetParam().json);
    ASSERT_FALSE(config.ok()) << GetParam().json;
    EXPECT_EQ(config.status().code(), GetParam().code) << config.status().message();
    EXPECT_FALSE(config.status().message().empty());
}
INSTANTIATE_TEST_SUITE_P(
    Texts, ConfigRefuses,
    testing::Values(Refused{"", ACL_ERROR_INVALID_FILE_SIZE}, Refused{"{", ACL_ERROR_PARSE_FILE},
                    Refused{"[]", ACL_ERROR_PARSE_FILE}, Refused{"{}x", ACL_ERROR_PARSE_FILE},
                    Refused{"\xff\xfe", ACL_ERROR_PARSE_FILE},
                    Refused{R"({"max_opqueue_num": 0})", ACL_ERROR_INVALID_MAX_OPQUEUE_NUM_CONFIG},
                    Refused{R"({"max_opqueue_num": -1})", ACL_ERROR_INVALID_MAX_OPQUEUE_NUM_CONFIG},
                    Refused{R"({"max_opqueue_num": 1.5})", ACL_ERROR_INVALID_MAX_OPQUEUE_NUM_CONFIG},
                    Refused{R"({"max_opqueue_num": "9x"})", ACL_ERROR_INVALID_MAX_OPQUEUE_NUM_CONFIG},
                    Refused{R"({"max_opqueue_num": "99999999999999999999"})", ACL_ERROR_INVALID_MAX_OPQUEUE_NUM_CONFIG},
                    Refused{R"({"dump": [1]})", ACL_ERROR_INVALID_DUMP_CONFIG},
                    Refused{R"({"dump": {"dump_debug": "on", "dump_path": "o"}})", ACL_ERROR_FEATURE_UNSUPPORTED},
                    Refused{R"({"profiler": {"switch": "on"}})", ACL_ERROR_FEATURE_UNSUPPORTED}));

TEST(Config, NestingEndsAtTen) {
    EXPECT_TRUE(parse_config(nested_objects(10)).ok());
    EXPECT_EQ(parse_config(nested_objects(11)).status().code(), ACL_ERROR_PARSE_FILE);
    EXPECT_TRUE(parse_config("{\"a\":" + nested('[', ']', 10) + "}").ok());
    EXPECT_EQ(parse_config("{\"a\":" + nested('[', ']', 11) + "}").status().code(), ACL_ERROR_PARSE_FILE);
    EXPECT_TRUE(parse_config("{\"a\":[[[]],[[]],[[]],[[]],[[]]]}").ok()) << "width is not depth";
    EXPECT_EQ(parse_config(std::string(1000000, '[')).status().code(), ACL_ERROR_PARSE_FILE) << "and no deep recursion";
}

}  // namespace
}  // namespace softacl
