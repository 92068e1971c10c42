// SPDX-License-Identifier: Apache-2.0
// acl_rt.h: what becomes of results that are too large.
#include "acl/acl_rt.h"
#include "api/entry.h"
#include "runtime/context.h"
#include "runtime/device.h"

using namespace softacl;
using namespace softacl::api;
using runtime::Context;

aclError aclrtSetDeviceSatMode(aclrtFloatOverflowMode mode) {
    return entry<row::aclrtSetDeviceSatMode>(mode)([&]() -> Status {
        if (mode == ACL_RT_OVERFLOW_MODE_UNDEF) {
            return fail(ACL_ERROR_FEATURE_UNSUPPORTED, "mode is ", mode,
                        ", which is reserved; expected ACL_RT_OVERFLOW_MODE_SATURATION (0) or "
                        "ACL_RT_OVERFLOW_MODE_INFNAN (1)");
        }
        SOFTACL_ASSIGN(const Pin<Context> context, runtime::current_context());
        context->device().set_saturates(mode == ACL_RT_OVERFLOW_MODE_SATURATION);
        return {};
    });
}

aclError aclrtGetDeviceSatMode(aclrtFloatOverflowMode* mode) {
    return entry<row::aclrtGetDeviceSatMode>(mode)([&]() -> Status {
        *mode = ACL_RT_OVERFLOW_MODE_SATURATION;
        SOFTACL_ASSIGN(const Pin<Context> context, runtime::current_context());
        *mode = context->device().saturates() ? ACL_RT_OVERFLOW_MODE_SATURATION : ACL_RT_OVERFLOW_MODE_INFNAN;
        return {};
    });
}
