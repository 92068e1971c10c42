// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "op_tester.h"
#include "ops/common/scalar.h"

namespace softacl::ops {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Tensor cast(const Tensor& x, aclDataType to) {
    return run_one({"Cast", {x}, {{"dst_type", static_cast<int64_t>(to)}}});
}

TEST(MathCast, SmallWholeNumbersSurviveEveryPair) {
    for (const aclDataType from : kAllTypes) {
        for (const aclDataType to : kAllTypes) {
            const Tensor x = counting({2}, from);
            EXPECT_THAT(numbers(cast(x, to)), ElementsAre(0, 1)) << name_of(from) << " to " << name_of(to);
            EXPECT_TRUE(same(run_one({"CastLike", {x, counting({5, 1}, to)}}), cast(x, to)));
        }
    }
}

TEST(MathCast, FloatsAreCutAndKeptWithinLimits) {
    const Tensor x = Tensor::list<float>({1.9F, -1.9F, 300, -300, INFINITY, -INFINITY, NAN, 1e30F, -0.0F});
    EXPECT_THAT(elements<int8_t>(cast(x, ACL_INT8)), ElementsAre(1, -1, 127, -128, 127, -128, 0, 127, 0));
    EXPECT_THAT(elements<uint8_t>(cast(x, ACL_UINT8)), ElementsAre(1, 0, 255, 0, 255, 0, 0, 255, 0));
    EXPECT_THAT(elements<int64_t>(cast(x, ACL_INT64)),
                ElementsAre(1, -1, 300, -300, INT64_MAX, INT64_MIN, 0, INT64_MAX, 0));
    EXPECT_THAT(elements<uint64_t>(cast(Tensor::list<double>({18446744073709551615.0, 4.5}), ACL_UINT64)),
                ElementsAre(UINT64_MAX, 4));
    EXPECT_THAT(elements<int32_t>(cast(Tensor::list<float>({2147483648.0F, -2147483648.0F}), ACL_INT32)),
                ElementsAre(INT32_MAX, INT32_MIN));
    EXPECT_THAT(elements<bool>(cast(x, ACL_BOOL)), ElementsAre(true, true, true, true, true, true, true, true, false));
}

// Attributes are floats whatever the type of the operator.
TEST(MathCast, ConstantsOfAnyTypeAreKeptWithinLimits) {
    EXPECT_THAT(elements<int32_t>(scalar_of(ACL_INT32, 1e30)), ElementsAre(INT32_MAX));
    EXPECT_THAT(elements<int64_t>(scalar_of(ACL_INT64, -INFINITY)), ElementsAre(INT64_MIN));
    EXPECT_THAT(elements<uint8_t>(scalar_of(ACL_UINT8, -2)), ElementsAre(0));
    EXPECT_THAT(elements<int8_t>(scalar_of(ACL_INT8, NAN)), ElementsAre(0));
    EXPECT_THAT(elements<float>(scalar_of(ACL_FLOAT, 2.5)), ElementsAre(2.5F));
    EXPECT_EQ(scalar_of(ACL_STRING, 1).elements(), Tensor().elements());
}

TEST(MathCast, IntegersKeepTheirLowBits) {
    const Tensor x = Tensor::list<int32_t>({256 + 7, -1, 128});
    EXPECT_THAT(elements<uint8_t>(cast(x, ACL_UINT8)), ElementsAre(7, 255, 128));
    EXPECT_THAT(elements<int8_t>(cast(x, ACL_INT8)), ElementsAre(7, -1, -128));
    EXPECT_THAT(elements<uint64_t>(cast(x, ACL_UINT64)), ElementsAre(263, UINT64_MAX, 128));
    EXPECT_THAT(elements<bool>(cast(Tensor::list<int32_t>({256, 0}), ACL_BOOL)), ElementsAre(true, false));
}

TEST(MathCast, HalvesRoundToTheNearest) {
    // 2049 lies between 2048 and 2050 and goes to the even one; 65520 rounds up to what half precision has not.
    const Tensor half = cast(Tensor::list<float>({2049, 2051, 65519, 65520, 1e-8F}), ACL_FLOAT16);
    EXPECT_THAT(numbers(half), ElementsAre(2048, 2052, 65504, INFINITY, 0));
    EXPECT_THAT(numbers(cast(Tensor::list<float>({257, 259}), ACL_BF16)), ElementsAre(256, 260));
}

TEST(MathCast, TheTypeMustBeOneOfElements) {
    const Tensor x = Tensor::scalar(1.0F);
    for (const int64_t type : {-1, 13, 16, 28, 1000000}) {
        EXPECT_THAT(sentence(run({"Cast", {x}, {{"dst_type", type}}})), HasSubstr(text("dst_type is ", type)));
    }
    EXPECT_THAT(sentence(run({"Cast", {x}})), HasSubstr("dst_type (Int) is missing"));
}

TEST(MathCast, SameTypeIsAView) {
    const Tensor x = counting({3, 2});
    EXPECT_EQ(cast(x, ACL_INT32).data(), x.data());
}

}  // namespace
}  // namespace softacl::ops
