// SPDX-License-Identifier: Apache-2.0
#include "runtime/context.h"

#include <algorithm>

#include "acl/acl_base.h"
#include "runtime/device.h"

namespace softacl::runtime {
namespace {

// A handle and not a pointer: the context may be destroyed by another thread.
thread_local Handle t_current_context = 0;

}  // namespace

Result<std::shared_ptr<Context>> Context::create(Device& device, bool is_default) {
    std::shared_ptr<Context> context(new Context(device, is_default));
    if (!is_default) {
        SOFTACL_ASSIGN(context->internal_stream_, device.take_stream_place());
    }
    return context;
}

Status Context::open(Handle self) {
    self_ = self;
    SOFTACL_ASSIGN(default_stream_, create_stream(false));
    return {};
}

Result<Handle> Context::create_stream(bool fast_sync, bool is_hidden) {
    StreamPlace place;
    if (!is_hidden) {
        SOFTACL_ASSIGN(place, device_.take_stream_place());
    }
    auto stream = std::make_shared<Stream>(device_, self_, device_.take_stream_id(), fast_sync);
    device_.add_stream(stream);
    const std::lock_guard lock(mutex_);
    if (ended_) {
        return fail(ACL_ERROR_RT_CONTEXT_NULL, "the calling thread's context is being destroyed; set another one");
    }
    SOFTACL_ASSIGN(const Handle handle, make_handle(Kind::kStream, stream));
    streams_.push_back({handle, std::move(stream), std::move(place)});
    return handle;
}

Status Context::destroy_stream(Handle handle, Stream& stream, bool drop_work) {
    if (drop_work) {
        stream.close_now();
    } else {
        stream.close();
    }
    {
        const std::lock_guard lock(mutex_);
        const auto open = std::find_if(streams_.begin(), streams_.end(),
                                       [handle](const OpenStream& entry) { return entry.handle == handle; });
        if (open != streams_.end()) {
            streams_.erase(open);
        }
    }
    if (!retire_handle(handle)) {
        return fail(ACL_ERROR_RT_INVALID_HANDLE, "stream was destroyed by another thread at the same time");
    }
    return {};
}

std::vector<std::shared_ptr<Stream>> Context::streams() const {
    const std::lock_guard lock(mutex_);
    std::vector<std::shared_ptr<Stream>> all;
    all.reserve(streams_.size());
    for (const OpenStream& entry : streams_) {
        all.push_back(entry.stream);
    }
    return all;
}

std::vector<std::shared_ptr<Stream>> Context::end() {
    {
        const std::lock_guard lock(mutex_);
        ended_ = true;
    }
    return streams();
}

void Context::close() {
    std::vector<OpenStream> mine;
    {
        const std::lock_guard lock(mutex_);
        mine.swap(streams_);
        internal_stream_ = {};
    }
    for (const OpenStream& entry : mine) {
        retire_handle(entry.handle);
    }
}

Result<Pin<Context>> current_context() {
    if (t_current_context == 0) {
        return fail(ACL_ERROR_RT_CONTEXT_NULL,
                    "the calling thread has no context; call aclrtSetDevice, aclrtCreateContext or "
                    "aclrtSetCurrentContext in this thread first");
    }
    auto context = pin<Context>(t_current_context, "context");
    if (!context.ok()) {
        return fail(ACL_ERROR_RT_CONTEXT_NULL,
                    "the calling thread's context was destroyed or its device was reset; set another one");
    }
    return context;
}

Handle current_context_handle() { return t_current_context; }

void set_current_context(Handle context) { t_current_context = context; }

Result<Pin<Stream>> find_stream(const void* stream, const char* argument) {
    if (stream == nullptr) {
        SOFTACL_ASSIGN(const Pin<Context> context, current_context());
        return pin<Stream>(context->default_stream(), argument);
    }
    SOFTACL_ASSIGN(Pin<Stream> found, pin<Stream>(stream, argument));
    if (found->context() != t_current_context) {
        SOFTACL_TRY(current_context().status());
        return fail(ACL_ERROR_RT_STREAM_CONTEXT, argument, " is ", stream,
                    ", which belongs to another context; call aclrtSetCurrentContext with the stream's context first");
    }
    return found;
}

}  // namespace softacl::runtime
