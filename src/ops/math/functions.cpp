// SPDX-License-Identifier: Apache-2.0
// Functions of real numbers, element by element.
#include "kernels/ref/vector_math.h"
#include "ops/caffe/imports.h"
#include "ops/math/unary.h"

namespace softacl::ops {
namespace {

using kernels::Activation;

// One expression is all there is to these.
#define FUNCTION(NAME, ONNX, DOC, EXPRESSION)       \
    struct NAME##Row : UnaryRow {                   \
        using UnaryRow::UnaryRow;                   \
        static constexpr const char* kName = #NAME; \
        static constexpr const char* kDoc = DOC;    \
        static constexpr const char* kOnnx = ONNX;  \
        template <class T>                          \
        T operator()(T x) const {                   \
            return EXPRESSION;                      \
        }                                           \
    };
FUNCTION(Tan, "Tan", "The tangent.", std::tan(x))
FUNCTION(Asin, "Asin", "The inverse sine.", std::asin(x))
FUNCTION(Acos, "Acos", "The inverse cosine.", std::acos(x))
FUNCTION(Atan, "Atan", "The inverse tangent.", std::atan(x))
FUNCTION(Sinh, "Sinh", "The hyperbolic sine.", std::sinh(x))
FUNCTION(Cosh, "Cosh", "The hyperbolic cosine.", std::cosh(x))
FUNCTION(Asinh, "Asinh", "The inverse hyperbolic sine.", std::asinh(x))
FUNCTION(Acosh, "Acosh", "The inverse hyperbolic cosine.", std::acosh(x))
FUNCTION(Atanh, "Atanh", "The inverse hyperbolic tangent.", std::atanh(x))
FUNCTION(Erf, "Erf", "The error function.", kernels::ref::error_function(x))
FUNCTION(Erfc, nullptr, "1 - erf(x), exact where erf(x) is close to 1.", std::erfc(x))
FUNCTION(Expm1, nullptr, "exp(x) - 1, exact near 0.", kernels::ref::exponential_less_1(x))
FUNCTION(Log1p, nullptr, "log(1 + x), exact near 0.", std::log1p(x))
FUNCTION(Rint, nullptr, "The nearest whole number; halves go to the even one.", std::nearbyint(x))
FUNCTION(Rsqrt, nullptr, "1 / sqrt(x).", 1 / std::sqrt(x))
FUNCTION(Reciprocal, "Reciprocal", "1 / x.", 1 / x)
FUNCTION(Floor, "Floor", "The greatest whole number that is not greater.", std::floor(x))
FUNCTION(Ceil, "Ceil", "The smallest whole number that is not smaller.", std::ceil(x))
#undef FUNCTION

// What vectors compute of angles that are not too large, the C library of others.
#define ANGLE_FUNCTION(NAME, DOC, FUNCTION, EXACT)               \
    struct NAME##Row : UnaryRow {                                \
        using UnaryRow::UnaryRow;                                \
        static constexpr const char* kName = #NAME;              \
        static constexpr const char* kDoc = DOC;                 \
        static constexpr const char* kOnnx = #NAME;              \
        static constexpr float kMost = kernels::ref::kMostAngle; \
        template <class T>                                       \
        T operator()(T x) const {                                \
            return FUNCTION(x);                                  \
        }                                                        \
        static float beyond(float x) { return EXACT(x); }        \
    };
ANGLE_FUNCTION(Sin, "The sine.", kernels::ref::sine, std::sin)
ANGLE_FUNCTION(Cos, "The cosine.", kernels::ref::cosine, std::cos)
#undef ANGLE_FUNCTION

struct InvRow : ReciprocalRow {
    using ReciprocalRow::ReciprocalRow;
    static constexpr const char* kName = "Inv";
    static constexpr const char* kOnnx = nullptr;
};

struct TruncRow : UnaryRow {
    using UnaryRow::UnaryRow;
    static constexpr const char* kName = "Trunc";
    static constexpr const char* kDoc = "The whole part.";
    static constexpr const char* kInput = "input_x";
    static constexpr const char* kOutput = "output_y";
    static constexpr DTypes kTypes = kFloats | DTypes{ACL_INT8, ACL_INT32, ACL_UINT8};
    template <class T>
    T operator()(T x) const {
        if constexpr (std::is_floating_point_v<T>) {
            return std::trunc(x);
        } else {
            return x;
        }
    }
};

struct PowerRow : UnaryRow {
    static constexpr const char* kName = "Power";
    static constexpr const char* kDoc = "(shift + scale * x)^power.";
    explicit PowerRow(const OpCall& call)
        : power(call.attrs.at<float>("power")),
          scale(call.attrs.at<float>("scale")),
          shift(call.attrs.at<float>("shift")) {}
    float power;
    float scale;
    float shift;
    template <class T>
    T operator()(T x) const {
        return std::pow(static_cast<T>(shift) + static_cast<T>(scale) * x, static_cast<T>(power));
    }
};

struct SqrtRow : UnaryRow {
    using UnaryRow::UnaryRow;
    static constexpr const char* kName = "Sqrt";
    static constexpr const char* kDoc = "The square root.";
    static constexpr const char* kOnnx = "Sqrt";
    static constexpr Activation kFast = Activation::kSqrt;
    template <class T>
    T operator()(T x) const {
        return std::sqrt(x);
    }
};

// base^(scale * x + shift), and the inverse scale; a base of -1 is e.
struct ScaledRow : UnaryRow {
    ScaledRow() = default;
    explicit ScaledRow(const OpCall& call)
        : base(call.attrs.at<float>("base")),
          scale(call.attrs.at<float>("scale")),
          shift(call.attrs.at<float>("shift")) {}
    bool is_plain() const { return base == -1 && scale == 1 && shift == 0; }
    double base = -1;
    double scale = 1;
    double shift = 0;
};

struct ExpRow : ScaledRow {
    using ScaledRow::ScaledRow;
    static constexpr const char* kName = "Exp";
    static constexpr const char* kDoc = "base^(scale * x + shift); a base of -1 is e.";
    static constexpr const char* kOnnx = "Exp";
    static constexpr Activation kFast = Activation::kExp;
    template <class T>
    T operator()(T x) const {
        return is_plain() ? kernels::ref::exponential(x)
                          : static_cast<T>(std::exp((scale * x + shift) * (base == -1 ? 1 : std::log(base))));
    }
};

struct LogRow : ScaledRow {
    using ScaledRow::ScaledRow;
    static constexpr const char* kName = "Log";
    static constexpr const char* kDoc = "The logarithm of scale * x + shift to the base; -1 is e.";
    static constexpr const char* kOnnx = "Log";
    static constexpr Activation kFast = Activation::kLog;
    template <class T>
    T operator()(T x) const {
        return is_plain() ? std::log(x)
                          : static_cast<T>(std::log(scale * x + shift) / (base == -1 ? 1 : std::log(base)));
    }
};

template <class Row>
OpDef declare_scaled() {
    return declare_unary<Row>().attr("base", -1.0F).attr("scale", 1.0F).attr("shift", 0.0F);
}

}  // namespace

OpDef declare_Sin() { return declare_unary<SinRow>(); }
OpDef declare_Cos() { return declare_unary<CosRow>(); }
OpDef declare_Tan() { return declare_unary<TanRow>(); }
OpDef declare_Asin() { return declare_unary<AsinRow>(); }
OpDef declare_Acos() { return declare_unary<AcosRow>(); }
OpDef declare_Atan() { return declare_unary<AtanRow>(); }
OpDef declare_Sinh() { return declare_unary<SinhRow>(); }
OpDef declare_Cosh() { return declare_unary<CoshRow>(); }
OpDef declare_Asinh() { return declare_unary<AsinhRow>(); }
OpDef declare_Acosh() { return declare_unary<AcoshRow>(); }
OpDef declare_Atanh() { return declare_unary<AtanhRow>(); }
OpDef declare_Erf() { return declare_unary<ErfRow>(); }
OpDef declare_Erfc() { return declare_unary<ErfcRow>(); }
OpDef declare_Expm1() { return declare_unary<Expm1Row>(); }
OpDef declare_Log1p() { return declare_unary<Log1pRow>(); }
OpDef declare_Rint() { return declare_unary<RintRow>(); }
OpDef declare_Rsqrt() { return declare_unary<RsqrtRow>(); }
OpDef declare_Reciprocal() { return declare_unary<ReciprocalRow>(); }
OpDef declare_Floor() { return declare_unary<FloorRow>(); }
OpDef declare_Ceil() { return declare_unary<CeilRow>(); }
OpDef declare_Sqrt() { return declare_unary<SqrtRow>(); }
OpDef declare_Exp() { return declare_scaled<ExpRow>().caffe("Exp", import_caffe_exp_or_log); }
OpDef declare_Log() { return declare_scaled<LogRow>().caffe("Log", import_caffe_exp_or_log); }

OpDef declare_Inv() { return declare_unary<InvRow>(); }
OpDef declare_Trunc() { return declare_unary<TruncRow>(); }
OpDef declare_Power() { return declare_unary<PowerRow>().attr("power", 1.0F).attr("scale", 1.0F).attr("shift", 0.0F); }

}  // namespace softacl::ops
