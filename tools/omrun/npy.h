// SPDX-License-Identifier: Apache-2.0
// NumPy's file format for one array.
#pragma once

#include <string>
#include <vector>

#include "array.h"

namespace omrun {

/// `name` is for messages. Arrays in Fortran's order are put into C's. Throws for what is no whole .npy file, and for
/// elements that no tensor has (objects, texts, big-endian numbers).
Array parse_npy(const std::vector<uint8_t>& file, const std::string& name);

/// The file. bfloat16, which NumPy does not have, is written as float32.
std::vector<uint8_t> to_npy(const Array& array);

}  // namespace omrun
