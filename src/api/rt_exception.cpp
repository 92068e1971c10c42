// SPDX-License-Identifier: Apache-2.0
// acl_rt.h: what a program is told of tasks that fail.
#include "acl/acl_rt.h"
#include "api/entry.h"
#include "exec/op_timeout.h"
#include "runtime/exception.h"

using namespace softacl;
using namespace softacl::api;
using runtime::ExceptionInfo;

namespace {

constexpr uint32_t kNone = 0xFFFFFFFF;

// A fact of a failure, while the program's function runs.
template <const Row& R, class Fact>
uint32_t fact_of(const aclrtExceptionInfo* info, Fact ExceptionInfo::*fact) {
    return entry<R>(info).value(kNone, [&]() -> Result<uint32_t> {
        SOFTACL_ASSIGN(const Pin<ExceptionInfo> live, pin<ExceptionInfo>(info, "info"));
        return static_cast<uint32_t>((*live).*fact);
    });
}

}  // namespace

aclError aclrtSetExceptionInfoCallback(aclrtExceptionInfoCallback callback) {
    return entry<row::aclrtSetExceptionInfoCallback>(callback)([&]() -> Status {
        runtime::set_exception_callback(callback);
        return {};
    });
}

uint32_t aclrtGetTaskIdFromExceptionInfo(const aclrtExceptionInfo* info) {
    return fact_of<row::aclrtGetTaskIdFromExceptionInfo>(info, &ExceptionInfo::task);
}

uint32_t aclrtGetStreamIdFromExceptionInfo(const aclrtExceptionInfo* info) {
    return fact_of<row::aclrtGetStreamIdFromExceptionInfo>(info, &ExceptionInfo::stream);
}

uint32_t aclrtGetThreadIdFromExceptionInfo(const aclrtExceptionInfo* info) {
    return fact_of<row::aclrtGetThreadIdFromExceptionInfo>(info, &ExceptionInfo::thread);
}

uint32_t aclrtGetDeviceIdFromExceptionInfo(const aclrtExceptionInfo* info) {
    return fact_of<row::aclrtGetDeviceIdFromExceptionInfo>(info, &ExceptionInfo::device);
}

uint32_t aclrtGetErrorCodeFromExceptionInfo(const aclrtExceptionInfo* info) {
    return fact_of<row::aclrtGetErrorCodeFromExceptionInfo>(info, &ExceptionInfo::code);
}

aclError aclrtSetOpExecuteTimeOut(uint32_t timeout) {
    return entry<row::aclrtSetOpExecuteTimeOut>(timeout)([&]() -> Status {
        exec::set_op_timeout(std::chrono::seconds(timeout));
        return {};
    });
}
