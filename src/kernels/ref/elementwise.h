// SPDX-License-Identifier: Apache-2.0
// Functions of one number, by formula. Each is a class over the type it computes in, made of up to three parameters.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>

#include "kernels/fast.h"
#include "kernels/ref/vector_math.h"

namespace softacl::kernels::ref {

using Parameters = std::array<float, 3>;

/// The parameters in the type of the computation.
template <class Real>
struct Parametric {
    explicit Parametric(const Parameters& p)
        : first(static_cast<Real>(p[0])), second(static_cast<Real>(p[1])), third(static_cast<Real>(p[2])) {}
    Real first, second, third;
};

#define SOFTACL_FUNCTION(Name, formula)                   \
    template <class Real>                                 \
    struct Name : Parametric<Real> {                      \
        using Parametric<Real>::Parametric;               \
        Real operator()(Real x) const {                   \
            [[maybe_unused]] const Real a = this->first;  \
            [[maybe_unused]] const Real b = this->second; \
            [[maybe_unused]] const Real c = this->third;  \
            [[maybe_unused]] constexpr Real zero = 0;     \
            [[maybe_unused]] constexpr Real one = 1;      \
            return static_cast<Real>(formula);            \
        }                                                 \
    };

// Comparisons are written so that NaN stays NaN.
SOFTACL_FUNCTION(Nothing, x)
SOFTACL_FUNCTION(Relu, x < zero ? zero : x)
SOFTACL_FUNCTION(LeakyRelu, x < zero ? a * x : x)
SOFTACL_FUNCTION(Clip, std::min(std::max(x, a), b))
SOFTACL_FUNCTION(Elu, b*(x < zero ? a * exponential_less_1(c * (x)) : x))  // of alpha, scale, input_scale
SOFTACL_FUNCTION(Sigmoid, one / (one + exponential(-x)))
SOFTACL_FUNCTION(Tanh, hyperbolic_tangent(x))
SOFTACL_FUNCTION(HardSigmoid, std::clamp<Real>(a* x + b, 0, 1))
SOFTACL_FUNCTION(HardSwish, std::clamp<Real>(x / 6 + one / 2, 0, 1) * x)
SOFTACL_FUNCTION(Swish, x / (one + exponential(-a * x)))
SOFTACL_FUNCTION(Gelu, x / 2 * (one + error_function(x * static_cast<Real>(0.70710678118654752440))))
SOFTACL_FUNCTION(Softplus, std::max(x, zero) + std::log1p(exponential(-std::abs(x))))
SOFTACL_FUNCTION(Mish, hyperbolic_tangent(Softplus<Real>(Parameters{})(x)) * x)
SOFTACL_FUNCTION(Softsign, x / (one + std::abs(x)))
SOFTACL_FUNCTION(Celu, x < zero ? a * exponential_less_1(x / a) : x)
SOFTACL_FUNCTION(ThresholdedRelu, x <= a ? zero : x)
SOFTACL_FUNCTION(Abs, std::abs(x))
SOFTACL_FUNCTION(Sqrt, std::sqrt(x))
SOFTACL_FUNCTION(Square, std::pow(x, 2))
SOFTACL_FUNCTION(Exp, exponential(x))
SOFTACL_FUNCTION(Log, std::log(x))
SOFTACL_FUNCTION(Linear, b + a * (x))
#undef SOFTACL_FUNCTION

/// Calls the visitor with the function that the fast kernels have under this name, in a floating type.
template <class Real, class Visitor>
void visit_elementwise(const Elementwise& e, Visitor&& visitor) {
    const Parameters p = {e.alpha, e.beta, 0};
    switch (e.kind) {
        case Activation::kNone: return visitor(Nothing<Real>(p));
        case Activation::kRelu: return visitor(Relu<Real>(p));
        case Activation::kLeakyRelu: return visitor(LeakyRelu<Real>(p));
        case Activation::kClip: return visitor(Clip<Real>(p));
        case Activation::kElu: return visitor(Elu<Real>({e.alpha, 1, 1}));
        case Activation::kSigmoid: return visitor(Sigmoid<Real>(p));
        case Activation::kTanh: return visitor(Tanh<Real>(p));
        case Activation::kHardSigmoid: return visitor(HardSigmoid<Real>(p));
        case Activation::kHardSwish: return visitor(HardSwish<Real>(p));
        case Activation::kSwish: return visitor(Swish<Real>({1, 0, 0}));
        case Activation::kGelu: return visitor(Gelu<Real>(p));
        case Activation::kMish: return visitor(Mish<Real>(p));
        case Activation::kSoftplus: return visitor(Softplus<Real>(p));
        case Activation::kAbs: return visitor(Abs<Real>(p));
        case Activation::kSqrt: return visitor(Sqrt<Real>(p));
        case Activation::kSquare: return visitor(Square<Real>(p));
        case Activation::kExp: return visitor(Exp<Real>(p));
        case Activation::kLog: return visitor(Log<Real>(p));
        case Activation::kLinear: return visitor(Linear<Real>(p));
    }
}

}  // namespace softacl::kernels::ref
