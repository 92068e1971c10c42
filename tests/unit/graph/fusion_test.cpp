// SPDX-License-Identifier: Apache-2.0
// What the loader fuses: after() also runs the graph before and after and compares the results.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "graph/text.h"
#include "unit/graph/pass_tester.h"

namespace softacl::graph {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string net(const std::string& lines) { return network("float32[1,2,4,4]", lines); }

constexpr const char* kConv = R"(
    %w = const float32[2,2,1,1] {1, -2, 3, -4}
    %b = const float32[2] {0.5, -0.5}
    %c1 = Conv2D(%x, %w, %b) {strides=[1,1,1,1], pads=[0,0,0,0], data_format="NCHW"}
)";
constexpr const char* kAttrs = "strides=[1,1,1,1], pads=[0,0,0,0], data_format=\"NCHW\"";

std::string with(const std::string& conv, const std::string& lines) { return net(conv + lines); }

TEST(FuseConv, AnActivationBehind) {
    const struct {
        const char* line;
        const char* attrs;
    } cases[] = {
        {"%y = Relu(%c1)", R"(activation="Relu")"},
        {"%y = Relu6(%c1)", R"(activation="ClipByValueV2", activation_beta=6)"},
        {"%lo = const float32[] {-1} %hi = const float32[] {2} %y = ClipByValueV2(%c1, %lo, %hi)",
         R"(activation="ClipByValueV2", activation_alpha=-1, activation_beta=2)"},
        {"%y = LeakyRelu(%c1) {negative_slope=0.1}", R"(activation="LeakyRelu", activation_alpha=0.1)"},
        {"%y = Swish(%c1)", R"(activation="Swish")"},
        {"%y = HardSwish(%c1)", R"(activation="HardSwish")"},
        {"%y = Sigmoid(%c1)", R"(activation="Sigmoid")"},
        {"%y = Tanh(%c1)", R"(activation="Tanh")"},
    };
    for (const auto& one : cases) {
        EXPECT_EQ(after(fuse_conv, with(kConv, std::string(one.line) + " return %y")), normal(net(std::string(R"(
            %w = const float32[2,2,1,1] {1, -2, 3, -4}
            %b = const float32[2] {0.5, -0.5}
            %y = CpuFusedConv2D(%x, %w, %b, _) {)") + kAttrs + ", " + one.attrs + "} from \"c1\", \"y\" return %y")));
    }
}

TEST(FuseConv, TheSumOfAResidualAndAnActivation) {
    EXPECT_EQ(after(fuse_conv, with(kConv, "%s = Add(%x, %c1) %y = Relu(%s) return %y")),
              normal(net(std::string(R"(
        %w = const float32[2,2,1,1] {1, -2, 3, -4}
        %b = const float32[2] {0.5, -0.5}
        %y = CpuFusedConv2D(%x, %w, %b, %x) {)") +
                         kAttrs + ", activation=\"Relu\"} from \"c1\", \"s\", \"y\" return %y")));
}

TEST(FuseConv, OfTwoConvolutionsTheLaterTakesTheSum) {
    const std::string second =
        std::string("%c2 = Conv2D(%x, %w) {") + kAttrs + "} %s = Add(%c2, %c1) %y = Relu(%s) return %y";
    EXPECT_EQ(after(fuse_conv, with(kConv, second)),
              normal(with(kConv, std::string(R"(
        %y = CpuFusedConv2D(%x, %w, _, %c1) {)") +
                                     kAttrs + ", activation=\"Relu\"} from \"c2\", \"s\", \"y\" return %y")));
}

TEST(FuseConv, OnlyOneSumAndOneActivation) {
    const std::string text =
        after(fuse_conv, with(kConv, "%a = Add(%c1, %x) %b2 = Add(%a, %x) %r = Relu(%b2) %t = Tanh(%r) return %t"));
    EXPECT_THAT(text, HasSubstr("%a = CpuFusedConv2D(%x, %w, %b, %x)"));
    EXPECT_THAT(text, HasSubstr("%b2 = Add(%a, %x)"));
    const std::string twice = after(fuse_conv, with(kConv, "%r = Relu(%c1) %t = Tanh(%r) return %t"));
    EXPECT_THAT(twice, HasSubstr("%t = Tanh(%r)"));
    const std::string late = after(fuse_conv, with(kConv, "%r = Relu(%c1) %s = Add(%r, %x) return %s"));
    EXPECT_THAT(late, HasSubstr("%s = Add(%r, %x)")) << "the sum comes before the activation";
}

TEST(FuseConv, Refusals) {
    for (const char* lines : {
             "%y = Relu(%c1) return %y, %c1",                                   // an output between
             "%y = Relu(%c1) %z = Tanh(%c1) return %y, %z",                     // two readers
             "%y = Add(%c1, %c1) return %y",                                    // the same twice
             "%k = const float32[4] {1, 2, 3, 4} %y = Add(%c1, %k) return %y",  // another shape
             "%y = Swish(%c1) {scale=2} return %y",                             // no fused node has this
             "%y = Softsign(%c1) return %y",
         }) {
        EXPECT_EQ(after(fuse_conv, with(kConv, lines)), normal(with(kConv, lines)));
    }
}

TEST(AffineToConv, ALonelyBatchNormalisation) {
    const std::string text = after(affine_to_conv, net(R"(
        %mean = const float32[2] {0.5, 0}
        %var = const float32[2] {0.25, 4}
        %mom = const float32[] {1}
        %y = BNInference(%x, %mean, %var, %mom, _, _) {epsilon=0}
        return %y)"));
    EXPECT_EQ(text, normal(net(R"(
        %y_filter = const float32[2,1,1,1] {2, 0.5}
        %y_bias = const float32[2] {-1, 0}
        %y = Conv2D(%x, %y_filter, %y_bias) {strides=[1,1,1,1], pads=[0,0,0,0], groups=2, data_format="NCHW"}
        return %y)")));
}

TEST(AffineToConv, AChainOfSumsAndProducts) {
    EXPECT_EQ(after(affine_to_conv, net(R"(
        %two = const float32[] {2}
        %c = const float32[2,1,1] {3, 4}
        %a = Mul(%x, %two)
        %b = Add(%c, %a)
        return %b)")),
              normal(net(R"(
        %b_filter = const float32[2,1,1,1] {2, 2}
        %b_bias = const float32[2] {3, 4}
        %b = Conv2D(%x, %b_filter, %b_bias) {strides=[1,1,1,1], pads=[0,0,0,0], groups=2,
                                             data_format="NCHW"} from "a", "b"
        return %b)")));
    for (const char* lines : {"%two = const float32[] {2} %y = Mul(%x, %two) return %y",
                              "%two = const float32[] {2} %a = Mul(%x, %two) %y = Add(%a, %two) return %y, %a",
                              "%row = const float32[4] {1, 2, 3, 4} %a = Mul(%x, %row) %y = Add(%a, %row) return %y"}) {
        EXPECT_EQ(after(affine_to_conv, net(lines)), normal(net(lines)));
    }
}

TEST(AffineToConv, OtherRanksBecomeAProductAndASum) {
    const std::string lines = R"(
        %mean = const float32[2] {0.5, 0}
        %var = const float32[2] {0.25, 4}
        %mom = const float32[] {1}
        %y = BNInference(%x, %mean, %var, %mom, _, _) {epsilon=0}
        return %y)";
    EXPECT_EQ(after(affine_to_conv, network("float32[3,2,4]", lines)), normal(network("float32[3,2,4]", R"(
        %y_scale = const float32[2,1] {2, 0.5}
        %y_product = Mul(%x, %y_scale) from "y"
        %y_offset = const float32[2,1] {-1, 0}
        %y = Add(%y_product, %y_offset)
        return %y)")));
    EXPECT_THAT(after(affine_to_conv, network("float32[3,2]", lines)),
                HasSubstr("%y_scale = const float32[2] {2, 0.5}"));
}

TEST(FindActivations, SpelledOutInManyWays) {
    const struct {
        const char* op;
        const char* lines;
    } cases[] = {
        {"Swish", "%s = Sigmoid(%x) %y = Mul(%x, %s)"},
        {"Swish", "%s = Sigmoid(%x) %y = Mul(%s, %x)"},
        {"Mish", "%s = Softplus(%x) %t = Tanh(%s) %y = Mul(%t, %x)"},
        {"HardSwish", "%h = HardSigmoid(%x) {alpha=0.16666667} %y = Mul(%x, %h)"},
        {"HardSwish",
         "%a = Add(%x, %three) %c = ClipByValueV2(%a, %zero, %six) %m = Mul(%x, %c) %y = RealDiv(%m, %six)"},
        {"HardSwish", "%a = Add(%three, %x) %c = Relu6(%a) %d = RealDiv(%c, %six) %y = Mul(%x, %d)"},
        {"HardSwish", "%a = Add(%x, %three) %c = Relu6(%a) %d = Mul(%c, %sixth) %y = Mul(%d, %x)"},
        {"Gelu", "%d = RealDiv(%x, %root) %e = Erf(%d) %a = Add(%e, %one) %m = Mul(%x, %a) %y = Mul(%m, %half)"},
        {"Gelu", "%d = Mul(%x, %invroot) %e = Erf(%d) %a = Add(%one, %e) %m = Mul(%x, %half) %y = Mul(%a, %m)"},
        {"Gelu", "%d = RealDiv(%x, %root) %e = Erf(%d) %a = Add(%e, %one) %m = Mul(%half, %a) %y = Mul(%x, %m)"},
    };
    const std::string constants = R"(
        %zero = const float32[] {0} %one = const float32[] {1} %half = const float32[] {0.5}
        %three = const float32[] {3} %six = const float32[] {6} %sixth = const float32[] {0.16666667}
        %root = const float32[] {1.4142135} %invroot = const float32[] {0.70710677}
    )";
    for (const auto& one : cases) {
        const std::string text = after(find_activations, net(constants + one.lines + " return %y"));
        const Graph graph = parsed(text);
        ASSERT_EQ(graph.nodes.size(), 1U) << one.lines << "\n" << text;
        EXPECT_EQ(graph.nodes[0].op->name(), one.op);
        EXPECT_EQ(graph.nodes[0].origins.size(), parsed(net(constants + one.lines + " return %y")).nodes.size());
    }
}

TEST(FindActivations, Refusals) {
    for (const char* lines : {
             "%s = Sigmoid(%x) %y = Mul(%x, %s) return %y, %s",
             "%r = Relu(%x) %s = Sigmoid(%r) %y = Mul(%x, %s) return %y",
             "%two = const float32[] {2} %s = Sigmoid(%x) %t = Mul(%s, %two) %y = Mul(%x, %t) return %y",
             "%h = HardSigmoid(%x) {alpha=0.2} %y = Mul(%x, %h) return %y",
             "%two = const float32[] {2} %six = const float32[] {6} %a = Add(%x, %two) %c = Relu6(%a) %m = Mul(%x, %c) "
             "%y = RealDiv(%m, %six) return %y",
             "%row = const float32[4] {1, 1, 1, 1} %s = Sigmoid(%row) %y = Mul(%row, %s) %z = Mul(%y, %x) return %z",
         }) {
        const std::string text = after(find_activations, net(lines));
        if (std::string(lines).find("%row") == std::string::npos) {
            EXPECT_EQ(text, normal(net(lines)));
        }
    }
}

TEST(FindGlobalPools, MeansOverAllSpatialAxes) {
    EXPECT_EQ(after(find_global_pools,
                    net("%axes = const int64[2] {2, -1} %y = ReduceMean(%x, %axes) {keep_dims=true} return %y")),
              normal(net("%y = GlobalAveragePool(%x) return %y")));
    EXPECT_EQ(after(find_global_pools, net("%axes = const int64[2] {-1, -2} %y = ReduceMean(%x, %axes) return %y")),
              normal(net(R"(
        %y_pool = GlobalAveragePool(%x) from "y"
        %y_shape = const int64[2] {1, 2}
        %y = Reshape(%y_pool, %y_shape)
        return %y)")));
    for (const char* node : {"ReduceMean(%x, %channels)", "ReduceMean(%x, %one)", "ReduceSum(%x, %all)"}) {
        const std::string text = net(std::string(R"(
            %channels = const int64[2] {1, 2}
            %one = const int64[1] {3}
            %all = const int64[2] {2, 3}
            %y = )") + node + " {keep_dims=true} return %y");
        EXPECT_EQ(after(find_global_pools, text), normal(text));
    }
}

TEST(ExecutionPasses, AResidualBlock) {
    Graph graph = parsed(net(R"(
        %w = const float32[2,2,3,3] {repeat 0.1, -0.2, 0.3}
        %mean = const float32[2] {0.5, 0}
        %var = const float32[2] {0.25, 4}
        %mom = const float32[] {1}
        %c1 = Conv2D(%x, %w) {strides=[1,1,1,1], pads=[1,1,1,1], data_format="NCHW"}
        %n1 = BNInference(%c1, %mean, %var, %mom, _, _)
        %r1 = Relu(%n1)
        %c2 = Conv2D(%r1, %w) {strides=[1,1,1,1], pads=[1,1,1,1], data_format="NCHW"}
        %n2 = BNInference(%c2, %mean, %var, %mom, _, _)
        %sum = Add(%n2, %x)
        %r2 = Relu(%sum)
        %axes = const int64[2] {2, 3}
        %m = ReduceMean(%r2, %axes)
        return %m "m:0:m")"));
    const Graph before = graph;
    ASSERT_TRUE(run_conversion_passes(graph).ok());
    ASSERT_TRUE(run_execution_passes(graph).ok());
    std::vector<std::string> names;
    for (const Node& node : graph.nodes) names.push_back(node.op->name() + " " + node.name);
    EXPECT_THAT(
        names, testing::ElementsAre("CpuFusedConv2D r1", "CpuFusedConv2D r2", "GlobalAveragePool m_pool", "Reshape m"));
    EXPECT_EQ(graph.nodes[1].origins, (std::vector<std::string>{"c2", "n2", "sum", "r2"}));
    std::mt19937 random(1);
    expect_same_results(before, graph, random);
}

}  // namespace
}  // namespace softacl::graph
