// SPDX-License-Identifier: Apache-2.0
// Resize against the standard's formula for one output element at a time.
#include <functional>

#include "nn_support.h"

namespace softacl::ops {
namespace {

struct Case {
    std::string mode, coordinates, nearest = "round_prefer_floor";
    double a = -0.75;
    bool exclude = false;
};

double source(const Case& c, double x, double in, double out, double scale) {
    if (c.coordinates == "half_pixel") {
        return (x + 0.5) / scale - 0.5;
    }
    if (c.coordinates == "pytorch_half_pixel") {
        return out > 1 ? (x + 0.5) / scale - 0.5 : 0;
    }
    if (c.coordinates == "align_corners") {
        return out > 1 ? x * (in - 1) / (out - 1) : 0;
    }
    return c.coordinates == "asymmetric" ? x / scale : (x + 0.5) / scale;
}

/// Weight of position p of the input (which may lie outside) for the real position x.
double kernel(const Case& c, double p, double x) {
    const double d = std::abs(p - x);
    if (c.mode == "nearest") {
        // A position between two is rounded; everything closer than half is clear.
        const double fraction = x - std::floor(x);
        double chosen = fraction < 0.5 ? std::floor(x) : std::ceil(x);
        if (c.nearest == "floor") {
            chosen = std::floor(x);
        } else if (c.nearest == "ceil") {
            chosen = std::ceil(x);
        } else if (fraction == 0.5) {
            chosen = c.nearest == "round_prefer_floor" ? std::floor(x) : std::ceil(x);
        }
        return p == chosen ? 1 : 0;
    }
    if (c.mode == "linear") {
        return std::max(0.0, 1 - d);
    }
    if (d < 1) {
        return (c.a + 2) * d * d * d - (c.a + 3) * d * d + 1;
    }
    return d < 2 ? c.a * d * d * d - 5 * c.a * d * d + 8 * c.a * d - 4 * c.a : 0;
}

/// Along one axis: [outer, in, inner] to [outer, out, inner].
std::vector<double> resized(const Case& c, const std::vector<double>& x, int64_t in, int64_t out, int64_t inner,
                            double scale) {
    const int64_t outer = static_cast<int64_t>(x.size()) / in / inner;
    std::vector<double> y(static_cast<size_t>(outer * out * inner));
    for (int64_t i = 0; i < out; ++i) {
        const double at = source(c, static_cast<double>(i), static_cast<double>(in), static_cast<double>(out), scale);
        const bool excludes = c.exclude && c.mode == "cubic";
        std::vector<double> weights(static_cast<size_t>(in));
        double sum = 0;
        for (int64_t p = -in - 4; p < 2 * in + 4; ++p) {
            const bool inside = p >= 0 && p < in;
            const double weight = excludes && !inside ? 0 : kernel(c, static_cast<double>(p), at);
            weights[static_cast<size_t>(std::clamp<int64_t>(p, 0, in - 1))] += weight;
            sum += weight;
        }
        for (int64_t o = 0; o < outer; ++o) {
            for (int64_t k = 0; k < inner; ++k) {
                double value = 0;
                for (int64_t p = 0; p < in; ++p) {
                    value += weights[static_cast<size_t>(p)] / sum * x[static_cast<size_t>((o * in + p) * inner + k)];
                }
                y[static_cast<size_t>((o * out + i) * inner + k)] = value;
            }
        }
    }
    return y;
}

NnCall call_of(const Case& c, const Tensor& x) {
    NnCall call("Resize");
    call.variable(x).absent().attr("mode", c.mode).attr("coordinate_transformation_mode", c.coordinates);
    call.attr("nearest_mode", c.nearest).attr("cubic_coeff_a", static_cast<float>(c.a));
    return call.attr("exclude_outside", int64_t{c.exclude});
}

std::vector<Case> cases() {
    std::vector<Case> all;
    for (const char* coordinates :
         {"half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric", "tf_half_pixel_for_nn"}) {
        for (const char* nearest : {"round_prefer_floor", "round_prefer_ceil", "floor", "ceil"}) {
            all.push_back({"nearest", coordinates, nearest});
        }
        all.push_back({"linear", coordinates});
        all.push_back({"cubic", coordinates});
        all.push_back({"cubic", coordinates, "floor", -0.5, true});
    }
    return all;
}

TEST(NnResize, IsTheFormulaForSizesAndScales) {
    Dice dice(41);
    int fast = 0;
    for (const Case& c : cases()) {
        for (int round = 0; round < 6; ++round) {
            // Powers of two, so that no position is off by the last bit.
            const Shape shape = {1, dice.number(1, 3), dice.number(1, 2) * 4, dice.number(1, 2) * 4};
            const float up[] = {0.25F, 0.5F, 1, 2, 4};
            const std::vector<float> scales = {1, 1, up[dice.number(0, 4)], up[dice.number(0, 4)]};
            const Tensor x = dice.floats(shape);
            Ints sizes = shape.dims();
            std::vector<double> wanted(static_cast<size_t>(x.elements()));
            for (size_t i = 0; i < wanted.size(); ++i) {
                wanted[i] = static_cast<double>(x.to_floats()[i]);
            }
            for (size_t axis = 2; axis < 4; ++axis) {
                const auto scale = static_cast<double>(scales[axis]);
                sizes[axis] = static_cast<int64_t>(static_cast<double>(shape[axis]) * scale);
                if (scale != 1) {
                    const int64_t inner = axis == 2 ? shape[3] : 1;
                    wanted = resized(c, wanted, shape[axis], sizes[axis], inner, scale);
                }
            }
            const std::string what = text(c.mode, " ", c.coordinates, " ", c.nearest, " ", shape, " -> ", Shape(sizes));
            NnCall by_scales = call_of(c, x);
            by_scales.input(Tensor::list(scales));
            EXPECT_EQ(by_scales.shape(), Shape(sizes)) << what;
            ASSERT_NO_FATAL_FAILURE(expect_near(by_scales.run(), wanted, 1e-5, what));
            NnCall by_sizes = call_of(c, x);
            by_sizes.input(Tensor::list<float>({})).input(Tensor::list(sizes));
            ASSERT_NO_FATAL_FAILURE(expect_near(by_sizes.run(), wanted, 1e-5, what));
            fast += expect_fast_like_reference(by_sizes, 1e-5, what);
        }
    }
    EXPECT_TRUE(fast > 10 || !has_fast_kernels()) << fast;
}

TEST(NnResize, FastKernelsTakeWhatModelsUse) {
    Dice dice(42);
    const Tensor x = dice.floats({1, 24, 10, 13});
    NnCall nearest = call_of({"nearest", "asymmetric", "floor"}, x);
    nearest.input(Tensor::list<float>({1, 1, 2, 2}));
    EXPECT_EQ(expect_fast_like_reference(nearest, 0), has_fast_kernels());
    NnCall linear = call_of({"linear", "half_pixel"}, x);
    linear.input(Tensor::list<float>({1, 1, 2, 2}));
    EXPECT_EQ(expect_fast_like_reference(linear, 1e-5), has_fast_kernels());
    NnCall corners = call_of({"linear", "align_corners"}, x);
    corners.input(Tensor::list<float>({1, 1, 2, 2}));
    EXPECT_FALSE(corners.try_run("onednn").ok());
}

TEST(NnResize, CropsAndExtrapolates) {
    // The middle half of four elements, and a region that reaches beyond them.
    const Tensor x = Tensor::of<float>({1, 4}, {10, 20, 30, 40});
    NnCall call("Resize");
    call.variable(x).input(Tensor::list<float>({0, 0, 1, 2})).absent().input(Tensor::list<int64_t>({1, 3}));
    call.attr("mode", std::string("linear"))
        .attr("coordinate_transformation_mode", std::string("tf_crop_and_resize"))
        .attr("extrapolation_value", -7.0F);
    expect_near(call.run(), {10, 40, -7}, 1e-6);
    NnCall without("Resize");
    without.variable(x).absent().absent().input(Tensor::list<int64_t>({1, 3}));
    without.attr("coordinate_transformation_mode", std::string("tf_crop_and_resize"));
    EXPECT_NE(without.try_run("reference").status().message().find("needs the input roi with 4 elements"),
              std::string::npos);
}

TEST(NnResize, IntegersAndRounding) {
    const Tensor x = Tensor::of<uint8_t>({1, 1, 1, 2}, {0, 255});
    NnCall linear = call_of({"linear", "half_pixel"}, x);
    linear.input(Tensor::list<float>({1, 1, 1, 2}));
    EXPECT_EQ(linear.run().to_ints(), (Ints{0, 63, 191, 255}));
    NnCall cubic = call_of({"cubic", "half_pixel"}, x);
    cubic.input(Tensor::list<float>({1, 1, 1, 2}));
    for (const int64_t value : cubic.run().to_ints()) {
        EXPECT_TRUE(value < 70 || value > 185) << value << ": what overshoots stays at the limit";
    }
    const Tensor big = Tensor::list<int64_t>({(int64_t{1} << 60) + 1, 5});
    NnCall nearest = call_of({"nearest", "asymmetric", "floor"}, big);
    nearest.input(Tensor::list<float>({1.5F}));
    EXPECT_EQ(nearest.run().to_ints(), (Ints{(int64_t{1} << 60) + 1, (int64_t{1} << 60) + 1, 5}));
    // 1/3 as float is a little too large, 0.7 * 10 a little too small.
    NnCall third = call_of({"nearest", "asymmetric", "floor"}, Tensor::list<int64_t>({0, 1, 2, 3, 4, 5}));
    third.input(Tensor::list<float>({1.0F / 3}));
    EXPECT_EQ(third.run().to_ints(), (Ints{0, 3}));
    EXPECT_EQ(call_of({"nearest", "asymmetric"}, Tensor::list<float>(std::vector<float>(10)))
                  .input(Tensor::list<float>({0.7F}))
                  .shape(),
              Shape{7});
}

TEST(NnResize, RefusesWhatDoesNotFit) {
    const Tensor x = Tensor::of<float>({1, 1, 2, 2}, {1, 2, 3, 4});
    const auto failure = [&](std::vector<float> scales, std::string mode, std::string coordinates = "half_pixel",
                             std::string nearest = "floor") {
        NnCall call = call_of({std::move(mode), std::move(coordinates), std::move(nearest)}, x);
        const auto result = call.input(Tensor::list(scales)).try_run("reference");
        return result.status().message();
    };
    EXPECT_EQ(failure({1, 1, 2, 2}, "linear"), "");
    EXPECT_NE(failure({1, 2, 2}, "linear").find("the input scales has 3 elements; expected 4"), std::string::npos);
    EXPECT_NE(failure({1, 1, 2, -2}, "linear").find("the element -2"), std::string::npos);
    EXPECT_NE(failure({1, 1, 2, NAN}, "linear").find("expected a positive number"), std::string::npos);
    EXPECT_NE(failure({1, 1, 2, 1e30F}, "linear").find("expected a positive number"), std::string::npos);
    EXPECT_NE(failure({1, 1, 2, 2}, "sharp").find("mode is sharp"), std::string::npos);
    EXPECT_NE(failure({1, 1, 2, 2}, "linear", "skewed").find("coordinate_transformation_mode is skewed"),
              std::string::npos);
    EXPECT_NE(failure({1, 1, 2, 2}, "nearest", "half_pixel", "random").find("nearest_mode is random"),
              std::string::npos);
    EXPECT_NE(call_of({"linear", "half_pixel"}, x).absent().absent().failure().find("are both missing"),
              std::string::npos);
    NnCall late = call_of({"linear", "half_pixel"}, x);
    late.variable(Tensor::list<float>({1, 1, 2, 2}));
    EXPECT_EQ(late.shape(), Shape({-1, -1, -1, -1}));
    EXPECT_FALSE(late.try_run("reference").ok());
}

}  // namespace
}  // namespace softacl::ops
