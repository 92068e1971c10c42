// SPDX-License-Identifier: Apache-2.0
#include "ops/nn/activation.h"

#include <algorithm>

namespace softacl::ops {
namespace {

using kernels::Activation;

struct Row {
    const char* op;
    Activation kind;
    const char* alpha = nullptr;  ///< attribute
    const char* beta = nullptr;
};
// The first row of a kind is how fused nodes write it.
constexpr Row kRows[] = {
    {"Relu", Activation::kRelu},
    {"LeakyRelu", Activation::kLeakyRelu, "negative_slope"},
    {"ClipByValueV2", Activation::kClip},
    {"Relu6", Activation::kClip},
    {"ClipByValue", Activation::kClip},
    {"Elu", Activation::kElu, "alpha"},
    {"Sigmoid", Activation::kSigmoid},
    {"Tanh", Activation::kTanh},
    {"HardSigmoid", Activation::kHardSigmoid, "alpha", "beta"},
    {"HardSwish", Activation::kHardSwish},
    {"Swish", Activation::kSwish},
    {"Gelu", Activation::kGelu},
    {"Mish", Activation::kMish},
    {"Softplus", Activation::kSoftplus},
};
constexpr kernels::Elementwise kRelu6 = {Activation::kClip, 0, 6};

const Row* find_row(const std::string& op) {
    const auto* row = std::find_if(std::begin(kRows), std::end(kRows), [&](const Row& r) { return op == r.op; });
    return row == std::end(kRows) ? nullptr : row;
}

float number(const OpCall& call, const char* attr) { return attr == nullptr ? 0 : call.attrs.at<float>(attr); }

/// Parameters that the fast kernels do not have must be at their neutral value.
bool is_plain(const OpCall& call) {
    for (const char* factor : {"scale", "input_scale"}) {
        if (call.attrs.get<float>(factor, 1) != 1) {
            return false;
        }
    }
    return true;
}

}  // namespace

std::optional<kernels::Elementwise> elementwise_of(const OpCall& call) {
    const Row* row = find_row(call.op->name());
    if (row == nullptr || !is_plain(call)) {
        return std::nullopt;
    }
    if (call.op->name() == "Relu6") {
        return kRelu6;
    }
    if (row->kind == Activation::kClip) {
        const Tensor* low = call.constant(1);
        const Tensor* high = call.constant(2);
        if (low == nullptr || high == nullptr || low->elements() != 1 || high->elements() != 1) {
            return std::nullopt;
        }
        return kernels::Elementwise{row->kind, low->to_floats()[0], high->to_floats()[0]};
    }
    return kernels::Elementwise{row->kind, number(call, row->alpha), number(call, row->beta)};
}

std::string activation_name(Activation kind) {
    const auto* row = std::find_if(std::begin(kRows), std::end(kRows), [&](const Row& r) { return r.kind == kind; });
    return row == std::end(kRows) ? "" : row->op;
}

std::optional<kernels::Elementwise> activation_named(const std::string& name, float alpha, float beta) {
    if (name.empty()) {
        return kernels::Elementwise{};
    }
    const Row* row = find_row(name);
    if (row == nullptr) {
        return std::nullopt;
    }
    return name == "Relu6" ? kRelu6 : kernels::Elementwise{row->kind, alpha, beta};
}

void declare_activation(OpDef& op) {
    op.attr("activation", std::string()).attr("activation_alpha", 0.0F).attr("activation_beta", 0.0F);
}

Result<kernels::Elementwise> activation_of(const OpCall& call) {
    const auto& name = call.attrs.at<std::string>("activation");
    const auto function =
        activation_named(name, call.attrs.at<float>("activation_alpha"), call.attrs.at<float>("activation_beta"));
    if (!function) {
        return call.fail("activation is '", name, "', which no fused node has");
    }
    return *function;
}

void set_activation(Attrs& attrs, const kernels::Elementwise& function) {
    attrs.set("activation", activation_name(function.kind));
    attrs.set("activation_alpha", function.alpha);
    attrs.set("activation_beta", function.beta);
}

}  // namespace softacl::ops
