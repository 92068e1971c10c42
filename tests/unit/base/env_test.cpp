// SPDX-License-Identifier: Apache-2.0
#include "base/env.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace softacl {
namespace {

constexpr const char* kName = "SOFTACL_ENV_TEST";

std::optional<uint64_t> bytes(const char* value) {
    setenv(kName, value, 1);
    return env_bytes(kName);
}
std::optional<int64_t> number(const char* value) {
    setenv(kName, value, 1);
    return env_number(kName, 1, 64);
}

TEST(Env, BytesHaveSuffixes) {
    EXPECT_EQ(bytes("512"), 512U);
    EXPECT_EQ(bytes("3K"), 3U << 10);
    EXPECT_EQ(bytes("64m"), 64U << 20);
    EXPECT_EQ(bytes("4G"), uint64_t{4} << 30);
}

TEST(Env, UnreadableBytesAreIgnored) {
    for (const char* value : {"", "x", "-1", "0", "1T", "1KB", "1.5G", "99999999999999999999", "99999999999999G"}) {
        EXPECT_EQ(bytes(value), std::nullopt) << value;
    }
    unsetenv(kName);
    EXPECT_EQ(env_bytes(kName), std::nullopt);
}

TEST(Env, NumbersHaveARange) {
    EXPECT_EQ(number("1"), 1);
    EXPECT_EQ(number("64"), 64);
    for (const char* value : {"", "0", "65", "-3", "two", "2x", "99999999999999999999"}) {
        EXPECT_EQ(number(value), std::nullopt) << value;
    }
}

TEST(Env, OnlyOneSwitchesOn) {
    setenv(kName, "1", 1);
    EXPECT_TRUE(env_switch(kName));
    for (const char* value : {"0", "", "yes", "11"}) {
        setenv(kName, value, 1);
        EXPECT_FALSE(env_switch(kName)) << value;
    }
}

}  // namespace
}  // namespace softacl
