// SPDX-License-Identifier: Apache-2.0
// Elements of constants as network files hold them: bytes of a tensor as a whole, or single numbers.
#pragma once

#include <memory>
#include <string>
#include <type_traits>

#include "base/status.h"
#include "tensor/tensor.h"

namespace softacl::convert {

/// One number of a file as an element. Files have no type of 16-bit floats: the number is their bits.
template <class To, class From>
To element(From value) {
    if constexpr (std::is_class_v<To>) {
        To half;
        half.bits = static_cast<uint16_t>(value);
        return half;
    } else if constexpr (std::is_same_v<To, bool>) {
        return value != 0;
    } else {
        return static_cast<To>(value);
    }
}

/// The elements row by row. Large data is kept as it is, not copied. The sentence of a failure has no subject.
Result<Tensor> tensor_of_bytes(std::unique_ptr<std::string> raw, const TensorType& type);

}  // namespace softacl::convert
