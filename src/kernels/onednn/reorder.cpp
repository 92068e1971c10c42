// SPDX-License-Identifier: Apache-2.0
#include "kernels/onednn/simple.h"

namespace softacl::kernels {
namespace {

Result<KernelPtr> make_move(const Desc& from, const Desc& to, Layout from_layout, Layout to_layout) {
    return guarded([&]() -> Result<KernelPtr> {
        const dnnl::reorder::primitive_desc desc(engine(), from, engine(), to, attributes());
        auto kernel = std::make_unique<PassKernel>(std::vector<Layout>{from_layout}, std::vector<Layout>{to_layout});
        kernel->bind_input(DNNL_ARG_FROM, 0, from);
        kernel->bind_output(DNNL_ARG_TO, 0, to);
        kernel->set_primitive(dnnl::reorder(desc), desc.scratchpad_desc(), desc.impl_info_str());
        return Result<KernelPtr>(std::move(kernel));
    });
}

}  // namespace

Result<KernelPtr> make_reorder(const TensorType& type, Layout from, Layout to) {
    if (type.dtype != ACL_FLOAT) {
        return refuse("float32 only, not ", name_of(type.dtype));
    }
    return guarded([&] { return make_move(describe(type.shape, from), describe(type.shape, to), from, to); });
}

Result<KernelPtr> make_transpose(const TensorType& type, const std::vector<int64_t>& permutation) {
    const size_t rank = type.shape.rank();
    if (type.dtype != ACL_FLOAT || rank == 0 || rank > 6) {
        return refuse("float32 of 1 to 6 dimensions only");
    }
    // The result in its own order of dimensions, and the input seen in that order.
    std::vector<int64_t> strides(rank, 1);
    for (size_t i = rank - 1; i > 0; --i) {
        strides[i - 1] = strides[i] * type.shape[i];
    }
    std::vector<int64_t> dims;
    std::vector<int64_t> seen;
    for (const int64_t axis : permutation) {
        dims.push_back(type.shape[static_cast<size_t>(axis)]);
        seen.push_back(strides[static_cast<size_t>(axis)]);
    }
    return guarded([&] { return make_move(describe_strided(dims, seen), describe(Shape(dims), {}), {}, {}); });
}

}  // namespace softacl::kernels
