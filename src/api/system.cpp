// SPDX-License-Identifier: Apache-2.0
// acl.h: initialisation, versions, error messages.
#include "acl/acl.h"

#include "api/entry.h"
#include "base/fork.h"
#include "dump/control.h"
#include "exec/failed_op.h"
#include "exec/op_timeout.h"
#include "runtime/exception.h"
#include "runtime/process.h"

using namespace softacl;
using namespace softacl::api;

aclError aclInit(const char* configPath) {
    return entry<row::aclInit>(configPath)([&] {
        note_use();
        return runtime::Process::instance().initialize(
            configPath, [](const Config& config) { return dump::begin_with_process(config.dump); });
    });
}

aclError aclFinalize(void) {
    return entry<row::aclFinalize>()([]() -> Status {
        SOFTACL_TRY(runtime::Process::instance().finalize());
        dump::end_with_process();
        exec::set_op_timeout(std::chrono::nanoseconds(0));
        exec::forget_failed_ops();
        runtime::set_exception_callback(nullptr);
        return {};
    });
}

aclError aclrtGetVersion(int32_t* majorVersion, int32_t* minorVersion, int32_t* patchVersion) {
    return entry<row::aclrtGetVersion>(majorVersion, minorVersion, patchVersion)([&]() -> Status {
        // The version of the documented interface, not of this implementation.
        *majorVersion = 1;
        *minorVersion = 0;
        *patchVersion = 0;
        return {};
    });
}

const char* aclrtGetSocName(void) {
    const CallTrace trace(row::aclrtGetSocName);
    return "Ascend310B4";
}

const char* aclGetRecentErrMsg(void) {
    const CallTrace trace(row::aclGetRecentErrMsg);
    return take_recent_errors();
}
