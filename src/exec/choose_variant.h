// SPDX-License-Identifier: Apache-2.0
// Which variant of a model two datasets ask for: by gear, by the shapes of inputs, or the only one.
#pragma once

#include "exec/dataset.h"
#include "exec/registry.h"

namespace softacl::exec {

/// 145013 or 145021 for a gear that is none, see chosen_gear. 145021 if a shape that the program gave does not suit the
/// model, or is missing where the model leaves dimensions open.
Result<VariantPtr> choose_variant(LoadedModel& model, const Dataset& inputs);

/// What becomes of the outputs, for aclmdlGetDatasetTensorDesc. 100000 if the program gave one another shape.
Status describe_outputs(const Variant& variant, Dataset& outputs);

}  // namespace softacl::exec
