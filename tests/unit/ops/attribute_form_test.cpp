// SPDX-License-Identifier: Apache-2.0
// Forms of operators with an attribute instead of an input.
#include "op_tester.h"

namespace softacl::ops {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(AttributeForm, DoesWhatTheOtherOperatorDoesWithAConstant) {
    Dice dice;
    for (const aclDataType type : kAllTypes) {
        const Tensor x = dice.tensor(type, dice.shape(2, 4), true);
        EXPECT_TRUE(same(run_one({"TileD", {x}, {{"multiples", Ints{2, 3}}}}),
                         run_one({"Tile", {x, Tensor::list(Ints{2, 3})}})));
        const Ints size = {-1, std::min<int64_t>(x.shape()[1], 1)};
        EXPECT_TRUE(same(run_one({"SliceD", {x}, {{"offsets", Ints{0, 0}}, {"size", size}}}),
                         run_one({"Slice", {x, Tensor::list(Ints{0, 0}), Tensor::list(size)}})));
        EXPECT_TRUE(same(run_one({"SliceDV2", {x, Tensor::list(Ints{0, 0})}, {{"size", size}}}),
                         run_one({"Slice", {x, Tensor::list(Ints{0, 0}), Tensor::list(size)}})));
    }
    const Tensor x = counting({3, 4});
    const Tensor indices = Tensor::list(Ints{3, 1, 0});
    EXPECT_TRUE(same(run_one({"GatherV2D", {x, indices}, {{"axis", int64_t{1}}}}),
                     run_one({"GatherV2", {x, indices, Tensor::scalar<int64_t>(1)}})));
}

TEST(AttributeForm, SentencesNameTheFormAndNotTheOther) {
    const std::string shape = sentence(run({"TileD", {counting({2, 2})}, {{"multiples", Ints{2}}}}));
    EXPECT_THAT(shape, HasSubstr("(TileD): there are 1 multiples"));
    EXPECT_THAT(shape, Not(HasSubstr("(Tile)")));
    EXPECT_THAT(sentence(run({"GatherV2D", {counting({2}), Tensor::list(Ints{2})}, {{"axis", int64_t{0}}}})),
                HasSubstr("index 2 (element 0 of the indices) is out of range"));
    EXPECT_THAT(sentence(run({"GatherV2D", {counting({2}), Tensor::list(Ints{0})}, {{"axis", int64_t{1}}}})),
                HasSubstr("(GatherV2D): axis 1 is outside"));
}

TEST(AttributeForm, AsksForTheValuesTheOtherNeeds) {
    EXPECT_EQ(find_op("SliceDV2")->value_inputs(), std::vector<size_t>{1});
    EXPECT_TRUE(find_op("GatherV2D")->value_inputs().empty());
    const auto types = infer("SliceDV2", {{{ACL_FLOAT, {4, -1}}}, {{ACL_INT32, {2}}}}, {{"size", Ints{2, 2}}});
    ASSERT_TRUE(types.ok()) << types.status().message();
    EXPECT_EQ(types->front().shape.rank(), 2U);
}

}  // namespace
}  // namespace softacl::ops
