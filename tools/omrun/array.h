// SPDX-License-Identifier: Apache-2.0
// Tensors in host memory, and their element types.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "acl/acl.h"

namespace omrun {

struct Array {
    aclDataType type = ACL_FLOAT;
    std::vector<int64_t> dims;
    std::vector<uint8_t> bytes;
};

/// "float32"; "type 35" for types without a name here.
std::string name_of(aclDataType type);
/// "float32[1,3]"
std::string shown(aclDataType type, const std::vector<int64_t>& dims);
/// -1 if a dimension is open, or the product is larger than 64 bits.
int64_t elements_of(const std::vector<int64_t>& dims);
/// False for complex numbers, texts and the like.
bool is_number(aclDataType type);
/// Elements as numbers. Throws for types that are none.
std::vector<double> numbers_of(const Array& array);
/// `value` as an element of a type, rounded and cut to what the type can hold.
void append_number(std::vector<uint8_t>& bytes, aclDataType type, double value);

}  // namespace omrun
