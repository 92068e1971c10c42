// SPDX-License-Identifier: Apache-2.0
// Functions of one element against the C library in double.
#include "nn_support.h"
#include "ops/nn/activation.h"

namespace softacl::ops {
namespace {

struct Function {
    const char* op;
    Attrs attrs;
    double (*apply)(double);
    bool is_fast = true;
};

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

const std::vector<Function>& functions() {
    static const std::vector<Function> all = {
        {"Relu", {}, [](double x) { return std::max(x, 0.0); }},
        {"Relu6", {}, [](double x) { return std::clamp(x, 0.0, 6.0); }},
        {"LeakyRelu", {{"negative_slope", 0.25F}}, [](double x) { return x < 0 ? x / 4 : x; }},
        {"Elu", {{"alpha", 0.5F}}, [](double x) { return x < 0 ? 0.5 * std::expm1(x) : x; }},
        {"Elu",
         {{"alpha", 0.5F}, {"scale", 2.0F}, {"input_scale", 0.25F}},
         [](double x) { return 2 * (x < 0 ? 0.5 * std::expm1(x / 4) : x); },
         false},
        {"Selu",
         {},
         [](double x) { return 1.0507009873554805 * (x < 0 ? 1.6732632423543772 * std::expm1(x) : x); },
         false},
        {"CeluV2", {{"alpha", 2.0F}}, [](double x) { return x < 0 ? 2 * std::expm1(x / 2) : x; }, false},
        {"ThresholdedRelu", {{"alpha", 0.5F}}, [](double x) { return x > 0.5 ? x : 0; }, false},
        {"Sigmoid", {}, sigmoid},
        {"Tanh", {}, [](double x) { return std::tanh(x); }},
        {"HardSigmoid",
         {{"alpha", 0.25F}, {"beta", 0.375F}},
         [](double x) { return std::clamp(x / 4 + 0.375, 0.0, 1.0); }},
        {"HardSwish", {}, [](double x) { return x * std::clamp(x / 6 + 0.5, 0.0, 1.0); }},
        {"Swish", {}, [](double x) { return x * sigmoid(x); }},
        {"Swish", {{"scale", 1.5F}}, [](double x) { return x * sigmoid(1.5 * x); }, false},
        {"Gelu", {}, [](double x) { return x / 2 * std::erfc(-x / std::sqrt(2.0)); }},
        {"Mish", {}, [](double x) { return x * std::tanh(std::log1p(std::exp(x))); }},
        {"Softplus", {}, [](double x) { return x > 30 ? x : std::log1p(std::exp(x)); }},
        {"Softsign", {}, [](double x) { return x / (1 + std::abs(x)); }, false},
    };
    return all;
}

NnCall call_of(const Function& function, const Tensor& x) {
    NnCall call(function.op);
    call.variable(x);
    for (const auto& [name, value] : function.attrs) {
        call.attr(name, value);
    }
    return call;
}

std::vector<double> applied(const Function& function, const Tensor& x) {
    std::vector<double> wanted;
    for (const float value : x.to_floats()) {
        wanted.push_back(function.apply(static_cast<double>(value)));
    }
    return wanted;
}

TEST(NnActivations, ReferenceIsTheFormula) {
    Dice dice(1);
    for (const Function& function : functions()) {
        for (const Shape& shape : {Shape{3, 5, 7}, Shape{}, Shape{0, 2}, Shape{33}}) {
            for (const auto& [dtype, tolerance] : {std::pair(ACL_FLOAT, 2e-6), std::pair(ACL_DOUBLE, 2e-6),
                                                   std::pair(ACL_FLOAT16, 2e-3), std::pair(ACL_BF16, 1e-2)}) {
                const Tensor x = converted(dice.floats(shape, -9, 9), dtype);
                const Tensor y = call_of(function, x).run();
                EXPECT_EQ(y.type(), x.type());
                expect_near(y, applied(function, x), tolerance, function.op);
            }
        }
    }
}

TEST(NnActivations, FastIsLikeReference) {
    Dice dice(2);
    for (const Function& function : functions()) {
        const Tensor x = dice.floats({2, 19, 5, 3}, -12, 12);
        NnCall call = call_of(function, x);
        // The engine has a hard sigmoid after other work only.
        const bool expected = function.is_fast && std::string(function.op) != "HardSigmoid" && has_fast_kernels();
        EXPECT_EQ(expect_fast_like_reference(call, 2e-5, function.op), expected) << function.op;
    }
}

TEST(NnActivations, ReferenceKeepsBlocksOfChannels) {
    Dice dice(5);
    for (const int64_t channels : {32, 19}) {
        for (const Function& function : functions()) {
            NnCall call = call_of(function, dice.floats({2, channels, 3, 3}, -3, 3));
            const Tensor wanted = call.run();
            call.call().layouts = {{16}};
            ASSERT_TRUE(call.complete().ok());
            auto kernel = find_op(function.op)->make_kernel(call.call(), "reference");
            ASSERT_TRUE(kernel.ok());
            // Padding must stay zero.
            const bool keeps = channels == 32 || function.apply(0) == 0;
            EXPECT_EQ((*kernel)->input_layouts[0].block, keeps ? 16 : 0) << function.op;
            EXPECT_EQ((*kernel)->output_layouts[0].block, keeps ? 16 : 0) << function.op;
            if (has_fast_kernels()) {  // which reorder
                expect_near(call.run(), wanted, 0, function.op);
            }
        }
    }
}

TEST(NnActivations, LargeArgumentsStayFinite) {
    const Tensor x = Tensor::list<float>({-1e30F, -1000, -100, 100, 1000, 1e30F});
    for (const Function& function : functions()) {
        for (const float y : call_of(function, x).run().to_floats()) {
            EXPECT_TRUE(std::isfinite(y) || std::string(function.op) == "Selu") << function.op << " " << y;
        }
    }
}

TEST(NnActivations, NanStaysNan) {
    const Tensor x = Tensor::list<float>({NAN});
    for (const char* op : {"Relu", "Relu6", "LeakyRelu", "Elu", "Sigmoid", "HardSigmoid", "HardSwish", "Softplus"}) {
        EXPECT_TRUE(std::isnan(NnCall(op).variable(x).run().to_floats()[0])) << op;
    }
}

TEST(NnActivations, IntegersKeepTheirType) {
    const Tensor x = Tensor::list<int64_t>({-5, 0, 3, 9, int64_t{1} << 60});
    EXPECT_EQ(NnCall("Relu").variable(x).run().to_ints(), (Ints{0, 0, 3, 9, int64_t{1} << 60}));
    EXPECT_EQ(NnCall("Relu6").variable(x).run().to_ints(), (Ints{0, 0, 3, 6, 6}));
    EXPECT_EQ(NnCall("Relu").variable(Tensor::list<uint8_t>({0, 200})).run().to_ints(), (Ints{0, 200}));
    EXPECT_NE(NnCall("Sigmoid").variable(x).failure().find("the input x is int64"), std::string::npos);
}

TEST(NnActivations, NamesOfFusedActivationsComeBack) {
    for (const Function& function : functions()) {
        NnCall call = call_of(function, Tensor::list<float>({1}));
        ASSERT_TRUE(call.complete().ok());
        const auto found = elementwise_of(call.call());
        ASSERT_EQ(found.has_value(), function.is_fast) << function.op;
        if (found) {
            const auto again = activation_named(activation_name(found->kind), found->alpha, found->beta);
            ASSERT_TRUE(again.has_value()) << function.op;
            EXPECT_EQ(again->kind, found->kind);
            EXPECT_EQ(again->alpha, found->alpha);
            EXPECT_EQ(again->beta, found->beta);
        }
    }
    EXPECT_EQ(activation_name(kernels::Activation::kNone), "");
    EXPECT_EQ(activation_named("", 1, 2)->kind, kernels::Activation::kNone);
    EXPECT_EQ(activation_named("Relu6", 0, 0)->beta, 6);
    EXPECT_FALSE(activation_named("Conv2D", 0, 0).has_value());
}

TEST(NnClip, BoundsAreTensors) {
    Dice dice(3);
    const Tensor x = dice.floats({2, 3, 4, 5}, -4, 4);
    const auto wanted = [&](float low, float high) {
        std::vector<double> list;
        for (const float value : x.to_floats()) {
            list.push_back(static_cast<double>(std::min(std::max(value, low), high)));
        }
        return list;
    };
    NnCall call("ClipByValueV2");
    call.variable(x).input(Tensor::scalar(-1.5F)).input(Tensor::list<float>({2}));
    expect_near(call.run(), wanted(-1.5F, 2), 0);
    EXPECT_EQ(expect_fast_like_reference(call, 0), has_fast_kernels());
    ASSERT_TRUE(elementwise_of(call.call()).has_value());
    EXPECT_EQ(elementwise_of(call.call())->alpha, -1.5F);
    EXPECT_EQ(elementwise_of(call.call())->beta, 2);
    // The upper bound wins; bounds that are not known in time are read when the node runs.
    NnCall late("ClipByValueV2");
    late.variable(x).variable(Tensor::scalar(3.0F)).variable(Tensor::scalar(1.0F));
    expect_near(late.run(), wanted(3, 1), 0);
    ASSERT_TRUE(late.complete().ok());
    EXPECT_FALSE(elementwise_of(late.call()).has_value());
    EXPECT_FALSE(late.try_run("onednn").ok());
}

TEST(NnClip, TakesIntegersAndOneBoundPerElement) {
    NnCall call("ClipByValueV2");
    call.variable(Tensor::list<int32_t>({-7, 5, 100}));
    call.variable(Tensor::list<int32_t>({-3, 6, 0})).variable(Tensor::scalar<int32_t>(50));
    EXPECT_EQ(call.run().to_ints(), (Ints{-3, 6, 50}));
    NnCall odd("ClipByValueV2");
    odd.typed(ACL_FLOAT, {4}).typed(ACL_FLOAT, {2}).typed(ACL_FLOAT, {});
    EXPECT_NE(odd.failure().find("the input clip_value_min has the shape [2]"), std::string::npos) << odd.failure();
    NnCall mixed("ClipByValueV2");
    mixed.typed(ACL_FLOAT, {4}).typed(ACL_FLOAT, {}).typed(ACL_INT32, {});
    EXPECT_NE(mixed.failure().find("clip_value_max is int32"), std::string::npos) << mixed.failure();
}

TEST(NnPRelu, SlopesBroadcast) {
    Dice dice(4);
    const Shape shape = {2, 3, 4, 5};
    const Tensor x = dice.floats(shape);
    for (const Shape& weight : {Shape{}, Shape{1}, Shape{3}, Shape{3, 1, 1}, Shape{1, 3, 1, 1}, Shape{4, 5},
                                Shape{1, 5}, Shape{2, 3, 4, 5}, Shape{2, 1, 4, 1}}) {
        const Tensor w = dice.floats(weight);
        // A list belongs to the channels.
        const Shape wide = weight == Shape{3} ? Shape{3, 1, 1} : weight;
        std::vector<double> wanted;
        for (int64_t i = 0; i < shape.elements(); ++i) {
            int64_t rest = i;
            int64_t at = 0;
            int64_t step = 1;
            for (size_t axis = 0; axis < 4; ++axis) {  // from the last one
                const int64_t index = rest % shape[3 - axis];
                rest /= shape[3 - axis];
                if (axis < wide.rank()) {
                    const int64_t dim = wide[wide.rank() - 1 - axis];
                    at += dim == 1 ? 0 : index * step;
                    step *= dim;
                }
            }
            const double value = static_cast<double>(x.to_floats()[static_cast<size_t>(i)]);
            wanted.push_back(value < 0 ? value * static_cast<double>(w.to_floats()[static_cast<size_t>(at)]) : value);
        }
        expect_near(NnCall("PRelu").variable(x).variable(w).run(), wanted, 1e-6, weight.text());
    }
    NnCall odd("PRelu");
    odd.typed(ACL_FLOAT, shape).typed(ACL_FLOAT, {4});
    EXPECT_NE(odd.failure().find("the input weight has the shape [4]"), std::string::npos) << odd.failure();
}

}  // namespace
}  // namespace softacl::ops
