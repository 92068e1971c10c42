// SPDX-License-Identifier: Apache-2.0
// Pools against a walk over every window.
#include "nn_support.h"

namespace softacl::ops {
namespace {

struct Pool {
    Shape x;
    Ints size, strides, begin, end;
    bool up = false;
    bool exclusive = true;
    int64_t divisor = 0;

    Ints output() const {
        Ints dims;
        for (size_t i = 0; i < size.size(); ++i) {
            // Windows that begin inside the input or the padding before it, the last of which may reach too far.
            int64_t count = 0;
            const int64_t padded = x[2 + i] + begin[i] + end[i];
            for (int64_t at = 0; at + (up ? 1 : size[i]) <= (up ? x[2 + i] + begin[i] : padded); at += strides[i]) {
                ++count;
                if (up && at + size[i] >= padded) {
                    break;
                }
            }
            dims.push_back(count);
        }
        return dims;
    }
};

std::vector<double> pooled(const Pool& p, bool maximum, const std::vector<float>& x) {
    const Ints out = p.output();
    const Shape in(Ints(p.x.begin() + 2, p.x.end()));
    const Shape result(out);
    const Shape window(p.size);
    const auto unravel = [](const Shape& shape, int64_t at) {
        Ints place(shape.rank());
        for (size_t i = shape.rank(); i-- > 0; at /= shape[i]) {
            place[i] = at % shape[i];
        }
        return place;
    };
    std::vector<double> y;
    for (int64_t plane = 0; plane < p.x[0] * p.x[1]; ++plane) {
        for (int64_t o = 0; o < result.elements(); ++o) {
            const Ints place = unravel(result, o);
            double sum = 0;
            double best = -INFINITY;
            int64_t inside = 0;
            int64_t padded = 0;
            for (int64_t k = 0; k < window.elements(); ++k) {
                const Ints tap = unravel(window, k);
                int64_t at = 0;
                bool is_inside = true;
                bool is_padded = true;
                for (size_t i = 0; i < in.rank(); ++i) {
                    const int64_t position = place[i] * p.strides[i] + tap[i] - p.begin[i];
                    is_inside = is_inside && position >= 0 && position < in[i];
                    is_padded = is_padded && position < in[i] + p.end[i];
                    at = at * in[i] + position;
                }
                padded += is_padded;
                if (is_inside) {
                    const auto value = static_cast<double>(x[static_cast<size_t>(plane * in.elements() + at)]);
                    sum += value;
                    best = std::max(best, value);
                    ++inside;
                }
            }
            const int64_t count = p.divisor != 0 ? p.divisor : p.exclusive ? inside : padded;
            y.push_back(maximum ? best : sum / static_cast<double>(count));
        }
    }
    return y;
}

Pool random_pool(Dice& dice, size_t spatial) {
    Pool p;
    Ints dims = {dice.number(1, 2), dice.number(1, 20)};
    for (size_t i = 0; i < spatial; ++i) {
        p.size.push_back(dice.number(1, 4));
        p.strides.push_back(dice.number(1, 3));
        p.begin.push_back(dice.number(0, p.size[i] / 2));
        p.end.push_back(dice.number(0, p.size[i] / 2));
        dims.push_back(p.size[i] + dice.number(0, 6));
    }
    p.x = Shape(dims);
    p.up = dice.coin();
    p.exclusive = dice.coin();
    return p;
}

NnCall call_of(const Pool& p, const char* op, const Tensor& x) {
    const bool deep = p.size.size() == 3;
    const bool maximum = std::string(op).find("Max") == 0;
    const auto with_ones = [](Ints list) {
        list.insert(list.begin(), 2, 1);
        return list;
    };
    Ints pads;
    for (size_t i = 0; i < p.size.size(); ++i) {
        pads.push_back(p.begin[i]);
        pads.push_back(p.end[i]);
    }
    NnCall call(op);
    call.variable(x).attr("ksize", with_ones(p.size)).attr("strides", with_ones(p.strides)).attr("pads", pads);
    call.attr("data_format", std::string(deep ? "NCDHW" : "NCHW"));
    if (deep && maximum) {
        call.attr("padding", std::string("CALCULATED")).attr("ceil_mode", int64_t{p.up});
    } else {
        call.attr("ceil_mode", p.up);
    }
    if (!maximum) {
        call.attr("divisor_override", p.divisor);
        deep ? call.attr("count_include_pad", !p.exclusive) : call.attr("exclusive", p.exclusive);
    }
    return call;
}

class NnPoolTest : public ::testing::TestWithParam<const char*> {};

TEST_P(NnPoolTest, IsTheWalkOverWindows) {
    const std::string op = GetParam();
    const bool maximum = op.find("Max") == 0;
    Dice dice(11);
    int fast = 0;
    for (int round = 0; round < 120; ++round) {
        Pool p = random_pool(dice, op.find("3D") != std::string::npos ? 3 : 2);
        p.divisor = !maximum && dice.number(0, 5) == 0 ? 3 : 0;
        const Tensor x = dice.floats(p.x);
        const std::string what = text(p.x, " window ", Shape(p.size), " strides ", Shape(p.strides), " begin ",
                                      Shape(p.begin), " end ", Shape(p.end), " up ", p.up, " exclusive ", p.exclusive);
        NnCall call = call_of(p, op.c_str(), x);
        Ints dims = p.output();
        dims.insert(dims.begin(), {p.x[0], p.x[1]});
        ASSERT_EQ(call.shape(), Shape(dims)) << what;
        ASSERT_NO_FATAL_FAILURE(expect_near(call.run(), pooled(p, maximum, x.to_floats()), 1e-5, what));
        fast += expect_fast_like_reference(call, 1e-5, what);
    }
    EXPECT_TRUE(fast > 20 || !has_fast_kernels()) << fast;
}

INSTANTIATE_TEST_SUITE_P(All, NnPoolTest, ::testing::Values("MaxPoolV3", "AvgPoolV2", "MaxPool3D", "AvgPool3D"),
                         [](const auto& info) { return std::string(info.param); });

NnCall small(const char* op = "MaxPoolV3", Shape x = {1, 2, 5, 6}) {
    NnCall call(op);
    call.typed(ACL_FLOAT, std::move(x)).attr("ksize", Ints{1, 1, 3, 2}).attr("strides", Ints{1, 1, 2, 2});
    return call;
}

TEST(NnPool, ModesOfPadding) {
    EXPECT_EQ(small().shape(), Shape({1, 2, 2, 3}));
    EXPECT_EQ(small().attr("padding_mode", std::string("VALID")).attr("pads", Ints{1, 1, 1, 1}).shape(),
              Shape({1, 2, 2, 3}));
    EXPECT_EQ(small().attr("padding_mode", std::string("SAME")).shape(), Shape({1, 2, 3, 3}));
    EXPECT_EQ(small("AvgPoolV2").attr("global_pooling", true).shape(), Shape({1, 2, 1, 1}));
    EXPECT_EQ(small("MaxPoolV3", {-1, 2, -1, 6}).shape(), Shape({-1, 2, -1, 3}));
}

TEST(NnPool, RefusesWhatDoesNotFit) {
    const auto expect = [](const NnCall& call, std::initializer_list<const char*> words) {
        const std::string sentence = NnCall(call).failure();
        for (const char* word : words) {
            EXPECT_NE(sentence.find(word), std::string::npos) << sentence << " lacks " << word;
        }
    };
    expect(small("MaxPoolV3", {1, 2, 5}), {"input x", "[1,2,5]", "expected 4"});
    expect(small("MaxPoolV3", {1, 2, 2, 5}), {"window spans 3", "dimension 2 of the input x has 2"});
    expect(small().attr("ksize", Ints{1, 2, 3, 2}), {"ksize begins with 1, 2"});
    expect(small().attr("strides", Ints{1, 1, 0, 2}), {"strides", "entry 0"});
    expect(small().attr("pads", Ints{0, 0, 2, 0}), {"pads 2 and 0", "as large as the window"});
    expect(small().attr("pads", Ints{0, 0, 0}), {"pads has 3 entries"});
    expect(small().attr("padding_mode", std::string("HALF")), {"padding mode is HALF"});
    expect(small().attr("data_format", std::string("NHWC")), {"data_format is NHWC"});
}

TEST(NnPool, IntegersHaveMaxima) {
    NnCall call("MaxPoolV3");
    call.variable(Tensor::of<uint8_t>({1, 1, 2, 2}, {3, 250, 7, 9}));
    call.attr("ksize", Ints{1, 1, 2, 2}).attr("strides", Ints{1, 1, 1, 1});
    EXPECT_EQ(call.run().to_ints(), Ints{250});
}

TEST(NnGlobalAveragePool, IsTheMeanOfEachChannel) {
    Dice dice(12);
    for (const Shape& shape : {Shape{2, 5, 7}, Shape{1, 17, 7, 7}, Shape{2, 3, 2, 3, 4}}) {
        const Tensor x = dice.floats(shape);
        const int64_t plane = shape.elements(2, shape.rank());
        std::vector<double> wanted;
        for (int64_t i = 0; i < shape[0] * shape[1]; ++i) {
            double sum = 0;
            for (int64_t k = 0; k < plane; ++k) {
                sum += static_cast<double>(x.to_floats()[static_cast<size_t>(i * plane + k)]);
            }
            wanted.push_back(sum / static_cast<double>(plane));
        }
        NnCall call("GlobalAveragePool");
        call.variable(x);
        const Tensor y = call.run();
        EXPECT_EQ(y.shape().rank(), shape.rank());
        expect_near(y, wanted, 1e-6);
        EXPECT_EQ(expect_fast_like_reference(call, 1e-5), has_fast_kernels()) << shape;
    }
    EXPECT_NE(NnCall("GlobalAveragePool").typed(ACL_FLOAT, {2, 3}).failure().find("input x has the shape [2,3]"),
              std::string::npos);
}

NnCall onnx_pool(const char* op = "CpuMaxPool", Shape x = {1, 2, 5, 6}, size_t outputs = 0) {
    NnCall call(op, outputs);
    call.typed(ACL_FLOAT, std::move(x)).attr("kernel_shape", Ints{3, 2});
    return call;
}

TEST(NnOnnxPool, ShapesOfResults) {
    NnCall call = onnx_pool("CpuMaxPool", {1, 2, 5, 6}, 2);
    EXPECT_EQ(call.shape(), Shape({1, 2, 3, 5}));
    EXPECT_EQ(call.call().outputs[1].dtype, ACL_INT64);
    EXPECT_EQ(call.call().outputs[1].shape, Shape({1, 2, 3, 5}));
    EXPECT_EQ(onnx_pool("CpuMaxPool", {1, 2, 5, 6}, 1).shape(), Shape({1, 2, 3, 5}));
    EXPECT_EQ(onnx_pool("CpuLpPool", {-1, 2, -1, 6}).shape(), Shape({-1, 2, -1, 5}));
    const auto same = std::string("SAME_LOWER");
    EXPECT_EQ(onnx_pool("CpuLpPool", {1, 2, -1, 6}).attr("auto_pad", same).attr("strides", Ints{2, 2}).shape(),
              Shape({1, 2, -1, 3}));
    EXPECT_EQ(onnx_pool().attr("ceil_mode", int64_t{1}).attr("strides", Ints{2, 5}).shape(), Shape({1, 2, 2, 2}));
}

TEST(NnOnnxPool, RefusesWhatDoesNotFit) {
    const auto expect = [](NnCall call, const char* part) {
        EXPECT_NE(call.failure().find(part), std::string::npos) << call.failure();
    };
    expect(onnx_pool("CpuMaxPool", {5, 6}), "expected 3 to 5 dimensions");
    expect(onnx_pool().attr("kernel_shape", Ints{}), "kernel_shape is missing");
    expect(onnx_pool().attr("kernel_shape", Ints{3}), "do not fit the first input's shape");
    expect(onnx_pool().attr("kernel_shape", Ints{-1, 3}), "kernel_shape has the entry -1");
    expect(onnx_pool().attr("kernel_shape", Ints{0, 3}), "kernel_shape has the entry 0");
    expect(onnx_pool().attr("pads", Ints{0, 2, 0, 0}), "the pads 2 and 0 are as large as the window");
    expect(onnx_pool().attr("dilations", Ints{3, 1}), "the window spans 7 positions");
    expect(onnx_pool().attr("storage_order", int64_t{2}), "storage_order is 2");
    expect(onnx_pool("CpuLpPool").attr("p", int64_t{0}), "p is 0");
}

TEST(NnMaxUnpool, PutsElementsBack) {
    const Tensor x = Tensor::of<float>({1, 1, 2, 2}, {5, 6, 7, 8});
    const auto call = [&](std::vector<int64_t> places) {
        NnCall made("CpuMaxUnpool");
        made.variable(x).variable(Tensor::of<int64_t>({1, 1, 2, 2}, places));
        made.attr("kernel_shape", Ints{2, 2}).attr("strides", Ints{2, 2});
        return made;
    };
    expect_near(call({5, 7, 13, 15}).run(), {0, 0, 0, 0, 0, 5, 0, 6, 0, 0, 0, 0, 0, 7, 0, 8}, 0);
    NnCall wide = call({5, 7, 13, 15});
    wide.input(Tensor::list<int64_t>({1, 1, 4, 5}));
    expect_near(wide.run(), {0, 0, 0, 0, 0, 0, 5, 0, 6, 0, 0, 0, 0, 0, 0, 0, 7, 0, 8, 0}, 0);
    EXPECT_NE(call({5, 7, 13, 16}).try_run("reference").status().message().find("element 3 of the input I is 16"),
              std::string::npos);
    EXPECT_NE(call({-1, 7, 13, 15}).try_run("reference").status().message().find("element 0 of the input I is -1"),
              std::string::npos);
    NnCall narrow = call({5, 7, 13, 15});
    narrow.input(Tensor::list<int64_t>({1, 1, 4, 3}));
    EXPECT_NE(narrow.try_run("reference").status().message().find("no place of the shape [1,1,4,4] within [1,1,4,3]"),
              std::string::npos);
}

TEST(NnMaxUnpool, RefusesWhatDoesNotFit) {
    const auto call = [](Shape x, Shape places) {
        NnCall made("CpuMaxUnpool");
        made.typed(ACL_FLOAT, std::move(x)).typed(ACL_INT64, std::move(places)).attr("kernel_shape", Ints{2, 2});
        return made;
    };
    const auto expect = [](NnCall made, const char* part) {
        EXPECT_NE(made.failure().find(part), std::string::npos) << made.failure();
    };
    EXPECT_EQ(call({1, 2, -1, 4}, {1, 2, 3, 4}).shape(), Shape({1, 2, -1, 5}));
    NnCall open = call({1, 2, 3, 4}, {1, 2, 3, 4});
    EXPECT_EQ(open.typed(ACL_INT64, {4}).shape(), Shape({-1, -1, -1, -1}));
    expect(call({3, 4}, {3, 4}), "at least 3 dimensions");
    expect(call({1, 2, 3, 4}, {1, 2, 3, 5}), "expected the same");
    expect(call({1, 2, 3, 4}, {1, 2, 3, 4}).attr("kernel_shape", Ints{}), "kernel_shape is missing");
    expect(call({1, 2, 3, 4}, {1, 2, 3, 4}).attr("pads", Ints{4, 0, 0, 0}), "leave nothing of dimension 2");
    expect(call({1, 2, 3, 4}, {1, 2, 3, 4}).typed(ACL_INT64, {3}), "output_shape has the shape [3]; expected [4]");
    expect(call({1, 2, 3, 4}, {1, 2, 3, 4}).input(Tensor::list<int64_t>({1, 2, -4, 5})), "expected sizes");
}

}  // namespace
}  // namespace softacl::ops
