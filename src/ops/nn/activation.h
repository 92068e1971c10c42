// SPDX-License-Identifier: Apache-2.0
// Which fast elementwise function a node is; and how a fused node writes it down.
#pragma once

#include <optional>
#include <string>

#include "kernels/fast.h"
#include "ops/op_def.h"

namespace softacl::ops {

/// The function that the call applies to each element of its first input, if a fast kernel has it. Bounds of a clip
/// must be constants.
std::optional<kernels::Elementwise> elementwise_of(const OpCall& call);

/// As an attribute: the IR name, and the numbers that belong to it. "" for none; a name that is no activation of a
/// fused node gives nothing.
std::string activation_name(kernels::Activation kind);
std::optional<kernels::Elementwise> activation_named(const std::string& name, float alpha, float beta);

/// Declares and reads the attributes activation, activation_alpha and activation_beta of a fused node.
void declare_activation(OpDef& op);
Result<kernels::Elementwise> activation_of(const OpCall& call);
void set_activation(Attrs& attrs, const kernels::Elementwise& function);

}  // namespace softacl::ops
