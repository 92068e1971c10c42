// SPDX-License-Identifier: Apache-2.0
// Kernels that only move elements: transposing, slicing, joining, repeating.
#pragma once

#include <vector>

#include "kernels/ref/strided.h"
#include "ops/op_def.h"

namespace softacl::ops {

/// Elements of an input that go to an output. Offsets and strides count elements.
struct StridedCopy {
    size_t input = 0;
    size_t output = 0;
    Shape shape;  ///< of the region
    kernels::Strides from;
    kernels::Strides to;
    int64_t from_offset = 0;
    int64_t to_offset = 0;
};

/// Does the copies one after the other. All tensors have elements of the size of the first output's.
Result<kernels::KernelPtr> copy_kernel(const OpCall& call, const std::vector<StridedCopy>& copies);

/// Calls `visitor(TypeTag<T>())` with an unsigned type of the element's size.
template <class Visitor>
void visit_size(aclDataType type, Visitor&& visitor) {
    switch (size_of(type)) {
        case 1: visitor(TypeTag<uint8_t>()); break;
        case 2: visitor(TypeTag<uint16_t>()); break;
        case 4: visitor(TypeTag<uint32_t>()); break;
        case 8: visitor(TypeTag<uint64_t>()); break;
        default: break;
    }
}

}  // namespace softacl::ops
