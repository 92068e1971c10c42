// SPDX-License-Identifier: Apache-2.0
// acl_rt.h: streams.
#include "acl/acl_rt.h"
#include "api/entry.h"
#include "api/handles.h"
#include "api/warning.h"
#include "runtime/context.h"
#include "runtime/device.h"

using namespace softacl;
using namespace softacl::api;
using runtime::Context;
using runtime::Stream;

namespace {

Status create_stream(aclrtStream* stream, bool fast_sync) {
    *stream = nullptr;
    SOFTACL_ASSIGN(const Pin<Context> context, runtime::current_context());
    return give(stream, context->create_stream(fast_sync));
}

Status destroy_stream(aclrtStream stream, bool drop_work) {
    if (stream == nullptr) {
        return fail(ACL_ERROR_RT_PARAM_INVALID, "stream is 0, the default stream, which its context releases");
    }
    SOFTACL_ASSIGN(const Pin<Stream> live, runtime::find_stream(stream, "stream"));
    SOFTACL_ASSIGN(const Pin<Context> context, runtime::current_context());
    return context->destroy_stream(reinterpret_cast<Handle>(stream), *live, drop_work);
}

}  // namespace

aclError aclrtCreateStream(aclrtStream* stream) {
    return entry<row::aclrtCreateStream>(stream)([&] { return create_stream(stream, false); });
}

aclError aclrtCreateStreamWithConfig(aclrtStream* stream, uint32_t priority, uint32_t flag) {
    // Nothing has to be set aside for ACL_STREAM_FAST_LAUNCH: launching allocates one small task either way.
    return entry<row::aclrtCreateStreamWithConfig>(
        stream, priority, flag)([&] { return create_stream(stream, (flag & ACL_STREAM_FAST_SYNC) != 0); });
}

aclError aclrtDestroyStream(aclrtStream stream) {
    return entry<row::aclrtDestroyStream>(stream)([&] { return destroy_stream(stream, false); });
}

aclError aclrtDestroyStreamForce(aclrtStream stream) {
    return entry<row::aclrtDestroyStreamForce>(stream)([&] { return destroy_stream(stream, true); });
}

aclError aclrtSetStreamFailureMode(aclrtStream stream, uint64_t mode) {
    return entry<row::aclrtSetStreamFailureMode>(stream, mode)([&]() -> Status {
        if (stream == nullptr) {
            return fail(ACL_ERROR_RT_PARAM_INVALID, "stream is 0; the default stream has no failure mode to set");
        }
        SOFTACL_ASSIGN(const Pin<Stream> live, pin<Stream>(stream, "stream"));
        live->set_failure_mode(mode == ACL_STOP_ON_FAILURE ? runtime::FailureMode::kStop
                                                           : runtime::FailureMode::kContinue);
        return {};
    });
}

aclError aclrtSetStreamOverflowSwitch(aclrtStream stream, uint32_t flag) {
    return entry<row::aclrtSetStreamOverflowSwitch>(stream, flag)([&]() -> Status {
        SOFTACL_ASSIGN(const Pin<Stream> live, runtime::find_stream(stream, "stream"));
        live->set_tells_overflow(flag != 0);
        return {};
    });
}

aclError aclrtGetStreamOverflowSwitch(aclrtStream stream, uint32_t* flag) {
    return entry<row::aclrtGetStreamOverflowSwitch>(stream, flag)([&]() -> Status {
        *flag = 0;
        SOFTACL_ASSIGN(const Pin<Stream> live, runtime::find_stream(stream, "stream"));
        *flag = live->tells_overflow() ? 1 : 0;
        return {};
    });
}

namespace {

template <const Row& R>
Status synchronize(aclrtStream stream, std::optional<std::chrono::milliseconds> timeout) {
    SOFTACL_ASSIGN(const Pin<Stream> live, runtime::find_stream(stream, "stream"));
    return with_warning<R>([&](std::string& warning) { return live->synchronize(warning, timeout); });
}

}  // namespace

aclError aclrtSynchronizeStream(aclrtStream stream) {
    return entry<row::aclrtSynchronizeStream>(stream)(
        [&] { return synchronize<row::aclrtSynchronizeStream>(stream, std::nullopt); });
}

aclError aclrtSynchronizeStreamWithTimeout(aclrtStream stream, int32_t timeout) {
    return entry<row::aclrtSynchronizeStreamWithTimeout>(stream, timeout)([&]() -> Status {
        constexpr int32_t kForEver = -1;
        if (timeout == 0 || timeout < kForEver) {
            SOFTACL_TRY(runtime::find_stream(stream, "stream").status());
            return fail(ACL_ERROR_RT_PARAM_INVALID, "timeout is ", timeout,
                        "; expected -1 (for ever) or milliseconds above 0");
        }
        return synchronize<row::aclrtSynchronizeStreamWithTimeout>(
            stream, timeout == kForEver ? std::nullopt : std::make_optional(std::chrono::milliseconds(timeout)));
    });
}

aclError aclrtSynchronizeDevice(void) {
    return entry<row::aclrtSynchronizeDevice>()([]() -> Status {
        SOFTACL_ASSIGN(const Pin<Context> context, runtime::current_context());
        return with_warning<row::aclrtSynchronizeDevice>(
            [&](std::string& warning) { return context->device().synchronize(warning); });
    });
}
