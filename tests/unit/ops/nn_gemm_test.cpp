// SPDX-License-Identifier: Apache-2.0
// GEMM of every pair of types, with factors that are known or not, against sums in double.
#include <cmath>
#include <limits>

#include "nn_support.h"

namespace softacl::ops {
namespace {

struct Types {
    aclDataType operands;
    aclDataType result;
};
constexpr Types kTypes[] = {{ACL_FLOAT, ACL_FLOAT}, {ACL_FLOAT16, ACL_FLOAT16}, {ACL_FLOAT16, ACL_FLOAT},
                            {ACL_INT8, ACL_INT32},  {ACL_INT8, ACL_FLOAT},      {ACL_DOUBLE, ACL_DOUBLE},
                            {ACL_BF16, ACL_BF16},   {ACL_INT32, ACL_INT32},     {ACL_INT64, ACL_INT64}};

class Draw {
   public:
    explicit Draw(unsigned seed) : engine_(seed) {}
    int64_t number(int64_t low, int64_t high) { return std::uniform_int_distribution<int64_t>(low, high)(engine_); }
    bool coin() { return number(0, 1) == 1; }
    /// Halves and quarters that all floats here hold.
    Tensor tensor(aclDataType type, const Shape& shape) {
        std::vector<float> values(static_cast<size_t>(shape.elements()));
        for (float& value : values) {
            value = is_integer(type) ? static_cast<float>(number(-100, 100)) : static_cast<float>(number(-40, 40)) / 4;
        }
        return converted(Tensor::of<float>(shape, values), type);
    }

   private:
    std::mt19937 engine_;
};

double tolerance(aclDataType result, double value) {
    switch (result) {
        case ACL_FLOAT16: return std::abs(value) / 2048 + 1e-4;
        case ACL_BF16: return std::abs(value) / 256 + 1e-4;
        default: return is_integer(result) ? 0 : std::abs(value) * 1e-6 + 1e-4;
    }
}

std::vector<double> doubles(const Tensor& tensor) {
    std::vector<double> values;
    for (const float value : tensor.to_floats()) {
        values.push_back(static_cast<double>(value));
    }
    return values;
}

TEST(NnGemm, OfEveryPairOfTypes) {
    Draw draw(41);
    for (int round = 0; round < 24; ++round) {
        for (const Types types : kTypes) {
            const bool ta = draw.coin();
            const bool tb = draw.coin();
            const int64_t m = draw.number(1, 6);
            const int64_t n = draw.number(1, 6);
            const int64_t k = draw.number(1, 20);
            const Tensor a = draw.tensor(types.operands, ta ? Shape{k, m} : Shape{m, k});
            const Tensor b = draw.tensor(types.operands, tb ? Shape{n, k} : Shape{k, n});
            const Shape shapes[] = {{}, {1}, {n}, {m, 1}, {1, n}, {m, n}};
            const Tensor c = draw.tensor(types.result, shapes[draw.number(0, 5)]);
            const float alpha = static_cast<float>(draw.number(-2, 2));
            const float beta = static_cast<float>(draw.number(-2, 2));
            NnCall call("GEMM");
            call.variable(a).variable(b).variable(c);
            call.input(converted(Tensor::scalar(alpha), types.result), draw.coin());
            call.input(converted(Tensor::list<float>({beta}), types.result), draw.coin());
            call.attr("transpose_a", ta).attr("transpose_b", tb);
            const std::string what = text(name_of(types.operands), a.shape(), " ", b.shape(), " ",
                                          name_of(types.result), c.shape(), " alpha ", alpha, " beta ", beta);
            ASSERT_EQ(call.shape(), Shape({m, n})) << what;
            ASSERT_EQ(call.call().outputs[0].dtype, types.result);
            std::vector<const char*> kernels = {"reference"};
            if (types.operands == ACL_FLOAT || types.operands == ACL_FLOAT16 || types.operands == ACL_INT8) {
                kernels.push_back("onednn gemm");
            }
            for (const char* kernel : kernels) {
                const auto got = doubles(call.run(kernel));
                ASSERT_EQ(got.size(), static_cast<size_t>(m * n));
                const auto left = doubles(a);
                const auto right = doubles(b);
                const auto summands = doubles(c);
                for (int64_t i = 0; i < m; ++i) {
                    for (int64_t j = 0; j < n; ++j) {
                        double sum = 0;
                        for (int64_t l = 0; l < k; ++l) {
                            sum += left[static_cast<size_t>(ta ? l * m + i : i * k + l)] *
                                   right[static_cast<size_t>(tb ? j * k + l : l * n + j)];
                        }
                        const Shape& shape = c.shape();
                        const int64_t row = shape.rank() == 2 && shape[0] != 1 ? i : 0;
                        const int64_t column = shape.rank() >= 1 && shape[shape.rank() - 1] != 1 ? j : 0;
                        const int64_t width = shape.rank() >= 1 ? shape[shape.rank() - 1] : 1;
                        const double wanted =
                            static_cast<double>(alpha) * sum +
                            static_cast<double>(beta) * summands[static_cast<size_t>(row * width + column)];
                        ASSERT_NEAR(got[static_cast<size_t>(i * n + j)], wanted, tolerance(types.result, wanted))
                            << what << " by " << kernel << " at " << i << "," << j;
                    }
                }
            }
        }
    }
}

TEST(NnGemm, DoesNotReadCWhereBetaIsZero) {
    const float nan = std::numeric_limits<float>::quiet_NaN();
    for (const char* kernel : {"reference", "onednn gemm"}) {
        NnCall call("GEMM");
        call.variable(Tensor::of<float>({1, 2}, {1, 2})).variable(Tensor::of<float>({2, 1}, {3, 4}));
        call.variable(Tensor::of<float>({1, 1}, {nan}));
        call.variable(Tensor::scalar(2.0F)).variable(Tensor::scalar(0.0F));
        EXPECT_EQ(call.run(kernel).to_floats()[0], 22) << kernel;
    }
}

TEST(NnGemm, RoundsHalvesOnce) {
    // 2048 + 1 + 1 is a half, but not if each sum is rounded.
    for (const char* kernel : {"reference", "onednn gemm"}) {
        NnCall call("GEMM");
        const auto half = [](const Shape& shape, const std::vector<float>& values) {
            return converted(Tensor::of<float>(shape, values), ACL_FLOAT16);
        };
        call.variable(half({1, 2}, {2048, 1})).variable(half({2, 1}, {1, 1})).variable(half({1}, {1}));
        call.variable(half({1}, {1})).variable(half({1}, {1}));
        EXPECT_EQ(call.run(kernel).to_floats()[0], 2050) << kernel;
    }
}

TEST(NnGemm, WithoutAnythingToSum) {
    NnCall call("GEMM");
    call.variable(Tensor::of<float>({2, 0}, {})).variable(Tensor::of<float>({0, 1}, {}));
    call.variable(Tensor::of<float>({2, 1}, {5, 6})).variable(Tensor::scalar(1.0F)).variable(Tensor::scalar(2.0F));
    const auto y = call.run().to_floats();
    ASSERT_EQ(y.size(), 2U);
    EXPECT_EQ(y[0], 10);
    EXPECT_EQ(y[1], 12);
    EXPECT_FALSE(call.try_run("onednn gemm").ok());
}

TEST(NnGemm, SaysWhichTypesGoTogether) {
    const auto failure = [](aclDataType operands, aclDataType c, aclDataType factor) {
        NnCall call("GEMM");
        call.typed(operands, {2, 3}).typed(operands, {3, 4}).typed(c, {2, 4}).typed(factor, {}).typed(factor, {});
        return call.failure();
    };
    EXPECT_EQ(failure(ACL_INT8, ACL_INT32, ACL_INT32), "");
    EXPECT_NE(failure(ACL_INT8, ACL_FLOAT16, ACL_FLOAT16)
                  .find("the input c is float16; with int8 matrices expected int32 or float32"),
              std::string::npos);
    EXPECT_NE(failure(ACL_FLOAT16, ACL_DOUBLE, ACL_DOUBLE).find("expected float16 or float32"), std::string::npos);
    EXPECT_NE(failure(ACL_FLOAT, ACL_FLOAT16, ACL_FLOAT16).find("with float32 matrices expected float32"),
              std::string::npos);
    EXPECT_NE(failure(ACL_INT8, ACL_FLOAT, ACL_INT32).find("the input alpha is int32[]; expected one float32"),
              std::string::npos);
    NnCall mixed("GEMM");
    mixed.typed(ACL_FLOAT, {2, 3}).typed(ACL_FLOAT16, {3, 4}).typed(ACL_FLOAT, {4}).typed(ACL_FLOAT, {});
    EXPECT_NE(mixed.typed(ACL_FLOAT, {}).failure().find("the input b is float16"), std::string::npos);
}

}  // namespace
}  // namespace softacl::ops
