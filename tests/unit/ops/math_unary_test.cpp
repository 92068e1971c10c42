// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <functional>

#include "op_tester.h"

namespace softacl::ops {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

using Real = std::function<double(double)>;

// Formulas where there is one, so that not the same library function stands on both sides.
const std::pair<const char*, Real> kFunctions[] = {
    {"Sin", [](double x) { return std::cos(x - M_PI / 2); }},
    {"Cos", [](double x) { return std::sin(x + M_PI / 2); }},
    {"Tan", [](double x) { return std::sin(x) / std::cos(x); }},
    {"Asin", [](double x) { return std::abs(x) > 1 ? NAN : std::atan2(x, std::sqrt(1 - x * x)); }},
    {"Acos", [](double x) { return std::abs(x) > 1 ? NAN : std::atan2(std::sqrt(1 - x * x), x); }},
    {"Atan", [](double x) { return std::atan2(x, 1.0); }},
    {"Sinh", [](double x) { return (std::exp(x) - std::exp(-x)) / 2; }},
    {"Cosh", [](double x) { return (std::exp(x) + std::exp(-x)) / 2; }},
    {"Asinh", [](double x) { return std::copysign(std::log(std::abs(x) + std::sqrt(x * x + 1)), x); }},
    {"Acosh", [](double x) { return x < 1 ? NAN : std::log(x + std::sqrt(x * x - 1)); }},
    {"Atanh", [](double x) { return std::log((1 + x) / (1 - x)) / 2; }},
    {"Erf", [](double x) { return 1 - std::erfc(x); }},
    {"Erfc", [](double x) { return x < 0 ? 1 + std::erf(-x) : std::erfc(x); }},
    {"Exp", [](double x) { return std::exp2(x / M_LN2); }},
    {"Expm1", [](double x) { return std::exp(x) - 1; }},
    {"Log", [](double x) { return std::log2(x) * M_LN2; }},
    {"Log1p", [](double x) { return std::log(1 + x); }},
    {"Sqrt", [](double x) { return x < 0 ? NAN : std::hypot(std::pow(x, 0.25) * std::pow(x, 0.25), 0); }},
    {"Rsqrt", [](double x) { return std::pow(x, -0.5); }},
    {"Reciprocal", [](double x) { return 1 / x; }},
    {"Floor", [](double x) { return x - (std::fmod(x, 1) + (std::fmod(x, 1) < 0 ? 1 : 0)); }},
    {"Ceil", [](double x) { return -std::floor(-x); }},
    {"Rint",
     [](double x) {
         return std::remainder(x, 1) == 0.5 || std::remainder(x, 1) == -0.5 ? 2 * std::round(x / 2) : std::round(x);
     }},
};

TEST(MathUnary, FunctionsOfEveryFloat) {
    Dice dice;
    for (const auto& [op, function] : kFunctions) {
        for (const aclDataType type : {ACL_FLOAT, ACL_DOUBLE, ACL_FLOAT16, ACL_BF16}) {
            const Tensor x = dice.tensor(type, {3, 33});
            const auto before = numbers(x);
            const auto after = numbers(run_one({op, {x}}));
            ASSERT_EQ(after.size(), before.size());
            for (size_t i = 0; i < before.size(); ++i) {
                double expected = function(before[i]);
                if (std::isnan(expected)) {
                    ASSERT_TRUE(std::isnan(after[i])) << op << "(" << before[i] << ") = " << after[i];
                    continue;
                }
                const double tolerance = type == ACL_FLOAT16 ? 1e-3 : type == ACL_BF16 ? 8e-3 : 1e-6;
                if (type == ACL_FLOAT16 && std::abs(expected) > 65519) {
                    expected = std::copysign(INFINITY, expected);
                }
                if (std::isinf(expected)) {
                    ASSERT_EQ(after[i], expected) << op << "(" << before[i] << ")";
                } else {
                    ASSERT_NEAR(after[i], expected, tolerance * (1 + std::abs(expected)))
                        << op << "(" << before[i] << ")";
                }
            }
        }
    }
}

TEST(MathUnary, IntegersOfEveryTypeWrapAround) {
    Dice dice;
    for (const aclDataType type : kAllTypes) {
        if (!is_integer(type)) {
            continue;
        }
        const Tensor x = dice.tensor(type, {200}, true);
        visit_dtype(type, [&](auto tag) {
            using T = typename decltype(tag)::Type;
            if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>) {
                const auto in = elements<T>(x);
                const auto absolute = elements<T>(run_one({"Abs", {x}}));
                const auto negative = elements<T>(run_one({"Neg", {x}}));
                const auto sign = elements<T>(run_one({"Sign", {x}}));
                const auto square = elements<T>(run_one({"Square", {x}}));
                const auto inverted = elements<T>(run_one({"Invert", {x}}));
                const auto rounded = elements<T>(run_one({"Round", {x}}));
                for (size_t i = 0; i < in.size(); ++i) {
                    const auto bits = static_cast<uint64_t>(in[i]);
                    ASSERT_EQ(absolute[i], in[i] < 0 ? static_cast<T>(0 - bits) : in[i]);
                    ASSERT_EQ(negative[i], static_cast<T>(0 - bits));
                    ASSERT_EQ(sign[i], in[i] == 0 ? T(0) : in[i] < 0 ? T(-1) : T(1));
                    ASSERT_EQ(square[i], static_cast<T>(bits * bits));
                    ASSERT_EQ(inverted[i], static_cast<T>(~bits));
                    ASSERT_EQ(rounded[i], in[i]);
                }
            }
        });
    }
}

TEST(MathUnary, SignsAndTestsOfFloats) {
    const Tensor x = Tensor::list<float>({-2.5F, 0, -0.0F, INFINITY, -INFINITY, NAN});
    const auto sign = elements<float>(run_one({"Sign", {x}}));
    EXPECT_THAT(std::vector<float>(sign.begin(), sign.end() - 1), ElementsAre(-1, 0, 0, 1, -1));
    EXPECT_TRUE(std::isnan(sign[5]));
    EXPECT_THAT(elements<bool>(run_one({"IsNan", {x}})), ElementsAre(false, false, false, false, false, true));
    EXPECT_THAT(elements<bool>(run_one({"IsInf", {x}})), ElementsAre(false, false, false, true, true, false));
    EXPECT_THAT(elements<bool>(run_one({"IsPosInf", {x}})), ElementsAre(false, false, false, true, false, false));
    EXPECT_THAT(elements<bool>(run_one({"IsNegInf", {x}})), ElementsAre(false, false, false, false, true, false));
    EXPECT_THAT(elements<bool>(run_one({"IsFinite", {x}})), ElementsAre(true, true, true, false, false, false));
    const auto negative = elements<float>(run_one({"Neg", {Tensor::list<float>({0, 1})}}));
    EXPECT_TRUE(std::signbit(negative[0]));
    EXPECT_FALSE(std::signbit(elements<float>(run_one({"Abs", {Tensor::list<float>({-0.0F})}}))[0]));
    EXPECT_THAT(elements<bool>(run_one({"LogicalNot", {Tensor::list<bool>({true, false})}})), ElementsAre(false, true));
    EXPECT_EQ(elements<float>(run_one({"Square", {Tensor::list<float>({-1.5F})}}))[0], 2.25F);
}

TEST(MathUnary, RoundsHalvesToTheEvenDigit) {
    const Tensor x = Tensor::list<float>({0.5F, 1.5F, -2.5F, 2.4F, -0.3F});
    EXPECT_THAT(elements<float>(run_one({"Round", {x}})), ElementsAre(0, 2, -2, 2, -0.0F));
    const Tensor y = Tensor::list<double>({1.25, 1.35, 15});
    EXPECT_THAT(elements<double>(run_one({"Round", {y}, {{"decimals", int64_t{1}}}})), ElementsAre(1.2, 1.4, 15));
    EXPECT_THAT(elements<double>(run_one({"Round", {y}, {{"decimals", int64_t{-1}}}})), ElementsAre(0, 0, 20));
}

TEST(MathUnary, OtherBases) {
    const Tensor x = Tensor::list<float>({0, 3});
    const Tensor power = run_one({"Exp", {x}, {{"base", 2.0F}, {"scale", 2.0F}, {"shift", 1.0F}}});
    EXPECT_THAT(numbers(power), ElementsAre(::testing::DoubleNear(2, 1e-5), ::testing::DoubleNear(128, 1e-4)));
    const Tensor back = run_one({"Log", {power}, {{"base", 2.0F}}});
    EXPECT_THAT(numbers(back), ElementsAre(::testing::DoubleNear(1, 1e-6), ::testing::DoubleNear(7, 1e-5)));
}

TEST(MathUnary, NumbersFromAttributes) {
    const Tensor x = Tensor::list<int32_t>({3, -3, INT32_MAX});
    EXPECT_THAT(elements<int32_t>(run_one({"Muls", {x}, {{"value", 1.5F}}})), ElementsAre(4, -4, INT32_MAX));
    EXPECT_THAT(elements<int32_t>(run_one({"Adds", {x}, {{"value", -2.0F}}})), ElementsAre(1, -5, INT32_MAX - 2));
    EXPECT_THAT(numbers(run_one({"Adds", {counting({2}, ACL_FLOAT16)}, {{"value", 0.5F}}})), ElementsAre(0.5, 1.5));
    EXPECT_THAT(numbers(run_one({"Muls", {counting({3}, ACL_DOUBLE)}, {{"value", 0.5F}}})), ElementsAre(0, 0.5, 1));
}

TEST(MathUnary, NothingAndScalars) {
    EXPECT_EQ(run_one({"Exp", {Tensor::of<float>({0, 3}, {})}}).shape(), Shape({0, 3}));
    EXPECT_EQ(run_one({"Exp", {Tensor::scalar(0.0F)}}).shape(), Shape({}));
    EXPECT_THAT(sentence(run({"Exp", {counting({2})}})), HasSubstr("the input x is int32"));
    const auto types = infer("IsNan", {{{ACL_FLOAT, {-1, 2}}}});
    ASSERT_TRUE(types.ok());
    EXPECT_EQ((*types)[0].text(), "bool[-1,2]");
}

TEST(MathUnary, FastKernelsAgreeWithTheReference) {
    if (!kernels::fast_kernels().ok()) {
        GTEST_SKIP() << kernels::fast_kernels().status().message();
    }
    Dice dice;
    for (const char* op : {"Abs", "Square", "Sqrt", "Exp", "Log"}) {
        const Tensor x = dice.tensor(ACL_FLOAT, {5, 7, 3});
        const auto fast = run({op, {x}}, "onednn");
        ASSERT_TRUE(fast.ok()) << fast.status().message();
        EXPECT_TRUE(close((*fast)[0], run_one({op, {x}}), 1e-5)) << op;
    }
    const Tensor x = dice.tensor(ACL_FLOAT, {5, 7});
    const TestCall square{"Pow", {x, Tensor::scalar(2.0F)}, {}, 1, true};
    const auto fast = run(square, "onednn");
    ASSERT_TRUE(fast.ok()) << fast.status().message();
    EXPECT_TRUE(same((*fast)[0], run_one({"Mul", {x, x}})));
    EXPECT_FALSE(run({"Pow", {x, Tensor::scalar(3.0F)}, {}, 1, true}, "onednn").ok());
}

}  // namespace
}  // namespace softacl::ops
