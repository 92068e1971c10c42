// SPDX-License-Identifier: Apache-2.0
#include "exec/tensor_desc.h"

#include <gtest/gtest.h>

namespace softacl::exec {
namespace {

TensorFacts named(const char* name) {
    TensorFacts facts;
    facts.name = name;
    facts.layout.shape = Shape{2, 3};
    return facts;
}

TEST(TensorDescs, OfAnOperatorEndTogether) {
    const auto all = make_tensor_descs({named("x"), named("y")});
    ASSERT_TRUE(all.ok());
    std::vector<Handle> parts;
    {
        const auto live = pin<TensorDesc>(*all, "desc");
        ASSERT_TRUE(live.ok());
        parts = (*live)->parts();
    }
    ASSERT_EQ(parts.size(), 2U);
    EXPECT_EQ((*pin<TensorDesc>(parts[0], "desc"))->facts().name, "x");
    EXPECT_EQ((*pin<TensorDesc>(parts[1], "desc"))->facts().name, "y");
    EXPECT_TRUE(retire_handle(*all));
    for (const Handle part : parts) {
        EXPECT_FALSE(pin<TensorDesc>(part, "desc").ok());
    }
}

TEST(TensorDescs, ChangeFormatFromWhatTheyWereMadeOf) {
    TensorFacts facts = named("x");
    facts.layout = {Shape{1, 20, 3, 3}, ACL_FORMAT_NCHW};
    const auto blocked = in_format(facts, ACL_FORMAT_NC1HWC0);
    ASSERT_TRUE(blocked.ok());
    EXPECT_EQ(*blocked->layout.shape, (Shape{1, 2, 3, 3, 16}));
    const auto weights = in_format(*blocked, ACL_FORMAT_FRACTAL_Z);
    ASSERT_TRUE(weights.ok());
    EXPECT_EQ(*weights->layout.shape, (Shape{18, 1, 16, 16}));
    const auto back = in_format(*weights, ACL_FORMAT_NHWC);
    ASSERT_TRUE(back.ok());
    EXPECT_EQ(*back->layout.shape, (Shape{1, 3, 3, 20}));
}

}  // namespace
}  // namespace softacl::exec
