// SPDX-License-Identifier: Apache-2.0
// The fast kernels against plain loops, over random shapes and in every layout they ask for.
#include "kernels/fast.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>

namespace softacl::kernels {
namespace {

using Values = std::vector<float>;

const FastKernels& fast() {
    const auto kernels = fast_kernels();
    EXPECT_TRUE(kernels.ok()) << kernels.status().message();
    return **kernels;
}

class Dice {
   public:
    explicit Dice(unsigned seed) : engine_(seed) {}
    int64_t number(int64_t low, int64_t high) { return std::uniform_int_distribution<int64_t>(low, high)(engine_); }
    template <class T>
    T one_of(std::initializer_list<T> choices) {
        return *(choices.begin() + number(0, static_cast<int64_t>(choices.size()) - 1));
    }
    Values values(const Shape& shape) {
        Values made(static_cast<size_t>(shape.elements()));
        std::normal_distribution<float> normal;
        for (float& value : made) {
            value = normal(engine_);
        }
        return made;
    }

   private:
    std::mt19937 engine_;
};

TensorType floats(const Shape& shape) { return {ACL_FLOAT, shape, ACL_FORMAT_ND}; }

// Memory in a layout. What lies beyond the tensor must stay as it is.
struct Stored {
    Stored(const Shape& tensor_shape, Layout tensor_layout)
        : shape(tensor_shape), layout(tensor_layout), bytes(storage_bytes(floats(shape), layout)) {
        block = aligned_block(bytes + kGuard);
        std::memset(block.get(), 0x5a, bytes + kGuard);
    }
    bool guard_is_whole() const {
        const auto* end = static_cast<const unsigned char*>(block.get()) + bytes;
        return std::all_of(end, end + kGuard, [](unsigned char byte) { return byte == 0x5a; });
    }
    // Sum of the magnitudes in the padding of blocks.
    float padding() const {
        if (layout.is_plain()) {
            return 0;
        }
        const int64_t inner = shape.elements(2, shape.rank());
        const int64_t blocks = (shape[1] + layout.block - 1) / layout.block;
        const auto* at = static_cast<const float*>(block.get());
        float sum = 0;
        for (int64_t i = 0; i < shape[0] * blocks * inner * layout.block; ++i) {
            const int64_t channel = (i / (inner * layout.block)) % blocks * layout.block + i % layout.block;
            sum += channel >= shape[1] ? std::abs(at[i]) : 0;
        }
        return sum;
    }

    static constexpr size_t kGuard = 64;
    Shape shape;
    Layout layout;
    size_t bytes;
    std::shared_ptr<void> block;
};

Stored stored(const Shape& shape, const Values& values, Layout layout) {
    Stored plain(shape, {});
    std::memcpy(plain.block.get(), values.data(), plain.bytes);
    if (layout.is_plain()) {
        return plain;
    }
    Stored blocked(shape, layout);
    const auto kernel = fast().reorder(floats(shape), {}, layout);
    EXPECT_TRUE(kernel.ok()) << kernel.status().message();
    const void* in = plain.block.get();
    void* out = blocked.block.get();
    const auto scratch = aligned_block((*kernel)->scratch_bytes);
    EXPECT_TRUE((*kernel)->run({&in, &out, nullptr, scratch.get()}).ok());
    return blocked;
}

Values loaded(const Stored& from) {
    Stored plain(from.shape, {});
    const void* in = from.block.get();
    void* out = plain.block.get();
    if (from.layout.is_plain()) {
        std::memcpy(out, in, plain.bytes);
    } else {
        const auto kernel = fast().reorder(floats(from.shape), from.layout, {});
        const auto scratch = aligned_block((*kernel)->scratch_bytes);
        EXPECT_TRUE((*kernel)->run({&in, &out, nullptr, scratch.get()}).ok());
    }
    const auto* begin = static_cast<const float*>(out);
    return Values(begin, begin + from.shape.elements());
}

struct Operand {
    Shape shape;
    Values values;  // none: absent
};

// Runs a kernel as a plan does: in its layouts, with what it packs, once in fresh memory and once over what it may
// reuse.
void expect_computes(const Result<KernelPtr>& made, const std::vector<Operand>& operands, const Shape& result,
                     const Values& expected, const std::string& what) {
    ASSERT_TRUE(made.ok()) << what << ": " << made.status().message();
    Kernel& kernel = **made;
    std::vector<const void*> constants(operands.size());
    std::vector<const void*> inputs(operands.size());
    std::vector<Stored> kept;
    for (size_t i = 0; i < operands.size(); ++i) {
        if (operands[i].values.empty()) {
            continue;
        }
        kept.push_back(
            stored(operands[i].shape, operands[i].values, kernel.packs_input[i] ? Layout{} : kernel.input_layouts[i]));
        (kernel.packs_input[i] ? constants : inputs)[i] = kept.back().block.get();
    }
    const auto packed = aligned_block(kernel.packed_bytes);
    const auto scratch = aligned_block(kernel.scratch_bytes);
    ASSERT_TRUE(kernel.pack(constants, packed.get()).ok());
    const float most = std::abs(*std::max_element(expected.begin(), expected.end(),
                                                  [](float a, float b) { return std::abs(a) < std::abs(b); }));
    for (const bool in_place : {false, true}) {
        if (in_place && !kernel.reuses_input) {
            break;
        }
        Stored output(result, kernel.output_layouts[0]);
        void* out = output.block.get();
        if (in_place) {
            std::memcpy(out, inputs[*kernel.reuses_input], output.bytes);
            inputs[*kernel.reuses_input] = out;
        }
        const Status status = kernel.run({inputs.data(), &out, packed.get(), scratch.get()});
        ASSERT_TRUE(status.ok()) << what << ": " << status.message();
        EXPECT_TRUE(output.guard_is_whole()) << what << " [" << kernel.name << "]";
        EXPECT_EQ(output.padding(), 0) << what << " [" << kernel.name << "]";
        const Values actual = loaded(output);
        float difference = 0;
        for (size_t i = 0; i < expected.size(); ++i) {
            difference = std::max(difference, std::abs(actual[i] - expected[i]));
        }
        EXPECT_LE(difference, 1e-4F * std::max(most, 1e-3F)) << what << " [" << kernel.name << "]";
    }
}

float apply(const Elementwise& function, float x) {
    switch (function.kind) {
        case Activation::kRelu: return std::max(x, 0.0F);
        case Activation::kLeakyRelu: return x < 0 ? function.alpha * x : x;
        case Activation::kClip: return std::min(std::max(x, function.alpha), function.beta);
        case Activation::kElu: return x < 0 ? function.alpha * std::expm1(x) : x;
        case Activation::kSigmoid: return 1 / (1 + std::exp(-x));
        case Activation::kTanh: return std::tanh(x);
        case Activation::kHardSigmoid: return std::min(std::max(function.alpha * x + function.beta, 0.0F), 1.0F);
        case Activation::kHardSwish: return x * std::min(std::max(x + 3, 0.0F), 6.0F) / 6;
        case Activation::kSwish: return x / (1 + std::exp(-x));
        case Activation::kGelu: return x * (1 + std::erf(x / std::sqrt(2.0F))) / 2;
        case Activation::kMish: return x * std::tanh(std::log1p(std::exp(x)));
        case Activation::kSoftplus: return std::log1p(std::exp(x));
        case Activation::kAbs: return std::abs(x);
        case Activation::kSquare: return x * x;
        case Activation::kExp: return std::exp(x);
        case Activation::kLinear: return function.alpha * x + function.beta;
        default: return x;
    }
}

const Elementwise kFunctions[] = {
    {Activation::kRelu},       {Activation::kLeakyRelu, 0.1F},
    {Activation::kClip, 0, 6}, {Activation::kElu, 0.7F},
    {Activation::kSigmoid},    {Activation::kTanh},
    {Activation::kSwish},      {Activation::kHardSwish},
    {Activation::kGelu},       {Activation::kHardSigmoid, 0.2F, 0.5F},
    {Activation::kMish},       {Activation::kSoftplus},
    {Activation::kAbs},        {Activation::kSquare},
    {Activation::kExp},        {Activation::kLinear, 2, -1},
};

std::string describe(const ConvParams& params) {
    return text("convolution of ", params.input, " by ", params.filter, ", stride ", params.strides[0], ", dilation ",
                params.dilations[0], ", pads ", params.pads_begin[0], " ", params.pads_end[0], ", groups ",
                params.groups, ", adds ", params.adds, ", function ", static_cast<int>(params.activation.kind));
}

// Two spatial axes.
Values convolve(const ConvParams& p, const Values& x, const Values& w, const Values& bias, const Values& addend) {
    Values y(static_cast<size_t>(p.output.elements()));
    const int64_t in_group = p.input[1] / p.groups;
    const int64_t out_group = p.output[1] / p.groups;
    size_t at = 0;
    for (int64_t n = 0; n < p.output[0]; ++n) {
        for (int64_t o = 0; o < p.output[1]; ++o) {
            for (int64_t oy = 0; oy < p.output[2]; ++oy) {
                for (int64_t ox = 0; ox < p.output[3]; ++ox, ++at) {
                    double sum = bias.empty() ? 0 : bias[static_cast<size_t>(o)];
                    for (int64_t c = 0; c < in_group; ++c) {
                        for (int64_t ky = 0; ky < p.filter[2]; ++ky) {
                            for (int64_t kx = 0; kx < p.filter[3]; ++kx) {
                                const int64_t iy = oy * p.strides[0] - p.pads_begin[0] + ky * p.dilations[0];
                                const int64_t ix = ox * p.strides[1] - p.pads_begin[1] + kx * p.dilations[1];
                                if (iy < 0 || ix < 0 || iy >= p.input[2] || ix >= p.input[3]) {
                                    continue;
                                }
                                const int64_t channel = o / out_group * in_group + c;
                                sum +=
                                    static_cast<double>(x[static_cast<size_t>(
                                        ((n * p.input[1] + channel) * p.input[2] + iy) * p.input[3] + ix)]) *
                                    w[static_cast<size_t>(((o * in_group + c) * p.filter[2] + ky) * p.filter[3] + kx)];
                            }
                        }
                    }
                    y[at] = apply(p.activation, static_cast<float>(sum) + (addend.empty() ? 0 : addend[at]));
                }
            }
        }
    }
    return y;
}

void expect_convolves(ConvParams params, Dice& dice) {
    const auto out = [&](size_t i) {
        return (params.input[2 + i] + params.pads_begin[i] + params.pads_end[i] -
                (params.dilations[i] * (params.filter[2 + i] - 1) + 1)) /
                   params.strides[i] +
               1;
    };
    params.output = {params.input[0], params.filter[0], out(0), out(1)};
    const Values x = dice.values(params.input);
    const Values w = dice.values(params.filter);
    const Values bias = params.has_bias ? dice.values({params.filter[0]}) : Values();
    const Values addend = params.adds ? dice.values(params.output) : Values();
    expect_computes(fast().convolution(params),
                    {{params.input, x}, {params.filter, w}, {{params.filter[0]}, bias}, {params.output, addend}},
                    params.output, convolve(params, x, w, bias, addend), describe(params));
}

TEST(FastConvolution, RandomWindows) {
    Dice dice(1);
    for (int round = 0; round < 60; ++round) {
        ConvParams params;
        params.groups = dice.one_of<int64_t>({1, 1, 1, 2, 4});
        const int64_t in = params.groups * dice.one_of<int64_t>({1, 3, 8, 16, 5});
        const int64_t out_channels = params.groups * dice.one_of<int64_t>({1, 4, 8, 16, 7});
        params.filter = {out_channels, in / params.groups, dice.number(1, 4), dice.number(1, 4)};
        params.strides = {dice.number(1, 3), dice.number(1, 3)};
        params.dilations = {dice.number(1, 2), dice.number(1, 2)};
        params.pads_begin = {dice.number(0, 2), dice.number(0, 2)};
        params.pads_end = {dice.number(0, 2), dice.number(0, 2)};
        params.input = {dice.number(1, 2), in, dice.number(8, 14), dice.number(8, 14)};
        params.has_bias = dice.number(0, 1) == 1;
        params.adds = dice.number(0, 1) == 1;
        params.activation =
            dice.number(0, 1) == 1 ? dice.one_of({kFunctions[0], kFunctions[1], kFunctions[2]}) : Elementwise{};
        expect_convolves(params, dice);
    }
}

// Channels from one block on, 3x3, stride 1: Winograd, with every function, with channels that fill no block, with
// pictures that fill no tile.
TEST(FastConvolution, Winograd) {
    Dice dice(2);
    for (int round = 0; round < 40; ++round) {
        ConvParams params;
        params.input = {dice.number(1, 2), dice.one_of<int64_t>({16, 20, 32, 70}), dice.number(5, 30),
                        dice.number(5, 30)};
        params.filter = {dice.one_of<int64_t>({16, 20, 32, 50, 48}), params.input[1], 3, 3};
        params.strides = params.dilations = {1, 1};
        params.pads_begin = {dice.number(0, 1), dice.number(0, 1)};
        params.pads_end = params.pads_begin;
        params.has_bias = dice.number(0, 1) == 1;
        params.adds = dice.number(0, 1) == 1;
        params.activation = kFunctions[static_cast<size_t>(round) % std::size(kFunctions)];
        expect_convolves(params, dice);
    }
}

TEST(FastConvolution, DepthwiseAndPictures) {
    Dice dice(3);
    for (const int64_t channels : {8, 16, 24, 40, 96}) {
        ConvParams params;
        params.groups = channels;
        params.input = {1, channels, 9, 9};
        params.filter = {channels, 1, 3, 3};
        params.strides = {dice.number(1, 2), 1};
        params.dilations = {1, 1};
        params.pads_begin = {0, 1};
        params.pads_end = {1, 1};
        params.activation = {Activation::kClip, 0, 6};
        expect_convolves(params, dice);
    }
    for (const int64_t channels : {1, 3, 4}) {
        ConvParams params;
        params.input = {2, channels, 17, 19};
        params.filter = {24, channels, 5, 5};
        params.strides = {2, 2};
        params.dilations = {1, 1};
        params.pads_begin = {1, 1};
        params.pads_end = {2, 2};
        params.has_bias = true;
        expect_convolves(params, dice);
    }
}

TEST(FastElementwise, EveryFunctionInEveryLayout) {
    Dice dice(4);
    for (const Elementwise& function : kFunctions) {
        for (const Shape& shape : {Shape{2, 32, 3, 5}, Shape{1, 20, 4, 4}, Shape{7}, Shape{3, 4}}) {
            for (const Layout layout : {Layout{}, Layout{fast().block()}}) {
                if (!layout.is_plain() && shape.rank() < 3) {
                    continue;
                }
                const Values x = dice.values(shape);
                Values y = x;
                std::transform(x.begin(), x.end(), y.begin(), [&](float value) { return apply(function, value); });
                const auto made = fast().elementwise({function, shape, layout});
                if (!made.ok() && made.status().message().find("plain loops") != std::string::npos) {
                    continue;  // the operator has such, too
                }
                expect_computes(made, {{shape, x}}, shape, y,
                                text("function ", static_cast<int>(function.kind), " of ", shape));
            }
        }
    }
}

TEST(FastBinary, BroadcastsTheSecondOrCommutes) {
    Dice dice(5);
    const std::pair<Shape, Shape> cases[] = {
        {{2, 32, 4, 5}, {2, 32, 4, 5}}, {{2, 20, 4, 5}, {2, 20, 4, 5}},
        {{2, 32, 4, 5}, {1, 32, 1, 1}}, {{2, 32, 4, 5}, {}},
        {{2, 32, 4, 5}, {5}},           {{1, 32, 1, 1}, {2, 32, 4, 5}},
    };
    for (const auto& [a_shape, b_shape] : cases) {
        for (const Layout layout : {Layout{}, Layout{fast().block()}}) {
            BinaryParams params;
            params.kind = Binary::kMul;
            params.a = a_shape;
            params.b = b_shape;
            params.output = a_shape.elements() > b_shape.elements() ? a_shape : b_shape;
            params.a_layout = a_shape == params.output ? layout : Layout{};
            params.b_layout = b_shape == params.output ? layout : Layout{};
            const Values a = dice.values(a_shape);
            const Values b = dice.values(b_shape);
            Values y(static_cast<size_t>(params.output.elements()));
            const auto at = [&](const Shape& shape, size_t index) {
                size_t position = 0;
                size_t stride = 1;
                for (size_t i = shape.rank(); i > 0; --i) {
                    const auto size = static_cast<size_t>(params.output[params.output.rank() - shape.rank() + i - 1]);
                    const size_t own = static_cast<size_t>(shape[i - 1]);
                    position += own == 1 ? 0 : index % size * stride;
                    stride *= own;
                    index /= size;
                }
                return position;
            };
            for (size_t i = 0; i < y.size(); ++i) {
                y[i] = a[at(a_shape, i)] * b[at(b_shape, i)];
            }
            const auto made = fast().binary(params);
            if (!made.ok()) {
                EXPECT_FALSE(made.status().message().empty());
                continue;
            }
            expect_computes(made, {{a_shape, a}, {b_shape, b}}, params.output, y, text(a_shape, " * ", b_shape));
        }
    }
}

TEST(FastPool, MaximumAndAverages) {
    Dice dice(6);
    for (int round = 0; round < 30; ++round) {
        PoolParams params;
        params.kind =
            dice.one_of({PoolParams::Kind::kMax, PoolParams::Kind::kAverage, PoolParams::Kind::kAverageWithPadding});
        params.input = {dice.number(1, 2), dice.one_of<int64_t>({3, 16, 20, 32}), dice.number(6, 12),
                        dice.number(6, 12)};
        params.window = {dice.number(2, 3), dice.number(2, 3)};
        params.strides = {dice.number(1, 2), dice.number(1, 2)};
        params.pads_begin = {dice.number(0, 1), dice.number(0, 1)};
        params.pads_end = {dice.number(0, 1), dice.number(0, 1)};
        params.input_layout = dice.one_of({Layout{}, Layout{fast().block()}});
        params.output = {params.input[0], params.input[1], 0, 0};
        for (size_t i = 0; i < 2; ++i) {
            params.output[2 + i] =
                (params.input[2 + i] + params.pads_begin[i] + params.pads_end[i] - params.window[i]) /
                    params.strides[i] +
                1;
        }
        const Values x = dice.values(params.input);
        Values y;
        for (int64_t plane = 0; plane < params.input[0] * params.input[1]; ++plane) {
            for (int64_t oy = 0; oy < params.output[2]; ++oy) {
                for (int64_t ox = 0; ox < params.output[3]; ++ox) {
                    float most = -1e30F;
                    double sum = 0;
                    int64_t inside = 0;
                    for (int64_t i = 0; i < params.window[0] * params.window[1]; ++i) {
                        const int64_t iy = oy * params.strides[0] - params.pads_begin[0] + i / params.window[1];
                        const int64_t ix = ox * params.strides[1] - params.pads_begin[1] + i % params.window[1];
                        if (iy < 0 || ix < 0 || iy >= params.input[2] || ix >= params.input[3]) {
                            continue;
                        }
                        const float value =
                            x[static_cast<size_t>((plane * params.input[2] + iy) * params.input[3] + ix)];
                        most = std::max(most, value);
                        sum += value;
                        ++inside;
                    }
                    const auto count =
                        params.kind == PoolParams::Kind::kAverage ? inside : params.window[0] * params.window[1];
                    y.push_back(params.kind == PoolParams::Kind::kMax
                                    ? most
                                    : static_cast<float>(sum / static_cast<double>(count)));
                }
            }
        }
        expect_computes(fast().pool(params), {{params.input, x}}, params.output, y, text("pool of ", params.input));
    }
}

TEST(FastMatMul, TransposedBroadcastPacked) {
    Dice dice(7);
    for (int round = 0; round < 40; ++round) {
        const int64_t batch = dice.number(1, 3);
        const int64_t m = dice.number(1, 20);
        const int64_t k = dice.number(1, 40);
        const int64_t n = dice.number(1, 40);
        MatMulParams params;
        params.transpose_a = dice.number(0, 1) == 1;
        params.transpose_b = dice.number(0, 1) == 1;
        params.b_is_constant = dice.number(0, 1) == 1;
        params.a = params.transpose_a ? Shape{batch, k, m} : Shape{batch, m, k};
        params.b = params.transpose_b ? Shape{n, k} : Shape{k, n};
        params.output = {batch, m, n};
        const bool biased = dice.number(0, 1) == 1;
        params.bias = biased ? Shape{n} : Shape{};
        const Values a = dice.values(params.a);
        const Values b = dice.values(params.b);
        const Values bias = biased ? dice.values({n}) : Values();
        Values y;
        for (int64_t i = 0; i < batch; ++i) {
            for (int64_t row = 0; row < m; ++row) {
                for (int64_t column = 0; column < n; ++column) {
                    double sum = biased ? bias[static_cast<size_t>(column)] : 0;
                    for (int64_t inner = 0; inner < k; ++inner) {
                        sum += static_cast<double>(a[static_cast<size_t>(
                                   params.transpose_a ? (i * k + inner) * m + row : (i * m + row) * k + inner)]) *
                               b[static_cast<size_t>(params.transpose_b ? column * k + inner : inner * n + column)];
                    }
                    y.push_back(static_cast<float>(sum));
                }
            }
        }
        std::vector<Operand> operands = {{params.a, a}, {params.b, b}};
        if (biased) {
            operands.push_back({params.bias, bias});
        }
        expect_computes(fast().matmul(params), operands, params.output, y, text(params.a, " * ", params.b));
    }
}

TEST(FastConcat, LeavesAloneWhatIsInItsPlace) {
    const ConcatParams params = {{{1, 32, 2, 2}, {1, 16, 2, 2}}, 1, {Layout{16}, Layout{16}}};
    const auto kernel = fast().concat(params);
    ASSERT_TRUE(kernel.ok());
    ASSERT_EQ((*kernel)->places_input.size(), 2U);
    EXPECT_EQ((*kernel)->places_input[1], 32U * 4 * sizeof(float));
    EXPECT_EQ((*kernel)->output_layouts[0].block, 16);
    const auto two = fast().concat({{{2, 32, 2, 2}, {2, 16, 2, 2}}, 1, {Layout{16}, Layout{16}}});
    EXPECT_TRUE((*two)->places_input.empty()) << "rows of the one lie between rows of the other";
    const auto odd = fast().concat({{{1, 32, 2, 2}, {1, 5, 2, 2}}, 1, {Layout{16}, Layout{16}}});
    EXPECT_TRUE((*odd)->output_layouts[0].is_plain()) << "5 channels fill no block";
}

TEST(FastKernels, RefuseWithAReason) {
    MatMulParams params;
    params.a = {3};
    params.b = {3};
    params.output = {1};
    const auto refused = fast().matmul(params);
    ASSERT_FALSE(refused.ok());
    EXPECT_NE(refused.status().message().find("2 to 6 dimensions"), std::string::npos);
    const auto integers = fast().reorder({ACL_INT32, {1, 16, 2, 2}, ACL_FORMAT_NCHW}, {}, {16});
    ASSERT_FALSE(integers.ok());
    EXPECT_NE(integers.status().message().find("int32"), std::string::npos);
}

}  // namespace
}  // namespace softacl::kernels
