// SPDX-License-Identifier: Apache-2.0
// Functions of elements of tensors that no cache holds, against the C library's.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <limits>
#include <random>

#include "kernels/fast.h"

namespace softacl::kernels {
namespace {

using Function = std::function<double(double, double)>;
constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
// One more than a whole number of lines, and so is where the result begins.
constexpr int64_t kElements = (int64_t{8} << 20) + 17;
constexpr size_t kPeriod = 1009;

// Numbers that functions treat specially, and random ones of all sizes, again and again.
std::vector<float> numbers(unsigned seed) {
    std::vector<float> some = {0.0F,   -0.0F,    1.0F,      -1.0F,   kInfinity, -kInfinity, kNan,   88.7F,
                               88.73F, -87.4F,   -95.0F,    -103.9F, -104.1F,   -110.5F,    1e-40F, -1e-40F,
                               3e38F,  -3.4e38F, 1.17e-38F, 0.5F,    -0.5F,     6.0F,       -3.0F,  20.0F};
    std::mt19937 engine(seed);
    std::normal_distribution<float> normal(0, 20);
    while (some.size() < kPeriod) {
        some.push_back(normal(engine));
    }
    std::shuffle(some.begin(), some.end(), engine);
    return some;
}

void fill(float* to, const std::vector<float>& period) {
    for (size_t i = 0; i < static_cast<size_t>(kElements); ++i) {
        to[i] = period[i % kPeriod];
    }
}

struct Floats {
    Floats() : block(aligned_block((static_cast<size_t>(kElements) + 32) * sizeof(float))) {}
    float* at(size_t offset) const { return static_cast<float*>(block.get()) + offset; }
    std::shared_ptr<void> block;
};

class FastStreamed : public testing::Test {
   protected:
    FastStreamed() {
        fill(a_.at(0), first_);
        fill(b_.at(0), second_);
    }

    /// `places`: how far the result may be off, in units of its last place; `least`: the smallest unit.
    void check(Result<KernelPtr> kernel, size_t inputs, const Function& function, double places,
               double least = 1.4e-45) {
        ASSERT_TRUE(kernel.ok()) << kernel.status().message();
#if defined(__x86_64__)
        if (static_cast<bool>(__builtin_cpu_supports("avx2")) && static_cast<bool>(__builtin_cpu_supports("fma"))) {
            EXPECT_NE((*kernel)->name.find("past the caches"), std::string::npos) << (*kernel)->name;
        }
#endif
        const auto scratch = aligned_block((*kernel)->scratch_bytes);
        const void* const data[] = {a_.at(0), b_.at(0)};
        for (const size_t offset : {0, 1}) {
            std::memset(y_.at(0), 0x5a, (static_cast<size_t>(kElements) + 32) * sizeof(float));
            void* output = y_.at(offset);
            ASSERT_TRUE((*kernel)->run({data, &output, nullptr, scratch.get()}).ok());
            for (int64_t i = 0; i < kElements; i += i % 4096 < 2048 || i > kElements - 4096 ? 1 : 331) {
                const auto at = static_cast<size_t>(i);
                const float x = first_[at % kPeriod];
                const float other = inputs == 2 ? second_[at % kPeriod] : 0;
                const double wanted = function(x, other);
                const float result = y_.at(offset)[at];
                if (std::isnan(wanted)) {
                    ASSERT_TRUE(std::isnan(result)) << x << ", " << other << " at " << i << ": " << result;
                    continue;
                }
                const auto rounded = static_cast<float>(wanted);
                const double unit = std::max(least, std::abs(wanted) * 1.2e-7);
                ASSERT_TRUE(result == rounded || std::abs(result - wanted) <= places * unit)
                    << x << ", " << other << " at " << i << ": " << result << " for " << wanted;
            }
            uint32_t behind = 0;
            std::memcpy(&behind, y_.at(offset) + kElements, sizeof behind);
            EXPECT_EQ(behind, 0x5a5a5a5aU);
        }
    }
    void check(Binary kind, const Function& function) {
        SCOPED_TRACE(static_cast<int>(kind));
        const Shape shape{kElements};
        check((*fast_kernels())->binary({kind, shape, shape, shape, {}, {}, {}}), 2, function, 0.6);
    }
    void check(const Elementwise& numbers, const Function& function, double places = 0.6, double least = 1.4e-45) {
        SCOPED_TRACE(static_cast<int>(numbers.kind));
        check((*fast_kernels())->elementwise({numbers, {kElements}, {}}), 1, function, places, least);
    }

    const std::vector<float> first_ = numbers(1);
    std::vector<float> second_ = numbers(2);
    Floats a_;
    Floats b_;
    Floats y_;
};

TEST_F(FastStreamed, Binary) {
    check(Binary::kAdd, std::plus<>());
    check(Binary::kSub, std::minus<>());
    check(Binary::kMul, std::multiplies<>());
    check(Binary::kDiv, std::divides<>());
}

TEST_F(FastStreamed, ExtremesTakeTheSecondWhereOneIsNoNumber) {
    check(Binary::kMax, [](double a, double b) { return a > b ? a : b; });
    check(Binary::kMin, [](double a, double b) { return a < b ? a : b; });
}

TEST_F(FastStreamed, Functions) {
    const auto sigmoid = [](double x) { return 1 / (1 + std::exp(-x)); };
    constexpr double kLeast = 1.2e-38;  // their smallest results may be 0 instead
    const auto relu = [](double x) { return std::isnan(x) || x > 0 ? x : 0; };
    check({Activation::kRelu, 0, 0}, [&](double x, double) { return relu(x); });
    check({Activation::kLeakyRelu, 0.25F, 0}, [](double x, double) { return x > 0 ? x : 0.25 * x; });
    check({Activation::kClip, -2, 5}, [](double x, double) { return std::isnan(x) ? x : std::clamp(x, -2.0, 5.0); });
    check({Activation::kAbs, 0, 0}, [](double x, double) { return std::abs(x); });
    check({Activation::kSqrt, 0, 0}, [](double x, double) { return std::sqrt(x); });
    check({Activation::kSquare, 0, 0}, [](double x, double) { return x * x; });
    check(
        {Activation::kLinear, 3, 0.5F}, [](double x, double) { return 3 * x + 0.5; }, 20);
    check(
        {Activation::kExp, 0, 0}, [](double x, double) { return std::exp(x); }, 2);
    check(
        {Activation::kSigmoid, 0, 0}, [&](double x, double) { return sigmoid(x); }, 3, kLeast);
    check(
        {Activation::kSwish, 0, 0}, [&](double x, double) { return x * sigmoid(x); }, 4, kLeast);
}

}  // namespace
}  // namespace softacl::kernels
