// SPDX-License-Identifier: Apache-2.0
#include "base/errors.h"

#include <gtest/gtest.h>

#include <string>

#include "acl/acl_base.h"
#include "base/recent_errors.h"

namespace softacl {
namespace {

TEST(Errors, EveryCodeHasNameSentenceAndRemedy) {
    for (const int code :
         {ACL_SUCCESS, ACL_ERROR_INVALID_PARAM, ACL_ERROR_RT_INVALID_HANDLE, ACL_ERROR_RT_MEMORY_ALLOCATION,
          ACL_ERROR_RT_STREAM_SYNC_TIMEOUT, ACL_ERROR_GE_SHAPE_INVALID, ACL_ERROR_INTERNAL_ERROR}) {
        const ErrorEntry* entry = find_error(code);
        ASSERT_NE(entry, nullptr) << code;
        EXPECT_EQ(entry->code, code);
        EXPECT_FALSE(std::string(entry->name).empty());
        EXPECT_FALSE(std::string(entry->sentence).empty());
    }
    EXPECT_EQ(find_error(12345), nullptr);
}

TEST(RecentErrors, NewestFirstThenEmpty) {
    remember_error("f", ACL_ERROR_INVALID_PARAM, "one");
    remember_error("g", 0, "two");
    const std::string all = take_recent_errors();
    EXPECT_LT(all.find("two"), all.find("one")) << all;
    EXPECT_NE(all.find("WARNING: g: two"), std::string::npos) << all;
    EXPECT_NE(all.find("100000 ACL_ERROR_INVALID_PARAM: f: one"), std::string::npos) << all;
    EXPECT_EQ(take_recent_errors(), nullptr);
}

TEST(RecentErrors, OldestLeaveAfterThirtyTwo) {
    for (int i = 0; i < 40; ++i) {
        remember_error("f", ACL_ERROR_FAILURE, "number " + std::to_string(i) + ".");
    }
    const std::string all = take_recent_errors();
    EXPECT_EQ(all.find("number 7."), std::string::npos);
    EXPECT_NE(all.find("number 8."), std::string::npos);
    EXPECT_NE(all.find("number 39."), std::string::npos);
}

}  // namespace
}  // namespace softacl
