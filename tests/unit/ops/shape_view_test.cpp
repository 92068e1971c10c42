// SPDX-License-Identifier: Apache-2.0
// Operators that change the shape and no element: Reshape, Flatten, Squeeze, Unsqueeze; and those that tell of it.
#include "op_tester.h"

namespace softacl::ops {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Shape reshaped(const Shape& x, const Ints& shape, Attrs attrs = {}) {
    return run_one({"Reshape", {counting(x), Tensor::list(shape)}, std::move(attrs)}).shape();
}
std::string reshape_failure(const Shape& x, const Ints& shape, Attrs attrs = {}) {
    return sentence(run({"Reshape", {counting(x), Tensor::list(shape)}, std::move(attrs)}));
}

TEST(ShapeReshape, ZeroKeepsAndMinusOneIsWhatRemains) {
    EXPECT_EQ(reshaped({2, 3, 4}, {4, 6}), Shape({4, 6}));
    EXPECT_EQ(reshaped({2, 3, 4}, {0, -1}), Shape({2, 12}));
    EXPECT_EQ(reshaped({2, 3, 4}, {-1}), Shape({24}));
    EXPECT_EQ(reshaped({2, 3, 4}, {2, 3, -1, 4}), Shape({2, 3, 1, 4}));
    EXPECT_EQ(reshaped({1, 1}, {}), Shape({}));
    EXPECT_EQ(reshaped({}, {1, 1}), Shape({1, 1}));
    EXPECT_EQ(reshaped({0, 3}, {3, -1}), Shape({3, 0}));
    EXPECT_EQ(reshaped({0, 3}, {0, -1}), Shape({0, 0}));
}

TEST(ShapeReshape, OfSomeOfTheDimensions) {
    EXPECT_EQ(reshaped({2, 12, 5}, {3, 4}, {{"axis", int64_t{1}}, {"num_axes", int64_t{1}}}), Shape({2, 3, 4, 5}));
    EXPECT_EQ(reshaped({2, 12, 5}, {-1}, {{"axis", int64_t{1}}}), Shape({2, 60}));
    EXPECT_EQ(reshaped({2, 12, 5}, {1}, {{"axis", int64_t{-1}}, {"num_axes", int64_t{0}}}), Shape({2, 12, 5, 1}));
    EXPECT_THAT(reshape_failure({2}, {1}, {{"axis", int64_t{2}}}), HasSubstr("axis = 2"));
    EXPECT_THAT(reshape_failure({2}, {1}, {{"num_axes", int64_t{2}}}), HasSubstr("num_axes = 2"));
}

TEST(ShapeReshape, SentencesOfWhatCannotBe) {
    EXPECT_THAT(reshape_failure({2, 3}, {4}), HasSubstr("the 6 elements of [2,3] cannot get the shape [4]"));
    EXPECT_THAT(reshape_failure({2, 3}, {4, -1}), HasSubstr("cannot get the shape [4,-1]"));
    EXPECT_THAT(reshape_failure({2, 3}, {-1, -1}), HasSubstr("more than one -1"));
    EXPECT_THAT(reshape_failure({2, 3}, {-2, 3}), HasSubstr("a negative dimension"));
    EXPECT_THAT(reshape_failure({6}, {6, 0}), HasSubstr("dimension 1 of the shape [6,0] is 0"));
    EXPECT_THAT(reshape_failure({6}, {INT64_MAX, INT64_MAX, -1}), HasSubstr("too large"));
}

TEST(ShapeReshape, InfersWhatItCan) {
    const auto shape = [](const Shape& x, const Ints& wanted) {
        const auto types = infer("Reshape", {{{ACL_FLOAT, x}}, {{ACL_INT64, {2}}, Tensor::list(wanted)}});
        return types.ok() ? (*types)[0].shape : Shape{-99};
    };
    EXPECT_EQ(shape({-1, 3, 4}, {0, 12}), Shape({-1, 12}));
    EXPECT_EQ(shape({-1, 3, 4}, {2, -1}), Shape({2, -1}));
    const auto open = infer("Reshape", {{{ACL_FLOAT, {2, 3}}}, {{ACL_INT64, {3}}}});
    ASSERT_TRUE(open.ok());
    EXPECT_EQ((*open)[0].shape, Shape({-1, -1, -1}));
}

TEST(ShapeFlatten, TwoDimensions) {
    const auto flat = [](const Shape& x, int64_t axis) {
        return run_one({"Flatten", {counting(x)}, {{"axis", axis}}}).shape();
    };
    EXPECT_EQ(flat({2, 3, 4}, 0), Shape({1, 24}));
    EXPECT_EQ(flat({2, 3, 4}, 1), Shape({2, 12}));
    EXPECT_EQ(flat({2, 3, 4}, 3), Shape({24, 1}));
    EXPECT_EQ(flat({2, 3, 4}, -1), Shape({6, 4}));
    EXPECT_EQ(flat({}, 0), Shape({1, 1}));
    EXPECT_THAT(sentence(run({"Flatten", {counting({2})}, {{"axis", int64_t{2}}}})), HasSubstr("axis 2 is outside"));
    const auto types = infer("Flatten", {{{ACL_FLOAT, {-1, 3, 4}}}});
    ASSERT_TRUE(types.ok());
    EXPECT_EQ((*types)[0].shape, Shape({-1, 12}));
}

TEST(ShapeFlatten, SomeDimensionsAsOne) {
    const auto flat = [](const Shape& x, int64_t axis, int64_t end) {
        return run_one({"FlattenV2", {counting(x)}, {{"axis", axis}, {"end_axis", end}}}).shape();
    };
    EXPECT_EQ(flat({2, 3, 4, 5}, 1, -1), Shape({2, 60}));
    EXPECT_EQ(flat({2, 3, 4, 5}, 1, 2), Shape({2, 12, 5}));
    EXPECT_EQ(flat({}, 0, 0), Shape({1}));
    EXPECT_THAT(sentence(run({"FlattenV2", {counting({2, 3})}, {{"axis", int64_t{1}}, {"end_axis", int64_t{0}}}})),
                HasSubstr("axis 1 is behind end_axis 0"));
}

TEST(ShapeSqueeze, RemovesDimensionsOfOne) {
    const auto squeezed = [](const Shape& x, const Ints& axis) {
        return run_one({"Squeeze", {counting(x)}, {{"axis", axis}}}).shape();
    };
    EXPECT_EQ(squeezed({1, 3, 1, 2}, {}), Shape({3, 2}));
    EXPECT_EQ(squeezed({1, 3, 1, 2}, {2}), Shape({1, 3, 2}));
    EXPECT_EQ(squeezed({1, 3, 1, 2}, {-2, 0}), Shape({3, 2}));
    EXPECT_EQ(squeezed({1, 1}, {}), Shape({}));
    EXPECT_THAT(sentence(run({"Squeeze", {counting({1, 3})}, {{"axis", Ints{1}}}})),
                HasSubstr("dimension 1 of [1,3] is not 1"));
    EXPECT_THAT(sentence(run({"Squeeze", {counting({1, 3})}, {{"axis", Ints{2}}}})), HasSubstr("axis 2 is outside"));
    EXPECT_THAT(sentence(infer("Squeeze", {{{ACL_FLOAT, {-1, 1}}}})), HasSubstr("dimension 0 of [-1,1] is not known"));
}

TEST(ShapeSqueeze, UnsqueezeAndExpandDimsInsertThem) {
    const auto with = [](const Shape& x, const Ints& axes) {
        return run_one({"Unsqueeze", {counting(x)}, {{"axes", axes}}}).shape();
    };
    EXPECT_EQ(with({3, 2}, {0}), Shape({1, 3, 2}));
    EXPECT_EQ(with({3, 2}, {3, 0}), Shape({1, 3, 2, 1}));
    EXPECT_EQ(with({3, 2}, {-1, -3}), Shape({3, 1, 2, 1}));
    EXPECT_EQ(with({}, {0}), Shape({1}));
    EXPECT_THAT(sentence(run({"Unsqueeze", {counting({3})}, {{"axes", Ints{0, 0}}}})),
                HasSubstr("axis 0 stands twice"));
    EXPECT_THAT(sentence(run({"Unsqueeze", {counting({3})}, {{"axes", Ints{2}}}})), HasSubstr("axis 2 is outside"));
    EXPECT_EQ(run_one({"ExpandDims", {counting({3}), Tensor::scalar<int32_t>(-1)}}).shape(), Shape({3, 1}));
    EXPECT_THAT(sentence(run({"ExpandDims", {counting({3}), Tensor::list<int32_t>({0, 1})}})),
                HasSubstr("the input axis has 2 values; expected one"));
}

TEST(ShapeView, IdentityChangesNothing) {
    for (const aclDataType type : kAllTypes) {
        const Tensor x = counting({2, 0, 3}, type);
        EXPECT_TRUE(same(run_one({"Identity", {x}}), x));
    }
}

TEST(ShapeView, ViewsAreTheSameMemory) {
    const Tensor x = counting({2, 1, 3});
    EXPECT_EQ(run_one({"Reshape", {x, Tensor::list(Ints{6})}}).data(), x.data());
    EXPECT_EQ(run_one({"Squeeze", {x}}).data(), x.data());
    EXPECT_EQ(run_one({"Flatten", {x}}).data(), x.data());
}

TEST(ShapeOf, DimensionsNumberAndRank) {
    const Tensor x = counting({2, 0, 3}, ACL_FLOAT16);
    EXPECT_THAT(elements<int32_t>(run_one({"Shape", {x}})), ElementsAre(2, 0, 3));
    EXPECT_THAT(elements<int64_t>(run_one({"Shape", {x}, {{"dtype", int64_t{ACL_INT64}}}})), ElementsAre(2, 0, 3));
    EXPECT_TRUE(same(run_one({"Size", {x}}), Tensor::scalar<int32_t>(0)));
    EXPECT_TRUE(
        same(run_one({"Size", {counting({4, 5})}, {{"dtype", int64_t{ACL_INT64}}}}), Tensor::scalar<int64_t>(20)));
    EXPECT_TRUE(same(run_one({"Rank", {x}}), Tensor::scalar<int32_t>(3)));
    EXPECT_EQ(run_one({"Shape", {Tensor::scalar(1.0F)}}).shape(), Shape({0}));
    EXPECT_THAT(sentence(run({"Shape", {x}, {{"dtype", int64_t{ACL_FLOAT}}}})), HasSubstr("the attribute dtype is 0"));
}

}  // namespace
}  // namespace softacl::ops
