// SPDX-License-Identifier: Apache-2.0
#include "ops/common/copy.h"

#include <cstring>

#include "ops/common/reference.h"
#include "ops/common/values.h"

namespace softacl::ops {
namespace {

struct Prepared {
    StridedCopy copy;
    kernels::StridedLoop<2> loop;
};

template <class T>
void run_copy(const Prepared& prepared, const kernels::Kernel::Buffers& buffers) {
    const StridedCopy& copy = prepared.copy;
    prepared.loop.run([&](const auto& at, int64_t count, const auto& steps) {
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
        prepared.push_back({copy, kernels::StridedLoop<2>(copy.shape, {copy.from, copy.to})});
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
