// SPDX-License-Identifier: Apache-2.0
// Products of matrices against sums of products.
#include "nn_support.h"

namespace softacl::ops {
namespace {

/// The element of a tensor that a place of a shape it broadcasts to reads.
double element(const Tensor& tensor, const Ints& place) {
    const Shape& shape = tensor.shape();
    int64_t at = 0;
    for (size_t i = 0; i < shape.rank(); ++i) {
        at = at * shape[i] + (shape[i] == 1 ? 0 : place[place.size() - shape.rank() + i]);
    }
    return static_cast<double>(tensor.to_floats()[static_cast<size_t>(at)]);
}

std::vector<double> product(const Tensor& a, bool transpose_a, const Tensor& b, bool transpose_b, const Shape& out,
                            int64_t k) {
    std::vector<double> y;
    for (int64_t i = 0; i < out.elements(); ++i) {
        Ints place(out.rank());
        int64_t rest = i;
        for (size_t axis = out.rank(); axis-- > 0; rest /= out[axis]) {
            place[axis] = rest % out[axis];
        }
        const size_t n = place.size();
        double sum = 0;
        for (int64_t j = 0; j < k; ++j) {
            Ints left = place;
            Ints right = place;
            left[n - 1] = j;
            right[n - 2] = j;
            if (transpose_a) {
                std::swap(left[n - 1], left[n - 2]);
            }
            if (transpose_b) {
                std::swap(right[n - 1], right[n - 2]);
            }
            sum += element(a, left) * element(b, right);
        }
        y.push_back(sum);
    }
    return y;
}

Shape matrix(Ints batch, int64_t rows, int64_t columns, bool transposed) {
    batch.push_back(transposed ? columns : rows);
    batch.push_back(transposed ? rows : columns);
    return Shape(batch);
}

TEST(NnMatMul, IsTheSumOfProducts) {
    Dice dice(21);
    const std::vector<std::pair<Ints, Ints>> batches = {
        {{}, {}}, {{3}, {3}}, {{3}, {}}, {{}, {2, 3}}, {{2, 1}, {1, 3}}, {{1, 2, 2}, {2}}, {{2, 3}, {2, 3}}};
    int fast = 0;
    for (int round = 0; round < 60; ++round) {
        const auto& [left, right] = batches[static_cast<size_t>(round) % batches.size()];
        const bool ta = dice.coin();
        const bool tb = dice.coin();
        const int64_t m = dice.number(1, 9);
        const int64_t k = dice.number(1, 9);
        const int64_t n = dice.number(1, 9);
        const Tensor a = dice.floats(matrix(left, m, k, ta));
        const Tensor b = dice.floats(matrix(right, k, n, tb));
        const bool flat = left.empty() && right.empty();
        NnCall call(flat ? "MatMulV2" : "BatchMatMulV2");
        call.variable(a).input(b, dice.coin());
        call.attr(flat ? "transpose_x1" : "adj_x1", ta).attr(flat ? "transpose_x2" : "adj_x2", tb);
        const Tensor bias = dice.floats({n});
        const bool biased = dice.coin();
        if (biased) {
            call.input(bias);
        }
        const Shape out = call.shape();
        auto wanted = product(a, ta, b, tb, out, k);
        for (size_t i = 0; biased && i < wanted.size(); ++i) {
            wanted[i] += static_cast<double>(bias.to_floats()[i % static_cast<size_t>(n)]);
        }
        const std::string what = text(a.shape(), ta ? "T " : " ", b.shape(), tb ? "T" : "");
        ASSERT_NO_FATAL_FAILURE(expect_near(call.run(), wanted, 1e-5, what));
        fast += expect_fast_like_reference(call, 1e-5, what);
    }
    EXPECT_TRUE(fast > 20 || !has_fast_kernels()) << fast;
}

TEST(NnMatMul, OtherTypes) {
    NnCall ints("MatMulV2");
    ints.variable(Tensor::of<int32_t>({1, 2}, {2000000000, 3})).variable(Tensor::of<int32_t>({2, 1}, {2, 5}));
    EXPECT_EQ(ints.run().to_ints(), Ints{static_cast<int32_t>(4000000015U)}) << "wraps around";
    NnCall big("MatMulV2");
    big.variable(Tensor::of<int64_t>({1, 2}, {int64_t{1} << 40, 1})).variable(Tensor::of<int64_t>({2, 1}, {2, 5}));
    EXPECT_EQ(big.run().to_ints(), Ints{(int64_t{1} << 41) + 5});
    NnCall half("MatMulV2");
    const Tensor ones = converted(Tensor::of<float>({1, 2}, {1, 2048}), ACL_FLOAT16);
    half.variable(ones).variable(converted(Tensor::of<float>({2, 1}, {1, 1}), ACL_FLOAT16));
    EXPECT_EQ(half.run().to_floats()[0], 2048) << "rounded once, to even";
}

TEST(NnMatMul, RefusesWhatDoesNotFit) {
    const auto failure = [](const char* op, Shape a, Shape b, aclDataType b_type = ACL_FLOAT) {
        return NnCall(op).typed(ACL_FLOAT, std::move(a)).typed(b_type, std::move(b)).failure();
    };
    EXPECT_EQ(failure("MatMulV2", {2, 3}, {3, 4}), "");
    EXPECT_NE(failure("MatMulV2", {2, 3}, {4, 4}).find("x1 of shape [2,3] has 3 columns"), std::string::npos);
    EXPECT_NE(failure("MatMulV2", {1, 2, 3}, {3, 4}).find("the input x1 has the shape [1,2,3]"), std::string::npos);
    EXPECT_NE(failure("BatchMatMulV2", {3}, {3, 4}).find("the input x1 has the shape [3]"), std::string::npos);
    EXPECT_NE(failure("BatchMatMulV2", {2, 2, 3}, {4, 3, 4}).find("x1 and x2 do not go together"), std::string::npos);
    EXPECT_NE(failure("MatMulV2", {2, 3}, {3, 4}, ACL_DOUBLE).find("x2 is float64"), std::string::npos);
    EXPECT_EQ(NnCall("BatchMatMulV2").typed(ACL_FLOAT, {-1, 2, -1}).typed(ACL_FLOAT, {3, -1}).shape(),
              Shape({-1, 2, -1}));
}

TEST(NnGemm, IsAlphaTimesProductPlusBetaTimesC) {
    Dice dice(22);
    int fast = 0;
    for (int round = 0; round < 40; ++round) {
        const bool ta = dice.coin();
        const bool tb = dice.coin();
        const int64_t m = dice.number(1, 7);
        const int64_t k = dice.number(1, 7);
        const int64_t n = dice.number(1, 7);
        const Tensor a = dice.floats(matrix({}, m, k, ta));
        const Tensor b = dice.floats(matrix({}, k, n, tb));
        const Shape shapes[] = {{}, {1}, {n}, {m, 1}, {1, n}, {m, n}};
        const Tensor c = dice.floats(shapes[round % 6]);
        const float alpha = dice.coin() ? 1.0F : 0.5F;
        const float beta = round % 3 == 0 ? 0.0F : round % 3 == 1 ? 1.0F : 1.5F;
        NnCall call("GEMM");
        call.variable(a).input(b).input(c).input(Tensor::scalar(alpha)).input(Tensor::list<float>({beta}));
        call.attr("transpose_a", ta).attr("transpose_b", tb);
        auto wanted = product(a, ta, b, tb, {m, n}, k);
        for (size_t i = 0; i < wanted.size(); ++i) {
            const auto at = static_cast<int64_t>(i);
            wanted[i] =
                static_cast<double>(alpha) * wanted[i] + static_cast<double>(beta) * element(c, {at / n, at % n});
        }
        EXPECT_EQ(call.shape(), Shape({m, n}));
        ASSERT_NO_FATAL_FAILURE(expect_near(call.run(), wanted, 1e-5));
        fast += expect_fast_like_reference(call, 1e-5, text(a.shape(), b.shape(), c.shape(), ta, tb, alpha, beta));
    }
    EXPECT_TRUE(fast > 10 || !has_fast_kernels()) << fast;
    const auto failure = [](Shape c, Shape alpha) {
        NnCall call("GEMM");
        call.typed(ACL_FLOAT, {2, 3}).typed(ACL_FLOAT, {3, 4}).typed(ACL_FLOAT, std::move(c));
        return call.typed(ACL_FLOAT, std::move(alpha)).typed(ACL_FLOAT, {}).failure();
    };
    EXPECT_EQ(failure({4}, {}), "");
    EXPECT_NE(failure({3}, {}).find("the input c has the shape [3]"), std::string::npos);
    EXPECT_NE(failure({1, 2, 4}, {}).find("the input c has the shape [1,2,4]"), std::string::npos);
    EXPECT_NE(failure({4}, {2}).find("the input alpha is float32[2]"), std::string::npos);
}

}  // namespace
}  // namespace softacl::ops
