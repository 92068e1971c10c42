// SPDX-License-Identifier: Apache-2.0
// Operators that choose or place elements: SelectV2, OneHot, NonZero, scatter, triangles, reversals, blocks.
#include <cmath>

#include "op_tester.h"

namespace softacl::ops {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(ShapeSelect, BroadcastsAllThree) {
    Dice dice;
    for (int round = 0; round < 100; ++round) {
        const Shape shape = dice.shape(static_cast<size_t>(dice.between(0, 4)), 4);
        const Tensor condition = dice.tensor(ACL_BOOL, dice.broadcasting_to(shape));
        const aclDataType type = kAllTypes[static_cast<size_t>(dice.between(0, 12))];
        const Tensor a = dice.tensor(type, shape, true);
        const Tensor b = dice.tensor(type, dice.broadcasting_to(shape), true);
        const Tensor y = run_one({"SelectV2", {condition, a, b}});
        const Tensor swapped = run_one({"SelectV2", {run_one({"LogicalNot", {condition}}), b, a}});
        ASSERT_TRUE(same(y, swapped));
        const size_t size = size_of(type);
        size_t i = 0;
        for (const auto& place : places(shape)) {
            const bool first = condition.data_as<bool>()[broadcast_offset(condition.shape(), place)];
            const char* from = first
                                   ? a.data_as<char>() + size * i
                                   : b.data_as<char>() + size * static_cast<size_t>(broadcast_offset(b.shape(), place));
            ASSERT_EQ(std::memcmp(y.data_as<char>() + size * i++, from, size), 0);
        }
    }
    const Tensor condition = Tensor::list<bool>({true, false});
    EXPECT_THAT(sentence(run({"SelectV2", {condition, counting({3}), counting({3})}})), HasSubstr("do not broadcast"));
    EXPECT_THAT(sentence(run({"SelectV2", {condition, counting({2}), counting({2}, ACL_FLOAT)}})),
                HasSubstr("then and else are int32 and float32"));
}

TEST(ShapeSelect, WholeSlicesWithoutBroadcasting) {
    const Tensor condition = Tensor::list<bool>({true, false});
    const Tensor zeros = run_one({"ZerosLike", {counting({2, 2})}});
    EXPECT_THAT(elements<int32_t>(run_one({"Select", {condition, zeros, counting({2, 2})}})), ElementsAre(0, 0, 2, 3));
    EXPECT_THAT(elements<int32_t>(run_one({"Select", {Tensor::scalar(true), zeros, counting({2, 2})}})),
                ElementsAre(0, 0, 0, 0));
    EXPECT_THAT(sentence(run({"Select", {condition, zeros, counting({2})}})), HasSubstr("do not go together"));
}

TEST(ShapeOneHot, MarksThePlace) {
    const auto hot = [](const Tensor& x, int64_t depth, int64_t axis) {
        return run_one(
            {"OneHot", {x, Tensor::scalar(depth), Tensor::scalar(5.0F), Tensor::scalar(-1.0F)}, {{"axis", axis}}});
    };
    const Tensor y = hot(Tensor::list<int64_t>({1, 3, -1}), 3, -1);
    EXPECT_EQ(y.shape(), Shape({3, 3}));
    EXPECT_THAT(elements<float>(y), ElementsAre(-1, 5, -1, -1, -1, -1, -1, -1, -1));
    EXPECT_THAT(elements<float>(hot(Tensor::list<uint8_t>({1, 0}), 2, 0)), ElementsAre(-1, 5, 5, -1));
    EXPECT_EQ(hot(Tensor::list<int32_t>({1, 0}), 0, 0).shape(), Shape({0, 2}));
    EXPECT_THAT(sentence(run(
                    {"OneHot",
                     {Tensor::list<int32_t>({1}), Tensor::scalar<int32_t>(-1), Tensor::scalar(1), Tensor::scalar(0)}})),
                HasSubstr("depth is -1"));
    EXPECT_THAT(sentence(run({"OneHot",
                              {Tensor::list<int32_t>({1}), Tensor::scalar<int32_t>(2), Tensor::scalar(1),
                               Tensor::list<int32_t>({0, 1})}})),
                HasSubstr("off_value has the shape [2]"));
}

TEST(ShapeNonZero, PlacesOfWhatIsSet) {
    const Tensor x = Tensor::of<float>({2, 3}, {0, 1, NAN, -0.0F, 0, 2});
    const Tensor rows = run_one({"NonZero", {x}});
    EXPECT_EQ(rows.shape(), Shape({3, 2}));
    EXPECT_THAT(elements<int64_t>(rows), ElementsAre(0, 1, 0, 2, 1, 2));
    EXPECT_THAT(elements<int32_t>(run_one({"NonZero", {x}, {{"transpose", true}, {"dtype", ACL_INT32}}})),
                ElementsAre(0, 0, 1, 1, 2, 2));
    EXPECT_EQ(run_one({"NonZero", {Tensor::scalar(3)}}).shape(), Shape({1, 0}));
    for (const aclDataType type : kAllTypes) {
        EXPECT_THAT(numbers(run_one({"NonZero", {counting({2}, type)}})), ElementsAre(1));
    }
    const auto types = infer("NonZero", {{{ACL_FLOAT, {2, 3}}}});
    ASSERT_TRUE(types.ok());
    EXPECT_EQ((*types)[0].shape, Shape({-1, 2}));
}

TEST(ShapeScatter, ReplacesAndCombinesAtIndices) {
    const Tensor data = Tensor::of<int32_t>({2, 3}, {1, 2, 3, 4, 5, 6});
    const Tensor indices = Tensor::of<int64_t>({2, 2}, {0, -1, 1, 1});
    const Tensor updates = Tensor::of<int32_t>({2, 2}, {10, 20, 30, 3});
    const auto scatter = [&](const char* reduction) {
        return elements<int32_t>(run_one({"ScatterElements",
                                          {data, indices, updates},
                                          {{"axis", int64_t{1}}, {"reduction", std::string(reduction)}}}));
    };
    EXPECT_THAT(scatter("none"), ElementsAre(10, 2, 20, 4, 3, 6));
    EXPECT_THAT(scatter("add"), ElementsAre(11, 2, 23, 4, 38, 6));
    EXPECT_THAT(scatter("mul"), ElementsAre(10, 2, 60, 4, 450, 6));
    EXPECT_THAT(scatter("max"), ElementsAre(10, 2, 20, 4, 30, 6));
    EXPECT_THAT(scatter("min"), ElementsAre(1, 2, 3, 4, 3, 6));
    const auto failure = [&](const Tensor& at, const Tensor& what, const char* reduction) {
        return sentence(
            run({"ScatterElements", {data, at, what}, {{"axis", int64_t{1}}, {"reduction", std::string(reduction)}}}));
    };
    EXPECT_THAT(failure(Tensor::of<int64_t>({1, 1}, {3}), Tensor::of<int32_t>({1, 1}, {0}), "none"),
                HasSubstr("index 3 (element 0 of the indices) is out of range of a dimension of 3"));
    EXPECT_THAT(failure(indices, updates, "xor"), HasSubstr("reduction is 'xor'"));
    EXPECT_THAT(failure(indices, Tensor::of<int32_t>({1, 1}, {0}), "none"), HasSubstr("do not fit to [2,3]"));
    EXPECT_THAT(failure(indices, Tensor::of<float>({2, 2}, {0, 0, 0, 0}), "none"), HasSubstr("int32 and float32"));
}

// Scattering what was gathered restores the tensor: for every shape, depth and type.
TEST(ShapeScatter, UndoesGathering) {
    Dice dice;
    for (int round = 0; round < 60; ++round) {
        const aclDataType type = kAllTypes[static_cast<size_t>(dice.between(0, 12))];
        const Tensor x = dice.tensor(type, dice.shape(static_cast<size_t>(dice.between(1, 4)), 4, false), true);
        const int64_t depth = dice.between(1, static_cast<int64_t>(x.shape().rank()));
        const Shape lead(std::vector<int64_t>(x.shape().begin(), x.shape().begin() + depth));
        Ints all;
        for (const auto& place : places(lead)) {
            all.insert(all.end(), place.begin(), place.end());
        }
        const Tensor indices = Tensor::of({lead.elements(), depth}, all);
        const Tensor parts = run_one({"GatherNd", {x, indices}});
        const Tensor blank = run_one({"ZerosLike", {x}});
        ASSERT_TRUE(same(run_one({"TensorScatterUpdate", {blank, indices, parts}}), x));
        ASSERT_TRUE(same(run_one({"TensorScatterUpdate",
                                  {x, Tensor::of<int32_t>({0, depth}, {}),
                                   run_one({"GatherNd", {x, Tensor::of<int32_t>({0, depth}, {})}})}}),
                         x));
    }
}

TEST(ShapeScatter, SlicesAreCombined) {
    const Tensor x = Tensor::of<float>({2, 2}, {1, 2, 3, 4});
    const Tensor indices = Tensor::of<int32_t>({2, 1}, {1, 1});
    const Tensor updates = Tensor::of<float>({2, 2}, {5, 1, 7, 2});
    EXPECT_THAT(numbers(run_one({"TensorScatterUpdate", {x, indices, updates}})), ElementsAre(1, 2, 7, 2));
    EXPECT_THAT(numbers(run_one({"TensorScatterAdd", {x, indices, updates}})), ElementsAre(1, 2, 15, 7));
    EXPECT_THAT(numbers(run_one({"TensorScatterMax", {x, indices, updates}})), ElementsAre(1, 2, 7, 4));
    EXPECT_THAT(numbers(run_one({"TensorScatterMin", {x, indices, updates}})), ElementsAre(1, 2, 3, 1));
    const auto own = [&](const char* reduction) {
        return run({"CpuScatterND", {x, indices, updates}, {{"reduction", std::string(reduction)}}});
    };
    EXPECT_THAT(numbers((*own("mul"))[0]), ElementsAre(1, 2, 105, 8));
    EXPECT_THAT(numbers((*own("none"))[0]), ElementsAre(1, 2, 7, 2));
    EXPECT_THAT(sentence(own("xor")), HasSubstr("reduction is 'xor'"));
    EXPECT_THAT(sentence(run(
                    {"TensorScatterUpdate", {x, Tensor::of<int32_t>({1, 1}, {2}), Tensor::of<float>({1, 2}, {0, 0})}})),
                HasSubstr("index 2"));
    EXPECT_THAT(sentence(run({"TensorScatterUpdate", {x, indices, x, x}})), HasSubstr("one too many"));
    EXPECT_THAT(sentence(run({"TensorScatterUpdate", {x, indices, Tensor::list<float>({1})}})),
                HasSubstr("need [2,2]"));
    EXPECT_THAT(sentence(run({"TensorScatterUpdate", {x, Tensor::of<int32_t>({1, 3}, {0, 0, 0}), x}})),
                HasSubstr("a last dimension of at most 2"));
}

TEST(ShapeTriangle, AboveAndBelowEveryDiagonal) {
    const Tensor x = run_one({"Adds",
                              {
                                  counting({2, 3, 4}),
                              },
                              {{"value", 1.0F}}});
    for (const int64_t diagonal :
         {INT64_MIN, int64_t{-5}, int64_t{-1}, int64_t{0}, int64_t{2}, int64_t{4}, INT64_MAX}) {
        const auto upper = elements<int32_t>(run_one({"Triu", {x}, {{"diagonal", diagonal}}}));
        const auto lower = elements<int32_t>(run_one({"Tril", {x}, {{"diagonal", diagonal}}}));
        size_t i = 0;
        for (const auto& place : places(x.shape())) {
            const int64_t at = place[2] - place[1];
            const auto value = static_cast<int32_t>(i + 1);
            ASSERT_EQ(upper[i], at >= diagonal ? value : 0) << diagonal;
            ASSERT_EQ(lower[i++], at <= diagonal ? value : 0) << diagonal;
        }
    }
    EXPECT_THAT(sentence(run({"Triu", {counting({3})}})), HasSubstr("expected at least two dimensions"));
}

TEST(ShapeTriangle, UnitMatrices) {
    for (const aclDataType type : kAllTypes) {
        const Tensor y =
            run_one({"Eye", {}, {{"num_rows", int64_t{2}}, {"num_columns", int64_t{3}}, {"dtype", int64_t{type}}}});
        EXPECT_THAT(numbers(y), ElementsAre(1, 0, 0, 0, 1, 0));
    }
    EXPECT_EQ(run_one({"Eye", {}, {{"num_rows", int64_t{2}}, {"batch_shape", Ints{3}}}}).shape(), Shape({3, 2, 2}));
    EXPECT_THAT(sentence(run({"Eye", {}, {{"num_rows", int64_t{-1}}}})), HasSubstr("num_rows = -1"));
}

TEST(ShapeReverse, AxesAndRows) {
    const Tensor x = counting({2, 3});
    EXPECT_THAT(elements<int32_t>(run_one({"ReverseV2", {x, Tensor::list<int32_t>({1})}})),
                ElementsAre(2, 1, 0, 5, 4, 3));
    EXPECT_THAT(elements<int32_t>(run_one({"ReverseV2", {x, Tensor::list<int32_t>({-1, 0})}})),
                ElementsAre(5, 4, 3, 2, 1, 0));
    EXPECT_EQ(run_one({"ReverseV2", {counting({0}), Tensor::list<int32_t>({0})}}).elements(), 0);
    const auto rows = [&](const Ints& lengths) {
        return run({"ReverseSequence", {x, Tensor::list(lengths)}, {{"seq_dim", int64_t{1}}}});
    };
    EXPECT_THAT(elements<int32_t>((*rows({2, 3}))[0]), ElementsAre(1, 0, 2, 5, 4, 3));
    EXPECT_THAT(elements<int32_t>((*rows({0, 1}))[0]), ElementsAre(0, 1, 2, 3, 4, 5));
    EXPECT_THAT(sentence(rows({1, 4})), HasSubstr("length 4 of row 1 is not within a dimension of 3"));
    EXPECT_THAT(sentence(rows({1, -1})), HasSubstr("length -1"));
    EXPECT_THAT(sentence(rows({1})), HasSubstr("one number for each of 2 rows"));
    EXPECT_THAT(sentence(run({"ReverseSequence", {x, Tensor::list(Ints{1, 1})}, {{"seq_dim", int64_t{0}}}})),
                HasSubstr("are both 0"));
    // Three dimensions, the time first: column j of every row keeps its last elements.
    const Tensor y = run_one({"ReverseSequence",
                              {counting({3, 2, 2}), Tensor::list(Ints{3, 1})},
                              {{"seq_dim", int64_t{0}}, {"batch_dim", int64_t{1}}}});
    EXPECT_THAT(elements<int32_t>(y), ElementsAre(8, 9, 2, 3, 4, 5, 6, 7, 0, 1, 10, 11));
}

TEST(ShapeBlocks, GoThereAndBack) {
    Dice dice;
    for (int round = 0; round < 30; ++round) {
        const int64_t block = dice.between(1, 3);
        for (const std::string format : {"NCHW", "NHWC"}) {
            const bool first = format == "NCHW";
            const int64_t n = dice.between(1, 2), c = dice.between(1, 3), h = dice.between(1, 3),
                          w = dice.between(1, 3);
            const Shape flat = first ? Shape{n, c, h * block, w * block} : Shape{n, h * block, w * block, c};
            const Tensor x = counting(flat, round % 2 == 0 ? ACL_INT32 : ACL_FLOAT16);
            const Attrs attrs = {{"block_size", block}, {"data_format", format}};
            const Tensor deep = run_one({"SpaceToDepth", {x}, attrs});
            ASSERT_EQ(deep.shape(), first ? Shape({n, c * block * block, h, w}) : Shape({n, h, w, c * block * block}));
            ASSERT_TRUE(same(run_one({"DepthToSpace", {deep}, attrs}), x));
            // The channel of a deep element is (block row, block column, channel).
            const auto values = numbers(deep);
            size_t i = 0;
            for (const auto& place : places(deep.shape())) {
                const int64_t channel = place[first ? 1 : 3];
                const int64_t row = place[first ? 2 : 1] * block + channel / c / block;
                const int64_t column = place[first ? 3 : 2] * block + channel / c % block;
                const auto source = first ? std::vector<int64_t>{place[0], channel % c, row, column}
                                          : std::vector<int64_t>{place[0], row, column, channel % c};
                ASSERT_EQ(values[i++], offset_of(flat, source));
            }
        }
    }
    // Channels first: channel, block row, block column.
    const Tensor y =
        run_one({"DepthToSpace",
                 {counting({1, 8, 1, 1})},
                 {{"block_size", int64_t{2}}, {"mode", std::string("CRD")}, {"data_format", std::string("NCHW")}}});
    EXPECT_THAT(elements<int32_t>(y), ElementsAre(0, 1, 2, 3, 4, 5, 6, 7));
    EXPECT_THAT(sentence(run({"DepthToSpace", {counting({1, 1, 1, 3})}, {{"block_size", int64_t{2}}}})),
                HasSubstr("3 channels do not make blocks of 2 by 2"));
    EXPECT_THAT(sentence(run({"SpaceToDepth", {counting({1, 3, 2, 1})}, {{"block_size", int64_t{2}}}})),
                HasSubstr("dimension 1 of [1,3,2,1] does not split into blocks of 2"));
    EXPECT_THAT(sentence(run({"SpaceToDepth", {counting({1, 3, 2, 1})}, {{"block_size", int64_t{0}}}})),
                HasSubstr("block_size is 0"));
}

}  // namespace
}  // namespace softacl::ops
