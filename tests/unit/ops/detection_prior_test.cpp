// SPDX-License-Identifier: Apache-2.0
// Normalize, MVN, PriorBox and CpuReorg against their formulas.
#include <array>

#include "nn_support.h"
#include "unit/ops/detection_support.h"

namespace softacl::ops {
namespace {

TEST(DetectionNormalize, IsTheFormula) {
    Dice dice(41);
    for (const bool across : {false, true}) {
        for (const bool shared : {false, true}) {
            const Shape shape = {dice.number(1, 3), dice.number(1, 5), dice.number(1, 4), dice.number(1, 4)};
            const Tensor x = dice.floats(shape, -3, 3);
            const Tensor scale = dice.floats(shared ? Shape{1} : Shape{shape[1]}, 1, 20);
            const auto in = x.to_floats();
            const auto factor = scale.to_floats();
            const int64_t plane = shape[2] * shape[3];
            const int64_t image = shape[1] * plane;
            std::vector<double> wanted;
            for (int64_t i = 0; i < shape.elements(); ++i) {
                double sum = 0.5;  // eps
                for (int64_t k = i / image * image; k < i / image * image + image; ++k) {
                    if (across || k % plane == i % plane) {
                        sum += std::pow(static_cast<double>(in[static_cast<size_t>(k)]), 2);
                    }
                }
                const auto channel = static_cast<size_t>(shared ? 0 : i % image / plane);
                wanted.push_back(static_cast<double>(in[static_cast<size_t>(i)]) / std::sqrt(sum) *
                                 static_cast<double>(factor[channel]));
            }
            NnCall call("Normalize");
            call.variable(x).input(scale).attr("across_spatial", across).attr("channel_shared", shared);
            expect_near(call.attr("eps", 0.5F).run(), wanted, 1e-5);
        }
    }
    const Tensor half = converted(Tensor::of<float>({1, 2, 1, 1}, {3, 4}), ACL_FLOAT16);
    const Tensor one = converted(Tensor::list<float>({10}), ACL_FLOAT16);
    expect_near(NnCall("Normalize").variable(half).input(one).run(), {6, 8}, 1e-2);
}

TEST(DetectionNormalize, RefusesAScaleThatDoesNotFit) {
    const auto failure = [](bool shared, int64_t count) {
        return NnCall("Normalize")
            .typed(ACL_FLOAT, {1, 4, 2, 2})
            .typed(ACL_FLOAT, {count})
            .attr("channel_shared", shared)
            .failure();
    };
    EXPECT_NE(failure(true, 4).find("expected 1 elements"), std::string::npos) << failure(true, 4);
    EXPECT_NE(failure(false, 1).find("expected 4 elements"), std::string::npos) << failure(false, 1);
    EXPECT_EQ(failure(false, 4), "");
    EXPECT_NE(NnCall("Normalize").typed(ACL_FLOAT, {4}).typed(ACL_FLOAT, {1}).failure(), "");
    EXPECT_NE(NnCall("Normalize").typed(ACL_FLOAT, {1, 1}).typed(ACL_FLOAT16, {1}).failure(), "");
}

TEST(DetectionMvn, IsTheFormula) {
    Dice dice(42);
    for (const bool across : {false, true}) {
        for (const bool variance : {false, true}) {
            const Shape shape = {dice.number(1, 3), dice.number(1, 4), dice.number(1, 4), dice.number(2, 5)};
            const Tensor x = dice.floats(shape, -3, 9);
            const auto in = x.to_floats();
            const auto count = static_cast<size_t>(across ? shape.elements(1, 4) : shape.elements(2, 4));
            std::vector<double> wanted;
            for (size_t row = 0; row < in.size(); row += count) {
                double mean = 0;
                double squares = 0;
                for (size_t i = 0; i < count; ++i) {
                    mean += static_cast<double>(in[row + i]) / static_cast<double>(count);
                }
                for (size_t i = 0; i < count; ++i) {
                    squares += std::pow(static_cast<double>(in[row + i]) - mean, 2) / static_cast<double>(count);
                }
                for (size_t i = 0; i < count; ++i) {
                    wanted.push_back((static_cast<double>(in[row + i]) - mean) /
                                     (variance ? std::sqrt(squares) + 0.25 : 1));
                }
            }
            NnCall call("MVN");
            call.variable(x).attr("across_channels", across).attr("normalize_variance", variance);
            expect_near(call.attr("eps", 0.25F).run(), wanted, 1e-5);
        }
    }
    EXPECT_NE(NnCall("MVN").typed(ACL_FLOAT, {4}).failure(), "");
    EXPECT_EQ(NnCall("MVN").variable(Tensor::of<float>({2, 3, 0, 4}, {})).run().elements(), 0);
}

NnCall priors(const Shape& x, const Shape& image) {
    NnCall call("PriorBox");
    call.typed(ACL_FLOAT, x).typed(ACL_FLOAT, image);
    return call.attr("min_size", Floats{4}).attr("max_size", Floats{}).attr("aspect_ratio", Floats{});
}

TEST(DetectionPriorBox, OneBoxAtEachPlace) {
    // Places of 10 pixels, boxes of 4, an image of 20 by 10 (width by height).
    expect_near(priors({1, 8, 1, 2}, {1, 3, 10, 20}).attr("variance", Floats{0.1F, 0.2F, 0.3F, 0.4F}).run(),
                {3 / 20.0, 3 / 10.0, 7 / 20.0, 7 / 10.0, 13 / 20.0, 3 / 10.0, 17 / 20.0, 7 / 10.0,  //
                 0.1, 0.2, 0.3, 0.4, 0.1, 0.2, 0.3, 0.4},
                1e-6);
}

TEST(DetectionPriorBox, OrderOfTheBoxes) {
    // Middle (8, 8) of an image of 16: the square of 4, that of sqrt(4 * 9) = 6, ratio 4 (8 by 2), its inverse.
    const std::vector<std::array<double, 2>> sizes = {{4, 4}, {6, 6}, {8, 2}, {2, 8}};
    std::vector<double> wanted;
    for (const auto& [width, height] : sizes) {
        for (const double value : {8 - width / 2, 8 - height / 2, 8 + width / 2, 8 + height / 2}) {
            wanted.push_back(value / 16);
        }
    }
    wanted.resize(32, 0.1);
    const auto call = [] {
        // 1 is there already, and 4 stands twice.
        return priors({1, 8, 1, 1}, {1, 3, 16, 16}).attr("max_size", Floats{9}).attr("aspect_ratio", Floats{1, 4, 4});
    };
    expect_near(call().run(), wanted, 1e-6);
    EXPECT_EQ(call().attr("flip", false).shape(), (Shape{1, 2, 12}));
    EXPECT_EQ(call().attr("min_size", Floats{4, 5}).attr("max_size", Floats{9, 9}).shape(), (Shape{1, 2, 32}));
}

TEST(DetectionPriorBox, StepOffsetImageAndClip) {
    const auto call = [] {
        return priors({1, 8, 1, 2}, {1, 3, 7, 7})
            .attr("img_h", int64_t{10})
            .attr("img_w", int64_t{20})
            .attr("step_w", 16.0F)
            .attr("step_h", 1.0F)
            .attr("offset", 1.0F);
    };
    expect_near(call().run(),
                {14 / 20.0, -1 / 10.0, 18 / 20.0, 3 / 10.0, 30 / 20.0, -1 / 10.0, 34 / 20.0, 3 / 10.0,  //
                 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1},
                1e-6);
    expect_near(call().attr("clip", true).run(),
                {14 / 20.0, 0, 18 / 20.0, 3 / 10.0, 1, 0, 1, 3 / 10.0,  //
                 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1},
                1e-6);
}

TEST(DetectionPriorBox, RefusesWhatDoesNotFit) {
    const auto failure = [](const char* attr, Attr value) {
        return priors({1, 8, 1, 2}, {1, 3, 7, 7}).attr(attr, std::move(value)).failure();
    };
    EXPECT_EQ(failure("offset", 0.25F), "");
    EXPECT_NE(failure("min_size", Floats{}).find("at least one"), std::string::npos);
    EXPECT_NE(failure("min_size", Floats{0}), "");
    EXPECT_NE(failure("max_size", Floats{4}).find("a larger max_size"), std::string::npos);
    EXPECT_NE(failure("max_size", Floats{5, 6}), "");
    EXPECT_NE(failure("aspect_ratio", Floats{-1}), "");
    EXPECT_NE(failure("variance", Floats{0.1F, 0.1F}).find("expected 1 or 4"), std::string::npos);
    EXPECT_NE(failure("variance", Floats{0}), "");
    EXPECT_NE(failure("step_h", -1.0F), "");
    EXPECT_NE(failure("img_w", int64_t{-1}), "");
    EXPECT_NE(priors({1, 8, 2}, {1, 3, 7, 7}).failure().find("four dimensions"), std::string::npos);
    EXPECT_EQ(priors({1, 8, -1, 2}, {1, 3, 7, 7}).shape(), (Shape{1, 2, -1}));
}

TEST(DetectionPriorBox, ImportBecomesAConstant) {
    TestImporter graph;
    const ValueRef x = graph.input({ACL_FLOAT, {-1, 8, 1, 2}});
    const ValueRef image = graph.input({ACL_FLOAT, {-1, 3, 10, 20}});
    const auto outputs =
        graph.import_caffe("PriorBox", {x, image},
                           {{"min_size", Floats{4}}, {"step", 10.0F}, {"variance", Floats{0.1F, 0.2F, 0.3F, 0.4F}}});
    ASSERT_TRUE(outputs.ok()) << outputs.status().message();
    ASSERT_NE(graph.constant(outputs->front()), nullptr);
    expect_near(*graph.constant(outputs->front()),
                {3 / 20.0, 3 / 10.0, 7 / 20.0, 7 / 10.0, 13 / 20.0, 3 / 10.0, 17 / 20.0, 7 / 10.0,  //
                 0.1, 0.2, 0.3, 0.4, 0.1, 0.2, 0.3, 0.4},
                1e-6);
    EXPECT_FALSE(graph.import_caffe("PriorBox", {x, image}, {}).ok()) << "min_size is missing";
    EXPECT_FALSE(graph.import_caffe("PriorBox", {x}, {{"min_size", Floats{4}}}).ok());
}

TEST(DetectionReorg, ReadsItsInputAsLargerImages) {
    Dice dice(43);
    for (int round = 0; round < 8; ++round) {
        const int64_t stride = dice.number(1, 3);
        const Shape shape = {dice.number(1, 2), stride * stride * dice.number(1, 3), stride * dice.number(1, 3),
                             stride * dice.number(1, 3)};
        std::vector<float> values(static_cast<size_t>(shape.elements()));
        for (size_t i = 0; i < values.size(); ++i) {
            values[i] = static_cast<float>(i);
        }
        // The published loop: for each element of the shape [c, h, w], a place in [c / s / s, h * s, w * s].
        std::vector<double> wanted(values.size());
        const int64_t c = shape[1];
        const int64_t h = shape[2];
        const int64_t w = shape[3];
        const int64_t fewer = c / (stride * stride);
        for (int64_t n = 0; n < shape[0]; ++n) {
            for (int64_t k = 0; k < c; ++k) {
                for (int64_t j = 0; j < h; ++j) {
                    for (int64_t i = 0; i < w; ++i) {
                        const int64_t part = k / fewer;
                        const int64_t column = i * stride + part % stride;
                        const int64_t row = j * stride + part / stride;
                        const int64_t from = column + w * stride * (row + h * stride * (k % fewer + fewer * n));
                        wanted[static_cast<size_t>(i + w * (j + h * (k + c * n)))] = static_cast<double>(from);
                    }
                }
            }
        }
        const Tensor y = NnCall("CpuReorg").variable(Tensor::of<float>(shape, values)).attr("stride", stride).run();
        EXPECT_EQ(y.shape(), (Shape{shape[0], c * stride * stride, h / stride, w / stride}));
        expect_near(y, wanted, 0);
    }
    const auto failure = [](const Shape& shape, int64_t stride) {
        return NnCall("CpuReorg").typed(ACL_FLOAT, shape).attr("stride", stride).failure();
    };
    EXPECT_EQ(failure({1, 4, 2, 2}, 2), "");
    EXPECT_NE(failure({1, 2, 2, 2}, 2).find("channels divided by 4"), std::string::npos);
    EXPECT_NE(failure({1, 4, 2, 3}, 2), "");
    EXPECT_NE(failure({1, 4, 2, 2}, 0), "");
    EXPECT_NE(failure({4, 2, 2}, 2), "");
}

TEST(DetectionPermute, ImportNamesTheFirstAxes) {
    TestImporter graph;
    const ValueRef x = graph.input({ACL_FLOAT, {2, 3, 4, 5}});
    for (const auto& [order, shape] : {std::pair<Ints, Shape>{{0, 2, 3, 1}, {2, 4, 5, 3}}, {{1}, {3, 2, 4, 5}}}) {
        const auto outputs = graph.import_caffe("Permute", {x}, {{"order", order}});
        ASSERT_TRUE(outputs.ok()) << outputs.status().message();
        EXPECT_EQ(graph.type(outputs->front()).shape, shape);
    }
    EXPECT_FALSE(graph.import_caffe("Permute", {x}, {{"order", Ints{0, 4}}}).ok());
    EXPECT_FALSE(graph.import_caffe("Permute", {x}, {{"order", Ints{1, 1}}}).ok());
}

}  // namespace
}  // namespace softacl::ops
