// SPDX-License-Identifier: Apache-2.0
// One operator that has run, with its tensors.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tensor/tensor.h"

namespace softacl::dump {

/// Elements row by row. Without data, if the operator keeps it in a form of its own, as constants: then only described.
struct TensorRecord {
    TensorType type;
    const void* data = nullptr;
    const void* address = nullptr;  ///< where the operator read or wrote it
};

struct OpRecord {
    std::string type;
    std::string name;
    std::vector<std::string> origins;  ///< of the network's operators, those it computes
    uint32_t task = 0;
    uint32_t stream = 0;
    std::vector<TensorRecord> inputs;  ///< empty: not asked for
    std::vector<TensorRecord> outputs;
};

}  // namespace softacl::dump
