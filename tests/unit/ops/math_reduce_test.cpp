// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <map>

#include "op_tester.h"

namespace softacl::ops {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

using Collect = std::function<double(const std::vector<double>&)>;

double sum_of(const std::vector<double>& values) {
    double sum = 0;
    for (const double value : values) {
        sum += value;
    }
    return sum;
}

const std::pair<const char*, Collect> kMeanings[] = {
    {"ReduceMax", [](const auto& v) { return *std::max_element(v.begin(), v.end()); }},
    {"ReduceMin", [](const auto& v) { return *std::min_element(v.begin(), v.end()); }},
    {"ReduceSum", sum_of},
    {"ReduceMean", [](const auto& v) { return sum_of(v) / static_cast<double>(v.size()); }},
    {"ReduceProd",
     [](const auto& v) {
         double product = 1;
         for (const double x : v) product *= x;
         return product;
     }},
    {"ReduceLogSum", [](const auto& v) { return std::log(sum_of(v)); }},
    {"ReduceLogSumExp",
     [](const auto& v) {
         double sum = 0;
         for (const double x : v) sum += std::exp(x);
         return std::log(sum);
     }},
    {"SquareSumV1",
     [](const auto& v) {
         double sum = 0;
         for (const double x : v) sum += x * x;
         return sum;
     }},
    {"ReduceAll", [](const auto& v) { return *std::min_element(v.begin(), v.end()); }},
    {"ReduceAny", [](const auto& v) { return *std::max_element(v.begin(), v.end()); }},
};

TestCall reduction(const std::string& op, const Tensor& x, const Ints& axes, bool keep) {
    if (op == "SquareSumV1") {
        return {op, {x}, {{"axis", axes}, {"keep_dims", keep}}};
    }
    return {op, {x, Tensor::list(axes)}, {{"keep_dims", keep}}};
}

TEST(MathReduce, EveryReductionOverRandomAxes) {
    Dice dice;
    for (const auto& [op, collect] : kMeanings) {
        for (const aclDataType type : {ACL_FLOAT, ACL_DOUBLE, ACL_FLOAT16, ACL_INT32, ACL_INT8, ACL_BOOL}) {
            if (!find_op(op)->inputs()[0].dtypes.contains(type)) {
                continue;
            }
            for (int round = 0; round < 20; ++round) {
                const Shape shape = dice.shape(static_cast<size_t>(dice.between(1, 5)), 3, false);
                // Products and squares of halves of many elements leave an int8 or a half: few and small ones.
                Tensor x = dice.tensor(type, shape);
                if (type == ACL_INT8 || type == ACL_FLOAT16) {
                    x = dice.tensor(ACL_BOOL, shape);
                    x = run_one({"Cast", {x}, {{"dst_type", static_cast<int64_t>(type)}}});
                }
                if (std::string(op) == "ReduceProd") {
                    x = run_one({"Minimum", {x, run_one({"OnesLike", {x}})}});
                }
                Ints axes;
                std::vector<bool> gone(shape.rank());
                for (size_t i = 0; i < shape.rank(); ++i) {
                    gone[i] = dice.between(0, 1) == 1;
                    if (gone[i]) {
                        axes.push_back(static_cast<int64_t>(i) -
                                       (dice.between(0, 1) != 0 ? 0 : static_cast<int64_t>(shape.rank())));
                    }
                }
                std::shuffle(axes.begin(), axes.end(), dice.engine());
                const bool keep = dice.between(0, 1) == 1;
                const Tensor y = run_one(reduction(op, x, axes, keep));
                std::vector<int64_t> dims;
                std::map<std::vector<int64_t>, std::vector<double>> groups;
                for (size_t i = 0; i < shape.rank(); ++i) {
                    if (!gone[i] || keep) {
                        dims.push_back(gone[i] ? 1 : shape[i]);
                    }
                }
                ASSERT_EQ(y.shape(), Shape(dims)) << op;
                const auto values = numbers(x);
                size_t at = 0;
                for (auto place : places(shape)) {
                    for (size_t i = 0; i < place.size(); ++i) {
                        place[i] = gone[i] ? 0 : place[i];
                    }
                    groups[place].push_back(values[at++]);
                }
                const auto results = numbers(y);
                ASSERT_EQ(results.size(), groups.size());
                at = 0;
                for (const auto& [place, group] : groups) {
                    double expected = collect(group);
                    expected = is_integer(type) ? std::trunc(expected) : expected;
                    if (std::isnan(expected)) {
                        ASSERT_TRUE(std::isnan(results[at])) << op;
                    } else if (std::isinf(expected)) {
                        ASSERT_EQ(results[at], expected) << op;
                    } else {
                        ASSERT_NEAR(results[at], expected,
                                    (type == ACL_FLOAT16 ? 2e-3 : 1e-5) * (1 + std::abs(expected)))
                            << op << " of " << x.type().text();
                    }
                    ++at;
                }
            }
        }
    }
}

TEST(MathReduce, NothingReducedOrNothingThere) {
    const Tensor x = Tensor::of<float>({2, 2}, {1, 2, 3, 4});
    EXPECT_TRUE(same(run_one(reduction("ReduceSum", x, {}, false)), x));
    EXPECT_TRUE(same(run_one(reduction("ReduceMean", x, {}, false)), x));
    const Tensor mean = run_one({"ReduceMean", {x, Tensor::list(Ints{})}, {{"noop_with_empty_axes", false}}});
    EXPECT_TRUE(same(mean, Tensor::scalar(2.5F)));
    const Tensor empty = Tensor::of<float>({2, 0}, {});
    EXPECT_THAT(elements<float>(run_one(reduction("ReduceSum", empty, {1}, false))), ElementsAre(0, 0));
    EXPECT_THAT(elements<float>(run_one(reduction("ReduceProd", empty, {1}, false))), ElementsAre(1, 1));
    EXPECT_THAT(elements<float>(run_one(reduction("ReduceMax", empty, {1}, false))), ElementsAre(-INFINITY, -INFINITY));
    EXPECT_THAT(elements<float>(run_one(reduction("ReduceLogSumExp", empty, {1}, false))),
                ElementsAre(-INFINITY, -INFINITY));
    EXPECT_EQ(run_one(reduction("ReduceSum", empty, {0}, false)).elements(), 0);
    EXPECT_THAT(elements<int32_t>(run_one(reduction("ReduceMean", Tensor::of<int32_t>({1, 0}, {}), {1}, false))),
                ElementsAre(0));
}

TEST(MathReduce, ExtremeValues) {
    const Tensor high = Tensor::list<int32_t>({INT32_MAX, 1});
    EXPECT_THAT(elements<int32_t>(run_one(reduction("ReduceSum", high, {0}, false))), ElementsAre(INT32_MIN));
    EXPECT_THAT(elements<int32_t>(run_one(reduction("ReduceMean", high, {0}, false))), ElementsAre(1 << 30));
    EXPECT_THAT(elements<uint8_t>(run_one(reduction("ReduceProd", Tensor::list<uint8_t>({16, 17}), {0}, false))),
                ElementsAre(16));
    const Tensor far = Tensor::list<float>({1000, 1000});
    EXPECT_THAT(elements<float>(run_one(reduction("ReduceLogSumExp", far, {0}, false))),
                ElementsAre(::testing::FloatNear(1000.6931F, 1e-3F)));
    const Tensor infinite = Tensor::list<float>({INFINITY, -INFINITY, 1});
    EXPECT_THAT(elements<float>(run_one(reduction("ReduceLogSumExp", infinite, {0}, false))), ElementsAre(INFINITY));
    const Tensor nan = Tensor::of<float>({2, 2}, {NAN, 1, 1, NAN});
    for (const char* op : {"ReduceMax", "ReduceMin", "ReduceSum", "ReduceLogSumExp"}) {
        const auto values = numbers(run_one(reduction(op, nan, {1}, false)));
        EXPECT_TRUE(std::isnan(values[0]) && std::isnan(values[1])) << op;
    }
}

TEST(MathReduce, ManySmallNumbersAddUp) {
    const Tensor x = Tensor::list(std::vector<float>(1 << 20, 0.1F));
    EXPECT_THAT(elements<float>(run_one(reduction("ReduceSum", x, {0}, false))),
                ElementsAre(::testing::FloatNear(104857.6F, 0.02F)));
}

TEST(MathReduce, SentencesNameTheAxis) {
    const Tensor x = Tensor::of<float>({2, 2}, {1, 2, 3, 4});
    EXPECT_THAT(sentence(run(reduction("ReduceSum", x, {2}, false))), HasSubstr("axis 2 is outside [-2, 2)"));
    EXPECT_THAT(sentence(run(reduction("ReduceSum", x, {0, -2}, false))), HasSubstr("axis -2 stands twice"));
    const auto types = infer("ReduceSum", {{{ACL_FLOAT, {2, 3, 4}}}, {{ACL_INT64, {2}}}}, {{"keep_dims", false}});
    ASSERT_TRUE(types.ok());
    EXPECT_EQ((*types)[0].shape, Shape({-1}));
}

}  // namespace
}  // namespace softacl::ops
