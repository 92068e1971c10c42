// SPDX-License-Identifier: Apache-2.0
// Constants of one element in any element type.
#pragma once

#include "tensor/tensor.h"

namespace softacl::ops {

/// The value in the type; an empty tensor for types without numbers.
Tensor scalar_of(aclDataType dtype, double value);
/// The least and the greatest finite number of the type.
Tensor lowest_of(aclDataType dtype);
Tensor highest_of(aclDataType dtype);

}  // namespace softacl::ops
