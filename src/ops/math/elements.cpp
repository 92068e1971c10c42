// SPDX-License-Identifier: Apache-2.0
// Signs, rounding, bits and tests, element by element.
#include <bitset>

#include "ops/caffe/imports.h"
#include "ops/math/unary.h"

namespace softacl::ops {
namespace {

using kernels::Activation;

struct AbsRow : UnaryRow {
    using UnaryRow::UnaryRow;
    static constexpr const char* kName = "Abs";
    static constexpr const char* kDoc = "The absolute value; the smallest integer wraps around.";
    static constexpr const char* kOnnx = "Abs";
    static constexpr DTypes kTypes = kNumbers;
    static constexpr Activation kFast = Activation::kAbs;
    template <class T>
    T operator()(T x) const {
        if constexpr (std::is_floating_point_v<T>) {
            return std::fabs(x);
        } else {
            return x < 0 ? kernels::wrapping_sub(T{}, x) : x;
        }
    }
};

struct NegRow : UnaryRow {
    using UnaryRow::UnaryRow;
    static constexpr const char* kName = "Neg";
    static constexpr const char* kDoc = "-x; integers wrap around.";
    static constexpr const char* kOnnx = "Neg";
    static constexpr DTypes kTypes = kNumbers;
    static constexpr auto kFast = kernels::Activation::kLinear;
    static constexpr float kAlpha = -1;
    static constexpr float kBeta = -0.0F;  // so that 0 becomes -0
    template <class T>
    T operator()(T x) const {
        if constexpr (std::is_floating_point_v<T>) {
            return -x;
        } else {
            return kernels::wrapping_sub(T{}, x);
        }
    }
};

struct SignRow : UnaryRow {
    using UnaryRow::UnaryRow;
    static constexpr const char* kName = "Sign";
    static constexpr const char* kDoc = "1, 0 or -1; NaN stays.";
    static constexpr const char* kOnnx = "Sign";
    static constexpr DTypes kTypes = kNumbers;
    template <class T>
    T operator()(T x) const {
        return kernels::is_nan(x) ? x : static_cast<T>((x > 0) - (x < 0));
    }
};

struct SquareRow : UnaryRow {
    using UnaryRow::UnaryRow;
    static constexpr const char* kName = "Square";
    static constexpr const char* kDoc = "x * x; integers wrap around.";
    static constexpr DTypes kTypes = kNumbers;
    static constexpr Activation kFast = Activation::kSquare;
    template <class T>
    T operator()(T x) const {
        return kernels::wrapping_mul(x, x);
    }
};

// To so many decimals; halves go to the even digit.
struct RoundRow : UnaryRow {
    static constexpr const char* kName = "Round";
    static constexpr const char* kDoc = "The nearest number with so many decimals; halves go to the even digit.";
    static constexpr const char* kOnnx = "Round";
    static constexpr DTypes kTypes = kNumbers;
    RoundRow() = default;
    explicit RoundRow(const OpCall& call) : decimals(call.attrs.at<int64_t>("decimals")) {}
    int64_t decimals = 0;
    template <class T>
    T operator()(T x) const {
        if constexpr (!std::is_floating_point_v<T>) {
            return x;
        } else if (decimals == 0) {
            return std::nearbyint(x);
        } else {
            const double unit = std::pow(10.0, static_cast<double>(decimals));
            return static_cast<T>(std::nearbyint(x * unit) / unit);
        }
    }
};

struct InvertRow : UnaryRow {
    using UnaryRow::UnaryRow;
    static constexpr const char* kName = "Invert";
    static constexpr const char* kDoc = "All bits inverted.";
    static constexpr const char* kOnnx = "BitwiseNot";
    static constexpr DTypes kTypes = kInts;
    template <class T>
    T operator()(T x) const {
        return static_cast<T>(~x);
    }
};

struct LogicalNotRow : UnaryRow {
    using UnaryRow::UnaryRow;
    static constexpr const char* kName = "LogicalNot";
    static constexpr const char* kDoc = "Whether x is false.";
    static constexpr const char* kOnnx = "Not";
    static constexpr DTypes kTypes = kBool;
    bool operator()(bool x) const { return !x; }
};

struct IsNanRow : UnaryRow {
    using UnaryRow::UnaryRow;
    static constexpr const char* kName = "IsNan";
    static constexpr const char* kDoc = "Whether x is not a number.";
    static constexpr const char* kOnnx = "IsNaN";
    static constexpr bool kIsTest = true;
    template <class T>
    bool operator()(T x) const {
        return std::isnan(x);
    }
};

struct IsInfRow : UnaryRow {
    using UnaryRow::UnaryRow;
    static constexpr const char* kName = "IsInf";
    static constexpr const char* kDoc = "Whether x is infinite.";
    static constexpr bool kIsTest = true;
    template <class T>
    bool operator()(T x) const {
        return std::isinf(x);
    }
};

struct IsPosInfRow : UnaryRow {
    using UnaryRow::UnaryRow;
    static constexpr const char* kName = "IsPosInf";
    static constexpr const char* kDoc = "Whether x is the positive infinity.";
    static constexpr bool kIsTest = true;
    template <class T>
    bool operator()(T x) const {
        return std::isinf(x) && x > 0;
    }
};

struct IsNegInfRow : UnaryRow {
    using UnaryRow::UnaryRow;
    static constexpr const char* kName = "IsNegInf";
    static constexpr const char* kDoc = "Whether x is the negative infinity.";
    static constexpr bool kIsTest = true;
    template <class T>
    bool operator()(T x) const {
        return std::isinf(x) && x < 0;
    }
};

struct IsFiniteRow : UnaryRow {
    using UnaryRow::UnaryRow;
    static constexpr const char* kName = "IsFinite";
    static constexpr const char* kDoc = "Whether x is neither infinite nor NaN.";
    static constexpr bool kIsTest = true;
    template <class T>
    bool operator()(T x) const {
        return std::isfinite(x);
    }
};

struct MulsRow : UnaryRow {
    static constexpr const char* kName = "Muls";
    static constexpr const char* kDoc = "x * value, a number; of integers cut to integers.";
    static constexpr DTypes kTypes = kNumbers;
    MulsRow() = default;
    explicit MulsRow(const OpCall& call) : value(call.attrs.at<float>("value")) {}
    float value = 0;
    template <class T>
    T operator()(T x) const {
        if constexpr (std::is_floating_point_v<T>) {
            return x * static_cast<T>(value);
        } else {
            return kernels::converted<T>(static_cast<double>(x) * value);
        }
    }
};

struct AddsRow : UnaryRow {
    static constexpr const char* kName = "Adds";
    static constexpr const char* kDoc = "x + value, a number; of integers cut to integers.";
    static constexpr DTypes kTypes = kNumbers;
    AddsRow() = default;
    explicit AddsRow(const OpCall& call) : value(call.attrs.at<float>("value")) {}
    float value = 0;
    template <class T>
    T operator()(T x) const {
        if constexpr (std::is_floating_point_v<T>) {
            return x + static_cast<T>(value);
        } else {
            return kernels::converted<T>(static_cast<double>(x) + value);
        }
    }
};

struct FillsRow : UnaryRow {
    static constexpr const char* kName = "Fills";
    static constexpr const char* kDoc = "value, a number, in the shape and type of x; of integers cut to integers.";
    static constexpr DTypes kTypes = kAny;
    explicit FillsRow(const OpCall& call) : value(call.attrs.at<float>("value")) {}
    float value;
    template <class T>
    T operator()(T /*x*/) const {
        return kernels::converted<T>(value);
    }
};

struct NanToNumRow : UnaryRow {
    static constexpr const char* kName = "NanToNum";
    static constexpr const char* kDoc = "x, with numbers in place of NaN and the infinities.";
    explicit NanToNumRow(const OpCall& call)
        : nan(call.attrs.at<float>("nan")),
          posinf(call.attrs.at<float>("posinf")),
          neginf(call.attrs.at<float>("neginf")) {}
    float nan;
    float posinf;
    float neginf;
    template <class T>
    T operator()(T x) const {
        if (std::isfinite(x)) {
            return x;
        }
        return static_cast<T>(std::isnan(x) ? nan : x > 0 ? posinf : neginf);
    }
};

struct PopulationCountRow : UnaryRow {
    using UnaryRow::UnaryRow;
    static constexpr const char* kName = "PopulationCount";
    static constexpr const char* kDoc = "How many bits are set.";
    static constexpr DTypes kTypes = kInts;
    static constexpr bool kIsCount = true;
    template <class T>
    uint8_t operator()(T x) const {
        return static_cast<uint8_t>(std::bitset<8 * sizeof(T)>(static_cast<std::make_unsigned_t<T>>(x)).count());
    }
};

Imported import_is_inf(Importer& graph, const ForeignNode& node) {
    const bool negative = node.attrs.get<int64_t>("detect_negative", 1) != 0;
    const bool positive = node.attrs.get<int64_t>("detect_positive", 1) != 0;
    if (!negative && !positive) {
        SOFTACL_ASSIGN(const ValueRef like, graph.add("IsInf", node.inputs, {}, "test"));
        return one(graph.add("ZerosLike", {like}));
    }
    return one(graph.add(!negative ? "IsPosInf" : !positive ? "IsNegInf" : "IsInf", node.inputs));
}

}  // namespace

OpDef declare_Abs() { return declare_unary<AbsRow>().caffe("AbsVal", import_caffe_function); }
OpDef declare_Neg() { return declare_unary<NegRow>(); }
OpDef declare_Sign() { return declare_unary<SignRow>(); }
OpDef declare_Square() { return declare_unary<SquareRow>(); }
OpDef declare_Invert() { return declare_unary<InvertRow>(); }
OpDef declare_LogicalNot() { return declare_unary<LogicalNotRow>(); }
OpDef declare_IsNan() { return declare_unary<IsNanRow>(); }
OpDef declare_IsPosInf() { return declare_unary<IsPosInfRow>(); }
OpDef declare_IsNegInf() { return declare_unary<IsNegInfRow>(); }
OpDef declare_IsFinite() { return declare_unary<IsFiniteRow>(); }
OpDef declare_IsInf() { return declare_unary<IsInfRow>().onnx("IsInf", import_is_inf); }
OpDef declare_Round() { return declare_unary<RoundRow>().attr("decimals", int64_t{0}); }
OpDef declare_Muls() { return declare_unary<MulsRow>().required_attr("value", 0.0F); }
OpDef declare_Adds() { return declare_unary<AddsRow>().required_attr("value", 0.0F); }

OpDef declare_Fills() { return declare_unary<FillsRow>().required_attr("value", 0.0F); }
OpDef declare_NanToNum() {
    return declare_unary<NanToNumRow>()
        .required_attr("nan", 0.0F)
        .required_attr("posinf", 0.0F)
        .required_attr("neginf", 0.0F);
}
OpDef declare_PopulationCount() { return declare_unary<PopulationCountRow>(); }

}  // namespace softacl::ops
