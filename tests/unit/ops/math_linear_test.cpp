// SPDX-License-Identifier: Apache-2.0
// Norms, determinants, sums of products, and 8-bit numbers.
#include <cmath>

#include "op_tester.h"

namespace softacl::ops {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(MathNorm, EveryPower) {
    const Tensor x = Tensor::of<float>({2, 2}, {3, -4, 0, 0.5F});
    const auto norm = [&](float p, const Ints& axes, bool keep = false) {
        return run_one({"LpNormV2", {x}, {{"p", p}, {"axes", axes}, {"keepdim", keep}}});
    };
    EXPECT_THAT(numbers(norm(2, {1})), ElementsAre(5, 0.5));
    EXPECT_THAT(numbers(norm(1, {1})), ElementsAre(7, 0.5));
    EXPECT_THAT(numbers(norm(0, {1})), ElementsAre(2, 1));
    EXPECT_THAT(numbers(norm(INFINITY, {0})), ElementsAre(3, 4));
    EXPECT_THAT(numbers(norm(-INFINITY, {1})), ElementsAre(3, DoubleNear(0, 1e-11)));
    EXPECT_THAT(numbers(norm(3, {1})), ElementsAre(DoubleNear(std::cbrt(91), 1e-5), DoubleNear(0.5, 1e-6)));
    EXPECT_EQ(norm(1, {}).shape(), Shape({}));
    EXPECT_THAT(numbers(norm(1, {})), ElementsAre(7.5));
    EXPECT_EQ(norm(1, {0}, true).shape(), Shape({1, 2}));
    const Tensor zero = Tensor::list<float>({0, 0});
    EXPECT_THAT(numbers(run_one({"LpNormV2", {zero}, {{"epsilon", 0.25F}}})), ElementsAre(0.25));
}

TEST(MathDeterminant, OfProductsIsTheProduct) {
    Dice dice;
    for (int64_t n = 0; n <= 5; ++n) {
        const Tensor a = dice.tensor(ACL_DOUBLE, {3, n, n});
        const Tensor b = dice.tensor(ACL_DOUBLE, {3, n, n});
        const auto det = [](const Tensor& x) { return numbers(run_one({"MatrixDeterminant", {x}})); };
        const Tensor product =
            run_one({"Einsum", {a, b}, {{"equation", std::string("bij,bjk->bik")}, {"N", int64_t{2}}}});
        for (size_t i = 0; i < 3; ++i) {
            const double expected = det(a)[i] * det(b)[i];
            EXPECT_NEAR(det(product)[i], expected, 1e-6 * (1 + std::abs(expected)));
        }
    }
    EXPECT_THAT(numbers(run_one({"MatrixDeterminant", {Tensor::of<float>({2, 2}, {0, 2, 3, 4})}})), ElementsAre(-6));
    EXPECT_THAT(numbers(run_one({"MatrixDeterminant", {Tensor::of<float>({2, 2}, {1, 2, 2, 4})}})), ElementsAre(0));
    EXPECT_THAT(sentence(run({"MatrixDeterminant", {Tensor::of<float>({1, 2}, {1, 2})}})),
                HasSubstr("square matrices"));
}

Tensor einsum(const std::string& equation, std::vector<std::optional<Tensor>> inputs) {
    const auto n = static_cast<int64_t>(inputs.size());
    return run_one({"Einsum", std::move(inputs), {{"equation", equation}, {"N", n}}});
}
std::string einsum_failure(const std::string& equation, std::vector<std::optional<Tensor>> inputs) {
    const auto n = static_cast<int64_t>(inputs.size());
    return sentence(run({"Einsum", std::move(inputs), {{"equation", equation}, {"N", n}}}));
}

TEST(MathEinsum, IsWhatTheEquationSays) {
    const Tensor m = Tensor::of<int32_t>({2, 3}, {1, 2, 3, 4, 5, 6});
    const Tensor v = Tensor::list<int32_t>({1, 10, 100});
    EXPECT_THAT(elements<int32_t>(einsum("ij->ji", {m})), ElementsAre(1, 4, 2, 5, 3, 6));
    EXPECT_THAT(elements<int32_t>(einsum("ij->", {m})), ElementsAre(21));
    EXPECT_THAT(elements<int32_t>(einsum("ba", {m})), ElementsAre(1, 4, 2, 5, 3, 6));  // alphabetical without an arrow
    EXPECT_THAT(elements<int32_t>(einsum("ij, j -> i", {m, v})), ElementsAre(321, 654));
    EXPECT_THAT(elements<int32_t>(einsum("i,i", {v, v})), ElementsAre(10101));
    EXPECT_THAT(elements<int32_t>(einsum("...j,j->...", {m, v})), ElementsAre(321, 654));
    EXPECT_THAT(elements<int32_t>(einsum("i...->...i", {m})), ElementsAre(1, 4, 2, 5, 3, 6));
    EXPECT_THAT(elements<int32_t>(einsum("ii->i", {counting({3, 3})})), ElementsAre(0, 4, 8));
    EXPECT_THAT(elements<int32_t>(einsum("ii", {counting({3, 3})})), ElementsAre(12));
    EXPECT_THAT(elements<int32_t>(einsum("ij,jk,k->i", {m, counting({3, 2}), Tensor::list<int32_t>({1, 1})})),
                ElementsAre(1 + 2 * 5 + 3 * 9, 4 + 5 * 5 + 6 * 9));
    EXPECT_EQ(einsum("ij,kj->ik", {Tensor::of<int32_t>({2, 0}, {}), Tensor::of<int32_t>({3, 0}, {})}).shape(),
              Shape({2, 3}));
    EXPECT_THAT(elements<int32_t>(einsum("ij->i", {Tensor::of<int32_t>({2, 0}, {})})), ElementsAre(0, 0));
    EXPECT_EQ(einsum("bij,bjk->bik", {counting({4, 2, 3}, ACL_FLOAT16), counting({1, 3, 5}, ACL_FLOAT16)}).shape(),
              Shape({4, 2, 5}));
}

TEST(MathEinsum, SentencesOfWhatDoesNotFit) {
    const Tensor m = counting({2, 3});
    EXPECT_THAT(einsum_failure("ij,jk", {m}), HasSubstr("is not for 1 tensors"));
    EXPECT_THAT(einsum_failure("ij", {m, m}), HasSubstr("is not for 2 tensors"));
    EXPECT_THAT(einsum_failure("ijk", {m}), HasSubstr("the term 'ijk'"));
    EXPECT_THAT(einsum_failure("i1", {m}), HasSubstr("has '1'"));
    EXPECT_THAT(einsum_failure("ij,jk->ik", {m, m}), HasSubstr("is 3 and 2"));
    EXPECT_THAT(einsum_failure("ij->ik", {m}), HasSubstr("names a dimension of no tensor"));
    EXPECT_THAT(einsum_failure("ij->ii", {m}), HasSubstr("or twice"));
}

TEST(MathQuantize, RoundsShiftsAndKeepsWithinLimits) {
    const Tensor x = Tensor::list<float>({0, 1, 3, 5, -5, 1000, -1000, INFINITY});
    const Tensor scale = Tensor::scalar(2.0F);
    EXPECT_THAT(numbers(run_one({"CpuQuantizeLinear", {x, scale, Tensor::scalar<int8_t>(10)}})),
                ElementsAre(10, 10, 12, 12, 8, 127, -128, 127));
    EXPECT_THAT(numbers(run_one({"CpuQuantizeLinear", {x, scale}})), ElementsAre(0, 0, 2, 2, 0, 255, 0, 255));
    const Tensor rows = Tensor::of<float>({2, 2}, {1, 2, 3, 4});
    const Tensor scales = Tensor::list<float>({1, 0.5F});
    const Tensor zeros = Tensor::list<uint8_t>({0, 100});
    const Tensor q = run_one({"CpuQuantizeLinear", {rows, scales, zeros}, {{"axis", int64_t{0}}}});
    EXPECT_THAT(numbers(q), ElementsAre(1, 2, 106, 108));
    EXPECT_TRUE(same(run_one({"CpuDequantizeLinear", {q, scales, zeros}, {{"axis", int64_t{0}}}}), rows));
    EXPECT_THAT(numbers(run_one({"CpuDequantizeLinear", {Tensor::list<int32_t>({-3, INT32_MIN}), scale}})),
                ElementsAre(-6, -4294967296.0));
    EXPECT_THAT(sentence(run({"CpuQuantizeLinear", {rows, Tensor::list<float>({1, 2, 3})}})),
                HasSubstr("one for each of the 2 places of axis 1"));
    EXPECT_THAT(sentence(run({"CpuQuantizeLinear", {rows, scales, Tensor::scalar<int8_t>(1)}})),
                HasSubstr("the zero points []"));
}

TEST(MathQuantize, TheRangeGivesTheScale) {
    const auto parts = run({"CpuDynamicQuantizeLinear", {Tensor::list<float>({-1, 0, 4.1F})}, {}, 3});
    ASSERT_TRUE(parts.ok()) << parts.status().message();
    EXPECT_THAT(numbers((*parts)[0]), ElementsAre(0, 50, 255));
    EXPECT_THAT(numbers((*parts)[1]), ElementsAre(DoubleNear(0.02, 1e-6)));
    EXPECT_THAT(numbers((*parts)[2]), ElementsAre(50));
    const auto zeros = run({"CpuDynamicQuantizeLinear", {Tensor::list<float>({0, 0})}, {}, 3});
    ASSERT_TRUE(zeros.ok());
    EXPECT_THAT(numbers((*zeros)[0]), ElementsAre(0, 0));
}

TEST(ShapeUnique, SlicesOnce) {
    const auto unique = [](const Tensor& x, int64_t axis, bool sorted) {
        return *run({"UniqueWithCountsExt2", {x, Tensor::scalar(axis)}, {{"sorted", sorted}}, 4});
    };
    const auto a = unique(Tensor::list<int32_t>({5, 2, 5, 9, 2}), 0, true);
    EXPECT_THAT(numbers(a[0]), ElementsAre(2, 5, 9));
    EXPECT_THAT(numbers(a[1]), ElementsAre(1, 0, 3));
    EXPECT_THAT(numbers(a[2]), ElementsAre(2, 2, 1));
    EXPECT_THAT(numbers(a[3]), ElementsAre(1, 0, 1, 2, 0));
    const auto b = unique(Tensor::list<float>({5, 2, 5, NAN, 2, NAN}), 0, false);
    EXPECT_THAT(numbers(b[1]), ElementsAre(0, 1, 3));
    EXPECT_THAT(numbers(b[3]), ElementsAre(0, 1, 0, 2, 1, 2));
    const auto c = unique(Tensor::of<uint8_t>({2, 3}, {1, 0, 1, 2, 2, 2}), 1, true);
    EXPECT_EQ(c[0].shape(), Shape({2, 2}));
    EXPECT_THAT(numbers(c[0]), ElementsAre(0, 1, 2, 2));
    EXPECT_THAT(numbers(c[3]), ElementsAre(1, 0, 1));
    EXPECT_EQ(unique(Tensor::of<float>({0}, {}), 0, true)[0].shape(), Shape({0}));
    EXPECT_THAT(sentence(run({"UniqueWithCountsExt2", {counting({2}), Tensor::scalar<int32_t>(0)}})),
                HasSubstr("expected int32 or int64, and 4"));
}

TEST(ShapeGather, PlacesInEachBatch) {
    const Tensor x = counting({2, 2, 2});
    const Tensor indices = Tensor::of<int64_t>({2, 1}, {1, -2});
    const Tensor y = run_one({"CpuGatherND", {x, indices}, {{"batch_dims", int64_t{1}}}});
    EXPECT_THAT(elements<int32_t>(y), ElementsAre(2, 3, 4, 5));
    EXPECT_THAT(sentence(run({"CpuGatherND", {x, indices}, {{"batch_dims", int64_t{2}}}})),
                HasSubstr("of which 2 are batches"));
    EXPECT_THAT(
        sentence(run({"CpuGatherND", {x, Tensor::of<int64_t>({3, 1}, {0, 0, 0})}, {{"batch_dims", int64_t{1}}}})),
        HasSubstr("dimension 0 of x [2,2,2] and of indices [3,1] differ"));
}

}  // namespace
}  // namespace softacl::ops
