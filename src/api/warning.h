// SPDX-License-Identifier: Apache-2.0
// Warnings that go with success.
#pragma once

#include "api/entry.h"

namespace softacl::api {

/// Runs `work(warning)` and leaves its warning, if it succeeds with one, for aclGetRecentErrMsg.
template <const Row& R, class Work>
Status with_warning(Work work) {
    std::string warning;
    Status status = work(warning);
    if (status.ok() && !warning.empty()) {
        remember_error(R.name, 0, warning);
    }
    return status;
}

}  // namespace softacl::api
