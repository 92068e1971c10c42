// SPDX-License-Identifier: Apache-2.0
#include "kernels/ref/strided.h"

namespace softacl::kernels {

Strides row_strides(const Shape& shape) {
    Strides strides(shape.rank());
    int64_t step = 1;
    for (size_t i = shape.rank(); i > 0; --i) {
        strides[i - 1] = step;
        step *= shape[i - 1];
    }
    return strides;
}

Strides broadcast_strides(const Shape& from, const Shape& to) {
    const Strides own = row_strides(from);
    Strides strides(to.rank(), 0);
    const size_t lead = to.rank() - from.rank();
    for (size_t i = 0; i < from.rank(); ++i) {
        strides[lead + i] = from[i] == 1 ? 0 : own[i];
    }
    return strides;
}

}  // namespace softacl::kernels
