// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <functional>

#include "op_tester.h"

namespace softacl::ops {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// What each operator means, in long double or 128-bit integers: wide enough that nothing is lost before the result
// wraps around.
__extension__ typedef __int128 Int128;
__extension__ typedef unsigned __int128 UInt128;
using Exact = std::function<long double(long double, long double)>;
using Whole = std::function<Int128(Int128, Int128)>;

Int128 floor_div(Int128 a, Int128 b) { return a / b - (a % b != 0 && (a < 0) != (b < 0)); }

struct Meaning {
    const char* op;
    Exact exact;  // of floats; null: not for floats
    Whole whole;  // of integers; null: not for integers
    bool divides = false;
    bool small = false;  // the wide types cannot hold the result of extreme operands
};
const Meaning kMeanings[] = {
    {"Add", [](auto a, auto b) { return a + b; }, [](auto a, auto b) { return a + b; }},
    {"Sub", [](auto a, auto b) { return a - b; }, [](auto a, auto b) { return a - b; }},
    {"Mul", [](auto a, auto b) { return a * b; },
     [](auto a, auto b) { return static_cast<Int128>(static_cast<UInt128>(a) * b); }},
    {"RealDiv", [](auto a, auto b) { return a / b; }, nullptr},
    {"Div", [](auto a, auto b) { return a / b; }, [](auto a, auto b) { return a / b; }, true},
    {"FloorDiv", [](auto a, auto b) { return std::floor(a / b); }, floor_div, true},
    {"FloorMod",
     [](auto a, auto b) {
         const auto rest = std::fmod(a, b);
         return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
     },
     [](auto a, auto b) { return a - floor_div(a, b) * b; }, true},
    {"TruncateMod", [](auto a, auto b) { return std::fmod(a, b); }, [](auto a, auto b) { return a % b; }, true},
    {"Mod", [](auto a, auto b) { return std::fmod(a, b); }, [](auto a, auto b) { return a % b; }, true},
    {"Maximum", [](auto a, auto b) { return std::isnan(a) || std::isnan(b) ? a + b : std::max(a, b); },
     [](auto a, auto b) { return std::max(a, b); }},
    {"Minimum", [](auto a, auto b) { return std::isnan(a) || std::isnan(b) ? a + b : std::min(a, b); },
     [](auto a, auto b) { return std::min(a, b); }},
    {"SquaredDifference", [](auto a, auto b) { return (a - b) * (a - b); },
     [](auto a, auto b) { return static_cast<Int128>(static_cast<UInt128>(a - b) * (a - b)); }},
    {"Pow", [](auto a, auto b) { return std::pow(a, b); }, nullptr},
    {"Atan2", [](auto a, auto b) { return std::atan2(a, b); }, nullptr},
    {"Xlogy", [](auto a, auto b) { return a == 0 ? a * 0 : a * std::log(b); }, nullptr},
    {"Xdivy", [](auto a, auto b) { return a == 0 ? a * 0 : a / b; }, nullptr},
    {"DivNoNan", [](auto a, auto b) { return b == 0 ? 0 : a / b; },
     [](auto a, auto b) { return b == 0 ? Int128{0} : a / b; }},
    {"MulNoNan", [](auto a, auto b) { return b == 0 ? 0 : a * b; },
     [](auto a, auto b) { return b == 0 ? Int128{0} : static_cast<Int128>(static_cast<UInt128>(a) * b); }},
    {"BitwiseAnd", nullptr, [](auto a, auto b) { return a & b; }},
    {"BitwiseOr", nullptr, [](auto a, auto b) { return a | b; }},
    {"BitwiseXor", nullptr, [](auto a, auto b) { return a ^ b; }},
};

// The operator element by element, without its code.
Tensor by_meaning(const Meaning& meaning, const Tensor& a, const Tensor& b, const Shape& shape) {
    void* data = nullptr;
    Tensor y = Tensor::zeros({a.dtype(), shape, ACL_FORMAT_ND}, &data);
    visit_dtype(a.dtype(), [&](auto tag) {
        using T = typename decltype(tag)::Type;
        using W = kernels::Wide<T>;
        int64_t i = 0;
        for (const auto& place : places(shape)) {
            const W left = kernels::widen(a.data_as<T>()[broadcast_offset(a.shape(), place)]);
            const W right = kernels::widen(b.data_as<T>()[broadcast_offset(b.shape(), place)]);
            if constexpr (std::is_floating_point_v<W>) {
                static_cast<T*>(data)[i++] = T(static_cast<W>(meaning.exact(left, right)));
            } else {
                static_cast<T*>(data)[i++] = static_cast<T>(meaning.whole(left, right));
            }
        }
    });
    return y;
}

Tensor without_zeros(Dice& dice, aclDataType type, const Shape& shape) {
    Tensor tensor = dice.tensor(type, shape, true);
    visit_dtype(type, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        auto* data = const_cast<T*>(tensor.data_as<T>());  // nobody else has seen it
        for (int64_t i = 0; i < tensor.elements(); ++i) {
            data[i] = kernels::widen(data[i]) == kernels::Wide<T>{} ? T(kernels::Wide<T>(3)) : data[i];
        }
    });
    return tensor;
}

TEST(MathBinary, EveryTypeEveryBroadcastAsTheArithmeticSays) {
    Dice dice;
    for (const Meaning& meaning : kMeanings) {
        for (const aclDataType type : kAllTypes) {
            if (type == ACL_BOOL || (is_floating(type) ? !meaning.exact : !meaning.whole)) {
                continue;
            }
            for (int round = 0; round < 8; ++round) {
                const Shape shape = dice.shape(static_cast<size_t>(dice.between(0, 4)), 4);
                const Shape narrow = dice.broadcasting_to(shape);
                const bool swapped = dice.between(0, 1) == 1;
                const Tensor a = dice.tensor(type, swapped ? narrow : shape, true);
                const Shape& other = swapped ? shape : narrow;
                const Tensor b = meaning.divides && !is_floating(type) ? without_zeros(dice, type, other)
                                                                       : dice.tensor(type, other, true);
                const Tensor y = run_one({meaning.op, {a, b}});
                // The wide type rounds once more than the narrow one.
                const double tolerance = type == ACL_FLOAT16 ? 2e-3 : type == ACL_BF16 ? 2e-2 : 1e-6;
                ASSERT_TRUE(close(y, by_meaning(meaning, a, b, shape), tolerance))
                    << meaning.op << " of " << a.type().text() << " and " << b.type().text();
            }
        }
    }
}

TEST(MathBinary, ComparisonsOfEveryType) {
    Dice dice(2);
    const std::pair<const char*, std::function<bool(double, double)>> tests[] = {
        {"Equal", [](double a, double b) { return a == b; }},
        {"NotEqual", [](double a, double b) { return a != b; }},
        {"Greater", [](double a, double b) { return a > b; }},
        {"GreaterEqual", [](double a, double b) { return a >= b; }},
        {"Less", [](double a, double b) { return a < b; }},
        {"LessEqual", [](double a, double b) { return a <= b; }},
        {"LogicalAnd", [](double a, double b) { return a * b != 0; }},
        {"LogicalOr", [](double a, double b) { return a + b != 0; }},
    };
    for (const auto& [op, test] : tests) {
        for (const aclDataType type : kAllTypes) {
            if (!find_op(op)->inputs()[0].dtypes.contains(type)) {
                continue;
            }
            for (int round = 0; round < 5; ++round) {
                const Shape shape = dice.shape(3, 4);
                const Tensor a = dice.tensor(type, shape);
                const Tensor b = dice.tensor(type, dice.broadcasting_to(shape));
                const auto y = elements<bool>(run_one({op, {a, b}}));
                const auto left = numbers(a);
                const auto right = numbers(b);
                size_t i = 0;
                for (const auto& place : places(shape)) {
                    const auto other = static_cast<size_t>(broadcast_offset(b.shape(), place));
                    ASSERT_EQ(y[i], test(left[i], right[other])) << op << " " << left[i] << " " << right[other];
                    ++i;
                }
            }
        }
    }
}

TEST(MathBinary, ComparisonsWithNanAreFalse) {
    const Tensor nan = Tensor::list<float>({NAN});
    for (const char* op : {"Equal", "Greater", "GreaterEqual", "Less", "LessEqual"}) {
        EXPECT_THAT(elements<bool>(run_one({op, {nan, nan}})), ElementsAre(false)) << op;
    }
    EXPECT_THAT(elements<bool>(run_one({"NotEqual", {nan, nan}})), ElementsAre(true));
}

TEST(MathBinary, LargeIntegersKeepEveryBit) {
    const Tensor a = Tensor::list<int64_t>({(int64_t{1} << 53) + 1});
    const Tensor b = Tensor::list<int64_t>({int64_t{1} << 53});
    EXPECT_THAT(elements<bool>(run_one({"Equal", {a, b}})), ElementsAre(false));
    EXPECT_THAT(elements<bool>(run_one({"Greater", {a, b}})), ElementsAre(true));
}

TEST(MathBinary, PowersOfIntegers) {
    const Tensor base = Tensor::list<int32_t>({2, -2, 3, 0, 1, -1, -1, 7, 2, 10});
    const Tensor exponent = Tensor::list<int32_t>({10, 3, 0, 0, -5, -5, -4, -1, 33, 9});
    EXPECT_THAT(elements<int32_t>(run_one({"Pow", {base, exponent}})),
                ElementsAre(1024, -8, 1, 1, 1, -1, 1, 0, 0, 1000000000));
    const auto failure = run({"Pow", {Tensor::list<int32_t>({5, 0}), Tensor::list<int32_t>({1, -2})}});
    EXPECT_THAT(sentence(failure), HasSubstr("0 has a negative exponent in element 1"));
}

TEST(MathBinary, TheFirstDivisionByZeroOfManyThreadsIsNamed) {
    std::vector<int32_t> divisors(200000, 3);
    for (const size_t zero : {70001, 130000, 199999}) {
        divisors[zero] = 0;
    }
    const Tensor x = Tensor::list(std::vector<int32_t>(divisors.size(), 7));
    const auto failure = run({"FloorMod", {x, Tensor::list(divisors)}});
    EXPECT_THAT(sentence(failure), HasSubstr("divided by 0 in element 70001 of the result"));
}

TEST(MathBinary, IntegersDividedByZeroAreAnError) {
    for (const char* op : {"Div", "FloorDiv", "FloorMod", "TruncateMod", "Mod"}) {
        for (const aclDataType type : kAllTypes) {
            if (!is_integer(type)) {
                continue;
            }
            Dice dice;
            const auto failure =
                run({op,
                     {counting({2, 3}, type),
                      run_one({"Cast", {Tensor::list<int32_t>({1, 2, 0})}, {{"dst_type", int64_t{type}}}})}});
            EXPECT_THAT(sentence(failure), HasSubstr("divided by 0 in element 2 of the result")) << op;
        }
    }
    // Nothing is divided where there is nothing.
    EXPECT_TRUE(run({"Div", {Tensor::of<int32_t>({0}, {}), Tensor::scalar<int32_t>(0)}}).ok());
}

TEST(MathBinary, Shifts) {
    const Tensor x = Tensor::list<uint8_t>({1, 255, 255, 255});
    const Tensor bits = Tensor::list<uint8_t>({7, 1, 8, 200});
    EXPECT_THAT(elements<uint8_t>(run_one({"LeftShift", {x, bits}})), ElementsAre(128, 254, 0, 0));
    EXPECT_THAT(elements<uint8_t>(run_one({"RightShift", {x, bits}})), ElementsAre(0, 127, 0, 0));
    const Tensor negative = Tensor::list<int32_t>({-8, -8, 8});
    const Tensor far = Tensor::list<int32_t>({1, 40, 40});
    EXPECT_THAT(elements<int32_t>(run_one({"RightShift", {negative, far}})), ElementsAre(-4, -1, 0));
    EXPECT_THAT(elements<int32_t>(run_one({"LeftShift", {negative, far}})), ElementsAre(-16, 0, 0));
    EXPECT_THAT(elements<int64_t>(run_one({"LeftShift", {Tensor::list<int64_t>({1}), Tensor::list<int64_t>({63})}})),
                ElementsAre(std::numeric_limits<int64_t>::min()));
    EXPECT_THAT(sentence(run({"LeftShift", {Tensor::list<int32_t>({1}), Tensor::list<int32_t>({-1})}})),
                HasSubstr("negative in element 0"));
}

TEST(MathBinary, SentencesNameWhatDoesNotFit) {
    const Tensor a = Tensor::of<float>({2, 3}, std::vector<float>(6));
    EXPECT_THAT(sentence(run({"Add", {a, Tensor::of<float>({2}, {1, 2})}})),
                HasSubstr("node 'test' (Add): the shapes [2,3] and [2] do not broadcast: 3 against 2"));
    EXPECT_THAT(sentence(run({"Add", {a, Tensor::scalar<int32_t>(1)}})), HasSubstr("float32 and int32"));
    EXPECT_THAT(sentence(run({"Add", {a}})), HasSubstr("the input x2 is missing"));
    EXPECT_THAT(sentence(run({"BitwiseAnd", {a, a}})), HasSubstr("the input x1 is float32"));
    EXPECT_THAT(sentence(run({"Add", {a, a, a}})), HasSubstr("one too many"));
}

TEST(MathBinary, UnknownDimensionsStayUnknown) {
    const auto types = infer("Add", {{{ACL_FLOAT, {-1, 1, 3}}, {}}, {{ACL_FLOAT, {4, 1}}, {}}});
    ASSERT_TRUE(types.ok());
    EXPECT_EQ((*types)[0].shape, Shape({-1, 4, 3}));
}

TEST(MathBinary, FastKernelsAgreeWithTheReference) {
    if (!kernels::fast_kernels().ok()) {
        GTEST_SKIP() << kernels::fast_kernels().status().message();
    }
    Dice dice(3);
    for (const char* op : {"Add", "Sub", "Mul", "RealDiv", "Maximum", "Minimum"}) {
        int taken = 0;
        for (int round = 0; round < 30; ++round) {
            const Shape shape = dice.shape(static_cast<size_t>(dice.between(1, 4)), 9, false);
            const Tensor a = dice.tensor(ACL_FLOAT, shape);
            const Tensor b = without_zeros(dice, ACL_FLOAT, round % 2 == 0 ? shape : dice.broadcasting_to(shape));
            const auto fast = run({op, {a, b}}, "onednn");
            if (fast.ok()) {
                ++taken;
                // Not a number has no place among numbers: engines differ in what the maximum with it is.
                const Tensor slow = run_one({op, {a, b}});
                const auto left = numbers((*fast)[0]);
                const auto right = numbers(slow);
                for (size_t i = 0; i < right.size(); ++i) {
                    if (!std::isnan(right[i])) {
                        ASSERT_FLOAT_EQ(left[i], right[i]) << op << shape << b.shape();
                    }
                }
            }
        }
        EXPECT_GT(taken, 10) << op;
    }
}

}  // namespace
}  // namespace softacl::ops
