// SPDX-License-Identifier: Apache-2.0
// TensorFlow operators, the operators that they become, and the functions that do it.
#pragma once

#include <string>
#include <vector>

#include "ops/import.h"

namespace softacl::ops {

struct TensorFlowRow {
    const char* type;
    std::string op;  ///< ours, or most of it; "": none, the function says why
    Import function;
};
const std::vector<TensorFlowRow>& tensorflow_rows();

}  // namespace softacl::ops
