// SPDX-License-Identifier: Apache-2.0
#include "kernels/kernel.h"

namespace softacl::kernels {

size_t storage_bytes(const TensorType& type, Layout layout) {
    if (layout.is_plain() || type.shape.rank() < 2) {
        return type.bytes();
    }
    Shape padded = type.shape;
    padded[1] = (padded[1] + layout.block - 1) / layout.block * layout.block;
    return TensorType{type.dtype, padded, type.format}.bytes();
}

}  // namespace softacl::kernels
