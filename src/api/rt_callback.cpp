// SPDX-License-Identifier: Apache-2.0
// acl_rt.h: callbacks.
#include "acl/acl_rt.h"
#include "api/entry.h"
#include "api/warning.h"
#include "runtime/callback.h"
#include "runtime/callback_thread.h"
#include "runtime/context.h"
#include "softacl/callback.h"

using namespace softacl;
using namespace softacl::api;
using runtime::CallbackThreads;
using runtime::Stream;

namespace {

// The serving thread needs no context, so any live stream will do.
Result<Pin<Stream>> any_stream(aclrtStream stream) {
    return stream == nullptr ? runtime::find_stream(stream, "stream") : pin<Stream>(stream, "stream");
}

}  // namespace

aclError aclrtSubscribeReport(uint64_t threadId, aclrtStream stream) {
    return entry<row::aclrtSubscribeReport>(threadId, stream)([&]() -> Status {
        SOFTACL_ASSIGN(const Pin<Stream> live, any_stream(stream));
        return CallbackThreads::instance().subscribe(threadId, *live);
    });
}

aclError aclrtLaunchCallback(aclrtCallback fn, void* userData, aclrtCallbackBlockType blockType, aclrtStream stream) {
    return softaclLaunchCallback(fn, nullptr, userData, blockType, stream);
}

aclError softaclLaunchCallback(aclrtCallback fn, void (*dropped)(void* userData), void* userData,
                               aclrtCallbackBlockType blockType, aclrtStream stream) {
    std::shared_ptr<runtime::Report> report;
    const aclError code = entry<row::aclrtLaunchCallback>(fn, userData, blockType, stream)([&]() -> Status {
        SOFTACL_ASSIGN(const Pin<Stream> live, runtime::find_stream(stream, "stream"));
        report = std::make_shared<runtime::Report>(runtime::Callback{fn, dropped, userData});
        return runtime::launch_callback(report, blockType == ACL_CALLBACK_BLOCK, live.share());
    });
    if (code != ACL_SUCCESS) {
        if (report != nullptr) {
            report->drop();
        } else if (dropped != nullptr) {
            dropped(userData);
        }
    }
    return code;
}

aclError aclrtProcessReport(int32_t timeout) {
    return entry<row::aclrtProcessReport>(timeout)([&]() -> Status {
        constexpr int32_t kForEver = -1;
        if (timeout == 0 || timeout < kForEver) {
            return fail(ACL_ERROR_RT_PARAM_INVALID, "timeout is ", timeout,
                        "; expected -1 (for ever) or milliseconds above 0");
        }
        return CallbackThreads::instance().process(
            timeout == kForEver ? std::nullopt : std::make_optional(std::chrono::milliseconds(timeout)));
    });
}

aclError aclrtUnSubscribeReport(uint64_t threadId, aclrtStream stream) {
    return entry<row::aclrtUnSubscribeReport>(threadId, stream)([&]() -> Status {
        SOFTACL_ASSIGN(const Pin<Stream> live, any_stream(stream));
        return with_warning<row::aclrtUnSubscribeReport>(
            [&](std::string& warning) { return CallbackThreads::instance().unsubscribe(threadId, *live, warning); });
    });
}

void softaclGiveUpCallbacks(void) { runtime::give_up_callbacks(); }
