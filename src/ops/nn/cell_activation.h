// SPDX-License-Identifier: Apache-2.0
// The functions that cells of recurrent networks apply.
#pragma once

#include <cstdint>
#include <string>

#include "base/status.h"

namespace softacl::ops {

/// A function of one number with up to two parameters.
struct CellActivation {
    enum class Kind {
        kSigmoid,
        kTanh,
        kRelu,
        kAffine,
        kLeakyRelu,
        kThresholdedRelu,
        kScaledTanh,
        kHardSigmoid,
        kElu,
        kSoftsign,
        kSoftplus
    };
    Kind kind = Kind::kSigmoid;
    float alpha = 0;
    float beta = 0;

    /// to[i] = function(from[i]); `to` may be `from`.
    void apply(const float* from, int64_t count, float* to) const;

    /// By ONNX's names, in any case; how many parameters it takes, and their defaults, are filled in.
    static Result<CellActivation> named(const std::string& name);
    int parameters() const;
};

}  // namespace softacl::ops
