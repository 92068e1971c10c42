// SPDX-License-Identifier: Apache-2.0
#include "kernels/fast.h"

#include "base/parallel.h"
#include "base/plugin.h"
#include "kernels/host.h"

namespace softacl::kernels {
namespace {

Result<const FastKernels*> open() {
    SOFTACL_ASSIGN(void* const address, load_beside("libsoftacl_kernels.so", kOpenFastKernels, "the fast kernels"));
    static const HostServices kServices = {parallel_width, parallel_for, parallel_team, serially,
                                           team_index,     team_size,    in_parallel,   team_barrier};
    return reinterpret_cast<OpenFastKernels>(address)(kServices);
}

}  // namespace

Result<const FastKernels*> fast_kernels() {
    static const auto& kernels = *new Result<const FastKernels*>(open());
    return kernels;
}

}  // namespace softacl::kernels
