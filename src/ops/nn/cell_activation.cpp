// SPDX-License-Identifier: Apache-2.0
#include "ops/nn/cell_activation.h"

#include <algorithm>
#include <cmath>

#include "acl/acl_base.h"
#include "base/vectorised.h"
#include "kernels/ref/vector_math.h"

namespace softacl::ops {
namespace {

namespace ref = kernels::ref;

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

void CellActivation::apply(const float* from, int64_t count, float* to) const {
    const float a = alpha;
    const float b = beta;
    const auto each = [from, count, to](auto function) {
        vectorised([from, count, to, function] {
            for (int64_t i = 0; i < count; ++i) {
                to[i] = function(from[i]);
            }
        });
    };
    switch (kind) {
        case Kind::kSigmoid: return each([](float x) { return 1 / (1 + ref::exponential(-x)); });
        case Kind::kTanh: return each([](float x) { return ref::hyperbolic_tangent(x); });
        case Kind::kRelu: return each([](float x) { return x < 0 ? 0 : x; });
        case Kind::kAffine: return each([a, b](float x) { return a * x + b; });
        case Kind::kLeakyRelu: return each([a](float x) { return x < 0 ? a * x : x; });
        case Kind::kThresholdedRelu: return each([a](float x) { return x <= a ? 0 : x; });
        case Kind::kScaledTanh: return each([a, b](float x) { return a * ref::hyperbolic_tangent(b * x); });
        case Kind::kHardSigmoid: return each([a, b](float x) { return std::min(std::max(a * x + b, 0.0F), 1.0F); });
        case Kind::kElu: return each([a](float x) { return x < 0 ? a * ref::exponential_less_1(x) : x; });
        case Kind::kSoftsign: return each([](float x) { return x / (1 + std::abs(x)); });
        case Kind::kSoftplus:
            return each([](float x) { return std::max(x, 0.0F) + std::log1p(ref::exponential(-std::abs(x))); });
    }
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
