// SPDX-License-Identifier: Apache-2.0
// A tensor as rows along one axis: for operators that treat each of them by itself.
#pragma once

#include <algorithm>
#include <cstdint>

#include "kernels/ref/middle.h"
#include "tensor/shape.h"

namespace softacl::ops {

/// Row i of `count` begins at begin(i); its `size` elements are `step` apart.
struct Rows {
    Rows(const Shape& shape, size_t axis)
        : count(shape.elements(0, axis) * shape.elements(axis + 1, shape.rank())),
          size(shape[axis]),
          step(shape.elements(axis + 1, shape.rank())) {}

    /// The same seen around the axis.
    kernels::ref::Middle middle() const { return {count / std::max<int64_t>(1, step), size, step}; }

    int64_t begin(int64_t row) const { return row / step * step * size + row % step; }

    int64_t count;
    int64_t size;
    int64_t step;
};

}  // namespace softacl::ops
