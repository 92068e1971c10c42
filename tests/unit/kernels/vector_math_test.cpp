// SPDX-License-Identifier: Apache-2.0
#include "kernels/ref/vector_math.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace softacl::kernels::ref {
namespace {

using detail::bits_of;
using detail::float_of;

/// In units of the last place of the float next to what is expected.
double error_of(float actual, double expected) {
    const float near = std::abs(static_cast<float>(expected));
    const double unit = static_cast<double>(std::nextafter(near, std::numeric_limits<float>::infinity()) - near);
    return std::abs(static_cast<double>(actual) - expected) / unit;
}

struct Errors {
    double sine = 0;
    double cosine = 0;
    void see(float x) {
        sine = std::max(sine, error_of(ref::sine(x), std::sin(static_cast<double>(x))));
        cosine = std::max(cosine, error_of(ref::cosine(x), std::cos(static_cast<double>(x))));
    }
};

/// The largest error of a function at many places from -most to most.
double largest_error(float most, float (*function)(float), double (*exact)(double)) {
    double largest = 0;
    for (uint32_t bits = bits_of(1e-30F); bits <= bits_of(most); bits += 997) {
        for (const float x : {float_of(bits), -float_of(bits)}) {
            largest = std::max(largest, error_of(function(x), exact(static_cast<double>(x))));
        }
    }
    return largest;
}

TEST(VectorMath, ExponentialsAndWhatIsMadeOfThemAreExactToTheLastPlaces) {
    EXPECT_LE(largest_error(87, exponential<float>, std::exp), 4);
    EXPECT_LE(largest_error(88, exponential_less_1<float>, std::expm1), 4);
    EXPECT_LE(largest_error(20, hyperbolic_tangent<float>, std::tanh), 4);
    EXPECT_LE(largest_error(9, error_function<float>, std::erf), 4);
}

TEST(VectorMath, SinesAreExactToTheLastPlaces) {
    Errors errors;
    for (uint32_t bits = bits_of(1e-30F); bits <= bits_of(kMostAngle); bits += 997) {
        errors.see(float_of(bits));
        errors.see(-float_of(bits));
    }
    errors.see(kMostAngle);
    EXPECT_LE(errors.sine, 2);
    EXPECT_LE(errors.cosine, 2);
}

TEST(VectorMath, SinesOfFloatsNextToZerosAreExact) {
    Errors errors;
    for (int quarters = 1; quarters * M_PI_2 < static_cast<double>(kMostAngle); ++quarters) {
        const auto zero = static_cast<float>(quarters * M_PI_2);
        errors.see(zero);
        errors.see(std::nextafter(zero, 0.0F));
        errors.see(-std::nextafter(zero, kMostAngle));
    }
    EXPECT_LE(errors.sine, 2);
    EXPECT_LE(errors.cosine, 2);
}

TEST(VectorMath, SinesOfZeroAndOfNoNumber) {
    EXPECT_EQ(bits_of(sine(0.0F)), bits_of(0.0F));
    EXPECT_EQ(bits_of(sine(-0.0F)), bits_of(-0.0F));
    EXPECT_EQ(cosine(-0.0F), 1);
    const float tiny = std::numeric_limits<float>::denorm_min();
    EXPECT_EQ(sine(tiny), tiny);
    EXPECT_EQ(cosine(tiny), 1);
    EXPECT_TRUE(std::isnan(sine(std::numeric_limits<float>::quiet_NaN())));
    EXPECT_TRUE(std::isnan(cosine(std::numeric_limits<float>::quiet_NaN())));
}

}  // namespace
}  // namespace softacl::kernels::ref
