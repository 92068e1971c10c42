// SPDX-License-Identifier: Apache-2.0
// Shape inference that many operators share.
#pragma once

#include "ops/op_def.h"

namespace softacl::ops {

/// Every output has the type of the first input.
Status same_as_first(OpCall& call);

/// The first two inputs broadcast (NumPy's rules); the result has the element type of the first.
Status broadcast_first_two(OpCall& call);

/// The shape both broadcast to; unknown dimensions stay unknown unless the other side decides them. Fails (with a
/// sentence without the node's name) if they do not go together.
Result<Shape> broadcast(const Shape& a, const Shape& b);

/// An axis counted from the front; fails with a sentence if it is outside [-rank, rank).
Result<size_t> normal_axis(const OpCall& call, int64_t axis, size_t rank);

}  // namespace softacl::ops
