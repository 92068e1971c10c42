// SPDX-License-Identifier: Apache-2.0
// What a program may ask about the AIPP of a model's inputs.
#pragma once

#include "acl/acl_mdl.h"
#include "exec/model.h"

namespace softacl::exec {

struct AippKind {
    aclmdlInputAippType type;
    size_t params_input = 0xFFFFFFFF;  ///< which input brings the parameters; this number (so the manual): none
};
/// 100000 beyond the last input.
Result<AippKind> aipp_kind(const ModelInfo& info, size_t index);

/// Parameters only if they are static. Also 100038 for an input without AIPP.
Result<aclAippInfo> aipp_info(const ModelInfo& info, size_t index);

}  // namespace softacl::exec
