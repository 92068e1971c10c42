// SPDX-License-Identifier: Apache-2.0
// What an equation like "ij,jk->ik" says.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "ops/op_def.h"

namespace softacl::ops {

/// Letters name dimensions; those of an ellipsis are named 0, 1, ... from the last to the first.
using EinsumLabels = std::vector<int>;

struct EinsumPlan {
    std::vector<EinsumLabels> operands;
    EinsumLabels result;
    EinsumLabels order;            ///< all labels: first those of the result, then those that are summed over
    std::map<int, int64_t> sizes;  ///< of each label
};

/// For two tensors whose sums are those of a product of matrices, perhaps of a batch of them, once axes have changed
/// places. Refuses other equations, and types without a fast product.
Result<kernels::KernelPtr> make_einsum_product(const OpCall& call, const EinsumPlan& plan);

}  // namespace softacl::ops
