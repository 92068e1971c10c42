// SPDX-License-Identifier: Apache-2.0
// Operators that move elements: TransposeD, ConcatD, SplitV, StridedSliceV2, PadV3, Tile, Expand and their kin.
#include <numeric>

#include "op_tester.h"

namespace softacl::ops {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// The result whose element at each place is the element of x that `from` names, or the value where it names none.
Tensor moved(const Tensor& x, const Shape& shape,
             const std::function<std::optional<std::vector<int64_t>>(const std::vector<int64_t>&)>& from,
             const Tensor* value = nullptr) {
    void* data = nullptr;
    Tensor y = Tensor::zeros({x.dtype(), shape, ACL_FORMAT_ND}, &data);
    const size_t size = size_of(x.dtype());
    size_t i = 0;
    for (const auto& place : places(shape)) {
        char* to = static_cast<char*>(data) + size * i++;
        if (const auto source = from(place)) {
            std::memcpy(to, x.data_as<char>() + size * static_cast<size_t>(offset_of(x.shape(), *source)), size);
        } else if (value != nullptr) {
            std::memcpy(to, value->data(), size);
        }
    }
    return y;
}

aclDataType any_type(Dice& dice) { return kAllTypes[static_cast<size_t>(dice.between(0, 12))]; }

TEST(ShapeTranspose, RandomPermutationsOfEveryType) {
    Dice dice;
    for (int round = 0; round < 200; ++round) {
        const Tensor x = dice.tensor(any_type(dice), dice.shape(static_cast<size_t>(dice.between(0, 5)), 5), true);
        Ints perm(x.shape().rank());
        std::iota(perm.begin(), perm.end(), 0);
        std::shuffle(perm.begin(), perm.end(), dice.engine());
        std::vector<int64_t> dims;
        for (const int64_t axis : perm) {
            dims.push_back(x.shape()[static_cast<size_t>(axis)]);
        }
        const Tensor expected = moved(x, Shape(dims), [&](const auto& place) {
            std::vector<int64_t> source(place.size());
            for (size_t i = 0; i < place.size(); ++i) {
                source[static_cast<size_t>(perm[i])] = place[i];
            }
            return source;
        });
        ASSERT_TRUE(same(run_one({"TransposeD", {x}, {{"perm", perm}}}), expected)) << x.type().text() << Shape(perm);
        ASSERT_TRUE(same(run_one({"Transpose", {x, Tensor::list(perm)}}), expected));
        ASSERT_TRUE(same(run_one({"Permute", {x}, {{"order", perm}}}), expected));
        if (x.dtype() == ACL_FLOAT && kernels::fast_kernels().ok()) {
            const auto fast = run({"TransposeD", {x}, {{"perm", perm}}}, "onednn");
            if (fast.ok()) {
                ASSERT_TRUE(same((*fast)[0], expected)) << "onednn " << x.type().text() << Shape(perm);
            }
        }
    }
}

TEST(ShapeTranspose, OnlyOnesMovingIsAView) {
    EXPECT_TRUE(run({"TransposeD", {counting({3, 1, 2})}, {{"perm", Ints{1, 0, 2}}}}, "view").ok());
    EXPECT_FALSE(run({"TransposeD", {counting({3, 1, 2})}, {{"perm", Ints{2, 1, 0}}}}, "view").ok());
}

TEST(ShapeTranspose, ThePermutationMustBeOne) {
    const Tensor x = counting({2, 3});
    EXPECT_THAT(sentence(run({"TransposeD", {x}, {{"perm", Ints{0}}}})), HasSubstr("[0] has 1 axes; the input has 2"));
    EXPECT_THAT(sentence(run({"TransposeD", {x}, {{"perm", Ints{0, 0}}}})), HasSubstr("axis 0 stands twice"));
    EXPECT_THAT(sentence(run({"TransposeD", {x}, {{"perm", Ints{0, 2}}}})), HasSubstr("axis 2 is outside [-2, 2)"));
    EXPECT_THAT(sentence(run({"TransposeD", {x}})), HasSubstr("perm (ListInt) is missing"));
}

TEST(ShapeConcat, JoinsAndSplitTakesApart) {
    Dice dice;
    for (int round = 0; round < 150; ++round) {
        const aclDataType type = any_type(dice);
        Shape shape = dice.shape(static_cast<size_t>(dice.between(1, 4)), 4);
        const auto axis = static_cast<size_t>(dice.between(0, static_cast<int64_t>(shape.rank()) - 1));
        TestCall call{"ConcatD", {}, {{"concat_dim", static_cast<int64_t>(axis)}}};
        std::vector<Tensor> parts;
        Ints sizes;
        for (int64_t i = dice.between(1, 5); i > 0; --i) {
            shape[axis] = dice.between(0, 3);
            sizes.push_back(shape[axis]);
            parts.push_back(dice.tensor(type, shape, true));
            call.inputs.emplace_back(parts.back());
        }
        const Tensor whole = run_one(call);
        ASSERT_EQ(whole.shape()[axis], std::accumulate(sizes.begin(), sizes.end(), int64_t{0}));
        int64_t begin = 0;
        for (const Tensor& part : parts) {
            ASSERT_TRUE(same(moved(whole, part.shape(),
                                   [&](auto place) {
                                       place[axis] += begin;
                                       return place;
                                   }),
                             part));
            begin += part.shape()[axis];
        }
        if (type == ACL_FLOAT && kernels::fast_kernels().ok()) {
            const auto fast = run(call, "onednn");
            if (fast.ok()) {
                ASSERT_TRUE(same((*fast)[0], whole));
            }
        }
        if (dice.between(0, 1) == 1) {
            sizes[static_cast<size_t>(dice.between(0, static_cast<int64_t>(sizes.size()) - 1))] = -1;
        }
        const auto again = run({"SplitV",
                                {whole, Tensor::list(sizes), Tensor::scalar(static_cast<int64_t>(axis))},
                                {{"num_split", static_cast<int64_t>(sizes.size())}},
                                sizes.size()});
        ASSERT_TRUE(again.ok()) << again.status().message();
        for (size_t i = 0; i < parts.size(); ++i) {
            ASSERT_TRUE(same((*again)[i], parts[i]));
        }
    }
}

TEST(ShapeConcat, SentencesOfWhatDoesNotFit) {
    const auto failure = [](std::vector<std::optional<Tensor>> inputs, int64_t axis) {
        return sentence(run({"ConcatD", std::move(inputs), {{"concat_dim", axis}}}));
    };
    EXPECT_THAT(failure({counting({2, 3}), counting({2, 4})}, 0),
                HasSubstr("shapes [2,3] and [2,4] cannot be joined along axis 0"));
    EXPECT_THAT(failure({counting({2, 3}), counting({2})}, 0), HasSubstr("cannot be joined"));
    EXPECT_THAT(failure({counting({2}), counting({2}, ACL_FLOAT)}, 0), HasSubstr("int32 and float32"));
    EXPECT_THAT(failure({counting({2})}, 1), HasSubstr("axis 1 is outside"));
    EXPECT_THAT(failure({}, 0), HasSubstr("the input x is missing"));
    EXPECT_THAT(sentence(run({"ConcatD", {counting({2})}, {{"concat_dim", int64_t{0}}, {"N", int64_t{3}}}})),
                HasSubstr("the attribute N is 3, but there are 1"));
    const auto types = infer("ConcatD", {{{ACL_FLOAT, {-1, 3}}}, {{ACL_FLOAT, {2, -1}}}}, {{"concat_dim", int64_t{1}}});
    ASSERT_TRUE(types.ok());
    EXPECT_EQ((*types)[0].shape, Shape({2, -1}));
}

TEST(ShapeSplit, SentencesOfWhatDoesNotFit) {
    const auto split_v = [](const Ints& sizes, int64_t axis, size_t outputs) {
        return sentence(run({"SplitV",
                             {counting({6, 2}), Tensor::list(sizes), Tensor::scalar(axis)},
                             {{"num_split", static_cast<int64_t>(outputs)}},
                             outputs}));
    };
    EXPECT_THAT(split_v({2, 3}, 0, 2), HasSubstr("parts of the sizes [2,3] are not the 6 of dimension 0"));
    EXPECT_THAT(split_v({7, -1}, 0, 2), HasSubstr("are not the 6"));
    EXPECT_THAT(split_v({-1, -1}, 0, 2), HasSubstr("are not possible"));
    EXPECT_THAT(split_v({6, -2}, 0, 2), HasSubstr("are not possible"));
    EXPECT_THAT(split_v({3, 3}, 0, 3), HasSubstr("in 3 outputs"));
    EXPECT_THAT(split_v({3, 3}, 2, 2), HasSubstr("axis 2 is outside"));
    EXPECT_THAT(sentence(run({"Split", {Tensor::scalar<int32_t>(0), counting({5})}, {{"num_split", int64_t{2}}}, 2})),
                HasSubstr("dimension 0 of [5] does not split into 2 equal parts"));
    EXPECT_THAT(sentence(run({"Split", {Tensor::scalar<int32_t>(0), counting({4})}, {{"num_split", int64_t{2}}}, 3})),
                HasSubstr("num_split is 2, but there are 3 outputs"));
}

TEST(ShapeSplit, EqualPartsSlicesAndStacks) {
    const auto parts = run({"Split", {Tensor::scalar<int32_t>(-1), counting({2, 4})}, {{"num_split", int64_t{2}}}, 2});
    ASSERT_TRUE(parts.ok());
    EXPECT_THAT(elements<int32_t>((*parts)[1]), ElementsAre(2, 3, 6, 7));
    const auto slices = run({"Unpack", {counting({2, 3})}, {{"num", int64_t{3}}, {"axis", int64_t{1}}}, 3});
    ASSERT_TRUE(slices.ok());
    EXPECT_THAT(elements<int32_t>((*slices)[2]), ElementsAre(2, 5));
    const Tensor stack = run_one({"Pack", {(*slices)[0], (*slices)[1], (*slices)[2]}, {{"axis", int64_t{-1}}}});
    EXPECT_TRUE(same(stack, counting({2, 3})));
    EXPECT_THAT(sentence(run({"Pack", {counting({2}), counting({3})}})), HasSubstr("[2] and [3] cannot be stacked"));
    EXPECT_THAT(sentence(run({"Unpack", {counting({2, 3})}, {{"num", int64_t{3}}}, 3})),
                HasSubstr("dimension 0 of [2,3] does not make 3 outputs"));
}

// Python's rules, written as Python has them: the indices are walked, not counted.
Ints python_range(int64_t size, int64_t begin, int64_t end, int64_t step) {
    Ints indices;
    begin = begin < 0 ? begin + size : begin;
    end = end < 0 ? end + size : end;
    if (step > 0) {
        for (int64_t i = std::max<int64_t>(begin, 0); i < std::min(end, size); i += step) {
            indices.push_back(i);
        }
    } else {
        for (int64_t i = std::min(begin, size - 1); i > std::max<int64_t>(end, -1); i += step) {
            indices.push_back(i);
        }
    }
    return indices;
}

TEST(ShapeSlice, RandomSlicesAsPythonCutsThem) {
    Dice dice;
    for (int round = 0; round < 400; ++round) {
        const Tensor x = dice.tensor(any_type(dice), dice.shape(static_cast<size_t>(dice.between(1, 4)), 6), true);
        const auto rank = static_cast<int64_t>(x.shape().rank());
        Ints axes(static_cast<size_t>(rank));
        std::iota(axes.begin(), axes.end(), 0);
        std::shuffle(axes.begin(), axes.end(), dice.engine());
        axes.resize(static_cast<size_t>(dice.between(0, rank)));
        std::vector<Ints> indices;
        for (size_t i = 0; i < x.shape().rank(); ++i) {
            indices.push_back(python_range(x.shape()[i], 0, x.shape()[i], 1));
        }
        Ints begin, end, steps;
        for (int64_t& axis : axes) {
            begin.push_back(dice.between(-9, 9));
            end.push_back(dice.between(-9, 9));
            const int64_t step = dice.between(1, 4);
            steps.push_back(dice.between(0, 1) == 1 ? step : -step);
            // For a step backwards Python cannot write an end before the first element as -1: it means the last.
            const auto at = static_cast<size_t>(axis);
            indices[at] = python_range(x.shape()[at], begin.back(), end.back(), steps.back());
            axis -= dice.between(0, 1) == 1 ? rank : 0;
        }
        std::vector<int64_t> dims;
        for (const Ints& list : indices) {
            dims.push_back(static_cast<int64_t>(list.size()));
        }
        const Tensor expected = moved(x, Shape(dims), [&](auto place) {
            for (size_t i = 0; i < place.size(); ++i) {
                place[i] = indices[i][static_cast<size_t>(place[i])];
            }
            return place;
        });
        const Tensor y = run_one(
            {"StridedSliceV2", {x, Tensor::list(begin), Tensor::list(end), Tensor::list(axes), Tensor::list(steps)}});
        ASSERT_TRUE(same(y, expected)) << x.type().text() << " begin " << Shape(begin) << " end " << Shape(end)
                                       << " axes " << Shape(axes) << " steps " << Shape(steps);
    }
}

TEST(ShapeSlice, WithoutAxesAndStepsTheFirstDimensions) {
    const Tensor x = counting({3, 4});
    const Tensor y = run_one({"StridedSliceV2", {x, Tensor::list(Ints{1}), Tensor::list(Ints{INT64_MAX})}});
    EXPECT_THAT(elements<int32_t>(y), ElementsAre(4, 5, 6, 7, 8, 9, 10, 11));
}

TEST(ShapeSlice, ExtremeValuesAreTheBorders) {
    const auto slice = [](int64_t begin, int64_t end, int64_t step) {
        return elements<int32_t>(run_one({"StridedSliceV2",
                                          {counting({4}), Tensor::list(Ints{begin}), Tensor::list(Ints{end}),
                                           Tensor::list(Ints{0}), Tensor::list(Ints{step})}}));
    };
    EXPECT_THAT(slice(INT64_MIN, INT64_MAX, 1), ElementsAre(0, 1, 2, 3));
    EXPECT_THAT(slice(INT64_MAX, INT64_MIN, -1), ElementsAre(3, 2, 1, 0));
    EXPECT_THAT(slice(0, INT64_MAX, INT64_MAX), ElementsAre(0));
    EXPECT_THAT(slice(-1, INT64_MIN, INT64_MIN), ElementsAre(3));
    EXPECT_THAT(slice(3, 1, 1), ElementsAre());
}

TEST(ShapeSlice, MasksAsOneWritesThemInBrackets) {
    const Tensor x = counting({2, 3, 4});
    const auto slice = [&](const Ints& begin, const Ints& end, const Ints& steps, Attrs attrs) {
        return run_one(
            {"StridedSlice", {x, Tensor::list(begin), Tensor::list(end), Tensor::list(steps)}, std::move(attrs)});
    };
    const auto mask = [](int64_t value) { return Attr(value); };
    // x[1, ..., -1]
    const Tensor a =
        slice({1, 0, -1}, {0, 0, 0}, {1, 1, 1}, {{"ellipsis_mask", mask(2)}, {"shrink_axis_mask", mask(5)}});
    EXPECT_EQ(a.shape(), Shape({3}));
    EXPECT_THAT(elements<int32_t>(a), ElementsAre(15, 19, 23));
    // x[:, newaxis, ::-2]
    const Tensor b = slice({9, 0, 9}, {9, 0, 9}, {1, 1, -2},
                           {{"begin_mask", mask(5)}, {"end_mask", mask(5)}, {"new_axis_mask", mask(2)}});
    EXPECT_EQ(b.shape(), Shape({2, 1, 2, 4}));
    EXPECT_EQ(elements<int32_t>(b)[0], 8);
    EXPECT_EQ(elements<int32_t>(b)[4], 0);
    EXPECT_THAT(sentence(run({"StridedSlice",
                              {x, Tensor::list(Ints{2}), Tensor::list(Ints{0}), Tensor::list(Ints{1})},
                              {{"shrink_axis_mask", mask(1)}}})),
                HasSubstr("index 2 is outside [-2, 2)"));
}

TEST(ShapeSlice, OffsetsAndSizes) {
    const Tensor x = counting({3, 4});
    const Tensor y = run_one({"Slice", {x, Tensor::list(Ints{1, 2}), Tensor::list(Ints{-1, 1})}});
    EXPECT_EQ(y.shape(), Shape({2, 1}));
    EXPECT_THAT(elements<int32_t>(y), ElementsAre(6, 10));
    EXPECT_THAT(sentence(run({"Slice", {x, Tensor::list(Ints{1, 2}), Tensor::list(Ints{3, 1})}})),
                HasSubstr("offset 1 and size 3 are not within dimension 0 of [3,4]"));
}

TEST(ShapeSlice, SentencesOfWhatDoesNotFit) {
    const auto failure = [](const Ints& begin, const Ints& end, const Ints& axes, const Ints& steps) {
        return sentence(
            run({"StridedSliceV2",
                 {counting({3, 4}), Tensor::list(begin), Tensor::list(end), Tensor::list(axes), Tensor::list(steps)}}));
    };
    EXPECT_THAT(failure({0}, {1}, {0}, {0}), HasSubstr("step 0 is 0"));
    EXPECT_THAT(failure({0}, {1, 2}, {0}, {1}), HasSubstr("1 begins, 2 ends, 1 steps and 1 axes"));
    EXPECT_THAT(failure({0}, {1}, {2}, {1}), HasSubstr("axis 2 is outside"));
    EXPECT_THAT(failure({0, 0}, {1, 1}, {0, -2}, {1, 1}), HasSubstr("stands twice"));
    EXPECT_THAT(sentence(run({"StridedSliceV2", {counting({3}), Tensor::list(Ints{0, 0}), Tensor::list(Ints{1, 1})}})),
                HasSubstr("there are 2 begins; the input has 1 dimensions"));
    const auto types = infer(
        "StridedSliceV2",
        {{{ACL_FLOAT, {2, 3, 4}}}, {{ACL_INT64, {1}}}, {{ACL_INT64, {1}}}, {{ACL_INT64, {1}}, Tensor::list(Ints{1})}});
    ASSERT_TRUE(types.ok()) << types.status().message();
    EXPECT_EQ((*types)[0].shape, Shape({2, -1, 4}));
}

TEST(ShapePad, RandomBordersOfEveryModeAndType) {
    Dice dice;
    for (int round = 0; round < 300; ++round) {
        const Tensor x =
            dice.tensor(any_type(dice), dice.shape(static_cast<size_t>(dice.between(1, 4)), 4, false), true);
        const Tensor value = dice.tensor(x.dtype(), {});
        const char* mode = std::array<const char*, 4>{"constant", "reflect", "symmetric",
                                                      "edge"}[static_cast<size_t>(dice.between(0, 3))];
        const bool constant = std::string(mode) == "constant";
        Ints before, after, dims;
        for (const int64_t dim : x.shape()) {
            const int64_t most = std::string(mode) == "reflect" ? dim - 1 : std::string(mode) == "symmetric" ? dim : 3;
            before.push_back(dice.between(-1, most));
            after.push_back(dice.between(std::max<int64_t>(-1, -dim - before.back()), most));
            dims.push_back(dim + before.back() + after.back());
        }
        const Tensor expected = moved(
            x, Shape(dims),
            [&](auto place) -> std::optional<std::vector<int64_t>> {
                for (size_t i = 0; i < place.size(); ++i) {
                    const int64_t size = x.shape()[i];
                    int64_t at = place[i] - before[i];
                    if (constant && (at < 0 || at >= size)) {
                        return std::nullopt;
                    }
                    if (std::string(mode) == "edge") {
                        at = std::clamp<int64_t>(at, 0, size - 1);
                    } else if (std::string(mode) == "reflect") {
                        at = at < 0 ? -at : at >= size ? 2 * (size - 1) - at : at;
                    } else {
                        at = at < 0 ? -at - 1 : at >= size ? 2 * size - 1 - at : at;
                    }
                    place[i] = at;
                }
                return place;
            },
            &value);
        Ints list = before;
        list.insert(list.end(), after.begin(), after.end());
        const Tensor y = run_one(
            {"PadV3", {x, Tensor::list(list), value}, {{"mode", std::string(mode)}, {"paddings_contiguous", false}}});
        ASSERT_TRUE(same(y, expected)) << mode << " " << x.type().text() << " " << Shape(list);
        Ints pairs;
        for (size_t i = 0; i < before.size(); ++i) {
            pairs.insert(pairs.end(), {before[i], after[i]});
        }
        const Tensor paddings = Tensor::of({static_cast<int64_t>(before.size()), 2}, pairs);
        ASSERT_TRUE(same(run_one({"PadV3", {x, paddings, value}, {{"mode", std::string(mode)}}}), expected));
        if (constant) {
            ASSERT_TRUE(same(run_one({"PadV2", {x, paddings, value}}), expected));
        } else if (std::string(mode) == "reflect") {
            ASSERT_TRUE(same(run_one({"MirrorPad", {x, paddings}, {{"mode", std::string("REFLECT")}}}), expected));
        }
    }
    EXPECT_THAT(elements<int32_t>(run_one({"Pad", {counting({2}), Tensor::list(Ints{1, 2})}})),
                ElementsAre(0, 0, 1, 0, 0));
}

TEST(ShapePad, SentencesOfWhatDoesNotFit) {
    const auto failure = [](const Shape& x, const Ints& pads, const char* mode) {
        return sentence(run({"PadV3", {counting(x), Tensor::list(pads)}, {{"mode", std::string(mode)}}}));
    };
    EXPECT_THAT(failure({3}, {1}, "constant"), HasSubstr("there are 1 paddings; expected two for each of 1"));
    EXPECT_THAT(failure({3}, {-2, -2}, "constant"), HasSubstr("-2 and -2 do not fit to dimension 0 of [3]"));
    EXPECT_THAT(failure({3}, {3, 0}, "reflect"), HasSubstr("3 and 0 do not fit"));
    EXPECT_THAT(failure({0}, {1, 0}, "edge"), HasSubstr("do not fit"));
    EXPECT_THAT(failure({3}, {1, 0}, "wrap"), HasSubstr("the attribute mode is 'wrap'"));
    EXPECT_THAT(failure({3}, {INT64_MAX, 0}, "constant"), HasSubstr("are not possible"));
    EXPECT_THAT(sentence(run({"PadV3", {counting({3}), Tensor::list(Ints{1, 1}), Tensor::scalar(1.0F)}})),
                HasSubstr("x and constant_values are int32 and float32"));
    EXPECT_THAT(sentence(run({"PadV3", {counting({3}), Tensor::list(Ints{1, 1}), counting({2})}})),
                HasSubstr("constant_values has the shape [2]; expected one value"));
}

TEST(ShapeExpand, BroadcastsBothSides) {
    Dice dice;
    for (int round = 0; round < 100; ++round) {
        const Shape shape = dice.shape(static_cast<size_t>(dice.between(0, 4)), 4);
        const Tensor x = dice.tensor(any_type(dice), dice.broadcasting_to(shape), true);
        const Tensor expected = moved(x, shape, [&](const auto& place) {
            std::vector<int64_t> own(place.end() - static_cast<std::ptrdiff_t>(x.shape().rank()), place.end());
            for (size_t i = 0; i < own.size(); ++i) {
                own[i] = x.shape()[i] == 1 ? 0 : own[i];
            }
            return own;
        });
        ASSERT_TRUE(same(run_one({"Expand", {x, Tensor::list(shape.dims())}}), expected));
        ASSERT_TRUE(same(run_one({"BroadcastTo", {x, Tensor::list(shape.dims())}}), expected));
    }
    EXPECT_EQ(run_one({"Expand", {counting({3, 1}), Tensor::list(Ints{1, 2})}}).shape(), Shape({3, 2}));
    EXPECT_THAT(sentence(run({"BroadcastTo", {counting({3, 1}), Tensor::list(Ints{1, 2})}})),
                HasSubstr("the shape [3,1] does not broadcast to [1,2]"));
    EXPECT_THAT(sentence(run({"Expand", {counting({3}), Tensor::list(Ints{2})}})), HasSubstr("do not broadcast"));
    EXPECT_THAT(sentence(run({"Expand", {counting({3}), Tensor::list(Ints{-1})}})), HasSubstr("negative dimension"));
}

TEST(ShapeTile, RepeatsEachDimension) {
    Dice dice;
    for (int round = 0; round < 100; ++round) {
        const Tensor x = dice.tensor(any_type(dice), dice.shape(static_cast<size_t>(dice.between(0, 4)), 3), true);
        Ints multiples, dims;
        for (const int64_t dim : x.shape()) {
            multiples.push_back(dice.between(0, 3));
            dims.push_back(dim * multiples.back());
        }
        const Tensor expected = moved(x, Shape(dims), [&](auto place) {
            for (size_t i = 0; i < place.size(); ++i) {
                place[i] %= x.shape()[i];
            }
            return place;
        });
        ASSERT_TRUE(same(run_one({"Tile", {x, Tensor::list(multiples)}}), expected));
    }
    EXPECT_THAT(sentence(run({"Tile", {counting({3}), Tensor::list(Ints{1, 1})}})), HasSubstr("2 multiples"));
    EXPECT_THAT(sentence(run({"Tile", {counting({3}), Tensor::list(Ints{-1})}})), HasSubstr("the multiple -1"));
    EXPECT_THAT(sentence(run({"Tile", {counting({3}), Tensor::list(Ints{INT64_MAX})}})), HasSubstr("not possible"));
}

TEST(ShapeFill, OneValueEverywhere) {
    const Tensor y = run_one({"Fill", {Tensor::list(Ints{2, 3}), Tensor::scalar<int16_t>(-5)}});
    EXPECT_EQ(y.type().text(), "int16[2,3]");
    EXPECT_THAT(elements<int16_t>(y), ::testing::Each(-5));
    EXPECT_EQ(run_one({"Fill", {Tensor::list(Ints{}), Tensor::scalar(1.0F)}}).shape(), Shape({}));
    EXPECT_EQ(run_one({"Fill", {Tensor::list(Ints{0}), Tensor::scalar(1.0F)}}).elements(), 0);
    EXPECT_THAT(sentence(run({"Fill", {Tensor::list(Ints{-1}), Tensor::scalar(1.0F)}})),
                HasSubstr("negative dimension"));
    EXPECT_THAT(sentence(run({"Fill", {Tensor::list(Ints{1}), Tensor::list<float>({1, 2})}})),
                HasSubstr("expected one value"));
    EXPECT_THAT(sentence(run({"Fill", {Tensor::list(Ints{1 << 30, 1 << 30, 1 << 30}), Tensor::scalar(1.0F)}})),
                HasSubstr("too large"));
    for (const aclDataType type : kAllTypes) {
        EXPECT_THAT(numbers(run_one({"ZerosLike", {counting({3}, type)}})), ElementsAre(0, 0, 0));
        EXPECT_THAT(numbers(run_one({"OnesLike", {counting({3}, type)}})), ElementsAre(1, 1, 1));
    }
}

TEST(ShapeFill, ConstantsAreTheirValue) {
    const Tensor value = counting({2, 2}, ACL_FLOAT16);
    EXPECT_TRUE(same(run_one({"Const", {}, {{"value", value}}}), value));
    EXPECT_THAT(sentence(run({"Const", {}})), HasSubstr("no type of a constant"));
}

}  // namespace
}  // namespace softacl::ops
