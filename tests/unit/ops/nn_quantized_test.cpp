// SPDX-License-Identifier: Apache-2.0
// Products of bytes: the plain loops against integer arithmetic, the fast kernels against the plain loops to the bit.
#include "nn_support.h"

namespace softacl::ops {
namespace {

Tensor bytes(Dice& dice, aclDataType type, Shape shape) {
    void* data = nullptr;
    Tensor tensor = Tensor::zeros({type, std::move(shape), ACL_FORMAT_ND}, &data);
    for (int64_t i = 0; i < tensor.elements(); ++i) {
        static_cast<uint8_t*>(data)[i] = static_cast<uint8_t>(dice.number(0, 255));
    }
    return tensor;
}

aclDataType byte_type(Dice& dice) { return dice.coin() ? ACL_INT8 : ACL_UINT8; }

void expect_fast_is_reference(NnCall& call, const std::string& what, int& fast) {
    if (!has_fast_kernels()) {
        return;
    }
    const Tensor wanted = call.run();
    const auto got = call.try_run("onednn gemm");
    if (got.ok()) {
        ++fast;
        EXPECT_TRUE(got->front() == wanted) << what;
    }
}

// A convolution over one axis with its zero points, by its definition.
std::vector<double> sums_of(const Tensor& x, const Tensor& w, int64_t x_zero, const Ints& w_zeros, int64_t group,
                            int64_t stride, int64_t dilation, int64_t begin, int64_t end) {
    const Ints xs = x.to_ints();
    const Ints ws = w.to_ints();
    const int64_t size = x.shape()[2];
    const int64_t taps = w.shape()[2];
    const int64_t channels = w.shape()[1];
    const int64_t rows = w.shape()[0] / group;
    std::vector<double> y;
    for (int64_t n = 0; n < x.shape()[0]; ++n) {
        for (int64_t out = 0; out < w.shape()[0]; ++out) {
            for (int64_t at = -begin; at + (taps - 1) * dilation < size + end; at += stride) {
                int64_t sum = 0;
                for (int64_t c = 0; c < channels; ++c) {
                    for (int64_t k = 0; k < taps; ++k) {
                        const int64_t place = at + k * dilation;
                        if (place >= 0 && place < size) {
                            const int64_t channel = n * x.shape()[1] + out / rows * channels + c;
                            sum += (xs[static_cast<size_t>(channel * size + place)] - x_zero) *
                                   (ws[static_cast<size_t>((out * channels + c) * taps + k)] -
                                    w_zeros[w_zeros.size() == 1 ? 0 : static_cast<size_t>(out)]);
                        }
                    }
                }
                y.push_back(static_cast<double>(sum));
            }
        }
    }
    return y;
}

TEST(NnQuantized, ConvolutionIsTheSumOfProducts) {
    Dice dice(41);
    int fast = 0;
    for (int round = 0; round < 80; ++round) {
        const int64_t group = dice.number(1, 3);
        const int64_t rows = dice.number(1, 5);
        const int64_t taps = dice.number(1, 4);
        const int64_t stride = dice.number(1, 3);
        const int64_t dilation = dice.number(1, 3);
        const int64_t begin = dice.number(0, 6);
        const int64_t end = dice.number(0, 3);
        const Shape w_shape = {rows * group, dice.number(1, 4), taps};
        const Tensor x = bytes(dice, byte_type(dice), {dice.number(1, 2), w_shape[1] * group, dice.number(9, 12)});
        const Tensor w = bytes(dice, byte_type(dice), w_shape);
        const Tensor x_zero = bytes(dice, x.dtype(), {});
        const Tensor w_zero = bytes(dice, w.dtype(), dice.coin() ? Shape{} : Shape{w_shape[0]});
        NnCall call("CpuConvInteger");
        call.input(x, false).input(w, dice.coin()).variable(x_zero).variable(w_zero);
        call.attr("group", group).attr("strides", Ints{stride}).attr("dilations", Ints{dilation});
        call.attr("pads", Ints{begin, end});
        const std::string what =
            text("round ", round, " x ", x.type().text(), " w ", w.type().text(), " group ", group);
        expect_near(call.run(),
                    sums_of(x, w, x_zero.to_ints()[0], w_zero.to_ints(), group, stride, dilation, begin, end), 0, what);
        expect_fast_is_reference(call, what, fast);
    }
    EXPECT_TRUE(fast == 80 || !has_fast_kernels()) << fast;
}

// Any rank, with scales, and large enough for more than one part.
TEST(NnQuantized, FastConvolutionsGiveTheSameBytes) {
    Dice dice(42);
    int fast = 0;
    for (int round = 0; round < 24; ++round) {
        const auto spatial = static_cast<size_t>(dice.number(1, 3));
        const int64_t group = dice.number(1, 2);
        Ints x_dims = {dice.number(1, 2), dice.number(1, 8) * group};
        Ints w_dims = {dice.number(1, 9) * group, x_dims[1] / group};
        for (size_t i = 0; i < spatial; ++i) {
            x_dims.push_back(dice.number(5, 12));
            w_dims.push_back(dice.number(1, 4));
        }
        if (round % 8 == 7) {
            x_dims = {1, 64, 60, 61};
            w_dims = {5 * group, 64 / group, 3, 4};
        }
        const Tensor x = bytes(dice, byte_type(dice), Shape(x_dims));
        const Tensor w = bytes(dice, byte_type(dice), Shape(w_dims));
        const Shape per_channel = dice.coin() ? Shape{} : Shape{w_dims[0]};
        NnCall call("CpuQLinearConv");
        call.variable(x).variable(Tensor::scalar(0.03F)).variable(bytes(dice, x.dtype(), {}));
        call.input(w, dice.coin()).variable(dice.floats(per_channel, 0.01F, 0.1F));
        call.variable(bytes(dice, w.dtype(), per_channel)).variable(Tensor::scalar(3.5F));
        call.variable(bytes(dice, byte_type(dice), {}));
        if (dice.coin()) {
            call.variable(converted(dice.floats({w_dims[0]}, -2000, 2000), ACL_INT32));
        }
        call.attr("group", group).attr("auto_pad", std::string(dice.coin() ? "SAME_UPPER" : "VALID"));
        expect_fast_is_reference(call, text("round ", round, " ", x.type().text(), w.type().text()), fast);
    }
    EXPECT_TRUE(fast == 24 || !has_fast_kernels()) << fast;
}

// Sizes of a window along one axis, and a picture that has room for it at least.
struct Axis {
    int64_t taps;
    int64_t stride;
    int64_t dilation;
    int64_t begin;
    int64_t end;
    int64_t size;
};
Axis any_axis(Dice& dice, int64_t most) {
    Axis axis = {dice.number(1, 7), dice.number(1, 3), dice.coin() ? 1 : dice.number(2, 3),
                 dice.number(0, 4), dice.number(0, 4), 0};
    const int64_t span = (axis.taps - 1) * axis.dilation + 1;
    axis.size = std::max(dice.number(1, most), span - axis.begin - axis.end);
    return axis;
}

// Any number of channels, each with a window of its own, in pictures that are one tile or several.
TEST(NnQuantized, DepthwiseConvolutionsGiveTheSame) {
    Dice dice(45);
    int fast = 0;
    constexpr int kRounds = 240;
    for (int round = 0; round < kRounds; ++round) {
        const int64_t channels = dice.number(1, 40);
        const auto spatial = static_cast<size_t>(dice.number(1, 2));
        Ints x_dims = {dice.number(1, 3), channels};
        Ints w_dims = {channels, 1};
        Ints strides;
        Ints dilations;
        Ints pads(2 * spatial);
        for (size_t i = 0; i < spatial; ++i) {
            const bool is_last = i + 1 == spatial;
            const Axis axis = any_axis(dice, round % 8 == 7               ? (is_last ? 300 : 50)
                                             : round % 60 == 6 && is_last ? 3000
                                                                          : 20);
            x_dims.push_back(axis.size);
            w_dims.push_back(axis.taps);
            strides.push_back(axis.stride);
            dilations.push_back(axis.dilation);
            pads[i] = axis.begin;
            pads[spatial + i] = axis.end;
        }
        const Tensor x = bytes(dice, byte_type(dice), Shape(x_dims));
        const Tensor w = bytes(dice, byte_type(dice), Shape(w_dims));
        const Shape per_channel = dice.coin() ? Shape{} : Shape{channels};
        const bool is_integer = dice.number(0, 2) == 0;
        NnCall call(is_integer ? "CpuConvInteger" : "CpuQLinearConv");
        if (is_integer) {
            call.variable(x).input(w, dice.coin()).variable(bytes(dice, x.dtype(), {}));
            call.variable(bytes(dice, w.dtype(), per_channel));
        } else {
            call.variable(x).variable(Tensor::scalar(0.03F)).variable(bytes(dice, x.dtype(), {}));
            call.input(w, dice.coin()).variable(dice.floats(per_channel, 0.01F, 0.1F));
            call.variable(bytes(dice, w.dtype(), per_channel)).variable(Tensor::scalar(dice.coin() ? 0.9F : 3.5F));
            call.variable(bytes(dice, byte_type(dice), {}));
            if (dice.coin()) {
                call.variable(converted(dice.floats({channels}, -2000, 2000), ACL_INT32));
            }
        }
        call.attr("group", channels).attr("strides", strides).attr("dilations", dilations).attr("pads", pads);
        expect_fast_is_reference(call,
                                 text("round ", round, " x ", x.type().text(), " w ", w.type().text(), " strides ",
                                      Shape(strides), " dilations ", Shape(dilations), " pads ", Shape(pads)),
                                 fast);
        if (has_fast_kernels() && x_dims[0] * channels >= 8) {
            const auto kernel =
                find_op(is_integer ? "CpuConvInteger" : "CpuQLinearConv")->make_kernel(call.call(), "onednn gemm");
            EXPECT_TRUE(kernel.ok()) << round;
            EXPECT_EQ((*kernel)->name, "onednn gemm depthwise") << round;
        }
    }
    EXPECT_TRUE(fast == kRounds || !has_fast_kernels()) << fast;
}

TEST(NnQuantized, ProductIsTheSumOfProducts) {
    Dice dice(43);
    int fast = 0;
    for (int round = 0; round < 80; ++round) {
        const int64_t m = dice.number(1, 7);
        const int64_t k = dice.number(1, 9);
        const int64_t n = dice.number(1, 7);
        const int64_t left = dice.number(1, 3);
        const int64_t right = dice.coin() ? 1 : left;
        const Tensor a = bytes(dice, byte_type(dice), {left, m, k});
        const Tensor b = bytes(dice, byte_type(dice), right == 1 && dice.coin() ? Shape{k, n} : Shape{right, k, n});
        const auto form = dice.number(0, 2);
        const Tensor a_zero = bytes(dice, a.dtype(), form == 0 ? Shape{} : form == 1 ? Shape{m} : Shape{left, m, 1});
        const Tensor b_zero = bytes(dice, b.dtype(), form == 0 ? Shape{} : Shape{n});
        NnCall call("CpuMatMulInteger");
        call.variable(a).input(b, dice.coin()).variable(a_zero).variable(b_zero);
        std::vector<double> wanted;
        const auto element = [](const Tensor& tensor, int64_t at) {
            return tensor.to_ints()[static_cast<size_t>(at % tensor.elements())];
        };
        for (int64_t i = 0; i < left * m * n; ++i) {
            const int64_t batch = i / (m * n);
            int64_t sum = 0;
            for (int64_t j = 0; j < k; ++j) {
                sum += (element(a, i / n * k + j) - element(a_zero, form == 1 ? i / n % m : i / n)) *
                       (element(b, (right == 1 ? 0 : batch * k * n) + j * n + i % n) - element(b_zero, i % n));
            }
            wanted.push_back(static_cast<double>(sum));
        }
        const std::string what = text("round ", round, " ", a.type().text(), b.type().text(), " form ", form);
        expect_near(call.run(), wanted, 0, what);
        expect_fast_is_reference(call, what, fast);

        NnCall linear("CpuQLinearMatMul");
        const auto scales = [&](const Tensor& zeros) { return dice.floats(zeros.shape(), 0.01F, 0.2F); };
        linear.variable(a).variable(scales(a_zero)).variable(a_zero).input(b, dice.coin()).variable(scales(b_zero));
        linear.variable(b_zero).variable(Tensor::scalar(2.5F)).variable(bytes(dice, byte_type(dice), {1}));
        expect_fast_is_reference(linear, what, fast);
    }
    EXPECT_TRUE(fast == 160 || !has_fast_kernels()) << fast;
}

TEST(NnQuantized, RowsOfOneScaleAreLikeElements) {
    Dice dice(44);
    for (int round = 0; round < 60; ++round) {
        const Shape shape = {dice.number(1, 3), dice.number(1, 5), dice.number(1, 40)};
        const int64_t axis = dice.number(0, 2);
        const bool per_axis = dice.coin();
        const Shape places = per_axis ? Shape{shape[static_cast<size_t>(axis)]} : Shape{};
        std::vector<float> values = dice.floats(shape, -40, 40).to_floats();
        for (const float odd : {NAN, INFINITY, -INFINITY, 1e30F, 0.0F}) {
            values[static_cast<size_t>(dice.number(0, shape.elements() - 1))] = odd;
        }
        for (size_t i = 0; i < values.size(); i += 3) {
            values[i] = std::floor(values[i]) + 0.5F;  // between two numbers, where the scale is 1
        }
        const aclDataType type = byte_type(dice);
        const Tensor scales =
            dice.coin() ? dice.floats(places, 0.1F, 1)
                        : Tensor::of<float>(places, std::vector<float>(static_cast<size_t>(places.elements()), 1.0F));
        const Tensor zeros = bytes(dice, type, places);
        NnCall quantize("CpuQuantizeLinear");
        quantize.variable(Tensor::of<float>(shape, values)).variable(scales).variable(zeros).attr("axis", axis);
        EXPECT_TRUE(quantize.run("rows") == quantize.run("reference")) << round;
        NnCall dequantize("CpuDequantizeLinear");
        dequantize.variable(bytes(dice, type, shape)).variable(scales);
        if (dice.coin()) {
            dequantize.variable(zeros);
        }
        dequantize.attr("axis", axis);
        EXPECT_TRUE(dequantize.run("rows") == dequantize.run("reference")) << round;
    }
}

NnCall conv(Shape x = {1, 4, 5, 5}, Shape w = {6, 2, 3, 3}) {
    NnCall call("CpuConvInteger");
    call.typed(ACL_UINT8, std::move(x)).typed(ACL_INT8, std::move(w)).attr("group", int64_t{2});
    return call;
}

TEST(NnQuantized, ShapesOfConvolutions) {
    EXPECT_EQ(conv().shape(), Shape({1, 6, 3, 3}));
    EXPECT_EQ(conv({-1, 4, -1, 5}).shape(), Shape({-1, 6, -1, 3}));
    const auto same = std::string("SAME_UPPER");
    EXPECT_EQ(conv({1, 4, -1, 5}).attr("auto_pad", same).attr("strides", Ints{2, 2}).shape(), Shape({1, 6, -1, 3}));
    EXPECT_EQ(conv({1, 4, 5, 5}, {-1, 2, -1, 3}).shape(), Shape({1, -1, -1, 3}));
    NnCall open = conv({1, 4, 5, 5});
    EXPECT_EQ(open.typed(ACL_UINT8, {1}).typed(ACL_INT8, {-1}).shape(), Shape({1, 6, 3, 3}));
}

TEST(NnQuantized, RefusesWhatDoesNotFit) {
    const auto expect = [](NnCall call, const char* part) {
        EXPECT_NE(call.failure().find(part), std::string::npos) << call.failure();
    };
    expect(conv({4, 5}), "expected 3 to 5 dimensions");
    expect(conv({1, 4, 5, 5}, {6, 2, 3}), "the same number");
    expect(conv({1, 5, 5, 5}), "the input x has 5 channels");
    expect(conv({1, 4, 5, 5}, {5, 2, 3, 3}), "does not divide the 5 channels");
    expect(conv({1, 4, 2, 5}), "the window spans 3 positions, but dimension 2");
    expect(conv({1, 4, 5, 5}, {6, 2, 0, 3}), "at least one position");
    expect(conv().attr("group", int64_t{0}), "group is 0");
    expect(conv().attr("kernel_shape", Ints{3, 2}), "kernel_shape is [3,2]");
    expect(conv().attr("strides", Ints{0, 1}), "strides has the entry 0");
    expect(conv().attr("pads", Ints{1}), "do not fit the first input's shape");
    expect(conv().attr("pads", Ints{0, 0, -1, 0}), "pads has the entry -1");
    expect(conv().attr("auto_pad", std::string("SOME")), "auto_pad is SOME");
    expect(conv().typed(ACL_INT8, {}), "x and x_zero_point are uint8 and int8");
    expect(conv().typed(ACL_UINT8, {3}), "x_zero_point has the shape [3]; expected one element");
    expect(conv().absent().typed(ACL_INT8, {5}), "w_zero_point has the shape [5]; expected one element, [6]");
    expect(conv().absent().typed(ACL_INT8, {6, 1}), "w_zero_point has the shape [6,1]");

    const auto linear = [](Shape scale, Shape bias) {
        NnCall call("CpuQLinearConv");
        call.typed(ACL_UINT8, {1, 2, 5}).typed(ACL_FLOAT, {}).typed(ACL_UINT8, {}).typed(ACL_INT8, {3, 2, 2});
        call.typed(ACL_FLOAT, std::move(scale)).typed(ACL_INT8, {}).typed(ACL_FLOAT, {1}).typed(ACL_INT8, {});
        call.typed(ACL_INT32, std::move(bias));
        return call;
    };
    EXPECT_EQ(linear({3}, {3}).shape(), Shape({1, 3, 4}));
    expect(linear({2}, {3}), "w_scale has the shape [2]");
    expect(linear({3}, {1}), "the input B has the shape [1]; expected [3]");
}

TEST(NnQuantized, RefusesProductsThatDoNotFit) {
    const auto product = [](Shape a, Shape b) {
        NnCall call("CpuMatMulInteger");
        call.typed(ACL_UINT8, std::move(a)).typed(ACL_INT8, std::move(b));
        return call;
    };
    EXPECT_EQ(product({3, -1, 4}, {4, 5}).shape(), Shape({3, -1, 5}));
    EXPECT_EQ(product({4}, {2, 4, 5}).shape(), Shape({2, 5}));
    EXPECT_EQ(product({4}, {4}).shape(), Shape());
    EXPECT_EQ(product({2, 3, 4}, {4}).shape(), Shape({2, 3}));
    const auto expect = [](NnCall call, const char* part) {
        EXPECT_NE(call.failure().find(part), std::string::npos) << call.failure();
    };
    expect(product({}, {4}), "expected one dimension at least");
    expect(product({2, 3}, {4, 5}), "has 3 columns");
    expect(product({2, 1, 4}, {3, 4, 5}), "do not broadcast");
    expect(product({2, 3, 4}, {4, 5}).typed(ACL_UINT8, {2}), "a_zero_point has the shape [2]");
    expect(product({2, 3, 4}, {4, 5}).typed(ACL_UINT8, {2, 1, 4}), "a_zero_point has the shape [2,1,4]");
    expect(product({2, 3, 4}, {4, 5}).absent().typed(ACL_INT8, {4}), "[5] or [1,5]");
    expect(product({2, 3}, {3, 4}).absent().typed(ACL_UINT8, {}), "int8 and uint8");
}

}  // namespace
}  // namespace softacl::ops
