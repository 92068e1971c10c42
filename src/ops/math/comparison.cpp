// SPDX-License-Identifier: Apache-2.0
// Comparisons of two tensors, and the logic of their results.
#include "ops/caffe/imports.h"
#include "ops/math/binary.h"

namespace softacl::ops {
namespace {

struct ComparisonRow : BinaryRow {
    static constexpr bool kIsTest = true;
    static constexpr DTypes kTypes = kNumbers;
};

struct EqualRow : ComparisonRow {
    static constexpr const char* kName = "Equal";
    static constexpr const char* kDoc = "Whether x1 = x2.";
    static constexpr const char* kOnnx = "Equal";
    static constexpr DTypes kTypes = kAny;
    template <class T>
    static bool apply(T a, T b) {
        return a == b;
    }
};

struct NotEqualRow : ComparisonRow {
    static constexpr const char* kName = "NotEqual";
    static constexpr const char* kDoc = "Whether x1 and x2 differ.";
    static constexpr const char* kOnnx = "Xor";
    static constexpr DTypes kTypes = kAny;
    template <class T>
    static bool apply(T a, T b) {
        return a != b;
    }
};

struct GreaterRow : ComparisonRow {
    static constexpr const char* kName = "Greater";
    static constexpr const char* kDoc = "Whether x1 > x2.";
    static constexpr const char* kOnnx = "Greater";
    template <class T>
    static bool apply(T a, T b) {
        return a > b;
    }
};

struct GreaterEqualRow : ComparisonRow {
    static constexpr const char* kName = "GreaterEqual";
    static constexpr const char* kDoc = "Whether x1 >= x2.";
    static constexpr const char* kOnnx = "GreaterOrEqual";
    template <class T>
    static bool apply(T a, T b) {
        return a >= b;
    }
};

struct LessRow : ComparisonRow {
    static constexpr const char* kName = "Less";
    static constexpr const char* kDoc = "Whether x1 < x2.";
    static constexpr const char* kOnnx = "Less";
    template <class T>
    static bool apply(T a, T b) {
        return a < b;
    }
};

struct LessEqualRow : ComparisonRow {
    static constexpr const char* kName = "LessEqual";
    static constexpr const char* kDoc = "Whether x1 <= x2.";
    static constexpr const char* kOnnx = "LessOrEqual";
    template <class T>
    static bool apply(T a, T b) {
        return a <= b;
    }
};

struct LogicalAndRow : BinaryRow {
    static constexpr const char* kName = "LogicalAnd";
    static constexpr const char* kDoc = "Whether x1 and x2 are both true.";
    static constexpr const char* kOnnx = "And";
    static constexpr DTypes kTypes = kBool;
    static bool apply(bool a, bool b) { return a && b; }
};

struct LogicalOrRow : BinaryRow {
    static constexpr const char* kName = "LogicalOr";
    static constexpr const char* kDoc = "Whether x1 or x2 is true.";
    static constexpr const char* kOnnx = "Or";
    static constexpr DTypes kTypes = kBool;
    static bool apply(bool a, bool b) { return a || b; }
};

}  // namespace

OpDef declare_Equal() { return declare_binary<EqualRow>(); }
OpDef declare_NotEqual() { return declare_binary<NotEqualRow>(); }
OpDef declare_Greater() { return declare_binary<GreaterRow>().caffe("Threshold", import_caffe_threshold); }
OpDef declare_GreaterEqual() { return declare_binary<GreaterEqualRow>(); }
OpDef declare_Less() { return declare_binary<LessRow>(); }
OpDef declare_LessEqual() { return declare_binary<LessEqualRow>(); }
OpDef declare_LogicalAnd() { return declare_binary<LogicalAndRow>(); }
OpDef declare_LogicalOr() { return declare_binary<LogicalOrRow>(); }

}  // namespace softacl::ops
