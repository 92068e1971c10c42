// SPDX-License-Identifier: Apache-2.0
// Holds the outputs that a program describes against those that its operator gives.
#pragma once

#include "single_op/op_call.h"

namespace softacl::single_op {

/// Writes true shapes into descriptions with unknown dimensions, and into those of operators whose shapes depend on
/// values. 100022 for another element type or shape, or if shapes would have to be written and may not.
Status fit_outputs(const ProgramCall& call, const KnownOp& known, bool writes_shapes);

}  // namespace softacl::single_op
