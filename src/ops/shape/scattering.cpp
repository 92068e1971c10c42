// SPDX-License-Identifier: Apache-2.0
#include "ops/shape/scattering.h"

#include <algorithm>
#include <cstring>

#include "kernels/ref/strided.h"
#include "ops/common/importing.h"
#include "ops/common/indexes.h"
#include "ops/common/reference.h"
#include "ops/common/values.h"

namespace softacl::ops {
namespace {

using kernels::Kernel;

template <class T>
Status scatter(const ScatterPlan& plan, const kernels::Strides& strides, const Indexes& indexes, const T* from, T* to) {
    const int64_t slice = plan.target.elements(static_cast<size_t>(plan.depth), plan.target.rank());
    for (int64_t i = 0; i < plan.count; ++i) {
        T* place = to;
        for (int64_t j = 0; j < plan.depth; ++j) {
            const int64_t size = plan.target[static_cast<size_t>(j)];
            const int64_t index = indexes.within(i * plan.depth + j, size);
            if (index < 0) {
                return index_failure(indexes[i * plan.depth + j], i * plan.depth + j, size);
            }
            place += index * strides[static_cast<size_t>(j)];
        }
        if (plan.how == How::kReplace && !plan.one_update) {
            std::copy_n(from + i * slice, slice, place);
            continue;
        }
        for (int64_t j = 0; j < slice; ++j) {
            const T update = plan.one_update ? *from : from[i * slice + j];
            if constexpr (std::is_integral_v<T>) {
                if (plan.how == How::kDiv && update == T{}) {
                    return import_fail("the update of index ", i, " is 0, which integers cannot be divided by");
                }
            }
            combine<T>(plan.how, place[j], update);
        }
    }
    return {};
}

}  // namespace

Result<kernels::KernelPtr> scatter_kernel(const OpCall& call, const ScatterPlan& plan) {
    SOFTACL_TRY(require_known_shapes(call));
    const kernels::Strides strides = kernels::row_strides(plan.target);
    kernels::KernelPtr kernel;
    visit_dtype(call.outputs[0].dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        kernel = function_kernel(call,
                                 [plan, strides, bytes = call.outputs[0].bytes(),
                                  type = call.inputs[plan.indices]->dtype](const Kernel::Buffers& b) -> Status {
                                     if (plan.from_zeros) {
                                         std::memset(b.outputs[0], 0, bytes);
                                     } else if (b.outputs[0] != b.inputs[0]) {
                                         std::memcpy(b.outputs[0], b.inputs[0], bytes);
                                     }
                                     return scatter<T>(plan, strides, Indexes(b.inputs[plan.indices], type),
                                                       static_cast<const T*>(b.inputs[plan.updates]),
                                                       static_cast<T*>(b.outputs[0]));
                                 });
        if (!plan.from_zeros) {
            kernel->reuses_input = 0;
        }
    });
    return kernel;
}

Status index_failure(int64_t index, int64_t at, int64_t size) {
    return import_fail("index ", index, " (element ", at, " of the indices) is out of range of a dimension of ", size);
}

Result<Shape> shape_of_updates(const OpCall& call, const Shape& indices, const Shape& shape) {
    if (indices.rank() == 0 || indices[indices.rank() - 1] < 0 ||
        indices[indices.rank() - 1] > static_cast<int64_t>(shape.rank())) {
        return call.fail("the input indices has the shape ", indices, "; expected a last dimension of at most ",
                         shape.rank());
    }
    std::vector<int64_t> dims(indices.begin(), indices.end() - 1);
    dims.insert(dims.end(), shape.begin() + indices[indices.rank() - 1], shape.end());
    return Shape(std::move(dims));
}

bool may_be_same(const Shape& a, const Shape& b) {
    bool same = a.rank() == b.rank();
    for (size_t i = 0; same && i < a.rank(); ++i) {
        same = a[i] == b[i] || a[i] < 0 || b[i] < 0;
    }
    return same;
}

}  // namespace softacl::ops
