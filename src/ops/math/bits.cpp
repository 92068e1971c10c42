// SPDX-License-Identifier: Apache-2.0
// The bits of two integers.
#include "ops/math/binary.h"

namespace softacl::ops {
namespace {

struct BitwiseAndRow : BinaryRow {
    static constexpr const char* kName = "BitwiseAnd";
    static constexpr const char* kDoc = "The bits that are set in x1 and x2.";
    static constexpr const char* kOnnx = "BitwiseAnd";
    static constexpr DTypes kTypes = kInts;
    template <class T>
    static T apply(T a, T b) {
        return static_cast<T>(a & b);
    }
};

struct BitwiseOrRow : BinaryRow {
    static constexpr const char* kName = "BitwiseOr";
    static constexpr const char* kDoc = "The bits that are set in x1 or x2.";
    static constexpr const char* kOnnx = "BitwiseOr";
    static constexpr DTypes kTypes = kInts;
    template <class T>
    static T apply(T a, T b) {
        return static_cast<T>(a | b);
    }
};

struct BitwiseXorRow : BinaryRow {
    static constexpr const char* kName = "BitwiseXor";
    static constexpr const char* kDoc = "The bits in which x1 and x2 differ.";
    static constexpr const char* kOnnx = "BitwiseXor";
    static constexpr DTypes kTypes = kInts;
    template <class T>
    static T apply(T a, T b) {
        return static_cast<T>(a ^ b);
    }
};

// Shifts by more bits than there are shift all of them out.
struct ShiftRow : BinaryRow {
    static constexpr const char* kInputs[2] = {"x", "y"};
    static constexpr const char* kOutput = "z";
    static constexpr const char* kFault = "a number of bits to shift is negative";
    static constexpr DTypes kTypes = kInts;
    template <class T>
    static bool all_of(T bits) {
        return static_cast<uint64_t>(bits) >= 8 * sizeof(T);
    }
};

struct LeftShiftRow : ShiftRow {
    static constexpr const char* kName = "LeftShift";
    static constexpr const char* kDoc = "x shifted left by y bits.";
    template <class T>
    static T apply(T a, T bits, bool& fault) {
        fault = bits < 0;
        return all_of(bits) ? T{} : static_cast<T>(static_cast<uint64_t>(a) << static_cast<uint64_t>(bits));
    }
};

struct RightShiftRow : ShiftRow {
    static constexpr const char* kName = "RightShift";
    static constexpr const char* kDoc = "x shifted right by y bits; the sign stays.";
    template <class T>
    static T apply(T a, T bits, bool& fault) {
        fault = bits < 0;
        return all_of(bits) ? static_cast<T>(a < 0 ? -1 : 0) : static_cast<T>(a >> bits);
    }
};

Imported import_shift(Importer& graph, const ForeignNode& node) {
    const auto direction = node.attrs.get<std::string>("direction", "");
    if (direction != "LEFT" && direction != "RIGHT") {
        return import_fail("the attribute direction is '", direction, "'; expected LEFT or RIGHT");
    }
    return one(graph.add(direction == "LEFT" ? "LeftShift" : "RightShift", node.inputs));
}

}  // namespace

OpDef declare_BitwiseAnd() { return declare_binary<BitwiseAndRow>(); }
OpDef declare_BitwiseOr() { return declare_binary<BitwiseOrRow>(); }
OpDef declare_BitwiseXor() { return declare_binary<BitwiseXorRow>(); }
OpDef declare_LeftShift() { return declare_binary<LeftShiftRow>().onnx("BitShift", import_shift); }
OpDef declare_RightShift() { return declare_binary<RightShiftRow>(); }

}  // namespace softacl::ops
