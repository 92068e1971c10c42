// SPDX-License-Identifier: Apache-2.0
// Version, name of the chip, and the messages of failed calls.
#include "api/fixture.h"

namespace softacl::test {
namespace {

TEST(System, HasAVersion) {
    int32_t major = 0;
    int32_t minor = -1;
    int32_t patch = -1;
    EXPECT_OK(aclrtGetVersion(&major, &minor, &patch));
    EXPECT_GE(major, 1);
    EXPECT_GE(minor, 0);
    EXPECT_GE(patch, 0);
}

TEST(System, NamesTheChipWithoutInit) { EXPECT_STREQ(aclrtGetSocName(), "Ascend310B4"); }

TEST(Message, IsNullIfNoCallFailed) {
    EXPECT_EQ(aclGetRecentErrMsg(), nullptr);
    EXPECT_OK(aclInit(nullptr));
    EXPECT_EQ(aclGetRecentErrMsg(), nullptr);
}

TEST(Message, NamesFunctionArgumentAndValue) {
    EXPECT_EQ(aclrtSetDevice(77), ACL_ERROR_RT_INVALID_DEVICEID);
    const std::string message = recent_message();
    EXPECT_EQ(message.find("107001"), 0u) << message;
    for (const char* part : {"aclrtSetDevice", "deviceId", "77", "\n    Possible Cause: ", "\n    Solution: "}) {
        EXPECT_NE(message.find(part), std::string::npos) << part << " in " << message;
    }
}

TEST(Message, IsForgottenOnceRead) {
    EXPECT_EQ(aclrtSetDevice(77), ACL_ERROR_RT_INVALID_DEVICEID);
    EXPECT_NE(aclGetRecentErrMsg(), nullptr);
    EXPECT_EQ(aclGetRecentErrMsg(), nullptr);
}

TEST(Message, ComesNewestFirst) {
    EXPECT_EQ(aclrtSetDevice(77), ACL_ERROR_RT_INVALID_DEVICEID);
    EXPECT_OK(aclrtSetDevice(0));
    EXPECT_EQ(aclrtSetDevice(78), ACL_ERROR_RT_INVALID_DEVICEID);
    const std::string message = recent_message();
    EXPECT_LT(message.find("78"), message.find("77")) << message;
    EXPECT_NE(message.find("77"), std::string::npos) << message;
}

TEST(Message, BelongsToItsThread) {
    EXPECT_EQ(aclrtSetDevice(77), ACL_ERROR_RT_INVALID_DEVICEID);
    in_new_thread([] {
        EXPECT_EQ(recent_message(), "");
        EXPECT_EQ(aclrtSetDevice(78), ACL_ERROR_RT_INVALID_DEVICEID);
        EXPECT_NE(recent_message().find("78"), std::string::npos);
    });
    EXPECT_NE(recent_message().find("77"), std::string::npos);
}

TEST(Message, UnreadOnesPileUpToALimit) {
    for (int device = 1000; device < 101000; ++device) {
        EXPECT_EQ(aclrtSetDevice(device), ACL_ERROR_RT_INVALID_DEVICEID);
    }
    const std::string message = recent_message();
    EXPECT_NE(message.find("100999"), std::string::npos);
    EXPECT_LT(message.size(), size_t{1} << 20);
}

}  // namespace
}  // namespace softacl::test
