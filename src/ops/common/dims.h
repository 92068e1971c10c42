// SPDX-License-Identifier: Apache-2.0
// Arithmetic with dimensions that may be unknown.
#pragma once

#include <algorithm>

#include "tensor/shape.h"

namespace softacl::ops {

/// The product of the dimensions [first, last), or -1 if one of them is not known.
inline int64_t product(const Shape& shape, size_t first, size_t last) {
    const auto begin = shape.begin() + static_cast<std::ptrdiff_t>(first);
    const auto end = shape.begin() + static_cast<std::ptrdiff_t>(last);
    const bool known = std::all_of(begin, end, [](int64_t dim) { return dim >= 0; });
    return known ? shape.elements(first, last) : -1;
}

}  // namespace softacl::ops
