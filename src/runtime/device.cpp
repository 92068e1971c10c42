// SPDX-License-Identifier: Apache-2.0
#include "runtime/device.h"

#include <algorithm>

#include "acl/acl_base.h"
#include "base/log.h"
#include "runtime/context.h"
#include "runtime/end_observer.h"
#include "runtime/event.h"

namespace softacl::runtime {

Result<Device::OpenContext> Device::open_context(bool is_default) {
    SOFTACL_ASSIGN(std::shared_ptr<Context> context, Context::create(*this, is_default));
    SOFTACL_ASSIGN(const Handle handle, make_handle(Kind::kContext, context));
    if (Status opened = context->open(handle); !opened.ok()) {
        retire_handle(handle);
        return opened;
    }
    return OpenContext{handle, std::move(context)};
}

Result<Handle> Device::acquire() {
    const std::lock_guard lock(mutex_);
    if (references_ == 0) {
        SOFTACL_ASSIGN(OpenContext context, open_context(true));
        contexts_.insert(contexts_.begin(), std::move(context));
    }
    ++references_;
    return contexts_.front().handle;
}

Status Device::release() {
    std::vector<OpenContext> ending;
    {
        const std::lock_guard lock(mutex_);
        if (references_ == 0) {
            return fail(ACL_ERROR_RT_INVALID_DEVICEID, "deviceId is ", id_,
                        ", a device that is not set; every aclrtResetDevice needs an aclrtSetDevice before it");
        }
        if (--references_ > 0) {
            return {};
        }
        ending.swap(contexts_);
    }
    release_all(ending);
    return {};
}

void Device::release_everything() {
    std::vector<OpenContext> ending;
    {
        const std::lock_guard lock(mutex_);
        references_ = 0;
        ending.swap(contexts_);
    }
    const Left left = release_all(ending);
    if (left.contexts + left.streams + left.events + left.blocks > 0) {
        log(LogLevel::kWarning, SOFTACL_HERE,
            text("device ", id_, " was left with ", left.contexts, " contexts, ", left.streams, " streams, ",
                 left.events, " events and ", left.blocks, " memory blocks alive; they are released now"));
    }
}

Device::Left Device::release_all(const std::vector<OpenContext>& contexts) {
    saturates_ = true;
    Left left{};
    for (const OpenContext& entry : contexts) {
        left.contexts += entry.context->is_default() ? 0 : 1;
        left.streams += entry.context->streams().size() - 1;
    }
    // What is live now goes, and only that: another thread may set the device again meanwhile.
    const auto done = std::make_shared<std::atomic<bool>>(false);
    left.blocks = memory_.retire_all([done] { return !done->load(); });
    std::unordered_set<Handle> events;
    {
        const std::lock_guard lock(events_mutex_);
        events.swap(events_);
    }
    left.events = events.size();
    std::vector<std::shared_ptr<void>> residents;
    for (EndObserver* observer : end_observers()) {
        residents.push_back(observer->device_ends(*this));
    }

    release_contexts(contexts);
    residents.clear();
    for (const Handle event : events) {
        retire_handle(event);
    }
    done->store(true);
    memory_.reap();
    return left;
}

Result<Handle> Device::create_context() {
    const std::lock_guard lock(mutex_);
    SOFTACL_ASSIGN(OpenContext context, open_context(false));
    contexts_.push_back(context);
    return context.handle;
}

Status Device::destroy_context(Handle handle) {
    std::vector<OpenContext> ending;
    {
        const std::lock_guard lock(mutex_);
        const auto entry = std::find_if(contexts_.begin(), contexts_.end(),
                                        [handle](const OpenContext& open) { return open.handle == handle; });
        if (entry == contexts_.end()) {
            return fail(ACL_ERROR_RT_INVALID_HANDLE, "context was destroyed by another thread at the same time");
        }
        if (entry->context->is_default()) {
            return fail(ACL_ERROR_RT_PARAM_INVALID, "context is the default context of device ", id_,
                        ", which only aclrtResetDevice releases");
        }
        ending.push_back(std::move(*entry));
        contexts_.erase(entry);
    }
    release_contexts(ending);
    return {};
}

void Device::release_contexts(const std::vector<OpenContext>& contexts) {
    std::vector<std::shared_ptr<Stream>> streams;
    for (const OpenContext& entry : contexts) {
        const auto mine = entry.context->end();
        streams.insert(streams.end(), mine.begin(), mine.end());
    }
    Stream::close_all(streams);
    for (const OpenContext& entry : contexts) {
        entry.context->close();
        retire_handle(entry.handle);
    }
}

Result<Handle> Device::create_event(EventUse use) {
    if (use.counted && !take(sync_events_, kMaxSyncEvents)) {
        return fail(ACL_ERROR_RT_NO_EVENT_RESOURCE, "device ", id_, " already has ", kMaxSyncEvents,
                    " events made with ACL_EVENT_SYNC; destroy some");
    }
    SOFTACL_ASSIGN(const Handle handle, make_handle(Kind::kEvent, std::make_shared<Event>(*this, use)));
    const std::lock_guard lock(events_mutex_);
    events_.insert(handle);
    return handle;
}

Status Device::destroy_event(Handle handle, Event& event) {
    {
        const std::lock_guard lock(events_mutex_);
        events_.erase(handle);
    }
    if (!retire_handle(handle)) {
        return fail(ACL_ERROR_RT_INVALID_HANDLE, "event was destroyed by another thread at the same time");
    }
    event.abandon();
    return {};
}

std::vector<std::shared_ptr<Stream>> Device::streams() const {
    const std::lock_guard lock(mutex_);
    std::vector<std::shared_ptr<Stream>> all;
    for (const OpenContext& entry : contexts_) {
        const auto mine = entry.context->streams();
        all.insert(all.end(), mine.begin(), mine.end());
    }
    return all;
}

std::vector<std::shared_ptr<Stream>> Device::known_streams() const {
    std::vector<std::shared_ptr<Stream>> known;  // given back after the lock: the last reference takes it, too
    const std::lock_guard lock(id_mutex_);
    for (const auto& entry : streams_by_id_) {
        if (auto stream = entry.lock()) {
            known.push_back(std::move(stream));
        }
    }
    return known;
}

DeviceMemory::InUse Device::queued_work() const {
    if (busy_streams_.load(std::memory_order_acquire) == 0) {
        return nullptr;
    }
    std::vector<std::pair<std::shared_ptr<Stream>, uint64_t>> ends;
    for (auto& stream : known_streams()) {
        if (const uint64_t end = stream->position(); !stream->reached(end)) {
            ends.emplace_back(std::move(stream), end);
        }
    }
    if (ends.empty()) {
        return nullptr;
    }
    return [ends = std::move(ends)] {
        return std::any_of(ends.begin(), ends.end(), [](const auto& end) { return !end.first->reached(end.second); });
    };
}

Status Device::synchronize(std::string& warning) {
    Status first;
    for (const auto& stream : streams()) {
        if (Status status = stream->synchronize(warning); first.ok()) {
            first = std::move(status);
        }
    }
    return first;
}

Result<StreamPlace> Device::take_stream_place() {
    if (!take(stream_places_, kMaxStreams)) {
        return fail(ACL_ERROR_RT_NO_STREAM_RESOURCE, "device ", id_, " already has ", kMaxStreams,
                    " streams, counting default and internal ones; destroy some");
    }
    return StreamPlace(stream_places_);
}

uint32_t Device::take_stream_id() {
    const std::lock_guard lock(id_mutex_);
    const auto free = std::find(used_stream_ids_.begin(), used_stream_ids_.end(), false);
    const auto id = static_cast<uint32_t>(free - used_stream_ids_.begin());
    if (free == used_stream_ids_.end()) {
        used_stream_ids_.push_back(true);
        streams_by_id_.emplace_back();
    } else {
        *free = true;
    }
    return id;
}

void Device::add_stream(const std::shared_ptr<Stream>& stream) {
    const std::lock_guard lock(id_mutex_);
    streams_by_id_[stream->id()] = stream;
}

void Device::release_stream_id(uint32_t id) {
    const std::lock_guard lock(id_mutex_);
    used_stream_ids_[id] = false;
}

}  // namespace softacl::runtime
