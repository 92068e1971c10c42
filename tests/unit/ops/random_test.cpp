// SPDX-License-Identifier: Apache-2.0
// The generator against its published answers, what is made of its words, and random operators in graphs.
// tests/python/ops has what the operators' numbers are like.
#include <cmath>

#include "op_tester.h"
#include "ops/random/draw.h"

namespace softacl::ops {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// The vectors that the authors of the generator publish for philox4x32 of ten rounds.
TEST(RandomPhilox, GivesThePublishedAnswers) {
    constexpr uint64_t kOnes = ~uint64_t{0};
    EXPECT_THAT(philox(0, {0, 0}), ElementsAre(0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8));
    EXPECT_THAT(philox(kOnes, {kOnes, kOnes}), ElementsAre(0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD));
    EXPECT_THAT(philox(0x299F31D0A4093822, {0x85A308D3243F6A88, 0x0370734413198A2E}),
                ElementsAre(0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1));
}

TEST(RandomPhilox, CountsWithACarry) {
    constexpr uint64_t kMost = ~uint64_t{0};
    const auto pair = [](PhiloxCounter counter) { return std::make_pair(counter.low, counter.high); };
    EXPECT_EQ(pair(PhiloxCounter{3, 4}.plus(5)), std::make_pair(uint64_t{8}, uint64_t{4}));
    EXPECT_EQ(pair(PhiloxCounter{kMost, 4}.plus(1)), std::make_pair(uint64_t{0}, uint64_t{5}));
    EXPECT_EQ(pair(PhiloxCounter{kMost, kMost}.plus(kMost)), std::make_pair(kMost - 1, uint64_t{0}));
    EXPECT_EQ(pair(PhiloxCounter{7, 1}.plus(0)), std::make_pair(uint64_t{7}, uint64_t{1}));
}

TEST(RandomDraw, UnitsStayInTheirInterval) {
    EXPECT_EQ(unit_float(0), 0);
    EXPECT_EQ(unit_float(~0U), 1 - 0x1p-24F);
    EXPECT_EQ(unit_double(0, 0), 0);
    EXPECT_EQ(unit_double(~0U, ~0U), 1 - 0x1p-53);
    const float most = unit_float(~0U);
    EXPECT_EQ(static_cast<float>(Uniform<float>::rounded<Half>(most)), 1 - 0x1p-11F);
    EXPECT_EQ(static_cast<float>(Uniform<float>::rounded<BFloat16>(most)), 1 - 0x1p-8F);
    EXPECT_EQ(static_cast<float>(Uniform<float>::rounded<Half>(0.25F)), 0.25F);
    EXPECT_EQ(Uniform<float>::rounded<float>(most), most);
}

TEST(RandomDraw, NormalNumbersAreFiniteWhateverTheWords) {
    for (const uint32_t first : {0U, 1U, 255U, 1U << 31, ~0U}) {
        for (const uint32_t second : {0U, 1U << 30, 1U << 31, ~0U}) {
            for (const float number : Normal<float>::numbers_of({first, second, second, first})) {
                EXPECT_LT(std::abs(number), 6.7F);
            }
            for (const double number : Normal<double>::numbers_of({first, second, second, first})) {
                EXPECT_LT(std::abs(number), 8.6);
            }
        }
    }
}

// The upper half of the product, computed by long multiplication of 16 bits each.
uint64_t slow_upper_half(uint64_t a, uint64_t b) {
    uint32_t digits[8] = {};
    for (int i = 0; i < 4; ++i) {
        uint64_t carry = 0;
        for (int j = 0; j < 4; ++j) {
            const uint64_t sum = digits[i + j] + (a >> 16 * i & 0xFFFF) * (b >> 16 * j & 0xFFFF) + carry;
            digits[i + j] = static_cast<uint32_t>(sum & 0xFFFF);
            carry = sum >> 16;
        }
        digits[i + 4] = static_cast<uint32_t>(carry);
    }
    uint64_t upper = 0;
    for (int i = 7; i >= 4; --i) {
        upper = upper << 16 | digits[i];
    }
    return upper;
}

TEST(RandomDraw, ScalesWordsToAnyRange) {
    constexpr uint64_t kMost = ~uint64_t{0};
    EXPECT_EQ(scaled(kMost, kMost), kMost - 1);
    EXPECT_EQ(scaled(kMost, 1), 0U);
    EXPECT_EQ(scaled(uint64_t{1} << 63, 10), 5U);
    std::mt19937_64 engine(1);
    for (int i = 0; i < 1000; ++i) {
        const uint64_t word = engine();
        const uint64_t range = engine() >> i % 64;
        EXPECT_EQ(scaled(word, range), slow_upper_half(word, range)) << word << " " << range;
    }
}

TEST(RandomDraw, EveryNumberIsDrawnOnce) {
    for (const int64_t count : {0, 1, 3, 4, 5, 4 * 1024 * 3 + 1}) {
        std::vector<int> times(static_cast<size_t>(count));
        draw(Stream{1, {}}, count, Uniform<float>(), [&](int64_t i, float) { ++times.at(static_cast<size_t>(i)); });
        EXPECT_EQ(std::count(times.begin(), times.end(), 1), count);
        EXPECT_EQ(blocks_for<Uniform<float>>(count), static_cast<uint64_t>((count + 3) / 4));
    }
    EXPECT_EQ(blocks_for<TruncatedNormal<double>>(5), 3U * 64);
}

// NumPy has no such type, so Python has no cases of it.
TEST(RandomOps, BFloat16IsFloat32Rounded) {
    const std::vector<std::optional<Tensor>> inputs = {Tensor::list(Ints{50, 3}), Tensor::list<uint64_t>({9}),
                                                       Tensor::list<uint64_t>({1, 2}), Tensor::scalar(int32_t{3})};
    for (const char* op : {"StatelessRandomUniformV2", "StatelessRandomNormalV2", "StatelessTruncatedNormalV2"}) {
        const auto single = elements<float>(run_one({op, inputs}));
        const auto rounded = elements<BFloat16>(run_one({op, inputs, {{"dtype", ACL_BF16}}}));
        ASSERT_EQ(rounded.size(), 150U);
        for (size_t i = 0; i < rounded.size(); ++i) {
            const float nearest = static_cast<float>(BFloat16(single[i]));
            const bool stays_below = std::string(op) == "StatelessRandomUniformV2" && nearest == 1;
            EXPECT_EQ(static_cast<float>(rounded[i]), stays_below ? 1 - 0x1p-8F : nearest) << op;
        }
    }
    const Tensor x = Tensor::list<float>({1, 2, 3});
    const Tensor brain = run_one({"Cast", {x}, {{"dst_type", int64_t{ACL_BF16}}}});
    const Tensor keep = run_one({"Cast", {Tensor::scalar(0.5F)}, {{"dst_type", int64_t{ACL_BF16}}}});
    EXPECT_THAT(numbers(run_one({"DropOutDoMask", {brain, Tensor::list<uint8_t>({5}), keep}})), ElementsAre(2, 0, 6));
    const Tensor sure = run_one({"Cast", {Tensor::scalar(1.0F)}, {{"dst_type", int64_t{ACL_BF16}}}});
    const Tensor seed = Tensor::scalar(int64_t{4});
    EXPECT_THAT(
        numbers(run_one({"StatelessBernoulli", {Tensor::list(Ints{2}), sure, seed, seed}, {{"dtype", ACL_BF16}}})),
        ElementsAre(1, 1));
}

TEST(RandomOps, DeclareThatTheyAreRandom) {
    std::vector<std::string> random;
    for (const OpDef* op : all_ops()) {
        if (op->is_random()) {
            random.push_back(op->name());
        }
    }
    EXPECT_THAT(random,
                ::testing::UnorderedElementsAre("RandomUniform", "RandomStandardNormal", "TruncatedNormal",
                                                "RandomUniformInt", "StatelessBernoulli", "StatelessBernoulliV2",
                                                "Multinomial", "RandomShuffle", "DropOutGenMask"));
}

TEST(RandomOps, ShapesStayOpenUntilTheyAreKnown) {
    const TensorType list = {ACL_INT64, {3}};
    const auto open = infer("RandomUniform", {{list}}, {{"dtype", ACL_FLOAT16}});
    ASSERT_TRUE(open.ok()) << open.status().message();
    EXPECT_EQ((*open)[0].text(), (TensorType{ACL_FLOAT16, {-1, -1, -1}}).text());
    EXPECT_THAT(sentence(infer("RandomUniform", {{{ACL_INT64, {-1}}}}, {{"dtype", ACL_FLOAT}})),
                HasSubstr("expected a list of at most 32 numbers"));
    const auto mask = infer("DropOutGenMask", {{list}, {{ACL_FLOAT, {}}}});
    ASSERT_TRUE(mask.ok()) << mask.status().message();
    EXPECT_EQ((*mask)[0].shape, Shape({-1}));
    const auto samples = infer("Multinomial", {{{ACL_FLOAT, {-1, 4}}}, {{ACL_INT32, {}}}});
    ASSERT_TRUE(samples.ok()) << samples.status().message();
    EXPECT_EQ((*samples)[0].shape, Shape({-1, -1}));
}

}  // namespace
}  // namespace softacl::ops
