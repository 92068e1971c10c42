// SPDX-License-Identifier: Apache-2.0
#include "ops/common/copy.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/parallel.h"
#include "base/vectorised.h"
#include "kernels/ref/transpose.h"
#include "ops/common/reference.h"
#include "ops/common/values.h"

namespace softacl::ops {
namespace {

struct Prepared {
    StridedCopy copy;
    kernels::StridedLoop<2> loop;  // of all but the columns
    // An axis whose sources lie side by side, where rows of the result have theirs far apart.
    int64_t columns = 1;
    int64_t column_step = 0;  // of the result
};

/// Axes of more than one element, in the order in which the result lies, so that it is written from its begin to its
/// end.
std::vector<size_t> axes_of(const StridedCopy& copy) {
    std::vector<size_t> axes;
    for (size_t axis = 0; axis < copy.shape.rank(); ++axis) {
        if (copy.shape[axis] != 1) {
            axes.push_back(axis);
        }
    }
    std::stable_sort(axes.begin(), axes.end(), [&](size_t a, size_t b) { return copy.to[a] > copy.to[b]; });
    return axes;
}

Prepared prepare(const StridedCopy& copy) {
    Prepared prepared{copy, {}};
    Ints dims;
    std::array<kernels::Strides, 2> strides;
    auto& [from, to] = strides;
    for (const size_t axis : axes_of(copy)) {
        dims.push_back(copy.shape[axis]);
        from.push_back(copy.from[axis]);
        to.push_back(copy.to[axis]);
    }
    const auto found = std::find(from.begin(), from.end(), 1);
    if (found != from.end() && from.back() > 1 && to.back() == 1) {
        const auto last = static_cast<size_t>(found - from.begin());
        size_t first = last;
        int64_t columns = dims[last];
        while (first > 0 && from[first - 1] == columns && to[first - 1] == columns * to[last]) {
            columns *= dims[--first];
        }
        constexpr int64_t kWorth = 8;
        const bool interleaved = columns == from.back() && kernels::ref::is_interleaved(columns);
        if (columns >= kWorth || (interleaved && dims.back() >= kWorth)) {
            prepared.columns = columns;
            prepared.column_step = to[last];
            for (auto* const list : {&dims, &from, &to}) {
                list->erase(list->begin() + static_cast<std::ptrdiff_t>(first),
                            list->begin() + static_cast<std::ptrdiff_t>(last) + 1);
            }
        }
    }
    constexpr int64_t kShort = 16;  // of a row that the innermost loop walks
    const size_t rank = dims.size();
    if (prepared.columns == 1 && rank > 1 && dims[rank - 1] < kShort && dims[rank - 2] > dims[rank - 1] &&
        from[rank - 2] != from[rank - 1] * dims[rank - 1]) {  // else both are one row
        for (auto* const list : {&dims, &from, &to}) {
            std::swap((*list)[rank - 1], (*list)[rank - 2]);
        }
    }
    prepared.loop = kernels::StridedLoop<2>(Shape(std::move(dims)), strides);
    return prepared;
}

template <class T>
void run_copy(const Prepared& prepared, const kernels::Kernel::Buffers& buffers) {
    const StridedCopy& copy = prepared.copy;
    const auto source = [&](const auto& at) {
        return static_cast<const T*>(buffers.inputs[copy.input]) + copy.from_offset + at[0];
    };
    const auto target = [&](const auto& at) {
        return static_cast<T*>(buffers.outputs[copy.output]) + copy.to_offset + at[1];
    };
    const auto row = [&](const auto& at, int64_t count, const auto& steps) {
        const T* const from = source(at);
        T* const to = target(at);
        if (prepared.columns != 1) {
            kernels::ref::transpose(from, steps[0], count, prepared.columns, to, prepared.column_step);
            return;
        }
        if (steps[0] == 1 && steps[1] == 1) {
            std::memcpy(to, from, static_cast<size_t>(count) * sizeof(T));
            return;
        }
        if (steps[0] == 2 && steps[1] == 1) {  // as pictures are split
            vectorised([=] {
                for (int64_t i = 0; i < count; ++i) {
                    to[i] = from[2 * i];
                }
            });
            return;
        }
        for (int64_t i = 0; i < count; ++i) {
            to[i * steps[1]] = from[i * steps[0]];
        }
    };
    const int64_t count = copy.shape.elements() / std::max<int64_t>(1, prepared.columns);
    if (prepared.loop.rows() != 1 || prepared.columns <= count) {
        return prepared.loop.run_shared(row, prepared.columns);
    }
    // Few rows stay together, their columns are shared.
    constexpr int64_t kPart = 256;
    constexpr int64_t kWorth = 1 << 14;  // elements for a thread
    parallel_for((prepared.columns + kPart - 1) / kPart,
                 std::max<int64_t>(1, kWorth / (kPart * std::max<int64_t>(1, count))), [&](int64_t begin, int64_t end) {
                     const int64_t first = begin * kPart;
                     prepared.loop.run([&](const auto& at, int64_t rows, const auto& steps) {
                         kernels::ref::transpose(source(at) + first, steps[0], rows,
                                                 std::min(end * kPart, prepared.columns) - first,
                                                 target(at) + first * prepared.column_step, prepared.column_step);
                     });
                 });
}

}  // namespace

Result<kernels::KernelPtr> copy_kernel(const OpCall& call, const std::vector<StridedCopy>& copies) {
    SOFTACL_TRY(require_known_shapes(call));
    std::vector<Prepared> prepared;
    prepared.reserve(copies.size());
    for (const StridedCopy& copy : copies) {
        prepared.push_back(prepare(copy));
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
