// SPDX-License-Identifier: Apache-2.0
// Sums, products, quotients and the like of two tensors.
#include <numeric>

#include "ops/caffe/imports.h"
#include "ops/math/binary.h"

namespace softacl::ops {
namespace {

using kernels::Binary;

struct AddRow : BinaryRow {
    static constexpr const char* kName = "Add";
    static constexpr const char* kDoc = "x1 + x2; integers wrap around.";
    static constexpr const char* kOnnx = "Add";
    static constexpr DTypes kTypes = kNumbers;
    static constexpr std::optional<Binary> kFast = Binary::kAdd;
    template <class T>
    static T apply(T a, T b) {
        return kernels::wrapping_add(a, b);
    }
};

struct SubRow : BinaryRow {
    static constexpr const char* kName = "Sub";
    static constexpr const char* kDoc = "x1 - x2; integers wrap around.";
    static constexpr const char* kOnnx = "Sub";
    static constexpr DTypes kTypes = kNumbers;
    static constexpr std::optional<Binary> kFast = Binary::kSub;
    template <class T>
    static T apply(T a, T b) {
        return kernels::wrapping_sub(a, b);
    }
};

struct MulRow : BinaryRow {
    static constexpr const char* kName = "Mul";
    static constexpr const char* kDoc = "x1 * x2; integers wrap around.";
    static constexpr const char* kOnnx = "Mul";
    static constexpr DTypes kTypes = kNumbers;
    static constexpr std::optional<Binary> kFast = Binary::kMul;
    template <class T>
    static T apply(T a, T b) {
        return kernels::wrapping_mul(a, b);
    }
};

struct RealDivRow : BinaryRow {
    static constexpr const char* kName = "RealDiv";
    static constexpr const char* kDoc = "x1 / x2 of floating-point numbers.";
    static constexpr DTypes kTypes = kFloats;
    static constexpr std::optional<Binary> kFast = Binary::kDiv;
    template <class T>
    static T apply(T a, T b) {
        return a / b;
    }
};

// The quotient, cut towards zero; the smallest number divided by -1 wraps around.
template <class T>
T cut_quotient(T a, T b) {
    if constexpr (std::is_signed_v<T>) {
        return b == -1 ? kernels::wrapping_sub(T{0}, a) : static_cast<T>(a / b);
    } else {
        return static_cast<T>(a / b);
    }
}
template <class T>
T remainder_of(T a, T b) {
    if constexpr (std::is_floating_point_v<T>) {
        return std::fmod(a, b);
    } else if constexpr (std::is_signed_v<T>) {
        return b == -1 ? T{0} : static_cast<T>(a % b);
    } else {
        return static_cast<T>(a % b);
    }
}
template <class T>
bool rounds_down(T remainder, T b) {
    return remainder != 0 && (remainder < 0) != (b < 0);
}

struct DividingRow : BinaryRow {
    static constexpr DTypes kTypes = kNumbers;
    static constexpr const char* kFault = "an integer is divided by 0";
    /// 0 with the fault raised, if integers cannot be divided.
    template <class T>
    static bool refuses(T b, bool& fault) {
        fault = std::is_integral_v<T> && b == 0;
        return fault;
    }
};

struct DivRow : DividingRow {
    static constexpr const char* kName = "Div";
    static constexpr const char* kDoc = "x1 / x2; quotients of integers are cut towards zero.";
    template <class T>
    static T apply(T a, T b, bool& fault) {
        if constexpr (std::is_floating_point_v<T>) {
            return a / b;
        } else {
            return refuses(b, fault) ? T{} : cut_quotient(a, b);
        }
    }
};

struct TruncateDivRow : DivRow {
    static constexpr const char* kName = "TruncateDiv";
    static constexpr const char* kDoc = "x1 / x2, cut towards zero.";
    template <class T>
    static T apply(T a, T b, bool& fault) {
        if constexpr (std::is_floating_point_v<T>) {
            return std::trunc(a / b);
        } else {
            return DivRow::apply(a, b, fault);
        }
    }
};

struct FloorDivRow : DividingRow {
    static constexpr const char* kName = "FloorDiv";
    static constexpr const char* kDoc = "x1 / x2, rounded down.";
    template <class T>
    static T apply(T a, T b, bool& fault) {
        if constexpr (std::is_floating_point_v<T>) {
            return std::floor(a / b);
        } else {
            return refuses(b, fault) ? T{} : static_cast<T>(cut_quotient(a, b) - rounds_down(remainder_of(a, b), b));
        }
    }
};

struct FloorModRow : DividingRow {
    static constexpr const char* kName = "FloorMod";
    static constexpr const char* kDoc = "Remainder of x1 / x2 with the sign of x2.";
    template <class T>
    static T apply(T a, T b, bool& fault) {
        if (refuses(b, fault)) {
            return T{};
        }
        const T remainder = remainder_of(a, b);
        return rounds_down(remainder, b) ? static_cast<T>(remainder + b) : remainder;
    }
};

struct TruncateModRow : DividingRow {
    static constexpr const char* kName = "TruncateMod";
    static constexpr const char* kDoc = "Remainder of x1 / x2 with the sign of x1.";
    template <class T>
    static T apply(T a, T b, bool& fault) {
        return refuses(b, fault) ? T{} : remainder_of(a, b);
    }
};

struct ModRow : TruncateModRow {
    static constexpr const char* kName = "Mod";
};

struct MaximumRow : BinaryRow {
    static constexpr const char* kName = "Maximum";
    static constexpr const char* kDoc =
        "The greater of x1 and x2; NaN if one of them is NaN, but the fast kernels (float32) may lose it.";
    static constexpr DTypes kTypes = kNumbers;
    static constexpr std::optional<Binary> kFast = Binary::kMax;
    template <class T>
    static T apply(T a, T b) {
        return a > b || kernels::is_nan(a) ? a : b;
    }
};

struct MinimumRow : BinaryRow {
    static constexpr const char* kName = "Minimum";
    static constexpr const char* kDoc =
        "The smaller of x1 and x2; NaN if one of them is NaN, but the fast kernels (float32) may lose it.";
    static constexpr DTypes kTypes = kNumbers;
    static constexpr std::optional<Binary> kFast = Binary::kMin;
    template <class T>
    static T apply(T a, T b) {
        return a < b || kernels::is_nan(a) ? a : b;
    }
};

struct PowRow : BinaryRow {
    static constexpr const char* kName = "Pow";
    static constexpr const char* kDoc =
        "x1 to the power of x2; powers of integers wrap around and are cut to integers.";
    static constexpr const char* kFault = "0 has a negative exponent";
    static constexpr DTypes kTypes = kNumbers;
    template <class T>
    static T apply(T base, T exponent, bool& fault) {
        if constexpr (std::is_floating_point_v<T>) {
            return exponent == 2 ? base * base : std::pow(base, exponent);  // the square is what networks have
        } else {
            if (exponent < 0) {
                fault = base == 0;
                const bool unit = base == 1 || base == static_cast<T>(-1);
                return unit ? static_cast<T>(exponent % 2 == 0 ? 1 : base) : T{};
            }
            T power = 1;
            for (T square = base; exponent > 0; exponent = static_cast<T>(exponent / 2)) {
                power = exponent % 2 != 0 ? kernels::wrapping_mul(power, square) : power;
                square = kernels::wrapping_mul(square, square);
            }
            return power;
        }
    }
};

struct SquaredDifferenceRow : BinaryRow {
    static constexpr const char* kName = "SquaredDifference";
    static constexpr const char* kDoc = "(x1 - x2)^2; integers wrap around.";
    static constexpr DTypes kTypes = kNumbers;
    template <class T>
    static T apply(T a, T b) {
        const T difference = kernels::wrapping_sub(a, b);
        return kernels::wrapping_mul(difference, difference);
    }
};

struct Atan2Row : BinaryRow {
    static constexpr const char* kName = "Atan2";
    static constexpr const char* kDoc = "The angle of the point (x2, x1).";
    static constexpr DTypes kTypes = kFloats;
    template <class T>
    static T apply(T a, T b) {
        return std::atan2(a, b);
    }
};

struct XlogyRow : BinaryRow {
    static constexpr const char* kName = "Xlogy";
    static constexpr const char* kDoc = "x1 * log(x2); 0 where x1 is 0.";
    static constexpr DTypes kTypes = kFloats;
    template <class T>
    static T apply(T a, T b) {
        return a == 0 ? T{} : a * std::log(b);
    }
};

struct XdivyRow : BinaryRow {
    static constexpr const char* kName = "Xdivy";
    static constexpr const char* kDoc = "x1 / x2; 0 where x1 is 0.";
    static constexpr DTypes kTypes = kFloats;
    template <class T>
    static T apply(T a, T b) {
        return a == 0 ? T{} : a / b;
    }
};

struct DivNoNanRow : BinaryRow {
    static constexpr const char* kName = "DivNoNan";
    static constexpr const char* kDoc = "x1 / x2; 0 where x2 is 0.";
    static constexpr DTypes kTypes = kNumbers;
    template <class T>
    static T apply(T a, T b) {
        if (b == 0) {
            return T{};
        }
        if constexpr (std::is_floating_point_v<T>) {
            return a / b;
        } else {
            return cut_quotient(a, b);
        }
    }
};

struct MulNoNanRow : BinaryRow {
    static constexpr const char* kName = "MulNoNan";
    static constexpr const char* kDoc = "x1 * x2; 0 where x2 is 0.";
    static constexpr DTypes kTypes = kNumbers;
    template <class T>
    static T apply(T a, T b) {
        return b == 0 ? T{} : kernels::wrapping_mul(a, b);
    }
};

struct Xlog1pyRow : BinaryRow {
    static constexpr const char* kInputs[2] = {"x", "y"};
    static constexpr const char* kOutput = "z";
    static constexpr const char* kName = "Xlog1py";
    static constexpr const char* kDoc = "x * log(1 + y); 0 where x is 0.";
    static constexpr DTypes kTypes = kFloats;
    template <class T>
    static T apply(T a, T b) {
        return a == 0 ? T{} : a * std::log1p(b);
    }
};

struct GcdRow : BinaryRow {
    static constexpr const char* kName = "Gcd";
    static constexpr const char* kDoc = "The greatest common divisor of x1 and x2, not negative.";
    static constexpr DTypes kTypes = kInts;
    template <class T>
    static T apply(T a, T b) {
        const auto magnitude = [](T x) {
            return x < 0 ? uint64_t{0} - static_cast<uint64_t>(x) : static_cast<uint64_t>(x);
        };
        return static_cast<T>(std::gcd(magnitude(a), magnitude(b)));
    }
};

struct NextAfterRow : BinaryRow {
    static constexpr const char* kName = "NextAfter";
    static constexpr const char* kDoc = "The number next to x1 on the way to x2.";
    static constexpr const char* kOutput = "output";
    static constexpr DTypes kTypes = {ACL_FLOAT, ACL_DOUBLE};
    template <class T>
    static T apply(T a, T b) {
        return std::nextafter(a, b);
    }
};

// The square, which networks write as a power.
Result<kernels::KernelPtr> make_square(const OpCall& call) {
    SOFTACL_ASSIGN(const auto* fast, kernels::fast_kernels());
    const Tensor* exponent = call.constant(1);
    if (call.inputs[0]->dtype != ACL_FLOAT || exponent == nullptr || exponent->elements() != 1 ||
        *exponent->data_as<float>() != 2 || call.inputs[0]->shape != call.outputs[0].shape) {
        return call.fail("float32 squares only");
    }
    SOFTACL_TRY(require_known_shapes(call));
    SOFTACL_ASSIGN(auto kernel,
                   fast->elementwise({{kernels::Activation::kSquare}, call.inputs[0]->shape, call.layout(0)}));
    kernel->input_layouts.resize(2);
    kernel->packs_input.resize(2);
    return Result<kernels::KernelPtr>(std::move(kernel));
}

// Any number of inputs, two by two.
template <class Row>
Imported import_folded(Importer& graph, const ForeignNode& node) {
    if (node.inputs.size() < 2) {
        return one(graph.add("Identity", node.inputs));
    }
    return one(add_chain(graph, Row::kName, node.inputs));
}

// A quotient of integers is a Div.
Imported import_div(Importer& graph, const ForeignNode& node) {
    SOFTACL_ASSIGN(auto operands, broadcast_operands(graph, node));
    const bool integers = node.has_input(0) && is_integer(graph.type(operands[0]).dtype);
    return one(graph.add(integers ? "Div" : "RealDiv", std::move(operands)));
}

Imported import_mod(Importer& graph, const ForeignNode& node) {
    const bool truncates = node.attrs.get<int64_t>("fmod", 0) != 0;
    return one(graph.add(truncates ? "TruncateMod" : "FloorMod", node.inputs));
}

// Base and exponent may have different types: computed in the floating one of them, else in the base's.
Imported import_pow(Importer& graph, const ForeignNode& node) {
    SOFTACL_ASSIGN(auto operands, broadcast_operands(graph, node));
    if (!node.has_input(0) || !node.has_input(1)) {
        return one(graph.add("Pow", operands));
    }
    const aclDataType base = graph.type(operands[0]).dtype;
    const aclDataType exponent = graph.type(operands[1]).dtype;
    if (base == exponent) {
        return one(graph.add("Pow", operands));
    }
    if (is_floating(base) || !is_floating(exponent)) {
        SOFTACL_ASSIGN(operands[1], add_cast(graph, operands[1], base, "cast"));
        return one(graph.add("Pow", operands));
    }
    SOFTACL_ASSIGN(operands[0], add_cast(graph, operands[0], exponent, "cast"));
    SOFTACL_ASSIGN(const ValueRef power, graph.add("Pow", operands, {}, "pow"));
    return one(add_cast(graph, power, base, ""));
}

}  // namespace

OpDef declare_Add() {
    return declare_binary<AddRow>().caffe("Bias", import_caffe_bias).caffe("Eltwise", import_caffe_eltwise);
}
OpDef declare_AddV2() { return declare_binary<AddRow>("AddV2"); }
OpDef declare_Sub() { return declare_binary<SubRow>(); }
OpDef declare_Mul() { return declare_binary<MulRow>().caffe("Scale", import_caffe_scale); }
OpDef declare_RealDiv() { return declare_binary<RealDivRow>().onnx("Div", import_div); }
OpDef declare_Div() { return declare_binary<DivRow>(); }
OpDef declare_TruncateDiv() { return declare_binary<TruncateDivRow>(); }
OpDef declare_FloorDiv() { return declare_binary<FloorDivRow>(); }
OpDef declare_FloorMod() { return declare_binary<FloorModRow>().onnx("Mod", import_mod); }
OpDef declare_TruncateMod() { return declare_binary<TruncateModRow>(); }
OpDef declare_Mod() { return declare_binary<ModRow>(); }
OpDef declare_Maximum() { return declare_binary<MaximumRow>().onnx("Max", import_folded<MaximumRow>); }
OpDef declare_Minimum() { return declare_binary<MinimumRow>().onnx("Min", import_folded<MinimumRow>); }
OpDef declare_Pow() {
    OpDef op(PowRow::kName, PowRow::kDoc);
    return op.input("x1", PowRow::kTypes)
        .input("x2", PowRow::kTypes)
        .output("y", PowRow::kTypes)
        .infer(infer_binary<PowRow>)
        .kernel("onednn", make_square)
        .kernel("reference", make_binary_reference<PowRow>)
        .onnx("Pow", import_pow)
        .caffe("Power", import_caffe_power);
}
OpDef declare_SquaredDifference() { return declare_binary<SquaredDifferenceRow>(); }
OpDef declare_Atan2() { return declare_binary<Atan2Row>(); }
OpDef declare_Xlogy() { return declare_binary<XlogyRow>(); }
OpDef declare_Xdivy() { return declare_binary<XdivyRow>(); }
OpDef declare_Xlog1py() { return declare_binary<Xlog1pyRow>(); }
OpDef declare_Gcd() { return declare_binary<GcdRow>(); }
OpDef declare_NextAfter() { return declare_binary<NextAfterRow>(); }
OpDef declare_DivNoNan() { return declare_binary<DivNoNanRow>(); }
OpDef declare_MulNoNan() { return declare_binary<MulNoNanRow>(); }

}  // namespace softacl::ops
