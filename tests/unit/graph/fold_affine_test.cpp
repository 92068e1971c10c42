// SPDX-License-Identifier: Apache-2.0
// What goes into weights: after() also runs the graph before and after and compares the results.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "graph/text.h"
#include "unit/graph/pass_tester.h"

namespace softacl::graph {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* kImage = "float32[2,2,5,5]";
// 2 channels to 3; weights 1, 2, ... 12; the batch normalisation is x * [2, 1, 0.5] + [1, 0, -1] nearly.
constexpr const char* kConv = R"(
    %w = const float32[3,2,1,2] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}
    %b = const float32[3] {10, 20, 30}
    %conv = Conv2D(%x, %w, %b) {strides=[1,1,1,1], pads=[0,0,1,1], data_format="NCHW"}
)";
constexpr const char* kNorm = R"(
    %mean = const float32[3] {0.5, 0, 2}
    %var = const float32[3] {0.25, 1, 4}
    %mom = const float32[] {1}
    %scale = const float32[3] {1, 1, 1}
    %offset = const float32[3] {2, 0, 0}
    %y = BNInference(%conv, %mean, %var, %mom, %scale, %offset) {epsilon=0}
)";

std::string net(const std::string& lines, const std::string& input = kImage) { return network(input, lines); }

TEST(FoldAffine, ABatchNormalisationGoesIntoTheConvolution) {
    EXPECT_EQ(after(fold_affine, net(std::string(kConv) + kNorm + "return %y")), normal(net(R"(
        %w = const float32[3,2,1,2] {2, 4, 6, 8, 5, 6, 7, 8, 4.5, 5, 5.5, 6}
        %y_bias = const float32[3] {21, 20, 14}
        %y = Conv2D(%x, %w, %y_bias) {strides=[1,1,1,1], pads=[0,0,1,1], data_format="NCHW"} from "conv", "y"
        return %y)")));
}

TEST(FoldAffine, WithoutScaleAndOffsetAndWithSums) {
    const std::string text = after(fold_affine, net(std::string(kConv) + R"(
        %mean = const float32[3] {1, 2, 3}
        %var = const float32[3] {8, 8, 8}
        %mom = const float32[1] {2}
        %y = BNInference(%conv, %mean, %var, %mom, _, _)
        return %y)"));
    EXPECT_THAT(text, Not(HasSubstr("BNInference")));
}

TEST(FoldAffine, AllKindsOfFactorsAndSummands) {
    for (const char* line : {"%y = Mul(%conv, %c)", "%y = Mul(%c, %conv)", "%y = Add(%conv, %c)", "%y = Add(%c, %conv)",
                             "%y = Sub(%conv, %c)", "%y = Sub(%c, %conv)", "%y = RealDiv(%conv, %c)"}) {
        for (const char* constant : {"%c = const float32[] {2}", "%c = const float32[1,3,1,1] {1, 2, 4}",
                                     "%c = const float32[3,1,1] {-1, 2, 4}"}) {
            const std::string text =
                after(fold_affine, net(std::string(kConv) + constant + "\n" + line + "\nreturn %y"));
            EXPECT_THAT(text, HasSubstr("%y = Conv2D(%x, ")) << line << constant << text;
        }
    }
}

TEST(FoldAffine, MovingKeepsTheFilter) {
    EXPECT_EQ(after(fold_affine, net(R"(
        %w = const float32[1,2,1,1] {1, 2}
        %conv = Conv2D(%x, %w) {strides=[1,1,1,1], pads=[0,0,0,0], data_format="NCHW"}
        %c = const float32[] {5}
        %y = Add(%conv, %c)
        return %y)")),
              normal(net(R"(
        %w = const float32[1,2,1,1] {1, 2}
        %y_bias = const float32[1] {5}
        %y = Conv2D(%x, %w, %y_bias) {strides=[1,1,1,1], pads=[0,0,0,0], data_format="NCHW"} from "conv", "y"
        return %y)")));
}

TEST(FoldAffine, ChainsFoldInOneSweep) {
    Graph graph = parsed(net(std::string(kConv) + kNorm + R"(
        %two = const float32[] {2}
        %m = Mul(%y, %two)
        %a = Add(%m, %two)
        return %a)"));
    ASSERT_TRUE(*fold_affine(graph));
    ASSERT_EQ(graph.nodes.size(), 1U);
    EXPECT_EQ(graph.nodes[0].name, "a");
    EXPECT_EQ(graph.nodes[0].origins, (std::vector<std::string>{"conv", "y", "m", "a"}));
    EXPECT_EQ(graph.value(graph.nodes[0].inputs[2]).constant->to_floats(), (std::vector<float>{44, 42, 30}));
}

TEST(FoldAffine, TransposedConvolutionsAndGroups) {
    for (const char* layer : {
             R"(%s = const int64[0] {}
                %w = const float32[2,2,1,3] {repeat 1, 2, 3, 4, 5}
                %l = Conv2DTranspose(%s, %x, %w) {strides=[1,1,2,2], pads=[0,0,0,0], groups=2, data_format="NCHW"})",
             R"(%s = const int64[0] {}
                %w = const float32[2,4,2,2] {repeat 1, 2, 3, 4, 5}
                %l = Conv2DTranspose(%s, %x, %w) {strides=[1,1,1,1], pads=[0,1,0,0], data_format="NCHW"})",
             R"(%w = const float32[4,1,1,3] {repeat 1, 2, 3, 4, 5}
                %l = Conv2D(%x, %w) {strides=[1,1,1,1], pads=[1,1,1,1], groups=2, data_format="NCHW"})"}) {
        const std::string text = after(fold_affine, net(std::string(layer) + R"(
            %c = const float32[4,1,1] {1, 10, 100, 1000}
            %m = Mul(%l, %c)
            %y = Sub(%m, %c)
            return %y)"));
        EXPECT_THAT(text, Not(HasSubstr("Mul("))) << text;
        EXPECT_THAT(text, Not(HasSubstr("Sub("))) << text;
    }
}

TEST(FoldAffine, MatrixProducts) {
    for (const char* layer :
         {"%w = const float32[5,3] {repeat 1, 2, 3, 4} %l = MatMulV2(%x, %w)",
          "%w = const float32[3,5] {repeat 1, 2, 3, 4} %l = MatMulV2(%x, %w) {transpose_x2=true}",
          "%w = const float32[5,3] {repeat 1, 2, 3, 4} %b = const float32[3] {1, 2, 3} %l = MatMulV2(%x, %w, %b)",
          "%w = const float32[5,3] {repeat 1, 2, 3, 4} %b = const float32[3] {1, 2, 3} %alpha = const float32[] {2} "
          "%beta = const float32[] {0.5} %l = GEMM(%x, %w, %b, %alpha, %beta)",
          "%w = const float32[3,5] {repeat 1, 2, 3, 4} %b = const float32[1] {1} %alpha = const float32[] {2} "
          "%beta = const float32[] {0.5} %l = GEMM(%x, %w, %b, %alpha, %beta) {transpose_b=true}"}) {
        const std::string text = after(fold_affine, net(std::string(layer) + R"(
            %c = const float32[3] {1, 10, 100}
            %m = Mul(%l, %c)
            %y = Add(%c, %m)
            return %y)",
                                                        "float32[4,5]"));
        EXPECT_THAT(text, Not(HasSubstr("Mul("))) << text;
        EXPECT_THAT(text, Not(HasSubstr("Add("))) << text;
    }
}

TEST(FoldAffine, FactorsAndSummandsAheadOfAConvolution) {
    const std::string norm = R"(
        %mean = const float32[2] {0.5, 0}
        %var = const float32[2] {0.25, 1}
        %mom = const float32[] {1}
        %n = BNInference(%x, %mean, %var, %mom, _, _)
        %w = const float32[4,1,2,1] {1, 2, 3, 4, 5, 6, 7, 8}
    )";
    const std::string text = after(fold_affine, net(norm + R"(
        %y = Conv2D(%n, %w) {strides=[1,1,1,1], pads=[0,0,0,0], groups=2, data_format="NCHW"}
        return %y)"));
    EXPECT_THAT(text, HasSubstr("%y = Conv2D(%x, ")) << text;
    const std::string padded = net(norm + R"(
        %y = Conv2D(%n, %w) {strides=[1,1,1,1], pads=[0,0,1,1], groups=2, data_format="NCHW"}
        return %y)");
    EXPECT_EQ(after(fold_affine, padded), normal(padded)) << "the border is 0, not what 0 becomes";
    EXPECT_THAT(after(fold_affine, net(R"(
        %c = const float32[2,1,1] {3, 4}
        %n = Mul(%x, %c)
        %w = const float32[1,2,1,1] {1, 2}
        %y = Conv2D(%n, %w) {strides=[1,1,1,1], pads=[1,1,1,1], data_format="NCHW"}
        return %y)")),
                HasSubstr("%y = Conv2D(%x, "));
}

TEST(FoldAffine, Refusals) {
    for (const std::string& lines : {
             std::string(kConv) + kNorm + "return %y, %conv",                // an output between
             std::string(kConv) + kNorm + "%r = Relu(%conv) return %y, %r",  // two readers
             std::string(kConv) +
                 "%c = const float32[6] {1, 2, 3, 4, 5, 6} %y = Mul(%conv, %c) return %y",  // not of channels
             std::string(kConv) + "%r = Relu(%conv) %y = Add(%conv, %r) return %y",         // not constant
             std::string(kConv) +
                 "%c = const float32[2,1,3,1,1] {repeat 1} %y = Add(%conv, %c) return %y",       // broadcasts
             std::string(kConv) + "%c = const float32[] {0} %y = RealDiv(%conv, %c) return %y",  // infinite
             std::string(kConv) + "%c = const float32[] {2} %y = RealDiv(%c, %conv) return %y",  // the other way round
             std::string("%w = Relu(%x) %conv = Conv2D(%x, %w) {strides=[1,1,1,1], pads=[0,0,0,0], "
                         "data_format=\"NCHW\"} %c = const float32[] {2} %y = Mul(%conv, %c) return %y"),
         }) {
        EXPECT_EQ(after(fold_affine, net(lines)), normal(net(lines)));
    }
}

TEST(MergePads, ZerosAroundTheInputBecomePads) {
    EXPECT_EQ(after(merge_pads, net(R"(
        %pads = const int64[8] {0, 0, 0, 0, 1, 2, 3, 4}
        %p = PadV3(%x, %pads)
        %w = const float32[1,2,1,1] {1, 2}
        %y = Conv2D(%p, %w) {strides=[1,1,1,1], pads=[0,1,0,1], data_format="NCHW"}
        return %y)")),
              normal(net(R"(
        %w = const float32[1,2,1,1] {1, 2}
        %y = Conv2D(%x, %w) {strides=[1,1,1,1], pads=[1,3,3,5], data_format="NCHW"} from "p", "y"
        return %y)")));
}

TEST(MergePads, Refusals) {
    for (const char* pad : {"%p = PadV3(%x, %pads, %one)", "%p = PadV3(%x, %pads) {mode=\"reflect\"}",
                            "%p = PadV3(%x, %channels)", "%p = PadV3(%x, %negative)"}) {
        const std::string text = net(std::string(R"(
            %pads = const int64[8] {0, 0, 0, 0, 1, 2, 3, 4}
            %channels = const int64[8] {0, 0, 1, -1, 1, 2, 3, 4}
            %negative = const int64[8] {0, 0, 0, 0, -1, 0, 0, 0}
            %one = const float32[] {1}
            %w = const float32[1,2,1,1] {1, 2})") +
                                     pad + R"(
            %y = Conv2D(%p, %w) {strides=[1,1,1,1], pads=[0,1,0,1], data_format="NCHW"}
            return %y)");
        EXPECT_EQ(after(merge_pads, text), normal(text));
    }
}

}  // namespace
}  // namespace softacl::graph
