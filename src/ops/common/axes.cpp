// SPDX-License-Identifier: Apache-2.0
#include "ops/common/axes.h"

#include <algorithm>

#include "ops/common/values.h"

namespace softacl::ops {

Result<kernels::ref::Middle> middle_of(const OpCall& call, const Ints& axes, const Shape& shape) {
    SOFTACL_ASSIGN(auto normal, normal_axes(call, axes, shape.rank()));
    std::sort(normal.begin(), normal.end());
    if (normal.empty()) {
        return kernels::ref::Middle{shape.elements(), 1, 1};
    }
    const size_t first = normal.front();
    const size_t last = normal.back() + 1;
    if (last - first != normal.size()) {
        return call.fail("the axes ", Shape(axes), " do not lie side by side");
    }
    return kernels::ref::Middle{shape.elements(0, first), shape.elements(first, last),
                                shape.elements(last, shape.rank())};
}

Result<Ints> flattened_axes(int64_t axis, size_t rank) {
    const auto limit = static_cast<int64_t>(rank);
    if (axis < -limit || axis > limit) {
        return fail(ACL_ERROR_INVALID_PARAM, "axis is ", axis, "; expected [", -limit, ", ", limit, "]");
    }
    Ints axes;
    for (int64_t i = axis < 0 ? axis + limit : axis; i < limit; ++i) {
        axes.push_back(i);
    }
    return axes;
}

}  // namespace softacl::ops
