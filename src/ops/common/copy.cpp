// SPDX-License-Identifier: Apache-2.0
#include "ops/common/copy.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "ops/common/reference.h"
#include "ops/common/values.h"

namespace softacl::ops {
namespace {

struct Prepared {
    StridedCopy copy;
    kernels::StridedLoop<2> loop;
};

/// Axes in the order in which the result lies, so that it is written from its begin to its end. But the rows that the
/// innermost loop walks should not be short.
kernels::StridedLoop<2> loop_of(const StridedCopy& copy) {
    constexpr int64_t kShort = 16;
    std::vector<size_t> order;
    for (size_t axis = 0; axis < copy.shape.rank(); ++axis) {
        if (copy.shape[axis] != 1) {
            order.push_back(axis);
        }
    }
    std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return copy.to[a] > copy.to[b]; });
    if (const size_t rank = order.size(); rank > 1) {
        size_t& last = order[rank - 1];
        size_t& before = order[rank - 2];
        const bool joins = copy.from[before] == copy.from[last] * copy.shape[last];  // both are one row
        if (copy.shape[last] < kShort && copy.shape[before] > copy.shape[last] && !joins) {
            std::swap(last, before);
        }
    }
    Ints dims;
    std::array<kernels::Strides, 2> strides;
    for (const size_t axis : order) {
        dims.push_back(copy.shape[axis]);
        strides[0].push_back(copy.from[axis]);
        strides[1].push_back(copy.to[axis]);
    }
    return kernels::StridedLoop<2>(Shape(std::move(dims)), strides);
}

template <class T>
void run_copy(const Prepared& prepared, const kernels::Kernel::Buffers& buffers) {
    const StridedCopy& copy = prepared.copy;
    prepared.loop.run_shared([&](const auto& at, int64_t count, const auto& steps) {
        const T* from = static_cast<const T*>(buffers.inputs[copy.input]) + copy.from_offset + at[0];
        T* to = static_cast<T*>(buffers.outputs[copy.output]) + copy.to_offset + at[1];
        if (steps[0] == 1 && steps[1] == 1) {
            std::memcpy(to, from, static_cast<size_t>(count) * sizeof(T));
            return;
        }
        for (int64_t i = 0; i < count; ++i) {
            to[i * steps[1]] = from[i * steps[0]];
        }
    });
}

}  // namespace

Result<kernels::KernelPtr> copy_kernel(const OpCall& call, const std::vector<StridedCopy>& copies) {
    SOFTACL_TRY(require_known_shapes(call));
    std::vector<Prepared> prepared;
    prepared.reserve(copies.size());
    for (const StridedCopy& copy : copies) {
        prepared.push_back({copy, loop_of(copy)});
    }
    kernels::KernelPtr kernel;
    visit_size(call.outputs[0].dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        kernel = function_kernel(call, [prepared](const kernels::Kernel::Buffers& buffers) -> Status {
            for (const Prepared& copy : prepared) {
                run_copy<T>(copy, buffers);
            }
            return {};
        });
    });
    return kernel;
}

}  // namespace softacl::ops
