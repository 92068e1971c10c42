// SPDX-License-Identifier: Apache-2.0
// Convolutions against the textbook's sum over the window.
#include "nn_support.h"

namespace softacl::ops {
namespace {

struct Case {
    int64_t batch, groups, in, out;  // channels per group
    Ints size, kernel, strides, dilations, begin, end;
    bool transposed = false;
    Ints more = Ints(3, 0);  // output_padding

    Shape x() const { return whole(batch, groups * in, size); }
    Shape filter() const { return transposed ? whole(groups * in, out, kernel) : whole(groups * out, in, kernel); }
    Ints output() const {
        Ints dims;
        for (size_t i = 0; i < size.size(); ++i) {
            const int64_t span = (kernel[i] - 1) * dilations[i] + 1;
            dims.push_back(transposed ? (size[i] - 1) * strides[i] + span - begin[i] - end[i] + more[i]
                                      : (size[i] + begin[i] + end[i] - span) / strides[i] + 1);
        }
        return dims;
    }
    static Shape whole(int64_t first, int64_t second, const Ints& rest) {
        Ints dims = {first, second};
        dims.insert(dims.end(), rest.begin(), rest.end());
        return Shape(dims);
    }
    Ints with_ones(const Ints& list) const { return whole(1, 1, list).dims(); }
    Ints pads() const {
        Ints pads;
        for (size_t i = 0; i < size.size(); ++i) {
            pads.push_back(begin[i]);
            pads.push_back(end[i]);
        }
        return pads;
    }
    std::string text() const {
        return softacl::text("x ", x(), " filter ", filter(), " groups ", groups, " strides ", Shape(strides),
                             " dilations ", Shape(dilations), " pads ", Shape(pads()), transposed ? " transposed" : "");
    }
};

Case random_case(Dice& dice, size_t spatial, bool transposed) {
    Case c;
    c.transposed = transposed;
    c.batch = dice.number(1, 2);
    c.groups = dice.coin() ? 1 : dice.number(2, 3);
    c.in = dice.number(1, 3);
    c.out = dice.number(1, 3);
    for (size_t i = 0; i < spatial; ++i) {
        c.kernel.push_back(dice.number(1, 3));
        c.strides.push_back(dice.number(1, 3));
        c.dilations.push_back(dice.number(1, 2));
        const int64_t span = (c.kernel[i] - 1) * c.dilations[i] + 1;
        c.begin.push_back(dice.number(0, span - 1));
        c.end.push_back(dice.number(0, span - 1));
        c.size.push_back(span + dice.number(0, 5));
        c.more[i] = transposed ? dice.number(0, c.strides[i] - 1) : 0;
    }
    return c;
}

/// Every product that belongs to the result, found by its definition.
std::vector<double> convolve(const Case& c, const std::vector<float>& x, const std::vector<float>& w,
                             const std::vector<float>& bias) {
    const Ints out = c.output();
    const size_t n = out.size();
    Ints size = c.size;
    Ints result = out;
    Ints kernel = c.kernel;
    Ints stride = c.strides;
    Ints dilation = c.dilations;
    Ints begin = c.begin;
    for (size_t i = n; i < 3; ++i) {
        for (Ints* list : {&size, &result, &kernel, &stride, &dilation}) {
            list->push_back(1);
        }
        begin.push_back(0);
    }
    const Ints& narrow = c.transposed ? size : result;
    const Ints& wide = c.transposed ? result : size;
    const int64_t in_all = c.groups * c.in;
    const int64_t out_all = c.groups * c.out;
    const auto plane = [](const Ints& s) { return s[0] * s[1] * s[2]; };
    const auto at = [](const Ints& s, int64_t a, int64_t b, int64_t d) { return (a * s[1] + b) * s[2] + d; };
    std::vector<double> y(static_cast<size_t>(c.batch * out_all * plane(result)));
    for (int64_t b = 0; b < c.batch; ++b) {
        for (int64_t o = 0; o < out_all; ++o) {
            double* to = y.data() + (b * out_all + o) * plane(result);
            std::fill_n(to, plane(result), bias.empty() ? 0.0 : static_cast<double>(bias[static_cast<size_t>(o)]));
            for (int64_t i = 0; i < c.in; ++i) {
                const int64_t channel = o / c.out * c.in + i;
                const float* from = x.data() + (b * in_all + channel) * plane(size);
                const int64_t weights = c.transposed ? channel * c.out + o % c.out : o * c.in + i;
                for (int64_t k = 0; k < plane(kernel); ++k) {
                    const Ints tap = {k / (kernel[1] * kernel[2]), k / kernel[2] % kernel[1], k % kernel[2]};
                    for (int64_t p = 0; p < plane(narrow); ++p) {
                        const Ints position = {p / (narrow[1] * narrow[2]), p / narrow[2] % narrow[1], p % narrow[2]};
                        Ints other(3);
                        bool inside = true;
                        for (size_t d = 0; d < 3; ++d) {
                            other[d] = position[d] * stride[d] + tap[d] * dilation[d] - begin[d];
                            inside = inside && other[d] >= 0 && other[d] < wide[d];
                        }
                        if (inside) {
                            const int64_t q = at(wide, other[0], other[1], other[2]);
                            to[c.transposed ? q : p] +=
                                static_cast<double>(from[c.transposed ? p : q]) *
                                static_cast<double>(w[static_cast<size_t>(weights * plane(kernel) + k)]);
                        }
                    }
                }
            }
        }
    }
    return y;
}

NnCall call_of(const Case& c, const char* op, const Tensor& x, const Tensor& w, const Tensor* bias,
               bool constant = true) {
    NnCall call(op);
    if (c.transposed) {
        call.input(Tensor::list<int64_t>({}));
    }
    call.variable(x).input(w, constant);
    if (bias != nullptr) {
        call.input(*bias, constant);
    }
    call.attr("strides", c.with_ones(c.strides))
        .attr("pads", c.pads())
        .attr("dilations", c.with_ones(c.dilations))
        .attr("groups", c.groups)
        .attr("data_format", std::string(c.size.size() == 3 ? "NCDHW" : "NCHW"));
    if (c.transposed) {
        Ints more(c.more.begin(), c.more.begin() + static_cast<std::ptrdiff_t>(c.size.size()));
        more.insert(more.begin(), 2, 0);
        call.attr("output_padding", more);
    }
    return call;
}

class ConvolutionTest : public ::testing::TestWithParam<const char*> {};

TEST_P(ConvolutionTest, IsTheSumOverTheWindow) {
    const std::string op = GetParam();
    const bool transposed = op.find("Transpose") != std::string::npos;
    const size_t spatial = op.find("3D") != std::string::npos ? 3 : 2;
    Dice dice(7);
    int fast = 0;
    for (int round = 0; round < 80; ++round) {
        const Case c = random_case(dice, spatial, transposed);
        const Ints output = c.output();
        if (*std::min_element(output.begin(), output.end()) < 1) {
            continue;
        }
        const Tensor x = dice.floats(c.x());
        const Tensor w = dice.floats(c.filter());
        const Tensor bias = dice.floats({c.groups * c.out});
        const bool biased = dice.coin();
        const auto wanted = convolve(c, x.to_floats(), w.to_floats(), biased ? bias.to_floats() : std::vector<float>());
        for (const bool constant : {true, false}) {
            NnCall call = call_of(c, op.c_str(), x, w, biased ? &bias : nullptr, constant);
            EXPECT_EQ(call.shape(), Case::whole(c.batch, c.groups * c.out, c.output())) << c.text();
            ASSERT_NO_FATAL_FAILURE(expect_near(call.run(), wanted, 1e-5, c.text()));
            fast += expect_fast_like_reference(call, 1e-4, c.text());
        }
    }
    EXPECT_TRUE(fast > 0 || !has_fast_kernels());
}

TEST_P(ConvolutionTest, WidensSmallFloatsAndKeepsDouble) {
    const std::string op = GetParam();
    const bool transposed = op.find("Transpose") != std::string::npos;
    Dice dice(8);
    const Case c = random_case(dice, op.find("3D") != std::string::npos ? 3 : 2, transposed);
    for (const auto& [dtype, tolerance] :
         {std::pair(ACL_DOUBLE, 1e-6), std::pair(ACL_FLOAT16, 2e-3), std::pair(ACL_BF16, 2e-2)}) {
        const Tensor x = converted(dice.floats(c.x()), dtype);
        const Tensor w = converted(dice.floats(c.filter()), dtype);
        const auto wanted = convolve(c, x.to_floats(), w.to_floats(), {});
        NnCall call = call_of(c, op.c_str(), x, w, nullptr);
        const Tensor y = call.run();
        EXPECT_EQ(y.dtype(), dtype);
        expect_near(y, wanted, tolerance, c.text());
    }
}

INSTANTIATE_TEST_SUITE_P(All, ConvolutionTest,
                         ::testing::Values("Conv2D", "Conv3D", "Conv2DTranspose", "Conv3DTranspose"),
                         [](const auto& info) { return std::string(info.param); });

TEST(Conv2D, OfOneWeightForEachChannel) {
    Dice dice(10);
    const auto call = [&](const char* op, const Ints& size, int64_t kernel, bool biased) {
        const Case c = {2, 5, 1, 1, size, {kernel, 1}, {1, 1}, {1, 1}, {0, 0}, {0, 0}};
        const Tensor bias = dice.floats({5});
        return call_of(c, op, dice.floats(c.x()), dice.floats(c.filter()), biased ? &bias : nullptr);
    };
    for (const Ints& size : {Ints{4, 4}, Ints{1, 37}, Ints{200, 131}}) {  // the last by several threads
        for (const bool biased : {true, false}) {
            NnCall plain = call("Conv2D", size, 1, biased);
            expect_near(plain.run("channels"), plain.run(), 1e-6);
        }
        NnCall fused = call("CpuFusedConv2D", size, 1, true);
        fused.attr("activation", std::string("LeakyRelu")).attr("activation_alpha", 0.25F);
        expect_near(fused.run("channels"), fused.run(), 1e-6);
    }
    EXPECT_FALSE(call("Conv2D", {3, 5}, 1, true).try_run("channels").ok()) << "short channels";
    EXPECT_FALSE(call("Conv2D", {9, 9}, 2, true).try_run("channels").ok()) << "a window";
}

NnCall small(Shape x = {1, 4, 5, 5}, Shape filter = {6, 4, 3, 3}) {
    NnCall call("Conv2D");
    call.typed(ACL_FLOAT, std::move(x)).typed(ACL_FLOAT, std::move(filter));
    call.attr("strides", Ints{1, 1, 1, 1}).attr("pads", Ints{0, 0, 0, 0}).attr("data_format", std::string("NCHW"));
    return call;
}

TEST(Conv2D, UnknownDimensionsStayUnknown) {
    EXPECT_EQ(small({-1, 4, -1, 5}).shape(), Shape({-1, 6, -1, 3}));
    EXPECT_EQ(small({2, -1, 5, 5}).shape(), Shape({2, 6, 3, 3}));
    EXPECT_EQ(small({2, 4, 5, 5}, {-1, -1, -1, 3}).shape(), Shape({2, -1, -1, 3}));
}

void expect_sentence(NnCall call, std::initializer_list<const char*> words) {
    const std::string sentence = call.failure();
    EXPECT_NE(sentence.find("node 'n' (Conv2D)"), std::string::npos) << sentence;
    for (const char* word : words) {
        EXPECT_NE(sentence.find(word), std::string::npos) << sentence << " lacks " << word;
    }
}

TEST(Conv2D, RefusesWhatDoesNotFit) {
    expect_sentence(small({1, 4, 5}), {"input x", "[1,4,5]", "expected 4"});
    expect_sentence(small({1, 4, 5, 5}, {6, 4, 3}), {"input filter", "[6,4,3]", "expected 4"});
    expect_sentence(small({1, 3, 5, 5}), {"input x has 3 channels", "takes 4"});
    expect_sentence(small({1, 4, 2, 5}), {"window spans 3", "dimension 2", "input x"});
    expect_sentence(small({1, 4, 5, 5}, {6, 4, 0, 3}), {"input filter", "[6,4,0,3]"});
    expect_sentence(small({1, 8, 5, 5}).attr("groups", int64_t{2}).attr("strides", Ints{1, 1, 0, 1}),
                    {"strides", "entry 0"});
    expect_sentence(small({1, 16, 5, 5}).attr("groups", int64_t{4}), {"groups is 4", "does not divide", "6"});
    expect_sentence(small().attr("groups", int64_t{0}), {"groups is 0"});
    expect_sentence(small().attr("groups", int64_t{-1}), {"groups is -1"});
    expect_sentence(small().attr("pads", Ints{0, 0, -1, 0}), {"pads", "entry -1"});
    expect_sentence(small().attr("pads", Ints{0, 0}), {"pads", "2 entries", "expected 4"});
    expect_sentence(small().attr("strides", Ints{1, 1}), {"strides", "2 entries", "expected 4"});
    expect_sentence(small().attr("strides", Ints{2, 1, 1, 1}), {"strides", "2, 1"});
    expect_sentence(small().attr("dilations", Ints{1, 1, int64_t{1} << 62, 1}), {"dilations"});
    expect_sentence(small().attr("data_format", std::string("NHWC")), {"data_format is NHWC", "NCHW"});
    expect_sentence(small().attr("offset_x", int64_t{3}), {"offset_x is 3"});
    expect_sentence(small().typed(ACL_FLOAT, {5}), {"input bias", "[5]", "expected 6"});
    expect_sentence(small().typed(ACL_FLOAT16, {6}), {"input bias", "float16", "float32"});
    expect_sentence(small().absent().typed(ACL_INT8, {6}), {"offset_w"});
}

TEST(Conv2DTranspose, RefusesWhatDoesNotFit) {
    const auto call = [](Ints sizes, Ints pads) {
        NnCall c("Conv2DTranspose");
        c.input(Tensor::list(sizes)).typed(ACL_FLOAT, {1, 4, 5, 5}).typed(ACL_FLOAT, {4, 6, 3, 3});
        c.attr("strides", Ints{1, 1, 2, 2}).attr("pads", std::move(pads)).attr("data_format", std::string("NCHW"));
        return c;
    };
    EXPECT_EQ(call({}, {0, 0, 0, 0}).shape(), Shape({1, 6, 11, 11}));
    EXPECT_EQ(call({1, 6, 11, 11}, {0, 0, 0, 0}).failure(), "");
    EXPECT_NE(call({1, 6, 10, 11}, {0, 0, 0, 0}).failure().find("input_size is [1,6,10,11]"), std::string::npos);
    EXPECT_NE(call({6, 10}, {0, 0, 0, 0}).failure().find("input_size has 2 elements"), std::string::npos);
    EXPECT_NE(call({}, {9, 9, 0, 0}).failure().find("leave nothing of dimension 2"), std::string::npos);
}

TEST(CpuFusedConv2D, IsConvolutionSumAndActivation) {
    Dice dice(9);
    struct Function {
        const char* name;
        float alpha, beta;
        double (*apply)(double);
    };
    const Function functions[] = {
        {"", 0, 0, [](double x) { return x; }},
        {"Relu", 0, 0, [](double x) { return std::max(x, 0.0); }},
        {"LeakyRelu", 0.25F, 0, [](double x) { return x < 0 ? x / 4 : x; }},
        {"ClipByValueV2", -0.5F, 0.75F, [](double x) { return std::clamp(x, -0.5, 0.75); }},
        {"Sigmoid", 0, 0, [](double x) { return 1 / (1 + std::exp(-x)); }},
        {"HardSwish", 0, 0, [](double x) { return x * std::clamp(x / 6 + 0.5, 0.0, 1.0); }},
        {"Swish", 0, 0, [](double x) { return x / (1 + std::exp(-x)); }},
        {"Mish", 0, 0, [](double x) { return x * std::tanh(std::log(1 + std::exp(x))); }},
        {"Elu", 0.5F, 0, [](double x) { return x < 0 ? 0.5 * (std::exp(x) - 1) : x; }},
        {"Tanh", 0, 0, [](double x) { return std::tanh(x); }},
        {"HardSigmoid", 0.2F, 0.5F, [](double x) { return std::clamp(0.2 * x + 0.5, 0.0, 1.0); }},
        {"Gelu", 0, 0, [](double x) { return x / 2 * (1 + std::erf(x / std::sqrt(2.0))); }},
    };
    int fast = 0;
    for (const Function& function : functions) {
        for (const bool adds : {false, true}) {
            const Case c = random_case(dice, 2, false);
            const Tensor x = dice.floats(c.x());
            const Tensor w = dice.floats(c.filter());
            const Tensor bias = dice.floats({c.groups * c.out});
            const Tensor addend = dice.floats(Case::whole(c.batch, c.groups * c.out, c.output()), -3, 3);
            auto wanted = convolve(c, x.to_floats(), w.to_floats(), bias.to_floats());
            for (size_t i = 0; i < wanted.size(); ++i) {
                const double sum = wanted[i] + (adds ? static_cast<double>(addend.to_floats()[i]) : 0.0);
                wanted[i] = function.apply(sum);
            }
            NnCall call = call_of(c, "CpuFusedConv2D", x, w, &bias);
            if (adds) {
                call.variable(addend);
            }
            call.attr("activation", std::string(function.name))
                .attr("activation_alpha", function.alpha)
                .attr("activation_beta", function.beta);
            expect_near(call.run(), wanted, 1e-5, function.name);
            fast += expect_fast_like_reference(call, 1e-4, function.name);
        }
    }
    EXPECT_TRUE(fast > 0 || !has_fast_kernels());
}

TEST(CpuFusedConv2D, RefusesWhatDoesNotFit) {
    const auto call = [](Shape addend, const char* activation) {
        NnCall c("CpuFusedConv2D");
        c.typed(ACL_FLOAT, {1, 4, 5, 5}).typed(ACL_FLOAT, {6, 4, 3, 3}).absent().typed(ACL_FLOAT, std::move(addend));
        c.attr("strides", Ints{1, 1, 1, 1}).attr("pads", Ints{0, 0, 0, 0}).attr("data_format", std::string("NCHW"));
        c.attr("activation", std::string(activation));
        return c;
    };
    EXPECT_EQ(call({1, 6, 3, 3}, "Relu").failure(), "");
    EXPECT_NE(call({1, 6, 3, 4}, "Relu").failure().find("input addend has the shape [1,6,3,4]"), std::string::npos);
    EXPECT_NE(call({1, 6, 3, 3}, "Sofa").failure().find("activation is 'Sofa'"), std::string::npos);
}

}  // namespace
}  // namespace softacl::ops
