// SPDX-License-Identifier: Apache-2.0
#include "op_tester.h"

namespace softacl::ops {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(ShapeGather, SlicesAlongAnAxis) {
    Dice dice;
    for (int round = 0; round < 150; ++round) {
        const Tensor x = counting(dice.shape(static_cast<size_t>(dice.between(1, 4)), 4, false));
        const auto rank = static_cast<int64_t>(x.shape().rank());
        const int64_t axis = dice.between(0, rank - 1);
        const int64_t size = x.shape()[static_cast<size_t>(axis)];
        const Tensor indices = dice.indexes(dice.between(0, 1) == 1 ? ACL_INT32 : ACL_INT64,
                                            dice.shape(static_cast<size_t>(dice.between(0, 2)), 3), -size, size - 1);
        const Tensor y = run_one(
            {"GatherV2", {x, indices, Tensor::scalar(axis - (round % 2) * rank)}, {{"negative_index_support", true}}});
        const Ints list = indices.to_ints();
        const auto values = elements<int32_t>(y);
        size_t i = 0;
        for (const auto& place : places(y.shape())) {
            const auto middle = place.begin() + axis;
            const auto behind = middle + static_cast<std::ptrdiff_t>(indices.shape().rank());
            const int64_t index = list[static_cast<size_t>(offset_of(indices.shape(), {middle, behind}))];
            std::vector<int64_t> source(place.begin(), middle);
            source.push_back(index < 0 ? index + size : index);
            source.insert(source.end(), behind, place.end());
            ASSERT_EQ(values[i++], offset_of(x.shape(), source));
        }
    }
}

TEST(ShapeGather, BatchesHaveIndicesOfTheirOwn) {
    const Tensor x = counting({2, 3, 2});
    const Tensor indices = Tensor::of<int32_t>({2, 2}, {2, 0, 1, 1});
    const Tensor y = run_one({"GatherV2", {x, indices, Tensor::scalar<int32_t>(1)}, {{"batch_dims", int64_t{1}}}});
    EXPECT_EQ(y.shape(), Shape({2, 2, 2}));
    EXPECT_THAT(elements<int32_t>(y), ElementsAre(4, 5, 0, 1, 8, 9, 8, 9));
    EXPECT_THAT(sentence(run({"GatherV2", {x, indices, Tensor::scalar<int32_t>(0)}, {{"batch_dims", int64_t{1}}}})),
                HasSubstr("batch_dims is 1"));
}

TEST(ShapeGather, IndexesOutOfRangeAreNamed) {
    const auto failure = [](int64_t index, bool negative) {
        return sentence(run({"GatherV2",
                             {counting({3}), Tensor::list(Ints{0, index}), Tensor::scalar<int32_t>(0)},
                             {{"negative_index_support", negative}}}));
    };
    EXPECT_THAT(failure(3, true), HasSubstr("index 3 (element 1 of the indices) is out of range of a dimension of 3"));
    EXPECT_THAT(failure(-4, true), HasSubstr("index -4"));
    EXPECT_THAT(failure(-1, false), HasSubstr("index -1"));
    EXPECT_THAT(failure(INT64_MIN, true), HasSubstr("index -9223372036854775808"));
    EXPECT_THAT(failure(INT64_MAX, false), HasSubstr("index 9223372036854775807"));
    EXPECT_THAT(sentence(run({"GatherV2", {counting({0}), Tensor::list(Ints{0}), Tensor::scalar<int32_t>(0)}})),
                HasSubstr("index 0"));
    EXPECT_THAT(sentence(run({"GatherV2", {counting({}), Tensor::list(Ints{0}), Tensor::scalar<int32_t>(0)}})),
                HasSubstr("is a scalar"));
    const auto nd = run({"GatherNd", {counting({2, 3}), Tensor::of<int64_t>({1, 2}, {1, 3})}});
    EXPECT_THAT(sentence(nd), HasSubstr("index 3 (element 1 of the indices) is out of range of a dimension of 3"));
    const auto one = run({"GatherElements", {counting({2, 3}), Tensor::of<int64_t>({1, 2}, {1, -3})}});
    EXPECT_THAT(sentence(one), HasSubstr("index -3"));
    std::vector<int64_t> many(100000);
    many[1234] = 7;
    many[99990] = -108;
    EXPECT_THAT(sentence(run({"GatherElements",
                              {counting({1000, 100}), Tensor::of<int64_t>({1000, 100}, many)},
                              {{"dim", int64_t{1}}}})),
                HasSubstr("index -108 (element 99990 of the indices)"));
    many[1234] = 107;
    EXPECT_THAT(sentence(run({"GatherElements",
                              {counting({1000, 100}), Tensor::of<int64_t>({1000, 100}, many)},
                              {{"dim", int64_t{1}}}})),
                HasSubstr("index 107 (element 1234 of the indices)"));
}

TEST(ShapeGather, SingleElements) {
    Dice dice;
    for (int round = 0; round < 100; ++round) {
        const Tensor x = counting(dice.shape(static_cast<size_t>(dice.between(1, 4)), 4, false), ACL_INT16);
        const auto axis = static_cast<size_t>(dice.between(0, static_cast<int64_t>(x.shape().rank()) - 1));
        Shape shape = x.shape();
        for (size_t i = 0; i < shape.rank(); ++i) {
            shape[i] = i == axis ? dice.between(0, 5) : dice.between(1, shape[i]);
        }
        const int64_t size = x.shape()[axis];
        const Tensor index = dice.indexes(ACL_INT64, shape, -size, size - 1);
        const Tensor y = run_one({"GatherElements", {x, index}, {{"dim", static_cast<int64_t>(axis)}}});
        ASSERT_EQ(y.shape(), shape);
        size_t i = 0;
        for (auto place : places(shape)) {
            const int64_t at = index.to_ints()[i];
            place[axis] = at < 0 ? at + size : at;
            ASSERT_EQ(elements<int16_t>(y)[i++], offset_of(x.shape(), place));
        }
    }
    EXPECT_THAT(
        sentence(
            run({"GatherElements", {counting({2, 3}), Tensor::of<int64_t>({3, 1}, {0, 0, 0})}, {{"dim", int64_t{1}}}})),
        HasSubstr("[3,1], which does not lie within x [2,3]"));
}

TEST(ShapeGather, PlacesInSeveralDimensions) {
    const Tensor x = counting({2, 3, 4});
    const Tensor places2 = Tensor::of<int32_t>({2, 2}, {1, 2, 0, 0});
    const Tensor rows = run_one({"GatherNd", {x, places2}});
    EXPECT_EQ(rows.shape(), Shape({2, 4}));
    EXPECT_THAT(elements<int32_t>(rows), ElementsAre(20, 21, 22, 23, 0, 1, 2, 3));
    const Tensor single = Tensor::of<int64_t>({1, 3}, {-1, 2, -4});
    EXPECT_THAT(elements<int32_t>(run_one({"GatherNd", {x, single}, {{"negative_index_support", true}}})),
                ElementsAre(20));
    EXPECT_FALSE(run({"GatherNd", {x, single}}).ok());
    EXPECT_TRUE(same(run_one({"GatherNd", {x, Tensor::of<int64_t>({0}, {})}}), x));
    EXPECT_THAT(sentence(run({"GatherNd", {counting({2}), places2}})),
                HasSubstr("the indices have 2 numbers each; x has 1"));
}

}  // namespace
}  // namespace softacl::ops
