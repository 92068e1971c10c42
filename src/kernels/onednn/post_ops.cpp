// SPDX-License-Identifier: Apache-2.0
#include "kernels/onednn/post_ops.h"

namespace softacl::kernels {

std::optional<EngineFunction> engine_function(const Elementwise& function) {
    using Algorithm = dnnl::algorithm;
    const float a = function.alpha;
    const float b = function.beta;
    switch (function.kind) {
        case Activation::kRelu: return EngineFunction{Algorithm::eltwise_relu};
        case Activation::kLeakyRelu: return EngineFunction{Algorithm::eltwise_relu, a};
        case Activation::kClip: return EngineFunction{Algorithm::eltwise_clip_v2, a, b};
        case Activation::kElu: return EngineFunction{Algorithm::eltwise_elu, a};
        case Activation::kSigmoid: return EngineFunction{Algorithm::eltwise_logistic};
        case Activation::kTanh: return EngineFunction{Algorithm::eltwise_tanh};
        case Activation::kSwish: return EngineFunction{Algorithm::eltwise_swish, 1.0F};
        case Activation::kGelu: return EngineFunction{Algorithm::eltwise_gelu_erf};
        case Activation::kMish: return EngineFunction{Algorithm::eltwise_mish};
        case Activation::kSoftplus: return EngineFunction{Algorithm::eltwise_soft_relu};
        case Activation::kAbs: return EngineFunction{Algorithm::eltwise_abs};
        case Activation::kSqrt: return EngineFunction{Algorithm::eltwise_sqrt};
        case Activation::kSquare: return EngineFunction{Algorithm::eltwise_square};
        case Activation::kExp: return EngineFunction{Algorithm::eltwise_exp};
        case Activation::kLog: return EngineFunction{Algorithm::eltwise_log};
        case Activation::kLinear: return EngineFunction{Algorithm::eltwise_linear, a, b};
        case Activation::kHardSwish: return EngineFunction{Algorithm::eltwise_hardswish};
        case Activation::kHardSigmoid:  // two functions, see append()
        case Activation::kNone: break;
    }
    return std::nullopt;
}

Status append(dnnl::post_ops& ops, const Elementwise& function) {
    if (function.kind == Activation::kNone) {
        return {};
    }
    if (function.kind == Activation::kHardSigmoid) {
        ops.append_eltwise(1.0F, dnnl::algorithm::eltwise_linear, function.alpha, function.beta);
        ops.append_eltwise(1.0F, dnnl::algorithm::eltwise_clip_v2, 0.0F, 1.0F);
        return {};
    }
    const auto engine_name = engine_function(function);
    if (!engine_name) {
        return refuse("the engine lacks this function of elements");
    }
    ops.append_eltwise(1.0F, engine_name->algorithm, engine_name->alpha, engine_name->beta);
    return {};
}

}  // namespace softacl::kernels
