// SPDX-License-Identifier: Apache-2.0
// Softmax, LRN and the norms against their formulas in double.
#include "nn_support.h"

namespace softacl::ops {
namespace {

std::vector<double> doubles(const Tensor& tensor) {
    const auto floats = tensor.to_floats();
    return {floats.begin(), floats.end()};
}

/// Calls `row` with the positions of each row of [outer, count, inner].
template <class Row>
void for_rows(const Shape& shape, size_t first, size_t last, Row&& row) {
    const int64_t inner = shape.elements(last, shape.rank());
    const int64_t count = shape.elements(first, last);
    for (int64_t i = 0; i < shape.elements(0, first) * inner; ++i) {
        std::vector<size_t> places;
        for (int64_t k = 0; k < count; ++k) {
            places.push_back(static_cast<size_t>((i / inner * count + k) * inner + i % inner));
        }
        row(places);
    }
}

std::vector<double> softmax(const Tensor& x, size_t first, size_t last, bool logarithm) {
    const auto in = doubles(x);
    std::vector<double> y(in.size());
    for_rows(x.shape(), first, last, [&](const std::vector<size_t>& places) {
        double sum = 0;
        for (const size_t place : places) {
            sum += std::exp(in[place]);
        }
        for (const size_t place : places) {
            y[place] = logarithm ? in[place] - std::log(sum) : std::exp(in[place]) / sum;
        }
    });
    return y;
}

TEST(NnSoftmax, IsTheFormula) {
    Dice dice(31);
    int fast = 0;
    const Shape shape = {2, 5, 4, 7};
    for (const auto& [axes, first, last] :
         {std::tuple<Ints, size_t, size_t>{{-1}, 3, 4}, {{1}, 1, 2}, {{0}, 0, 1}, {{2, 3}, 2, 4}, {{-1, 1, 2}, 1, 4}}) {
        const Tensor x = dice.floats(shape, -6, 6);
        for (const bool logarithm : {false, true}) {
            NnCall call(logarithm ? "LogSoftmaxV2" : "SoftmaxV2");
            call.variable(x).attr("axes", axes);
            expect_near(call.run(), softmax(x, first, last, logarithm), 2e-6);
            fast += expect_fast_like_reference(call, 1e-5, text(Shape(axes)));
        }
    }
    EXPECT_TRUE(fast >= 6 || !has_fast_kernels()) << fast << "; expected all whose axes end at the last dimension";
}

TEST(NnSoftmax, LargeNumbersAndOtherTypes) {
    const Tensor x = Tensor::of<float>({1, 3}, {10000, 10001, -INFINITY});
    const double e = std::exp(1.0);
    NnCall call("SoftmaxV2");
    call.variable(x);
    expect_near(call.run(), {1 / (1 + e), e / (1 + e), 0}, 1e-6);
    expect_fast_like_reference(call, 1e-6);
    const Tensor half = converted(Tensor::list<float>({1, 2, 3}), ACL_FLOAT16);
    EXPECT_EQ(NnCall("SoftmaxV2").variable(half).run().dtype(), ACL_FLOAT16);
    const Tensor wide = NnCall("SoftmaxV2").variable(half).attr("half_to_float", true).run();
    EXPECT_EQ(wide.dtype(), ACL_FLOAT);
    expect_near(wide, softmax(half, 0, 1, false), 1e-6);
    EXPECT_EQ(NnCall("SoftmaxV2").variable(Tensor::of<float>({0, 4}, {})).run().elements(), 0);
}

TEST(NnSoftmax, RefusesWhatDoesNotFit) {
    const auto failure = [](Ints axes) {
        return NnCall("SoftmaxV2").typed(ACL_FLOAT, {2, 3, 4}).attr("axes", std::move(axes)).failure();
    };
    EXPECT_NE(failure({3}).find("axis 3 is outside [-3, 3)"), std::string::npos) << failure({3});
    EXPECT_NE(failure({0, 2}).find("[0,2] do not lie side by side"), std::string::npos) << failure({0, 2});
    EXPECT_NE(failure({1, -2}), "");
}

TEST(NnHardMax, MarksTheFirstMaximum) {
    const Tensor x = Tensor::of<float>({2, 3}, {1, 5, 5, -1, -2, -1});
    EXPECT_EQ(NnCall("HardMax").variable(x).run().to_ints(), (Ints{0, 1, 0, 1, 0, 0}));
    EXPECT_EQ(NnCall("HardMax").variable(x).attr("axis", int64_t{0}).run().to_ints(), (Ints{1, 1, 1, 0, 0, 0}));
    EXPECT_NE(NnCall("HardMax").variable(x).attr("axis", int64_t{2}).failure().find("axis 2"), std::string::npos);
}

TEST(NnLrn, IsTheFormula) {
    Dice dice(32);
    int fast = 0;
    for (const int64_t radius : {0, 1, 2, 5}) {
        for (const float beta : {0.75F, 1.0F, 0.5F}) {
            const Shape shape = {2, 9, 3, 4};
            const Tensor x = dice.floats(shape, -3, 3);
            const auto in = doubles(x);
            std::vector<double> wanted(in.size());
            for (int64_t i = 0; i < shape.elements(); ++i) {
                const int64_t channel = i / 12 % 9;
                double sum = 0;
                for (int64_t c = std::max<int64_t>(0, channel - radius); c <= std::min<int64_t>(8, channel + radius);
                     ++c) {
                    const double value = in[static_cast<size_t>(i + (c - channel) * 12)];
                    sum += value * value;
                }
                wanted[static_cast<size_t>(i)] =
                    in[static_cast<size_t>(i)] / std::pow(1.5 + 0.125 * sum, static_cast<double>(beta));
            }
            NnCall call("LRN");
            call.variable(x).attr("depth_radius", radius).attr("bias", 1.5F).attr("alpha", 0.125F).attr("beta", beta);
            expect_near(call.run(), wanted, 1e-6);
            fast += expect_fast_like_reference(call, 1e-5, text("radius ", radius, " beta ", beta));
        }
    }
    EXPECT_TRUE(fast > 0 || !has_fast_kernels());
    EXPECT_NE(NnCall("LRN").typed(ACL_FLOAT, {2, 3}).failure().find("input x has the shape [2,3]"), std::string::npos);
    EXPECT_NE(NnCall("LRN")
                  .typed(ACL_FLOAT, {2, 3, 4})
                  .attr("norm_region", std::string("WITHIN_CHANNEL"))
                  .failure()
                  .find("norm_region is WITHIN_CHANNEL"),
              std::string::npos);
    EXPECT_NE(NnCall("LRN").typed(ACL_FLOAT, {2, 3, 4}).attr("depth_radius", int64_t{-1}).failure().find("-1"),
              std::string::npos);
}

TEST(NnBatchNorm, MovesAndScalesChannels) {
    Dice dice(33);
    for (const Shape& shape : {Shape{2, 5, 3, 4}, Shape{3, 5}, Shape{2, 5, 7}}) {
        const Tensor x = dice.floats(shape);
        const Tensor mean = dice.floats({5});
        const Tensor variance = dice.floats({5}, 0.5F, 2);
        const Tensor scale = dice.floats({5});
        const Tensor offset = dice.floats({5});
        for (const float momentum : {1.0F, 4.0F, 0.0F}) {
            const double factor = momentum == 0 ? 0 : 1 / static_cast<double>(momentum);
            for (const bool affine : {true, false}) {
                std::vector<double> wanted;
                for (int64_t i = 0; i < shape.elements(); ++i) {
                    const auto c = static_cast<size_t>(i / shape.elements(2, shape.rank()) % 5);
                    const double normal = (doubles(x)[static_cast<size_t>(i)] - doubles(mean)[c] * factor) /
                                          std::sqrt(doubles(variance)[c] * factor + 0.25);
                    wanted.push_back(affine ? normal * doubles(scale)[c] + doubles(offset)[c] : normal);
                }
                NnCall call("BNInference");
                call.variable(x).input(mean).input(variance).input(Tensor::scalar(momentum));
                if (affine) {
                    call.input(scale).input(offset);
                }
                expect_near(call.attr("epsilon", 0.25F).run(), wanted, 1e-5);
            }
        }
    }
    // Statistics in float32 beside a float16 tensor.
    NnCall mixed("BNInference");
    mixed.variable(converted(Tensor::of<float>({1, 1, 2}, {1, 3}), ACL_FLOAT16));
    mixed.input(Tensor::list<float>({1})).input(Tensor::list<float>({4})).input(Tensor::scalar(1.0F));
    expect_near(mixed.attr("epsilon", 0.0F).run(), {0, 1}, 1e-3);
}

TEST(NnBatchNorm, RefusesWhatDoesNotFit) {
    const auto call = [](Shape x, Shape mean, Shape momentum) {
        NnCall c("BNInference");
        c.typed(ACL_FLOAT, std::move(x)).typed(ACL_FLOAT, std::move(mean)).typed(ACL_FLOAT, {5});
        return c.typed(ACL_FLOAT, std::move(momentum));
    };
    EXPECT_EQ(call({2, 5, 3}, {5}, {1}).failure(), "");
    EXPECT_EQ(call({2, -1, 3}, {4}, {}).failure(), "");
    EXPECT_NE(call({2, 5, 3}, {4}, {}).failure().find("the input mean has the shape [4]; expected 5"),
              std::string::npos);
    EXPECT_NE(call({5}, {5}, {}).failure().find("the input x has the shape [5]"), std::string::npos);
    EXPECT_NE(call({2, 5}, {5}, {2}).failure().find("the input momentum"), std::string::npos);
    EXPECT_NE(call({2, 5}, {5}, {}).attr("use_global_stats", false).failure().find("use_global_stats"),
              std::string::npos);
}

struct Normal {
    std::vector<double> y, mean, variance;
};
/// Rows [first, last) of axes after the tensor was seen as `shape`.
Normal normalized(const std::vector<double>& in, int64_t rows, double epsilon) {
    Normal n;
    const size_t count = in.size() / static_cast<size_t>(rows);
    for (size_t row = 0; row < in.size(); row += count) {
        double mean = 0;
        double variance = 0;
        for (size_t i = row; i < row + count; ++i) {
            mean += in[i] / static_cast<double>(count);
        }
        for (size_t i = row; i < row + count; ++i) {
            variance += (in[i] - mean) * (in[i] - mean) / static_cast<double>(count);
        }
        for (size_t i = row; i < row + count; ++i) {
            n.y.push_back((in[i] - mean) / std::sqrt(variance + epsilon));
        }
        n.mean.push_back(mean);
        n.variance.push_back(variance);
    }
    return n;
}

TEST(NnLayerNorm, IsTheFormula) {
    Dice dice(34);
    const Shape shape = {2, 3, 5, 7};
    for (int64_t first = 0; first < 4; ++first) {
        for (int64_t params = first; params < 4; ++params) {
            const Tensor x = dice.floats(shape);
            const Shape rest(Ints(shape.begin() + params, shape.end()));
            const Tensor gamma = dice.floats(rest);
            const Tensor beta = dice.floats(rest);
            Normal wanted = normalized(doubles(x), shape.elements(0, static_cast<size_t>(first)), 0.125);
            for (size_t i = 0; i < wanted.y.size(); ++i) {
                const size_t at = i % static_cast<size_t>(rest.elements());
                wanted.y[i] = wanted.y[i] * doubles(gamma)[at] + doubles(beta)[at];
            }
            NnCall call("LayerNorm", 3);
            call.variable(x).input(gamma).input(beta).attr("epsilon", 0.125F);
            call.attr("begin_norm_axis", first - 4).attr("begin_params_axis", params);
            const auto outputs = call.run_all();
            expect_near(outputs[0], wanted.y, 1e-5);
            expect_near(outputs[1], wanted.mean, 1e-5);
            expect_near(outputs[2], wanted.variance, 1e-5);
            EXPECT_EQ(outputs[1].shape().rank(), 4U);
            NnCall alone("LayerNorm", 1);
            alone.variable(x).input(gamma).input(beta).attr("epsilon", 0.125F);
            alone.attr("begin_norm_axis", first).attr("begin_params_axis", params);
            expect_near(alone.run(), wanted.y, 1e-5);
        }
    }
    const auto call = [](Shape gamma, int64_t first, int64_t params) {
        NnCall c("LayerNorm");
        c.typed(ACL_FLOAT, {2, 3, 4}).typed(ACL_FLOAT, gamma).typed(ACL_FLOAT, gamma);
        return c.attr("begin_norm_axis", first).attr("begin_params_axis", params).failure();
    };
    EXPECT_NE(call({3}, 2, 2).find("the input gamma has the shape [3]; expected 4"), std::string::npos);
    EXPECT_NE(call({4}, 3, 3).find("axis 3 is outside"), std::string::npos);
    EXPECT_NE(call({3, 4}, 2, 1).find("begin_params_axis is 1"), std::string::npos);
}

TEST(NnInstanceNorm, NormalisesEachChannel) {
    Dice dice(35);
    for (const Shape& shape : {Shape{2, 3, 40}, Shape{2, 3, 5, 4}, Shape{1, 3, 2, 3, 4}}) {
        const Tensor x = dice.floats(shape);
        const Tensor gamma = dice.floats({3});
        const Tensor beta = dice.floats({3});
        Normal wanted = normalized(doubles(x), shape.elements(0, 2), 0.5);
        for (size_t i = 0; i < wanted.y.size(); ++i) {
            const size_t c = i / static_cast<size_t>(shape.elements(2, shape.rank())) % 3;
            wanted.y[i] = wanted.y[i] * doubles(gamma)[c] + doubles(beta)[c];
        }
        NnCall call("InstanceNorm");
        call.variable(x).input(gamma).input(beta).attr("epsilon", 0.5F).attr("data_format", std::string("NCHW"));
        const auto outputs = call.run_all();
        expect_near(outputs[0], wanted.y, 1e-5);
        expect_near(outputs[1], wanted.mean, 1e-5);
        expect_near(outputs[2], wanted.variance, 1e-5);
    }
    NnCall odd("InstanceNorm");
    odd.typed(ACL_FLOAT, {2, 3, 4})
        .typed(ACL_FLOAT, {4})
        .typed(ACL_FLOAT, {3})
        .attr("data_format", std::string("NCHW"));
    EXPECT_NE(odd.failure().find("the input gamma has the shape [4]; expected 3"), std::string::npos);
    EXPECT_NE(odd.attr("data_format", std::string("NHWC")).failure().find("data_format is NHWC"), std::string::npos);
}

TEST(NnGroupNorm, NormalisesGroupsOfChannels) {
    Dice dice(36);
    const Shape shape = {2, 6, 5, 4};
    for (const int64_t groups : {1, 2, 3, 6}) {
        const Tensor x = dice.floats(shape);
        const Tensor gamma = dice.floats({6});
        const Tensor beta = dice.floats({6});
        Normal wanted = normalized(doubles(x), 2 * groups, 0.5);
        for (size_t i = 0; i < wanted.y.size(); ++i) {
            wanted.y[i] = wanted.y[i] * doubles(gamma)[i / 20 % 6] + doubles(beta)[i / 20 % 6];
        }
        NnCall call("GroupNorm");
        call.variable(x).input(gamma).input(beta).attr("eps", 0.5F).attr("data_format", std::string("NCHW"));
        const auto outputs = call.attr("num_groups", groups).run_all();
        expect_near(outputs[0], wanted.y, 1e-5);
        expect_near(outputs[1], wanted.mean, 1e-5);
        expect_near(outputs[2], wanted.variance, 1e-5);
    }
    NnCall odd("GroupNorm");
    odd.typed(ACL_FLOAT, shape).typed(ACL_FLOAT, {6}).typed(ACL_FLOAT, {6}).attr("data_format", std::string("NCHW"));
    EXPECT_NE(odd.failure().find("num_groups"), std::string::npos) << "is required";
    EXPECT_NE(odd.attr("num_groups", int64_t{4}).failure().find("num_groups is 4, which does not divide the 6"),
              std::string::npos);
    EXPECT_NE(odd.attr("num_groups", int64_t{0}).failure(), "");
}

}  // namespace
}  // namespace softacl::ops
