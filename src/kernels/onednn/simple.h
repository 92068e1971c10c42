// SPDX-License-Identifier: Apache-2.0
// Kernels that are one primitive each, with nothing to pack.
#pragma once

#include "kernels/fast.h"
#include "kernels/onednn/engine.h"

namespace softacl::kernels {

Result<KernelPtr> make_pool(const PoolParams& params);
Result<KernelPtr> make_binary(const BinaryParams& params);
Result<KernelPtr> make_elementwise(const ElementwiseParams& params);
Result<KernelPtr> make_softmax(const SoftmaxParams& params);
Result<KernelPtr> make_concat(const ConcatParams& params);
Result<KernelPtr> make_resize(const ResizeParams& params);
Result<KernelPtr> make_lrn(const LrnParams& params);
Result<KernelPtr> make_transpose(const TensorType& type, const std::vector<int64_t>& permutation);
Result<KernelPtr> make_reorder(const TensorType& type, Layout from, Layout to);
/// Of `count` elements that lie one after the other.
Result<KernelPtr> make_convert(aclDataType from, aclDataType to, int64_t count);
Result<KernelPtr> make_matmul(const MatMulParams& params);

}  // namespace softacl::kernels
