// SPDX-License-Identifier: Apache-2.0
// Fast products with factors against sums in double, with rows apart, results over summands, and NaN nobody may read.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <random>

#include "kernels/fast.h"

namespace softacl::kernels {
namespace {

struct Case {
    GemmParams params;
    bool in_place = false;  ///< c is the memory of y
    double alpha = 1;
    double beta = 0;
};

// A matrix with elements of any type, as it lies in memory.
class Matrix {
   public:
    Matrix(aclDataType type, int64_t rows, int64_t columns, int64_t step)
        : type_(type), step_(step), size_((rows - 1) * step + columns) {
        memory_ = aligned_block(static_cast<size_t>(size_) * size_of(type) + kGuard);
        std::memset(memory_.get(), 0xff, static_cast<size_t>(size_) * size_of(type) + kGuard);  // NaN, or -1
    }
    void set(int64_t i, int64_t j, double value) {
        visit_dtype(type_, [&](auto tag) {
            using T = typename decltype(tag)::Type;
            if constexpr (std::is_class_v<T>) {
                static_cast<T*>(memory_.get())[i * step_ + j] = T(static_cast<float>(value));
            } else {
                static_cast<T*>(memory_.get())[i * step_ + j] = static_cast<T>(value);
            }
        });
    }
    double get(int64_t i, int64_t j) const {
        double value = 0;
        visit_dtype(type_, [&](auto tag) {
            using T = typename decltype(tag)::Type;
            const T element = static_cast<const T*>(memory_.get())[i * step_ + j];
            if constexpr (std::is_class_v<T>) {
                value = static_cast<double>(static_cast<float>(element));
            } else {
                value = static_cast<double>(element);
            }
        });
        return value;
    }
    bool is_untouched(int64_t i, int64_t j) const {
        const auto* bytes =
            static_cast<const unsigned char*>(memory_.get()) + static_cast<size_t>(i * step_ + j) * size_of(type_);
        return std::all_of(bytes, bytes + size_of(type_), [](unsigned char byte) { return byte == 0xff; });
    }
    bool guard_is_whole() const {
        const auto* end =
            static_cast<const unsigned char*>(memory_.get()) + static_cast<size_t>(size_) * size_of(type_);
        return std::all_of(end, end + kGuard, [](unsigned char byte) { return byte == 0xff; });
    }
    void* data() const { return memory_.get(); }

   private:
    static constexpr size_t kGuard = 64;
    aclDataType type_;
    int64_t step_;
    int64_t size_;
    std::shared_ptr<void> memory_;
};

class Dice {
   public:
    explicit Dice(unsigned seed) : engine_(seed) {}
    int64_t number(int64_t low, int64_t high) { return std::uniform_int_distribution<int64_t>(low, high)(engine_); }
    bool coin() { return number(0, 1) == 1; }
    double value(aclDataType type) {
        return is_floating(type) ? std::normal_distribution<double>()(engine_) : static_cast<double>(number(-128, 127));
    }

   private:
    std::mt19937 engine_;
};

int64_t wrapped(double value) {  // below 2^53, so nothing was lost
    return static_cast<int32_t>(static_cast<uint32_t>(static_cast<uint64_t>(static_cast<int64_t>(value))));
}

void check(const Case& c, Dice& dice) {
    const GemmParams& p = c.params;
    Matrix a(p.operands, p.transpose_a ? p.k : p.m, p.transpose_a ? p.m : p.k, p.a_step);
    Matrix b(p.operands, p.transpose_b ? p.n : p.k, p.transpose_b ? p.k : p.n, p.b_step);
    std::vector<double> left(static_cast<size_t>(p.m * p.k));   // [m, k]
    std::vector<double> right(static_cast<size_t>(p.n * p.k));  // [n, k]
    for (int64_t k = 0; k < p.k; ++k) {
        for (int64_t i = 0; i < p.m; ++i) {
            const int64_t row = p.transpose_a ? k : i;
            const int64_t column = p.transpose_a ? i : k;
            a.set(row, column, dice.value(p.operands));
            left[static_cast<size_t>(i * p.k + k)] = a.get(row, column);
        }
        for (int64_t j = 0; j < p.n; ++j) {
            const int64_t row = p.transpose_b ? j : k;
            const int64_t column = p.transpose_b ? k : j;
            b.set(row, column, dice.value(p.operands));
            right[static_cast<size_t>(j * p.k + k)] = b.get(row, column);
        }
    }
    Matrix y(p.result, p.m, p.n, p.y_step);
    Matrix apart(p.result, p.c_row_step == 0 ? 1 : p.m, p.c_column_step == 0 ? 1 : p.n,
                 std::max<int64_t>(1, p.c_row_step));
    Matrix& summand = c.in_place ? y : apart;
    const auto summand_at = [&](int64_t i, int64_t j) {
        return summand.get(p.c_row_step == 0 ? 0 : i, p.c_column_step == 0 ? 0 : j);
    };
    if (c.beta != 0) {
        for (int64_t i = 0; i < (p.c_row_step == 0 ? 1 : p.m); ++i) {
            for (int64_t j = 0; j < (p.c_column_step == 0 ? 1 : p.n); ++j) {
                summand.set(i, j, dice.value(p.result));
            }
        }
    }
    std::vector<double> wanted;
    std::vector<double> magnitude;
    for (int64_t i = 0; i < p.m; ++i) {
        for (int64_t j = 0; j < p.n; ++j) {
            double sum = 0;
            double size = 0;
            for (int64_t k = 0; k < p.k; ++k) {
                const double product = left[static_cast<size_t>(i * p.k + k)] * right[static_cast<size_t>(j * p.k + k)];
                sum += product;
                size += std::abs(product);
            }
            const double rest = c.beta == 0 ? 0 : c.beta * summand_at(i, j);
            wanted.push_back(c.alpha * sum + rest);
            magnitude.push_back(std::abs(c.alpha) * size + std::abs(rest));
        }
    }
    Matrix alpha(p.result, 1, 1, 1);
    Matrix beta(p.result, 1, 1, 1);
    alpha.set(0, 0, c.alpha);
    beta.set(0, 0, c.beta);

    const auto fast = fast_kernels();
    ASSERT_TRUE(fast.ok()) << fast.status().message();
    auto kernel = (*fast)->gemm(p);
    ASSERT_TRUE(kernel.ok()) << kernel.status().message();
    const auto scratch = aligned_block((*kernel)->scratch_bytes);
    const void* inputs[] = {a.data(), b.data(), summand.data(), alpha.data(), beta.data()};
    void* outputs[] = {y.data()};
    const Status status = (*kernel)->run({inputs, outputs, nullptr, scratch.get()});
    ASSERT_TRUE(status.ok()) << status.message();

    const std::string what = text(name_of(p.operands), " to ", name_of(p.result), " ", p.m, "x", p.n, "x", p.k,
                                  p.transpose_a ? " T" : " N", p.transpose_b ? "T" : "N", " alpha ", c.alpha, " beta ",
                                  c.beta, c.in_place ? " in place" : "", " by ", (*kernel)->name);
    for (int64_t i = 0; i < p.m; ++i) {
        for (int64_t j = 0; j < p.n; ++j) {
            const auto index = static_cast<size_t>(i * p.n + j);
            if (p.result == ACL_INT32) {
                ASSERT_EQ(static_cast<int64_t>(y.get(i, j)), wrapped(wanted[index])) << what << " at " << i << "," << j;
                continue;
            }
            const double rounding = p.result == ACL_FLOAT16 ? std::abs(wanted[index]) / 2048 + 1e-7 : 0;
            ASSERT_NEAR(y.get(i, j), wanted[index], rounding + magnitude[index] * 1e-6)
                << what << " at " << i << "," << j;
        }
        for (int64_t j = p.n; j < p.y_step && i + 1 < p.m; ++j) {
            ASSERT_TRUE(y.is_untouched(i, j)) << what << " writes between rows";
        }
    }
    ASSERT_TRUE(y.guard_is_whole()) << what << " writes beyond the end";
}

struct Types {
    aclDataType operands;
    aclDataType result;
};
constexpr Types kTypes[] = {{ACL_FLOAT, ACL_FLOAT},
                            {ACL_FLOAT16, ACL_FLOAT16},
                            {ACL_FLOAT16, ACL_FLOAT},
                            {ACL_INT8, ACL_INT32},
                            {ACL_INT8, ACL_FLOAT}};

Case draw(Dice& dice, Types types, int64_t m, int64_t n, int64_t k) {
    Case c;
    c.in_place = dice.coin();
    const double factors[] = {0, 1, -2, types.result == ACL_INT32 ? 70000.0 : 0.75};
    c.alpha = factors[dice.number(0, 3)];
    c.beta = factors[dice.number(0, 3)];
    GemmParams& p = c.params;
    p.m = m;
    p.n = n;
    p.k = k;
    p.operands = types.operands;
    p.result = types.result;
    p.transpose_a = dice.coin();
    p.transpose_b = dice.coin();
    const auto apart = [&](int64_t columns) { return columns + (dice.coin() ? 0 : dice.number(1, 9)); };
    p.a_step = apart(p.transpose_a ? m : k);
    p.b_step = apart(p.transpose_b ? k : n);
    p.y_step = apart(n);
    p.c_row_step = p.y_step;
    if (!c.in_place) {
        p.c_column_step = dice.number(0, 1);
        p.c_row_step = dice.coin() ? 0 : p.c_column_step == 0 ? 1 : apart(n);
    }
    return c;
}

TEST(Gemm, IsAlphaTimesProductPlusBetaTimesC) {
    Dice dice(31);
    for (int round = 0; round < 120; ++round) {
        for (const Types types : kTypes) {
            const int64_t limit = round < 60 ? 9 : 70;
            const Case c = draw(dice, types, dice.number(1, limit), dice.number(1, limit), dice.number(1, limit));
            ASSERT_NO_FATAL_FAILURE(check(c, dice));
        }
    }
}

TEST(Gemm, ProductsWithVectors) {
    Dice dice(32);
    for (int round = 0; round < 40; ++round) {
        for (const Types types : kTypes) {
            const int64_t longer = dice.number(1, round < 30 ? 300 : 5000);
            const int64_t k = dice.number(1, 40);
            const bool column = dice.coin();
            const Case c = draw(dice, types, column ? longer : 1, column ? 1 : longer, k);
            ASSERT_NO_FATAL_FAILURE(check(c, dice));
            const Case deep = draw(dice, types, column ? 7 : 1, column ? 1 : 7, longer);
            ASSERT_NO_FATAL_FAILURE(check(deep, dice));
        }
    }
}

// More rows than are worked on at a time, and bytes whose sums do not fit into a float.
TEST(Gemm, LargeOnes) {
    Dice dice(33);
    for (const Types types : {Types{ACL_FLOAT16, ACL_FLOAT16}, Types{ACL_INT8, ACL_FLOAT}}) {
        ASSERT_NO_FATAL_FAILURE(check(draw(dice, types, 4500, 3, 1900), dice));
    }
    for (const Types types : kTypes) {
        ASSERT_NO_FATAL_FAILURE(check(draw(dice, types, 900, 300, 5), dice));
        ASSERT_NO_FATAL_FAILURE(check(draw(dice, types, 3, 2, 6000), dice));
    }
}

// Few columns, and so deep that threads share the depth, or so many rows that they share these; or few rows.
TEST(Gemm, FewColumnsOrRowsOfBytes) {
    Dice dice(34);
    for (int round = 0; round < 24; ++round) {
        for (const Types types : {Types{ACL_INT8, ACL_INT32}, Types{ACL_INT8, ACL_FLOAT}}) {
            const int64_t columns = dice.number(1, 66);
            const bool deep = round % 2 == 0;
            const int64_t rows = deep ? dice.number(2, 40) : dice.number(200, 900);
            ASSERT_NO_FATAL_FAILURE(
                check(draw(dice, types, rows, columns, deep ? dice.number(3000, 9000) : dice.number(30, 300)), dice));
            ASSERT_NO_FATAL_FAILURE(
                check(draw(dice, types, dice.number(2, 70), dice.number(60, 700), dice.number(1, 400)), dice));
        }
    }
}

TEST(Gemm, SumsOfBytesAreExactAndWrapAround) {
    constexpr int64_t kDeep = 140000;
    for (const int64_t m : {1, 2}) {
        GemmParams p;
        p.m = m;
        p.n = 2;
        p.k = kDeep;
        p.operands = ACL_INT8;
        p.result = ACL_INT32;
        p.a_step = kDeep;
        p.b_step = 2;
        p.y_step = 2;
        std::vector<int8_t> a(static_cast<size_t>(m * kDeep), -128);
        std::vector<int8_t> b(2 * kDeep, -128);
        std::vector<int32_t> y(4);
        const int32_t one = 1;
        const int32_t zero = 0;
        auto kernel = (*fast_kernels())->gemm(p);
        ASSERT_TRUE(kernel.ok());
        const auto scratch = aligned_block((*kernel)->scratch_bytes);
        const void* inputs[] = {a.data(), b.data(), nullptr, &one, &zero};
        void* outputs[] = {y.data()};
        ASSERT_TRUE((*kernel)->run({inputs, outputs, nullptr, scratch.get()}).ok());
        for (int64_t i = 0; i < 2 * m; ++i) {
            EXPECT_EQ(y[static_cast<size_t>(i)], static_cast<int32_t>(static_cast<uint32_t>(kDeep * 128 * 128)));
        }
        p.result = ACL_FLOAT;
        EXPECT_FALSE((*fast_kernels())->gemm(p).ok()) << "sums would be lost";
    }
}

TEST(Gemm, RefusesWhatItHasNot) {
    GemmParams p;
    p.m = p.n = p.k = p.a_step = p.b_step = p.y_step = 1;
    p.operands = ACL_DOUBLE;
    p.result = ACL_DOUBLE;
    EXPECT_EQ((*fast_kernels())->gemm(p).status().message(), "no product of float64 with results of float64");
    p.operands = p.result = ACL_FLOAT;
    p.k = 0;
    EXPECT_FALSE((*fast_kernels())->gemm(p).ok());
}

}  // namespace
}  // namespace softacl::kernels
