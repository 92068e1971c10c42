// SPDX-License-Identifier: Apache-2.0
#include "api/entry.h"

#include "runtime/process.h"

namespace softacl::api {

Status refuse_argument(const Param& param, long long value) {
    switch (param.check) {
        case Check::kNonNull: return fail(ACL_ERROR_INVALID_PARAM, param.name, " is null; expected an address");
        case Check::kPositive: return fail(ACL_ERROR_INVALID_PARAM, param.name, " is 0; expected at least 1");
        case Check::kRange:
            return fail(ACL_ERROR_INVALID_PARAM, param.name, " is ", value, "; expected ", param.min, " to ",
                        param.max);
        case Check::kNone: break;
    }
    return {};
}

Status refuse_forked_child() {
    return fail(ACL_ERROR_INTERNAL_ERROR,
                "this process was forked from one that had used the library, which does not survive a fork; start "
                "new processes with spawn instead");
}

Status refuse_as_the_product(const Row& row) {
    const runtime::Process& process = runtime::Process::instance();
    if (!process.is_strict_product() || (row.missing == Missing::kOnTheDevice && !process.runs_on_device())) {
        return {};
    }
    return fail(ACL_ERROR_FEATURE_UNSUPPORTED,
                "the documented product does not have this function; without "
                "SOFTACL_STRICT_PRODUCT=1 it works");
}

}  // namespace softacl::api
