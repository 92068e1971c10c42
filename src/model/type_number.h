// SPDX-License-Identifier: Apache-2.0
// How files number the types of elements, which is not how aclDataType does.
#pragma once

#include <cstdint>

#include "acl/acl_base.h"

namespace softacl::model {

/// 0 for a type without a number.
int32_t type_number(aclDataType type);

}  // namespace softacl::model
