// SPDX-License-Identifier: Apache-2.0
// Sums and products of up to four tensors, element by element; and comparisons with a tolerance.
#include "ops/math/pointwise.h"

namespace softacl::ops {
namespace {

// Integers wrap around.
template <class T>
T multiply_add(T a, T b, T c) {
    return kernels::wrapping_add(kernels::wrapping_mul(a, b), c);
}

struct AxpyRow : PointwiseRow {
    static constexpr const char* kName = "Axpy";
    static constexpr const char* kDoc = "x1 + alpha * x2; of integers cut to integers.";
    static constexpr const char* kInputs[] = {"x1", "x2"};
    static constexpr DTypes kTypes = kFloats | DTypes{ACL_INT32};
    explicit AxpyRow(const OpCall& call) : alpha(call.attrs.at<float>("alpha")) {}
    float alpha;
    template <class T>
    T operator()(T a, T b) const {
        if constexpr (std::is_floating_point_v<T>) {
            return a + static_cast<T>(alpha) * b;
        } else {
            return kernels::converted<T>(static_cast<double>(a) + static_cast<double>(alpha) * b);
        }
    }
};

struct AxpyV2Row : PointwiseRow {
    using PointwiseRow::PointwiseRow;
    static constexpr const char* kName = "AxpyV2";
    static constexpr const char* kDoc = "x1 + alpha * x2; integers wrap around.";
    static constexpr const char* kInputs[] = {"x1", "x2", "alpha"};
    static constexpr DTypes kTypes = kNumbers;
    template <class T>
    T operator()(T a, T b, T alpha) const {
        return multiply_add(alpha, b, a);
    }
};

struct AddcmulRow : PointwiseRow {
    using PointwiseRow::PointwiseRow;
    static constexpr const char* kName = "Addcmul";
    static constexpr const char* kDoc = "input_data + value * x1 * x2; integers wrap around.";
    static constexpr const char* kInputs[] = {"input_data", "x1", "x2", "value"};
    static constexpr DTypes kTypes = kFloats | DTypes{ACL_INT8, ACL_INT32, ACL_UINT8, ACL_INT64};
    template <class T>
    T operator()(T x, T a, T b, T value) const {
        return multiply_add(kernels::wrapping_mul(value, a), b, x);
    }
};

struct AddcdivRow : PointwiseRow {
    using PointwiseRow::PointwiseRow;
    static constexpr const char* kName = "Addcdiv";
    static constexpr const char* kDoc = "input_data + value * x1 / x2.";
    static constexpr const char* kInputs[] = {"input_data", "x1", "x2", "value"};
    template <class T>
    T operator()(T x, T a, T b, T value) const {
        return x + value * a / b;
    }
};

struct LerpRow : PointwiseRow {
    using PointwiseRow::PointwiseRow;
    static constexpr const char* kName = "Lerp";
    static constexpr const char* kDoc = "start + weight * (end - start).";
    static constexpr const char* kInputs[] = {"start", "end", "weight"};
    template <class T>
    T operator()(T start, T end, T weight) const {
        return start + weight * (end - start);
    }
};

struct FusedMulAddRow : PointwiseRow {
    using PointwiseRow::PointwiseRow;
    static constexpr const char* kName = "FusedMulAdd";
    static constexpr const char* kDoc = "x1 * x2 + x3; integers wrap around.";
    static constexpr const char* kInputs[] = {"x1", "x2", "x3"};
    static constexpr DTypes kTypes = {ACL_FLOAT, ACL_FLOAT16, ACL_INT32};
    template <class T>
    T operator()(T a, T b, T c) const {
        return multiply_add(a, b, c);
    }
};

struct LogAddExpRow : PointwiseRow {
    using PointwiseRow::PointwiseRow;
    static constexpr const char* kName = "LogAddExp";
    static constexpr const char* kDoc = "log(exp(x1) + exp(x2)), without overflow; with the default attributes only.";
    static constexpr const char* kInputs[] = {"x1", "x2"};
    template <class T>
    T operator()(T a, T b) const {
        const T most = a > b ? a : b;
        // The difference of equal infinities is no number.
        return a == b ? a + static_cast<T>(std::log(2.0)) : most + std::log1p(std::exp(-std::abs(a - b)));
    }
};

Status infer_log_add_exp(OpCall& call) {
    if (call.attrs.at<float>("base") != -1 || call.attrs.at<float>("scale") != 1 ||
        call.attrs.at<float>("shift") != 0) {
        return call.fail("base, scale and shift are ", call.attrs.at<float>("base"), ", ",
                         call.attrs.at<float>("scale"), " and ", call.attrs.at<float>("shift"),
                         "; only -1, 1 and 0 are supported");
    }
    return infer_pointwise<LogAddExpRow>(call);
}

// The distance of two numbers as double, which integers up to 32 bits fit.
template <class T>
double distance(T a, T b) {
    return std::abs(static_cast<double>(a) - static_cast<double>(b));
}

struct ApproximateEqualRow : PointwiseRow {
    static constexpr const char* kName = "ApproximateEqual";
    static constexpr const char* kDoc = "Whether x1 and x2 differ by less than tolerance.";
    static constexpr const char* kInputs[] = {"x1", "x2"};
    static constexpr DTypes kTypes = kNumbers;
    static constexpr bool kIsTest = true;
    explicit ApproximateEqualRow(const OpCall& call) : tolerance(call.attrs.at<float>("tolerance")) {}
    double tolerance;
    template <class T>
    bool operator()(T a, T b) const {
        return distance(a, b) < tolerance;
    }
};

struct IsCloseRow : PointwiseRow {
    static constexpr const char* kName = "IsClose";
    static constexpr const char* kDoc = "Whether x1 and x2 differ by at most atol + rtol * abs(x2).";
    static constexpr const char* kInputs[] = {"x1", "x2"};
    static constexpr DTypes kTypes = kAny;
    static constexpr bool kIsTest = true;
    explicit IsCloseRow(const OpCall& call)
        : rtol(call.attrs.at<float>("rtol")),
          atol(call.attrs.at<float>("atol")),
          equal_nan(call.attrs.at<bool>("equal_nan")) {}
    double rtol;
    double atol;
    bool equal_nan;
    template <class T>
    bool operator()(T a, T b) const {
        if (kernels::is_nan(a) || kernels::is_nan(b)) {
            return equal_nan && kernels::is_nan(a) && kernels::is_nan(b);
        }
        const double difference = distance(a, b);
        return a == b || (std::isfinite(difference) && difference <= atol + rtol * std::abs(static_cast<double>(b)));
    }
};

struct ThresholdV2Row : PointwiseRow {
    using PointwiseRow::PointwiseRow;
    static constexpr const char* kName = "ThresholdV2";
    static constexpr const char* kDoc = "x above threshold, else value.";
    static constexpr const char* kInputs[] = {"x", "threshold", "value"};
    static constexpr size_t kOptional = 1;
    static constexpr DTypes kTypes = kNumbers;
    template <class T>
    T operator()(T x, T threshold, T value) const {
        return x <= threshold ? value : x;
    }
};

Status infer_threshold(OpCall& call) {
    if (!call.has_input(2)) {
        return call.fail("the input value is missing; what takes its place is not documented");
    }
    for (const size_t i : {size_t{1}, size_t{2}}) {
        if (call.inputs[i]->shape.is_known() && call.inputs[i]->shape.elements() != 1) {
            return call.fail("the input ", input_name(call, i), " has the shape ", call.inputs[i]->shape,
                             "; expected one element");
        }
    }
    SOFTACL_TRY(infer_pointwise<ThresholdV2Row>(call));
    if (call.outputs[0].shape.rank() != call.inputs[0]->shape.rank()) {
        return call.fail("the inputs threshold and value have more dimensions than x of ", call.inputs[0]->shape);
    }
    return {};
}

}  // namespace

OpDef declare_Axpy() { return declare_pointwise<AxpyRow>().required_attr("alpha", 0.0F); }
OpDef declare_AxpyV2() { return declare_pointwise<AxpyV2Row>(); }
OpDef declare_Addcmul() { return declare_pointwise<AddcmulRow>(); }
OpDef declare_Addcdiv() { return declare_pointwise<AddcdivRow>(); }
OpDef declare_Lerp() { return declare_pointwise<LerpRow>(); }
OpDef declare_FusedMulAdd() { return declare_pointwise<FusedMulAddRow>(); }
OpDef declare_LogAddExp() {
    return declare_pointwise<LogAddExpRow>()
        .attr("base", -1.0F)
        .attr("scale", 1.0F)
        .attr("shift", 0.0F)
        .infer(infer_log_add_exp);
}
OpDef declare_ApproximateEqual() { return declare_pointwise<ApproximateEqualRow>().attr("tolerance", 1e-5F); }
OpDef declare_IsClose() {
    return declare_pointwise<IsCloseRow>().attr("rtol", 1e-5F).attr("atol", 1e-8F).attr("equal_nan", false);
}
OpDef declare_ThresholdV2() { return declare_pointwise<ThresholdV2Row>().infer(infer_threshold); }

}  // namespace softacl::ops
