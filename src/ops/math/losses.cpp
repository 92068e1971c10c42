// SPDX-License-Identifier: Apache-2.0
// Losses that are computed element by element; many become one number.
#include "ops/math/pointwise.h"

namespace softacl::ops {
namespace {

struct LossRow : PointwiseRow {
    using PointwiseRow::PointwiseRow;
    static constexpr const char* kInputs[] = {"predict", "label"};
    static constexpr bool kReduces = true;
};

struct MseLossRow : LossRow {
    using LossRow::LossRow;
    static constexpr const char* kName = "MseLoss";
    static constexpr const char* kDoc = "(predict - label)^2; their mean, their sum, or each.";
    template <class T>
    T operator()(T predict, T label) const {
        return (predict - label) * (predict - label);
    }
};

struct LpLossRow : LossRow {
    using LossRow::LossRow;
    static constexpr const char* kName = "LpLoss";
    static constexpr const char* kDoc = "abs(predict - label); their mean, their sum, or each. p is 1.";
    template <class T>
    T operator()(T predict, T label) const {
        return std::abs(predict - label);
    }
};

struct SmoothL1LossV2Row : LossRow {
    static constexpr const char* kName = "SmoothL1LossV2";
    static constexpr const char* kDoc =
        "The distance less sigma / 2, or below sigma its square / (2 * sigma); their mean, their sum, or each.";
    explicit SmoothL1LossV2Row(const OpCall& call) : sigma(call.attrs.at<float>("sigma")) {}
    float sigma;
    template <class T>
    T operator()(T predict, T label) const {
        const T distance = std::abs(predict - label);
        const auto bound = static_cast<T>(sigma);
        return distance < bound ? distance * distance / 2 / bound : distance - bound / 2;
    }
};

struct SmoothL1LossRow : SmoothL1LossV2Row {
    using SmoothL1LossV2Row::SmoothL1LossV2Row;
    static constexpr const char* kName = "SmoothL1Loss";
    static constexpr const char* kDoc = "The distance less sigma / 2, or below sigma its square / (2 * sigma).";
    static constexpr const char* kOutput = "loss";
    static constexpr bool kReduces = false;
};

// max(x, 0) - x * z + log(1 + exp(-|x|)), without overflow.
struct SigmoidCrossEntropyRow : PointwiseRow {
    using PointwiseRow::PointwiseRow;
    static constexpr const char* kName = "SigmoidCrossEntropyWithLogits";
    static constexpr const char* kDoc = "The cross entropy of sigmoid(predict) and target.";
    static constexpr const char* kInputs[] = {"predict", "target"};
    static constexpr const char* kOutput = "loss";
    template <class T>
    T operator()(T x, T target) const {
        return std::max(x, T{}) - x * target + std::log1p(std::exp(-std::abs(x)));
    }
};

struct SigmoidCrossEntropyV2Row : PointwiseRow {
    using PointwiseRow::PointwiseRow;
    static constexpr const char* kName = "SigmoidCrossEntropyWithLogitsV2";
    static constexpr const char* kDoc =
        "The cross entropy of sigmoid(predict) and target, times weight, where target counts pos_weight times; their "
        "mean, their sum, or each.";
    static constexpr const char* kInputs[] = {"predict", "target", "weight", "pos_weight"};
    static constexpr const char* kOutput = "loss";
    static constexpr size_t kOptional = 2;
    static constexpr bool kReduces = true;
    template <class T>
    T operator()(T x, T target, T weight, T positive) const {
        const T softplus = std::max(-x, T{}) + std::log1p(std::exp(-std::abs(x)));  // of -x
        return weight * ((1 - target) * x + ((positive - 1) * target + 1) * softplus);
    }
};

struct BinaryCrossEntropyRow : PointwiseRow {
    using PointwiseRow::PointwiseRow;
    static constexpr const char* kName = "BinaryCrossEntropy";
    static constexpr const char* kDoc =
        "The cross entropy of x and y, times weight, with logarithms not below -100; their mean, their sum, or each.";
    static constexpr const char* kInputs[] = {"x", "y", "weight"};
    static constexpr const char* kOutput = "output";
    static constexpr size_t kOptional = 1;
    static constexpr bool kReduces = true;
    template <class T>
    T operator()(T x, T y, T weight) const {
        const T least = -100;
        return weight * -(y * std::max(std::log(x), least) + (1 - y) * std::max(std::log1p(-x), least));
    }
};

struct KLDivRow : PointwiseRow {
    using PointwiseRow::PointwiseRow;
    static constexpr const char* kName = "KLDiv";
    static constexpr const char* kDoc =
        "target * (log(target) - x), 0 where target is not above 0; each, or their sum, also over their number or the "
        "first dimension.";
    static constexpr const char* kInputs[] = {"x", "target"};
    static constexpr bool kReduces = true;
    template <class T>
    T operator()(T x, T target) const {
        return target <= 0 ? T{} : target * (std::log(target) - x);
    }
};

struct KLDivV2Row : KLDivRow {
    static constexpr const char* kName = "KLDivV2";
    static constexpr const char* kDoc = "KLDiv, whose target may be given by its logarithm.";
    explicit KLDivV2Row(const OpCall& call) : KLDivRow(call), log_target(call.attrs.at<bool>("log_target")) {}
    bool log_target;
    template <class T>
    T operator()(T x, T target) const {
        return log_target ? std::exp(target) * (target - x) : KLDivRow::operator()(x, target);
    }
};

struct SoftMarginLossRow : PointwiseRow {
    using PointwiseRow::PointwiseRow;
    static constexpr const char* kName = "SoftMarginLoss";
    static constexpr const char* kDoc = "log(1 + exp(-input_x * input_y)); their mean, their sum, or each.";
    static constexpr const char* kInputs[] = {"input_x", "input_y"};
    static constexpr const char* kOutput = "output_z";
    static constexpr bool kReduces = true;
    template <class T>
    T operator()(T x, T y) const {
        const T product = -x * y;
        return std::max(product, T{}) + std::log1p(std::exp(-std::abs(product)));
    }
};

struct PoissonNllLossRow : PointwiseRow {
    static constexpr const char* kName = "PoissonNllLoss";
    static constexpr const char* kDoc =
        "exp(x) - target * x, or without log_input x - target * log(x + eps); full: and Stirling's formula for the "
        "logarithm of a target's factorial above 1. Their mean, their sum, or each.";
    static constexpr const char* kInputs[] = {"input_x", "target"};
    static constexpr const char* kOutput = "loss";
    static constexpr DTypes kTypes = {ACL_FLOAT16, ACL_FLOAT};
    static constexpr bool kReduces = true;
    explicit PoissonNllLossRow(const OpCall& call)
        : log_input(call.attrs.at<bool>("log_input")),
          full(call.attrs.at<bool>("full")),
          eps(call.attrs.at<float>("eps")) {}
    bool log_input;
    bool full;
    float eps;
    float operator()(float x, float target) const {
        const float loss = log_input ? std::exp(x) - target * x : x - target * std::log(x + eps);
        constexpr float kTwoPi = 6.28318530717958647693F;
        return full && target > 1 ? loss + target * std::log(target) - target + std::log(kTwoPi * target) / 2 : loss;
    }
};

// Losses take two tensors of one shape.
template <class Row>
Status infer_pair(OpCall& call) {
    const Shape& a = call.inputs[0]->shape;
    const Shape& b = call.inputs[1]->shape;
    if (a.is_known() && b.is_known() && a != b) {
        return call.fail("the inputs ", input_name(call, 0), " and ", input_name(call, 1), " have the shapes ", a,
                         " and ", b, "; expected one shape");
    }
    return infer_pointwise<Row>(call);
}

// The weights broadcast to the others' shape.
template <class Row>
Status infer_weighted(OpCall& call) {
    SOFTACL_TRY(infer_pair<Row>(call));
    OpCall elements = call;
    SOFTACL_TRY(broadcast_all(elements));
    const Shape& shape = elements.outputs[0].shape;
    if (shape.is_known() && call.inputs[0]->shape.is_known() && shape != call.inputs[0]->shape) {
        return call.fail("the weights do not broadcast to the shape ", call.inputs[0]->shape, " of ",
                         input_name(call, 0));
    }
    return {};
}

template <class Row>
Status infer_smooth(OpCall& call) {
    if (!(call.attrs.at<float>("sigma") >= 0)) {
        return call.fail("the attribute sigma is ", call.attrs.at<float>("sigma"), "; expected no negative number");
    }
    return infer_pair<Row>(call);
}

Status infer_lp_loss(OpCall& call) {
    if (call.attrs.at<int64_t>("p") != 1) {
        return call.fail("the attribute p is ", call.attrs.at<int64_t>("p"), "; only 1 is supported");
    }
    return infer_pair<LpLossRow>(call);
}

}  // namespace

OpDef declare_MseLoss() {
    return declare_pointwise<MseLossRow>().attr("reduction", std::string("mean")).infer(infer_pair<MseLossRow>);
}
OpDef declare_LpLoss() {
    return declare_pointwise<LpLossRow>()
        .required_attr("p", int64_t{})
        .attr("reduction", std::string("mean"))
        .infer(infer_lp_loss);
}
OpDef declare_SmoothL1Loss() {
    return declare_pointwise<SmoothL1LossRow>().attr("sigma", 1.0F).infer(infer_smooth<SmoothL1LossRow>);
}
OpDef declare_SmoothL1LossV2() {
    return declare_pointwise<SmoothL1LossV2Row>()
        .attr("sigma", 1.0F)
        .attr("reduction", std::string("mean"))
        .infer(infer_smooth<SmoothL1LossV2Row>);
}
OpDef declare_SigmoidCrossEntropyWithLogits() {
    return declare_pointwise<SigmoidCrossEntropyRow>().infer(infer_pair<SigmoidCrossEntropyRow>);
}
OpDef declare_SigmoidCrossEntropyWithLogitsV2() {
    return declare_pointwise<SigmoidCrossEntropyV2Row>()
        .attr("reduction", std::string("mean"))
        .infer(infer_weighted<SigmoidCrossEntropyV2Row>);
}
OpDef declare_BinaryCrossEntropy() {
    return declare_pointwise<BinaryCrossEntropyRow>()
        .attr("reduction", std::string("mean"))
        .infer(infer_weighted<BinaryCrossEntropyRow>);
}
OpDef declare_KLDiv() {
    return declare_pointwise<KLDivRow>().required_attr("reduction", std::string()).infer(infer_pair<KLDivRow>);
}

OpDef declare_KLDivV2() {
    return declare_pointwise<KLDivV2Row>()
        .attr("reduction", std::string("mean"))
        .attr("log_target", false)
        .infer(infer_pair<KLDivV2Row>);
}
OpDef declare_SoftMarginLoss() {
    return declare_pointwise<SoftMarginLossRow>()
        .attr("reduction", std::string("mean"))
        .infer(infer_pair<SoftMarginLossRow>);
}
OpDef declare_PoissonNllLoss() {
    return declare_pointwise<PoissonNllLossRow>()
        .attr("log_input", true)
        .attr("full", false)
        .attr("eps", 1e-8F)
        .attr("reduction", std::string("mean"))
        .infer(infer_pair<PoissonNllLossRow>);
}

}  // namespace softacl::ops
