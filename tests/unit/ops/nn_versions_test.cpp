// SPDX-License-Identifier: Apache-2.0
// Operators that stand for others, and what those of networks and pictures refuse. NumPy and ONNX Runtime judge results
// in tests/python/ops.
#include <cmath>
#include <limits>

#include "unit/ops/op_tester.h"

namespace softacl::ops {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

TensorType floats(Shape shape) { return {ACL_FLOAT, std::move(shape)}; }
Tensor zeros(Shape shape, aclDataType type = ACL_FLOAT) {
    void* data = nullptr;
    return Tensor::zeros({type, std::move(shape), ACL_FORMAT_ND}, &data);
}

TEST(NnVersions, SentencesNameTheOperatorThatWasCalled) {
    const Attrs attrs = {{"ksize", Ints{1, 2, 2, 2}}, {"strides", Ints{1, 1, 1, 1}}, {"padding", std::string("VALID")}};
    const std::string why = sentence(infer("MaxPool", {{floats({1, 4, 4, 3})}}, attrs));
    EXPECT_THAT(why, StartsWith("node 'test' (MaxPool): "));
    EXPECT_THAT(why, HasSubstr("expected 1 for batch and channels"));
}

TEST(NnVersions, UnknownDimensionsStayUnknown) {
    const Attrs pool = {{"ksize", Ints{1, 2, 2, 1}}, {"strides", Ints{1, 2, 2, 1}}, {"padding", std::string("VALID")}};
    const auto shape = [](const char* op, const std::vector<TestInput>& inputs, Attrs attrs, size_t outputs = 1) {
        const auto types = infer(op, inputs, std::move(attrs), outputs);
        EXPECT_TRUE(types.ok()) << sentence(types);
        return types.ok() ? (*types)[0].shape : Shape{};
    };
    EXPECT_EQ(shape("AvgPool", {{floats({-1, 8, -1, 3})}}, pool), (Shape{-1, 4, -1, 3}));
    EXPECT_EQ(shape("Dilation2D", {{floats({2, -1, 6, -1})}, {floats({2, 2, 3})}},
                    {{"strides", Ints{1, 1, 1, 1}}, {"rates", Ints{1, 1, 1, 1}}}),
              (Shape{2, -1, 6, -1}));
    EXPECT_EQ(shape("GridSampler2D", {{floats({-1, 3, -1, -1})}, {floats({2, 4, -1, 2})}}, {}), (Shape{2, 3, 4, -1}));
    EXPECT_EQ(shape("ResizeBilinearV2", {{floats({1, 4, 4, 3})}, {{ACL_INT32, {2}}}}, {}), (Shape{1, -1, -1, 3}));
    EXPECT_EQ(shape("NonMaxSuppressionV3",
                    {{floats({-1, 4})}, {floats({-1})}, {{ACL_INT32, {1}}}, {floats({1})}, {floats({1})}}, {}),
              (Shape{-1}));
    EXPECT_EQ(shape("CommonLSTM", {{floats({-1, 2, -1})}, {floats({1, 12, -1})}, {floats({1, 12, 3})}},
                    {{"hidden_size", int64_t{3}}}, 3),
              (Shape{-1, 1, 2, 3}));
}

/// The same numbers with the axes in another order.
Tensor turned(const Tensor& from, const std::vector<size_t>& order, aclFormat format) {
    std::vector<int64_t> dims;
    for (const size_t axis : order) {
        dims.push_back(from.shape()[axis]);
    }
    void* data = nullptr;
    const Tensor to = Tensor::zeros({from.dtype(), Shape(dims), format}, &data);
    for (const auto& place : places(to.shape())) {
        std::vector<int64_t> source(place.size());
        for (size_t i = 0; i < order.size(); ++i) {
            source[order[i]] = place[i];
        }
        static_cast<float*>(data)[offset_of(to.shape(), place)] =
            from.data_as<float>()[offset_of(from.shape(), source)];
    }
    return to;
}

TEST(NnVersions, FormatsSayWhereChannelsAre) {
    Dice dice(3);
    const Tensor x = dice.tensor(ACL_FLOAT, {2, 3, 4, 5});
    const Tensor last = turned(x, {0, 2, 3, 1}, ACL_FORMAT_NHWC);
    const Tensor first = turned(x, {0, 1, 2, 3}, ACL_FORMAT_NCHW);
    const Tensor size = Tensor::list<int32_t>({7, 3});
    for (const char* op : {"ResizeBilinearV2", "ResizeNearestNeighborV2", "ResizeBicubic", "ResizeArea"}) {
        const Tensor wanted = run_one({op, {last, size}});
        EXPECT_EQ(wanted.shape(), (Shape{2, 7, 3, 3}));
        const Tensor found = run_one({op, {first, size}});
        EXPECT_TRUE(close(turned(found, {0, 2, 3, 1}, ACL_FORMAT_NHWC), wanted, 1e-6)) << op;
    }
    const std::vector<float> list = {1, 2, 3};
    const auto lists = Tensor::list(list);
    const Attrs norm = {{"epsilon", 0.5F}};
    const Tensor wanted = run_one({"BNInfer", {last, lists, lists, lists, lists}, norm});
    const Tensor found = run_one({"BNInfer", {first, lists, lists, lists, lists}, norm});
    EXPECT_TRUE(close(turned(found, {0, 2, 3, 1}, ACL_FORMAT_NHWC), wanted, 1e-6));
}

TEST(NnVersions, IndexesOutsideAreRefused) {
    const Attrs align = {{"spatial_scale", 1.0F}, {"pooled_height", int64_t{1}}, {"pooled_width", int64_t{1}}};
    for (const float picture : {-1.0F, 2.0F, std::numeric_limits<float>::quiet_NaN(), 1e30F}) {
        const Tensor rois = Tensor::of<float>({1, 5}, {picture, 0, 0, 1, 1});
        EXPECT_THAT(sentence(run({"ROIAlign", {zeros({2, 1, 3, 3}), rois}, align})), HasSubstr("belongs to picture"));
    }
    for (const int32_t length : {-1, 4, std::numeric_limits<int32_t>::max()}) {
        const TestCall call = {
            "CommonGRU",
            {zeros({3, 1, 2}), zeros({1, 6, 2}), zeros({1, 6, 2}), std::nullopt, Tensor::of<int32_t>({1}, {length})},
            {{"hidden_size", int64_t{2}}},
            2};
        EXPECT_THAT(sentence(run(call)), HasSubstr("sequence_lens[0] is"));
    }
}

TEST(NnVersions, HugeAndWildRegionsEnd) {
    const Tensor rois = Tensor::of<float>(
        {3, 5}, {0, -1e30F, -1e30F, 1e30F, 1e30F, 0, NAN, 0, INFINITY, -INFINITY, 0, 1e9F, 1e9F, -1e9F, -1e9F});
    const Attrs attrs = {{"spatial_scale", 1.0F},
                         {"pooled_height", int64_t{1}},
                         {"pooled_width", int64_t{1}},
                         {"sample_num", int64_t{0}}};
    EXPECT_EQ(run_one({"ROIAlign", {zeros({1, 1, 3, 3}), rois}, attrs}).shape(), (Shape{3, 1, 1, 1}));
}

TEST(NnVersions, WhatIsNotSupportedIsSaid) {
    const auto rnn = [](Attrs attrs) {
        return sentence(
            infer("DynamicRNN", {{floats({2, 1, 3})}, {floats({5, 8})}, {floats({8})}}, std::move(attrs), 8));
    };
    EXPECT_EQ(rnn({}), "success");
    EXPECT_THAT(rnn({{"direction", std::string("BIDIRECTIONAL")}}), HasSubstr("the attribute direction has another"));
    EXPECT_THAT(rnn({{"use_peephole", true}}), HasSubstr("the attribute use_peephole has another"));
    EXPECT_THAT(rnn({{"gate_order", std::string("ijff")}}), HasSubstr("gate_order is ijff"));
    EXPECT_THAT(
        sentence(infer("AdjustContrast", {{floats({2, 2, 3})}, {floats({})}}, {{"mean_mode", std::string("chn_y")}})),
        HasSubstr("only chn_wise is supported"));
    EXPECT_THAT(
        sentence(infer("MaxPoolWithArgmax", {{floats({1, 2, 2, 1})}},
                       {{"ksize", Ints{1, 1, 1, 1}}, {"strides", Ints{1, 1, 1, 1}}, {"padding", std::string("SAME")}})),
        HasSubstr("Targmax is 7"));
    EXPECT_THAT(
        sentence(infer("CommonLSTM", {{floats({1, 1, 2})}, {floats({1, 4, 2})}, {floats({1, 4, 1})}},
                       {{"hidden_size", int64_t{1}}, {"activations", Strings{"Sigmoid", "Cosine", "Tanh"}}}, 3)),
        HasSubstr("the activation Cosine does not exist"));
    EXPECT_THAT(sentence(infer("Conv2DBackpropInputD", {{floats({3, 2, 2, 2})}, {floats({1, 3, 4, 4})}},
                               {{"input_size", Ints{1, 2, 9, 5}},
                                {"strides", Ints{1, 1, 1, 1}},
                                {"pads", Ints{0, 0, 0, 0}},
                                {"data_format", std::string("NCHW")}})),
                HasSubstr("pads, strides and filter give 5 to 5"));
}

TEST(NnVersions, YoloFormsNeedNoPlaces) {
    Dice dice(7);
    const auto shares = [&](const Shape& shape) {
        Tensor tensor = zeros(shape);
        auto* numbers = const_cast<float*>(tensor.data_as<float>());
        for (int64_t i = 0; i < tensor.elements(); ++i) {
            numbers[i] = static_cast<float>(dice.between(0, 100)) / 100;
        }
        return tensor;
    };
    // Two boxes in each of 3 * 2 cells, three classes; rows are padded to 32 numbers.
    const auto padded = [](int64_t count) { return (2 * count + 63) / 32 * 16; };
    const std::vector<std::optional<Tensor>> scale = {shares({1, 8, padded(6)}), shares({1, padded(12)}),
                                                      shares({1, 3, padded(12)})};
    const Tensor info = Tensor::of<float>({1, 4}, {96, 64, 96, 64});
    const auto places = zeros({1, 32});
    const auto expect_same = [](const TestCall& base, const TestCall& form) {
        const auto wanted = run(base);
        const auto found = run(form);
        ASSERT_TRUE(wanted.ok() && found.ok()) << sentence(wanted) << sentence(found);
        EXPECT_GT((*wanted)[1].to_ints()[0], 0);
        for (size_t i = 0; i < 2; ++i) {
            EXPECT_TRUE(same((*found)[i], (*wanted)[i]));
        }
    };
    Attrs attrs = {{"biases", Floats{1, 1, 2, 1}}, {"boxes", int64_t{2}},   {"classes", int64_t{3}},
                   {"grids", Ints{2, 3}},          {"obj_threshold", 0.1F}, {"score_threshold", 0.1F}};
    TestCall base = {"YoloV2DetectionOutput", {scale[0], scale[1], scale[2], info}, attrs, 2};
    TestCall form = {"YoloV2DetectionOutputD", {scale[0], scale[1], scale[2], info, places, places}, attrs, 2};
    expect_same(base, form);
    attrs.erase("biases");
    for (const char* name : {"biases_low", "biases_mid", "biases_high"}) {
        attrs.set(name, Floats{10, 10, 20, 10});
    }
    attrs.set("grids", Ints{2, 3, 2, 3, 2, 3});
    base = {"YoloV3DetectionOutput", {}, attrs, 2};
    for (const auto& tensor : scale) {
        base.inputs.insert(base.inputs.end(), 3, tensor);
    }
    base.inputs.emplace_back(info);
    form = base;
    form.op = "YoloV3DetectionOutputD";
    form.inputs.insert(form.inputs.end(), 6, places);
    expect_same(base, form);
}

}  // namespace
}  // namespace softacl::ops
