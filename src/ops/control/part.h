// SPDX-License-Identifier: Apache-2.0
// A graph that a kernel runs as a part of its own work.
#pragma once

#include <algorithm>
#include <utility>
#include <vector>

#include "ops/op_def.h"

namespace softacl::ops {

/// Sizes are rounded up to this: where the memory of one tensor ends that of the next may begin.
inline constexpr size_t kPartAlignment = 64;
inline size_t padded(size_t bytes) { return (bytes + kPartAlignment - 1) / kPartAlignment * kPartAlignment; }

/// Prepared, with a place for its weights among those of the kernel that owns it.
class Part {
   public:
    static Result<Part> prepare(const Body& body, const std::vector<TensorType>& inputs,
                                const std::vector<bool>& wanted) {
        Part part;
        SOFTACL_ASSIGN(part.kernel_, body.compile(inputs, wanted));
        return part;
    }

    /// Takes room among the weights and in the scratch memory of `owner`, whose parts never run at the same time.
    void join(kernels::Kernel& owner) {
        packed_offset_ = owner.packed_bytes;
        owner.packed_bytes += padded(kernel_->packed_bytes);
        owner.scratch_bytes = std::max(owner.scratch_bytes, padded(kernel_->scratch_bytes));
    }
    Status pack(void* packed) { return kernel_->pack({}, static_cast<char*>(packed) + packed_offset_); }
    Status run(const void* const* inputs, void* const* outputs, const kernels::Kernel::Buffers& owner) {
        return kernel_->run({inputs, outputs, static_cast<const char*>(owner.packed) + packed_offset_, owner.scratch});
    }

   private:
    kernels::KernelPtr kernel_;
    size_t packed_offset_ = 0;
};

/// The types of a call's inputs from `first` on.
inline std::vector<TensorType> types_from(const OpCall& call, size_t first) {
    std::vector<TensorType> types;
    for (size_t i = first; i < call.inputs.size(); ++i) {
        if (call.has_input(i)) {
            types.push_back(*call.inputs[i]);
        }
    }
    return types;
}

/// What conditions may be; one that is not bool is true if it is not 0.
inline constexpr DTypes kConditions = kBool | kNumbers;

/// Reads a condition of one element.
bool is_true(const TensorType& type, const void* value);
/// A sentence unless the condition has one element.
Status check_condition(const OpCall& call, const TensorType& type);

/// The outputs of a part are as many as the call's; fills in their types.
Status take_types(OpCall& call, std::vector<TensorType> types, const char* body);

}  // namespace softacl::ops
