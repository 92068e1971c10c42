// SPDX-License-Identifier: Apache-2.0
// What the operators that multiply matrices share. The operands are the first two inputs, the summand the third.
#pragma once

#include "kernels/fast.h"
#include "ops/op_def.h"

namespace softacl::ops {

struct Transposes {
    bool a = false;
    bool b = false;
};

/// The type of the product; leading dimensions broadcast. Checks that the third input, if there is one, broadcasts to
/// it.
Status infer_product(OpCall& call, Transposes transposes);

/// All shapes are known.
kernels::MatMulParams product_params(const OpCall& call, Transposes transposes);

/// y = a * b + bias by plain loops.
Result<kernels::KernelPtr> make_reference_product(const OpCall& call, Transposes transposes);
Result<kernels::KernelPtr> make_fast_product(const OpCall& call, const kernels::MatMulParams& params);

}  // namespace softacl::ops
