// SPDX-License-Identifier: Apache-2.0
// Activations that no fast kernel has.
#include "kernels/ref/elementwise.h"
#include "ops/common/import_simple.h"
#include "ops/math/unary.h"

namespace softacl::ops {
namespace {

namespace ref = kernels::ref;

// A row of unary.h that reads up to two float attributes, a and b. Comparisons are written so that NaN stays NaN.
#define ACTIVATION(NAME, INPUT, OUTPUT, A, B, TYPES, DOC, EXPRESSION)                    \
    struct NAME##Row : UnaryRow {                                                        \
        static constexpr const char* kName = #NAME;                                      \
        static constexpr const char* kDoc = DOC;                                         \
        static constexpr const char* kInput = INPUT;                                     \
        static constexpr const char* kOutput = OUTPUT;                                   \
        static constexpr DTypes kTypes = TYPES;                                          \
        explicit NAME##Row(const OpCall& call)                                           \
            : first(call.attrs.get<float>(A, 0)), second(call.attrs.get<float>(B, 0)) {} \
        float first, second;                                                             \
        template <class T>                                                               \
        T operator()(T x) const {                                                        \
            [[maybe_unused]] const auto a = static_cast<T>(first);                       \
            [[maybe_unused]] const auto b = static_cast<T>(second);                      \
            [[maybe_unused]] constexpr T zero = 0;                                       \
            return static_cast<T>(EXPRESSION);                                           \
        }                                                                                \
    };

constexpr DTypes kSmallFloats = {ACL_FLOAT, ACL_FLOAT16};
template <class T>
T softplus(T x) {
    return ref::Softplus<T>(ref::Parameters{})(x);
}
/// The bounds of integers need not fit their type.
template <class T>
T bounded(T x, double most) {
    return x < T{} ? T{} : static_cast<double>(x) > most ? kernels::converted<T>(most) : x;
}

ACTIVATION(Threshold, "x", "y", "threshold", "", kFloats, "1 where x is above threshold, else 0.", x > a ? 1 : 0)
ACTIVATION(ThresholdV2D, "x", "y", "threshold", "value", kNumbers, "x above threshold, else value.",
           static_cast<double>(x) <= static_cast<double>(first) ? kernels::converted<T>(second) : x)
ACTIVATION(Relu6D, "x", "y", "scale", "", kNumbers, "x between 0 and 6 * scale.",
           bounded(x, 6.0 * static_cast<double>(first)))
ACTIVATION(Celu, "x", "y", "alpha1", "alpha2", kSmallFloats,
           "x, or alpha1 * (exp(x / alpha2) - 1) below 0; with the default of alpha3 only.",
           x < zero ? a * std::expm1(x / b) : x)
ACTIVATION(HardShrink, "input_x", "output_y", "lambd", "", kFloats, "x, but 0 from -lambd to lambd.",
           x <= a && x >= -a ? zero : x)
ACTIVATION(SoftShrink, "input_x", "output_y", "lambd", "", kFloats,
           "x by lambd closer to 0, and 0 from -lambd to lambd.",
           x > a    ? x - a
           : x < -a ? x + a
                    : x * 0)
ACTIVATION(Shrink, "input_x", "output_y", "lambd", "bias", kSmallFloats,
           "x by bias closer to 0, and 0 from -lambd to lambd.",
           x > a    ? x - b
           : x < -a ? x + b
                    : x * 0)
ACTIVATION(LogSigmoid, "x", "y", "", "", kFloats, "log(1 / (1 + exp(-x))).", -softplus(-x))
ACTIVATION(BNLL, "x", "y", "", "", kFloats, "log(1 + exp(x)).", softplus(x))
ACTIVATION(SoftplusV2, "x", "y", "beta", "threshold", kFloats,
           "log(1 + exp(beta * x)) / beta, or x where beta * x is above threshold.", x* a > b ? x : softplus(x * a) / a)
ACTIVATION(FastGelu, "x", "y", "", "", kFloats, "x / (1 + exp(-1.702 * x)), which is close to Gelu.",
           ref::Swish<T>({1.702F, 0, 0})(x))
#undef ACTIVATION

Imported import_shrink(Importer& graph, const ForeignNode& node) {
    return import_unary(graph, node, "Shrink", {{"lambd", 0.5F, "lambd"}, {"bias", 0.0F, "bias"}});
}

Status infer_celu(OpCall& call) {
    if (call.attrs.at<float>("alpha3") != 1) {
        return call.fail("the attribute alpha3 is ", call.attrs.at<float>("alpha3"), "; only 1 is supported");
    }
    return same_as_first(call);
}

}  // namespace

OpDef declare_Threshold() { return declare_unary<ThresholdRow>().attr("threshold", 0.0F); }
OpDef declare_ThresholdV2D() {
    return declare_unary<ThresholdV2DRow>().required_attr("threshold", 0.0F).required_attr("value", 0.0F);
}
OpDef declare_Relu6D() { return declare_unary<Relu6DRow>().attr("scale", 1.0F); }
OpDef declare_Celu() {
    return declare_unary<CeluRow>().attr("alpha1", 1.0F).attr("alpha2", 1.0F).attr("alpha3", 1.0F).infer(infer_celu);
}
OpDef declare_HardShrink() { return declare_unary<HardShrinkRow>().attr("lambd", 0.5F); }
OpDef declare_SoftShrink() { return declare_unary<SoftShrinkRow>().attr("lambd", 0.5F); }
OpDef declare_Shrink() {
    return declare_unary<ShrinkRow>().attr("lambd", 0.5F).attr("bias", 0.0F).onnx("Shrink", import_shrink);
}
OpDef declare_LogSigmoid() { return declare_unary<LogSigmoidRow>(); }
OpDef declare_BNLL() { return declare_unary<BNLLRow>(); }
OpDef declare_SoftplusV2() { return declare_unary<SoftplusV2Row>().attr("beta", 1.0F).attr("threshold", 20.0F); }
OpDef declare_FastGelu() { return declare_unary<FastGeluRow>(); }

}  // namespace softacl::ops
