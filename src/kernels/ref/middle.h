// SPDX-License-Identifier: Apache-2.0
// A tensor seen around one of its axes, or around several that lie side by side.
#pragma once

#include <cstdint>

namespace softacl::kernels::ref {

struct Middle {
    int64_t outer = 1;
    int64_t count = 1;
    int64_t inner = 1;
};

}  // namespace softacl::kernels::ref
