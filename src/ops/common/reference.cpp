// SPDX-License-Identifier: Apache-2.0
#include "ops/common/reference.h"

#include "acl/acl_base.h"

namespace softacl::ops {

Result<kernels::KernelPtr> make_view(const OpCall& call) {
    auto kernel = function_kernel(
        call, [](const kernels::Kernel::Buffers&) { return fail(ACL_ERROR_INTERNAL_ERROR, "a view does not run"); });
    kernel->is_view = true;
    return kernel;
}

Result<kernels::KernelPtr> make_view_of_any_layout(const OpCall& call) {
    SOFTACL_ASSIGN(auto kernel, make_view(call));
    kernel->input_layouts[0] = kernel->output_layouts[0] = call.layout(0);
    return Result<kernels::KernelPtr>(std::move(kernel));
}

}  // namespace softacl::ops
