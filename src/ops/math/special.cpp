// SPDX-License-Identifier: Apache-2.0
// Operators of special functions, computed as double.
#include "ops/math/binary.h"
#include "ops/math/special_functions.h"
#include "ops/math/unary.h"

namespace softacl::ops {
namespace {

#define FUNCTION(NAME, INPUT, OUTPUT, TYPES, DOC, EXPRESSION)           \
    struct NAME##Row : UnaryRow {                                       \
        using UnaryRow::UnaryRow;                                       \
        static constexpr const char* kName = #NAME;                     \
        static constexpr const char* kDoc = DOC;                        \
        static constexpr const char* kInput = INPUT;                    \
        static constexpr const char* kOutput = OUTPUT;                  \
        static constexpr DTypes kTypes = TYPES;                         \
        template <class T>                                              \
        T operator()(T value) const {                                   \
            [[maybe_unused]] const auto x = static_cast<double>(value); \
            return static_cast<T>(EXPRESSION);                          \
        }                                                               \
    };
constexpr DTypes kPlainFloats = {ACL_FLOAT, ACL_FLOAT16, ACL_DOUBLE};
FUNCTION(Erfinv, "input_x", "output_y", kFloats, "The inverse of the error function.", erfinv(x))
FUNCTION(Lgamma, "x", "y", kPlainFloats, "The logarithm of the absolute value of the gamma function.", log_gamma(x))
FUNCTION(Digamma, "x", "y", kPlainFloats, "The derivative of Lgamma.", digamma(x))
FUNCTION(BesselI0e, "x", "y", kFloats, "The modified Bessel function of order 0 times exp(-abs(x)).", bessel_ie(0, x))
FUNCTION(BesselI1e, "x", "y", kFloats, "The modified Bessel function of order 1 times exp(-abs(x)).", bessel_ie(1, x))
FUNCTION(Ndtri, "x", "y", kFloats, "The number below which x of a normal distribution lies.", ndtri(x))
#undef FUNCTION

#define FUNCTION(NAME, FIRST, SECOND, DOC, EXPRESSION)             \
    struct NAME##Row : BinaryRow {                                 \
        static constexpr const char* kName = #NAME;                \
        static constexpr const char* kDoc = DOC;                   \
        static constexpr const char* kInputs[2] = {FIRST, SECOND}; \
        static constexpr const char* kOutput = "z";                \
        static constexpr DTypes kTypes = {ACL_FLOAT, ACL_DOUBLE};  \
        template <class T>                                         \
        static T apply(T first, T second) {                        \
            return static_cast<T>(EXPRESSION);                     \
        }                                                          \
    };
FUNCTION(Igamma, "a", "x", "The lower regularised incomplete gamma function.", igamma(first, second))
FUNCTION(Igammac, "a", "x", "The upper regularised incomplete gamma function.", igammac(first, second))
FUNCTION(Zeta, "x", "q", "The zeta function of Hurwitz.", zeta(first, second))
#undef FUNCTION

}  // namespace

OpDef declare_Erfinv() { return declare_unary<ErfinvRow>(); }
OpDef declare_Ndtri() { return declare_unary<NdtriRow>(); }
OpDef declare_Lgamma() { return declare_unary<LgammaRow>(); }
OpDef declare_Digamma() { return declare_unary<DigammaRow>(); }
OpDef declare_BesselI0e() { return declare_unary<BesselI0eRow>(); }
OpDef declare_BesselI1e() { return declare_unary<BesselI1eRow>(); }
OpDef declare_Igamma() { return declare_binary<IgammaRow>(); }
OpDef declare_Igammac() { return declare_binary<IgammacRow>(); }
OpDef declare_Zeta() { return declare_binary<ZetaRow>(); }

}  // namespace softacl::ops
