// SPDX-License-Identifier: Apache-2.0
// Values of inputs that inference or a kernel must know before the model runs.
#pragma once

#include <optional>
#include <string>

#include "ops/op_def.h"

namespace softacl::ops {

/// An input's value as integers; nothing if it is absent or not known yet.
std::optional<Ints> known_ints(const OpCall& call, size_t input);
/// The same where there is no going on without: the failure names the input.
Result<Ints> required_ints(const OpCall& call, size_t input);
/// One number, from a scalar or a list of one; nothing if not known yet, a failure for several.
Result<std::optional<int64_t>> known_int(const OpCall& call, size_t input);
Result<int64_t> required_int(const OpCall& call, size_t input);

/// Axes counted from the front, in the given order; fails if one is out of range or stands twice.
Result<std::vector<size_t>> normal_axes(const OpCall& call, const Ints& axes, size_t rank);

/// The name of an input in the declaration.
std::string input_name(const OpCall& call, size_t input);

/// Kernels have fixed shapes: a failure if one of the call's is not known.
Status require_known_shapes(const OpCall& call);
/// A failure if two inputs differ in their element types.
Status require_same_dtype(const OpCall& call, size_t input, size_t other);
/// A shape of `rank` unknown dimensions.
inline Shape unknown_shape(size_t rank) { return Shape(Ints(rank, -1)); }

}  // namespace softacl::ops
