// SPDX-License-Identifier: Apache-2.0
// What a program may ask about the AIPP of a model's inputs.
#pragma once

#include "acl/acl_mdl.h"
#include "exec/model.h"

namespace softacl::exec {

aclmdlInputAippType aipp_type(const TensorInfo& input);

/// 145015 for an input without AIPP. `index` is for its sentences.
Result<aclAippInfo> aipp_info(const TensorInfo& input, size_t index);

}  // namespace softacl::exec
