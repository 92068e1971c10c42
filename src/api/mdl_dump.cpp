// SPDX-License-Identifier: Apache-2.0
// acl_mdl.h: dumping the tensors of models.
#include "acl/acl_mdl.h"
#include "api/entry.h"
#include "base/config.h"
#include "dump/control.h"
#include "runtime/process.h"

using namespace softacl;
using namespace softacl::api;

aclError aclmdlInitDump(void) {
    return entry<row::aclmdlInitDump>()([]() -> Status {
        if (!runtime::Process::instance().is_initialized()) {
            return fail(ACL_ERROR_UNINITIALIZE, "the process is not initialized; call aclInit first");
        }
        return dump::begin();
    });
}

aclError aclmdlSetDump(const char* dumpCfgPath) {
    return entry<row::aclmdlSetDump>(dumpCfgPath)([&]() -> Status {
        SOFTACL_TRY(dump::check_begun());
        Config config;
        if (dumpCfgPath != nullptr && *dumpCfgPath != '\0') {
            SOFTACL_ASSIGN(config, read_config("dumpCfgPath", dumpCfgPath));
        }
        return dump::configure(std::move(config.dump));
    });
}

aclError aclmdlFinalizeDump(void) {
    return entry<row::aclmdlFinalizeDump>()([] { return dump::end(); });
}
