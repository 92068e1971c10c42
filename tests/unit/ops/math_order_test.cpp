// SPDX-License-Identifier: Apache-2.0
// Operators along one axis: ArgMaxV2, ArgMin, TopKV2, Cumsum; and AddN, Range.
#include <algorithm>
#include <cmath>

#include "op_tester.h"

namespace softacl::ops {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// The values of each row along an axis, in the order of the other dimensions.
std::vector<std::vector<double>> rows_along(const Tensor& x, size_t axis) {
    std::vector<std::vector<double>> rows;
    const auto values = numbers(x);
    Shape others = x.shape();
    others[axis] = 1;
    for (auto place : places(others)) {
        rows.emplace_back();
        for (place[axis] = 0; place[axis] < x.shape()[axis]; ++place[axis]) {
            rows.back().push_back(values[static_cast<size_t>(offset_of(x.shape(), place))]);
        }
    }
    return rows;
}

TEST(MathOrder, ArgOfRandomTensors) {
    Dice dice;
    for (int round = 0; round < 100; ++round) {
        const aclDataType type = kAllTypes[static_cast<size_t>(dice.between(0, 11))];
        const Tensor x = dice.tensor(type, dice.shape(static_cast<size_t>(dice.between(1, 4)), 5, false));
        const auto rank = static_cast<int64_t>(x.shape().rank());
        const int64_t axis = dice.between(0, rank - 1);
        const Tensor dimension = Tensor::scalar(axis - (round % 2) * rank);
        const auto most = numbers(run_one({"ArgMaxV2", {x, dimension}}));
        const auto least = numbers(run_one({"ArgMin", {x, dimension}, {{"dtype", ACL_INT32}}}));
        size_t i = 0;
        for (const auto& row : rows_along(x, static_cast<size_t>(axis))) {
            ASSERT_EQ(most[i], std::max_element(row.begin(), row.end()) - row.begin());
            ASSERT_EQ(least[i++], std::min_element(row.begin(), row.end()) - row.begin());
        }
    }
    const Tensor nan = Tensor::list<float>({1, NAN, 5, NAN});
    EXPECT_TRUE(same(run_one({"ArgMaxV2", {nan, Tensor::scalar<int32_t>(0)}}), Tensor::scalar<int64_t>(1)));
    EXPECT_THAT(sentence(run({"ArgMaxV2", {counting({0, 2}), Tensor::scalar<int32_t>(0)}})),
                HasSubstr("dimension 0 of [0,2] has no element"));
    EXPECT_THAT(sentence(run({"ArgMaxV2", {counting({2}), Tensor::scalar<int32_t>(1)}})),
                HasSubstr("axis 1 is outside"));
    EXPECT_THAT(sentence(run({"ArgMin", {counting({2}), Tensor::scalar<int32_t>(0)}, {{"dtype", ACL_FLOAT}}})),
                HasSubstr("dtype is float32"));
}

TEST(MathOrder, TopKOfRandomTensors) {
    Dice dice;
    for (int round = 0; round < 100; ++round) {
        const aclDataType type = kAllTypes[static_cast<size_t>(dice.between(0, 11))];
        const Tensor x = dice.tensor(type, dice.shape(static_cast<size_t>(dice.between(1, 4)), 6, false));
        const auto axis = static_cast<size_t>(dice.between(0, static_cast<int64_t>(x.shape().rank()) - 1));
        const int64_t k = dice.between(0, x.shape()[axis]);
        const bool largest = dice.between(0, 1) == 1;
        const auto results = run({"TopKV2",
                                  {x, Tensor::scalar<int32_t>(static_cast<int32_t>(k))},
                                  {{"dim", static_cast<int64_t>(axis)}, {"largest", largest}},
                                  2});
        ASSERT_TRUE(results.ok()) << results.status().message();
        const auto values = rows_along((*results)[0], axis);
        const auto indices = rows_along((*results)[1], axis);
        size_t i = 0;
        for (const auto& row : rows_along(x, axis)) {
            if (k == 0) {
                break;
            }
            std::vector<std::pair<double, double>> sorted;
            for (size_t j = 0; j < row.size(); ++j) {
                sorted.emplace_back(largest ? -row[j] : row[j], j);
            }
            std::sort(sorted.begin(), sorted.end());
            for (size_t j = 0; j < static_cast<size_t>(k); ++j) {
                ASSERT_EQ(indices[i][j], sorted[j].second);
                ASSERT_EQ(values[i][j], row[static_cast<size_t>(sorted[j].second)]);
            }
            ++i;
        }
    }
    EXPECT_THAT(sentence(run({"TopKV2", {counting({3}), Tensor::scalar<int32_t>(4)}, {}, 2})),
                HasSubstr("k is 4; dimension 0 of [3] has 3 elements"));
    EXPECT_THAT(sentence(run({"TopKV2", {counting({3}), Tensor::scalar<int32_t>(-1)}, {}, 2})), HasSubstr("k is -1"));
    const auto nan = run({"TopKV2", {Tensor::list<float>({1, NAN, 3, NAN}), Tensor::scalar<int32_t>(3)}, {}, 2});
    ASSERT_TRUE(nan.ok());
    EXPECT_THAT(elements<int32_t>((*nan)[1]), ElementsAre(1, 3, 2));
}

TEST(MathOrder, RunningSums) {
    const Tensor x = Tensor::of<int32_t>({2, 3}, {1, 2, 3, 4, 5, 6});
    const auto sums = [&](int64_t axis, bool exclusive, bool reverse) {
        return elements<int32_t>(
            run_one({"Cumsum", {x, Tensor::scalar(axis)}, {{"exclusive", exclusive}, {"reverse", reverse}}}));
    };
    EXPECT_THAT(sums(1, false, false), ElementsAre(1, 3, 6, 4, 9, 15));
    EXPECT_THAT(sums(-2, false, false), ElementsAre(1, 2, 3, 5, 7, 9));
    EXPECT_THAT(sums(1, true, false), ElementsAre(0, 1, 3, 0, 4, 9));
    EXPECT_THAT(sums(1, false, true), ElementsAre(6, 5, 3, 15, 11, 6));
    EXPECT_THAT(sums(1, true, true), ElementsAre(5, 3, 0, 11, 6, 0));
    EXPECT_THAT(elements<int8_t>(run_one({"Cumsum", {Tensor::list<int8_t>({127, 1}), Tensor::scalar<int32_t>(0)}})),
                ElementsAre(127, -128));
    EXPECT_THAT(sentence(run({"Cumsum", {x, Tensor::scalar<int32_t>(2)}})), HasSubstr("axis 2 is outside"));
}

TEST(MathOrder, SumsOfManyTensors) {
    for (const aclDataType type : kAllTypes) {
        if (type == ACL_BOOL) {
            continue;
        }
        const Tensor x = counting({3}, type);
        EXPECT_THAT(numbers(run_one({"AddN", {x, x, x}, {{"N", int64_t{3}}}})), ElementsAre(0, 3, 6)) << name_of(type);
    }
    EXPECT_THAT(sentence(run({"AddN", {counting({3}), counting({4})}, {{"N", int64_t{2}}}})),
                HasSubstr("the shapes [3] and [4] differ"));
    EXPECT_THAT(sentence(run({"AddN", {counting({3})}, {{"N", int64_t{2}}}})), HasSubstr("N is 2, but there are 1"));
}

TEST(MathOrder, Ranges) {
    const auto range = [](auto start, auto limit, auto delta) {
        return run_one({"Range", {Tensor::scalar(start), Tensor::scalar(limit), Tensor::scalar(delta)}});
    };
    EXPECT_THAT(numbers(range(3, 9, 3)), ElementsAre(3, 6));
    EXPECT_THAT(numbers(range(10, 4, -2)), ElementsAre(10, 8, 6));
    EXPECT_THAT(numbers(range(0.0F, 1.0F, 0.25F)), ElementsAre(0, 0.25, 0.5, 0.75));
    EXPECT_THAT(numbers(range(5, 5, 1)), ElementsAre());
    EXPECT_THAT(numbers(range(5, 4, 1)), ElementsAre());
    EXPECT_THAT(numbers(range(INT64_MIN, INT64_MAX, INT64_MAX)), ::testing::SizeIs(3));
    const auto failure = [](auto start, auto limit, auto delta) {
        return sentence(run({"Range", {Tensor::scalar(start), Tensor::scalar(limit), Tensor::scalar(delta)}}));
    };
    EXPECT_THAT(failure(0, 1, 0), HasSubstr("delta is 0"));
    EXPECT_THAT(failure(0.0F, INFINITY, 1.0F), HasSubstr("too many numbers"));
    EXPECT_THAT(failure(0.0F, NAN, 1.0F), HasSubstr("too many numbers"));
    EXPECT_THAT(failure(int64_t{0}, INT64_MAX, int64_t{1}), HasSubstr("too many numbers"));
    EXPECT_THAT(failure(0, 1.0F, 1), HasSubstr("start and limit are int32 and float32"));
}

}  // namespace
}  // namespace softacl::ops
