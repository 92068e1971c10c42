// SPDX-License-Identifier: Apache-2.0
// acl_rt.h: events.
#include "acl/acl_rt.h"
#include "api/entry.h"
#include "api/handles.h"
#include "runtime/callback.h"
#include "runtime/context.h"
#include "runtime/event.h"
#include "runtime/process.h"

using namespace softacl;
using namespace softacl::api;
using runtime::Event;
using runtime::Recording;
using runtime::Stream;

namespace {

Status create_event(aclrtEvent* event, runtime::EventUse use) {
    *event = nullptr;
    SOFTACL_ASSIGN(const Pin<runtime::Context> context, runtime::current_context());
    return give(event, context->device().create_event(use));
}

bool completed(const Event& event) {
    const auto recording = event.latest();
    if (recording == nullptr) {
        return false;
    }
    const Recording::View view = recording->view();
    if (!view.finished) {
        recording->hurry();
    }
    return view.finished && view.ran;
}

}  // namespace

aclError aclrtCreateEvent(aclrtEvent* event) {
    return entry<row::aclrtCreateEvent>(event)([&] { return create_event(event, {}); });
}

aclError aclrtCreateEventWithFlag(aclrtEvent* event, uint32_t flag) {
    return entry<row::aclrtCreateEventWithFlag>(event, flag)([&]() -> Status {
        constexpr uint32_t kKnown = ACL_EVENT_TIME_LINE | ACL_EVENT_SYNC;
        if (flag == 0 || (flag & ~kKnown) != 0) {
            return fail(ACL_ERROR_RT_PARAM_INVALID, "flag is ", flag,
                        "; expected ACL_EVENT_TIME_LINE (8), ACL_EVENT_SYNC (1) or both");
        }
        return create_event(event, {(flag & ACL_EVENT_TIME_LINE) != 0, (flag & ACL_EVENT_SYNC) != 0});
    });
}

aclError aclrtDestroyEvent(aclrtEvent event) {
    return entry<row::aclrtDestroyEvent>(event)([&]() -> Status {
        SOFTACL_ASSIGN(const Pin<Event> mark, pin<Event>(event, "event"));
        return mark->device().destroy_event(reinterpret_cast<Handle>(event), *mark);
    });
}

aclError aclrtRecordEvent(aclrtEvent event, aclrtStream stream) {
    return entry<row::aclrtRecordEvent>(event, stream)([&]() -> Status {
        SOFTACL_ASSIGN(const Pin<Event> mark, pin<Event>(event, "event"));
        SOFTACL_ASSIGN(const Pin<Stream> where, runtime::find_stream(stream, "stream"));
        return Event::record(mark.share(), where.share());
    });
}

aclError aclrtResetEvent(aclrtEvent event, aclrtStream stream) {
    return entry<row::aclrtResetEvent>(event, stream)([&]() -> Status {
        SOFTACL_ASSIGN(const Pin<Event> mark, pin<Event>(event, "event"));
        SOFTACL_ASSIGN(const Pin<Stream> where, runtime::find_stream(stream, "stream"));
        return Event::queue_reset(mark.share(), where.share());
    });
}

aclError aclrtStreamWaitEvent(aclrtStream stream, aclrtEvent event) {
    return entry<row::aclrtStreamWaitEvent>(stream, event)([&]() -> Status {
        SOFTACL_ASSIGN(const Pin<Stream> where, runtime::find_stream(stream, "stream"));
        SOFTACL_ASSIGN(const Pin<Event> mark, pin<Event>(event, "event"));
        return Event::queue_wait(mark.share(), where.share(), runtime::Process::instance().wait_timeout());
    });
}

aclError aclrtQueryEvent(aclrtEvent event, aclrtEventStatus* status) {
    return entry<row::aclrtQueryEvent>(event, status)([&]() -> Status {
        SOFTACL_ASSIGN(const Pin<Event> mark, pin<Event>(event, "event"));
        *status = completed(*mark) ? ACL_EVENT_STATUS_COMPLETE : ACL_EVENT_STATUS_NOT_READY;
        return {};
    });
}

aclError aclrtQueryEventStatus(aclrtEvent event, aclrtEventRecordedStatus* status) {
    return entry<row::aclrtQueryEventStatus>(event, status)([&]() -> Status {
        SOFTACL_ASSIGN(const Pin<Event> mark, pin<Event>(event, "event"));
        *status = completed(*mark) ? ACL_EVENT_RECORDED_STATUS_COMPLETE : ACL_EVENT_RECORDED_STATUS_NOT_READY;
        return {};
    });
}

aclError aclrtQueryEventWaitStatus(aclrtEvent event, aclrtEventWaitStatus* status) {
    return entry<row::aclrtQueryEventWaitStatus>(event, status)([&]() -> Status {
        SOFTACL_ASSIGN(const Pin<Event> mark, pin<Event>(event, "event"));
        *status = mark->all_waits_done() ? ACL_EVENT_WAIT_STATUS_COMPLETE : ACL_EVENT_WAIT_STATUS_NOT_READY;
        return {};
    });
}

aclError aclrtSynchronizeEvent(aclrtEvent event) {
    return entry<row::aclrtSynchronizeEvent>(event)([&]() -> Status {
        std::shared_ptr<Recording> recording;
        {
            SOFTACL_ASSIGN(const Pin<Event> mark, pin<Event>(event, "event"));
            recording = mark->latest();
        }
        if (recording == nullptr) {
            return fail(ACL_ERROR_RT_PARAM_INVALID, "event was never recorded, or was reset; record it first");
        }
        if (const auto stream = recording->place().stream.lock();
            stream != nullptr && !recording->view().finished && runtime::in_blocking_callback_of(*stream)) {
            return fail(ACL_ERROR_RT_PARAM_INVALID,
                        "event comes after the callback that waits for it, so the callback would wait for itself");
        }
        return recording->wait();
    });
}

aclError aclrtEventElapsedTime(float* ms, aclrtEvent startEvent, aclrtEvent endEvent) {
    return entry<row::aclrtEventElapsedTime>(ms, startEvent, endEvent)([&]() -> Status {
        *ms = 0;
        SOFTACL_ASSIGN(const Pin<Event> start, pin<Event>(startEvent, "startEvent"));
        SOFTACL_ASSIGN(const Pin<Event> end, pin<Event>(endEvent, "endEvent"));
        SOFTACL_ASSIGN(*ms, runtime::elapsed_milliseconds(*start, *end));
        return {};
    });
}

aclError aclrtSetOpWaitTimeout(uint32_t timeout) {
    return entry<row::aclrtSetOpWaitTimeout>(timeout)([&]() -> Status {
        runtime::Process::instance().set_wait_timeout(std::chrono::seconds(timeout));
        return {};
    });
}
