// SPDX-License-Identifier: Apache-2.0
#include "kernels/fast.h"

#include "acl/acl_base.h"

namespace softacl::kernels {

Result<const FastKernels*> fast_kernels() {
    return fail(ACL_ERROR_FEATURE_UNSUPPORTED, "this build has no fast kernels");
}

}  // namespace softacl::kernels
