// SPDX-License-Identifier: Apache-2.0
#include "ops/nn/recurrent.h"

#include "acl/acl_base.h"

namespace softacl::ops {
namespace {

using Kind = CellActivation::Kind;

struct Row {
    const char* name;
    Kind kind;
    int parameters;
    float alpha;
    float beta;
};
constexpr Row kRows[] = {{"sigmoid", Kind::kSigmoid, 0, 0, 0},
                         {"tanh", Kind::kTanh, 0, 0, 0},
                         {"relu", Kind::kRelu, 0, 0, 0},
                         {"affine", Kind::kAffine, 2, 1, 0},
                         {"leakyrelu", Kind::kLeakyRelu, 1, 0.01F, 0},
                         {"thresholdedrelu", Kind::kThresholdedRelu, 1, 1, 0},
                         {"scaledtanh", Kind::kScaledTanh, 2, 1, 1},
                         {"hardsigmoid", Kind::kHardSigmoid, 2, 0.2F, 0.5F},
                         {"elu", Kind::kElu, 1, 1, 0},
                         {"softsign", Kind::kSoftsign, 0, 0, 0},
                         {"softplus", Kind::kSoftplus, 0, 0, 0}};

}  // namespace

float CellActivation::operator()(float x) const {
    switch (kind) {
        case Kind::kSigmoid: return 1 / (1 + std::exp(-x));
        case Kind::kTanh: return std::tanh(x);
        case Kind::kRelu: return x < 0 ? 0 : x;
        case Kind::kAffine: return alpha * x + beta;
        case Kind::kLeakyRelu: return x < 0 ? alpha * x : x;
        case Kind::kThresholdedRelu: return x <= alpha ? 0 : x;
        case Kind::kScaledTanh: return alpha * std::tanh(beta * x);
        case Kind::kHardSigmoid: return std::min(std::max(alpha * x + beta, 0.0F), 1.0F);
        case Kind::kElu: return x < 0 ? alpha * std::expm1(x) : x;
        case Kind::kSoftsign: return x / (1 + std::abs(x));
        case Kind::kSoftplus: return std::max(x, 0.0F) + std::log1p(std::exp(-std::abs(x)));
    }
    return x;
}

Result<CellActivation> CellActivation::named(const std::string& name) {
    std::string small = name;
    std::transform(small.begin(), small.end(), small.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    for (const Row& row : kRows) {
        if (small == row.name) {
            return CellActivation{row.kind, row.alpha, row.beta};
        }
    }
    return fail(ACL_ERROR_INVALID_PARAM, "the activation ", name, " does not exist");
}

int CellActivation::parameters() const {
    for (const Row& row : kRows) {
        if (kind == row.kind) {
            return row.parameters;
        }
    }
    return 0;
}

}  // namespace softacl::ops
