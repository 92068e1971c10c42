// SPDX-License-Identifier: Apache-2.0
// acl_rt.h: devices and contexts.
#include "acl/acl_rt.h"
#include "api/entry.h"
#include "api/handles.h"
#include "base/fork.h"
#include "runtime/context.h"
#include "runtime/process.h"

using namespace softacl;
using namespace softacl::api;
using runtime::Process;

aclError aclrtSetDevice(int32_t deviceId) {
    return entry<row::aclrtSetDevice>(deviceId)([&]() -> Status {
        note_use();
        SOFTACL_ASSIGN(runtime::Device* const device, Process::instance().device(deviceId));
        SOFTACL_ASSIGN(const Handle context, device->acquire());
        runtime::set_current_context(context);
        return {};
    });
}

aclError aclrtResetDevice(int32_t deviceId) {
    return entry<row::aclrtResetDevice>(deviceId)([&]() -> Status {
        SOFTACL_ASSIGN(runtime::Device* const device, Process::instance().device(deviceId));
        return device->release();
    });
}

aclError aclrtGetDevice(int32_t* deviceId) {
    return entry<row::aclrtGetDevice>(deviceId)([&]() -> Status {
        SOFTACL_ASSIGN(const Pin<runtime::Context> context, runtime::current_context());
        *deviceId = Process::instance().index_of(context->device());
        return {};
    });
}

aclError aclrtGetRunMode(aclrtRunMode* runMode) {
    return entry<row::aclrtGetRunMode>(runMode)([&]() -> Status {
        *runMode = Process::instance().runs_on_device() ? ACL_DEVICE : ACL_HOST;
        return {};
    });
}

aclError aclrtSetTsDevice(aclrtTsId tsId) {
    // There is one task scheduler, so the choice has no effect, as documented for devices without vector cores.
    return entry<row::aclrtSetTsDevice>(tsId)([]() -> Status { return {}; });
}

aclError aclrtGetDeviceCount(uint32_t* count) {
    return entry<row::aclrtGetDeviceCount>(count)([&]() -> Status {
        *count = static_cast<uint32_t>(Process::instance().device_count());
        return {};
    });
}

aclError aclrtCreateContext(aclrtContext* context, int32_t deviceId) {
    return entry<row::aclrtCreateContext>(context, deviceId)([&]() -> Status {
        *context = nullptr;
        note_use();
        SOFTACL_ASSIGN(runtime::Device* const device, Process::instance().device(deviceId));
        const Result<Handle> made = device->create_context();
        SOFTACL_TRY(give(context, made));
        runtime::set_current_context(*made);
        return {};
    });
}

aclError aclrtDestroyContext(aclrtContext context) {
    return entry<row::aclrtDestroyContext>(context)([&]() -> Status {
        SOFTACL_ASSIGN(const Pin<runtime::Context> live, pin<runtime::Context>(context, "context"));
        return live->device().destroy_context(reinterpret_cast<Handle>(context));
    });
}

aclError aclrtSetCurrentContext(aclrtContext context) {
    return entry<row::aclrtSetCurrentContext>(context)([&]() -> Status {
        if (context == nullptr) {
            return fail(ACL_ERROR_RT_PARAM_INVALID, "context is null; expected a live context");
        }
        SOFTACL_TRY(pin<runtime::Context>(context, "context").status());
        runtime::set_current_context(reinterpret_cast<Handle>(context));
        return {};
    });
}

aclError aclrtGetCurrentContext(aclrtContext* context) {
    return entry<row::aclrtGetCurrentContext>(context)([&]() -> Status {
        *context = nullptr;
        SOFTACL_TRY(runtime::current_context().status());
        *context = to_client(runtime::current_context_handle());
        return {};
    });
}
