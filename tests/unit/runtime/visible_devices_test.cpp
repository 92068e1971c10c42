// SPDX-License-Identifier: Apache-2.0
#include "runtime/visible_devices.h"

#include <gmock/gmock.h>

namespace softacl::runtime {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// The manual's examples (3.6), with eight devices.
TEST(VisibleDevices, AsTheManualHasIt) {
    EXPECT_THAT(visible_devices("1", 8), ElementsAre(1));
    EXPECT_THAT(visible_devices("2,3,4", 8), ElementsAre(2, 3, 4));
    EXPECT_THAT(visible_devices("4,3,2", 8), ElementsAre(4, 3, 2));
    EXPECT_THAT(visible_devices("2,3,-1,5", 8), ElementsAre(2, 3));
}

TEST(VisibleDevices, AllWithoutTheVariable) { EXPECT_THAT(visible_devices(nullptr, 3), ElementsAre(0, 1, 2)); }

TEST(VisibleDevices, StopsAtTheFirstBadEntry) {
    EXPECT_THAT(visible_devices("", 2), IsEmpty());
    EXPECT_THAT(visible_devices("0,2", 2), ElementsAre(0));
    EXPECT_THAT(visible_devices("0,0,1", 2), ElementsAre(0));
    EXPECT_THAT(visible_devices("1,x,0", 2), ElementsAre(1));
    EXPECT_THAT(visible_devices("1,,0", 2), ElementsAre(1));
    EXPECT_THAT(visible_devices("0,1,", 2), ElementsAre(0, 1));
    EXPECT_THAT(visible_devices("99999999999", 2), IsEmpty());
    EXPECT_THAT(visible_devices(" 1 , 0 ", 2), ElementsAre(1, 0));
}

}  // namespace
}  // namespace softacl::runtime
