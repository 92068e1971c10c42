// SPDX-License-Identifier: Apache-2.0
// Views a tensor as [outer, count, inner] around an axis, or around axes that lie side by side.
#pragma once

#include <string>

#include "kernels/ref/middle.h"
#include "ops/op_def.h"

namespace softacl::ops {

/// Refuses axes with others between them.
Result<kernels::ref::Middle> middle_of(const OpCall& call, const Ints& axes, const Shape& shape);

/// The axes of an ONNX node before opset 13, which flattens from its axis on: [axis, rank).
Result<Ints> flattened_axes(int64_t axis, size_t rank);

}  // namespace softacl::ops
