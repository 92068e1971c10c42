// SPDX-License-Identifier: Apache-2.0
// A device in software: its contexts, streams and memory.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <unordered_set>
#include <vector>

#include "base/handle.h"
#include "runtime/device_memory.h"
#include "runtime/event_use.h"
#include "runtime/stream.h"
#include "runtime/stream_place.h"

namespace softacl::runtime {

class Context;
class Event;

/// Devices live as long as the process; what a program makes on them is counted. Any thread.
class Device {
   public:
    static constexpr int kMaxStreams = 512;
    static constexpr int kMaxRecordedEvents = 65535;
    static constexpr int kMaxSyncEvents = 1023;

    Device(uint32_t id, uint64_t memory_capacity) : id_(id), memory_(memory_capacity) {}

    uint32_t id() const { return id_; }
    /// Whether numbers that are too large become the largest finite one: of streams made from now on. Until the device
    /// is released.
    bool saturates() const { return saturates_; }
    void set_saturates(bool saturates) { saturates_ = saturates; }
    DeviceMemory& memory() { return memory_; }

    /// Adds a reference; the first one makes the default context, whose handle is returned.
    Result<Handle> acquire();

    /// Takes a reference away. At the last one waits for the device's work and releases everything on it:
    /// contexts, streams, memory. 107001 if the device was not set.
    Status release();

    /// Releases everything whatever the references say, reporting what was left alive in the log.
    void release_everything();

    Result<Handle> create_context();
    /// 107000 for the default context, 107017 if another thread destroyed it first.
    Status destroy_context(Handle context);

    /// 207007 if there are too many events made with ACL_EVENT_SYNC.
    Result<Handle> create_event(EventUse use);
    /// 107017 if another thread destroyed it first.
    Status destroy_event(Handle handle, Event& event);

    /// Waits for all streams; the first error found, and what tasks warned of.
    Status synchronize(std::string& warning);

    /// Tells whether the work queued on this device up to now is unfinished; empty if there is none.
    DeviceMemory::InUse queued_work() const;
    /// Called by streams when their queue fills or runs empty.
    void stream_became_busy() { busy_streams_.fetch_add(1, std::memory_order_acq_rel); }
    void stream_became_idle() { busy_streams_.fetch_sub(1, std::memory_order_acq_rel); }

    /// 207008 if all are taken.
    Result<StreamPlace> take_stream_place();
    /// The smallest number that no stream has. Streams that were destroyed keep theirs until nobody works on them any
    /// more, so there may be more than kMaxStreams.
    uint32_t take_stream_id();
    void release_stream_id(uint32_t id);
    /// A stream is known from its creation to its end, which may come after that of its handle and its context: a
    /// task that runs when its stream is destroyed by force keeps the stream.
    void add_stream(const std::shared_ptr<Stream>& stream);
    bool take_recorded_event() { return take(recorded_events_, kMaxRecordedEvents); }
    void release_recorded_event() { recorded_events_.fetch_sub(1); }
    void release_sync_event() { sync_events_.fetch_sub(1); }

   private:
    static bool take(std::atomic<int>& count, int limit) {
        if (count.fetch_add(1) < limit) {
            return true;
        }
        count.fetch_sub(1);
        return false;
    }
    struct OpenContext {
        Handle handle;
        std::shared_ptr<Context> context;
    };
    Result<OpenContext> open_context(bool is_default);
    /// Streams of contexts that are alive.
    std::vector<std::shared_ptr<Stream>> streams() const;
    /// All that may have unfinished work.
    std::vector<std::shared_ptr<Stream>> known_streams() const;
    /// Waits for the contexts' work and releases them.
    void release_contexts(const std::vector<OpenContext>& contexts);
    struct Left {
        size_t contexts;
        size_t streams;
        size_t events;
        size_t blocks;
    };
    /// The same for all contexts, and all events and memory with them. Tells what a program had left alive.
    Left release_all(const std::vector<OpenContext>& contexts);

    const uint32_t id_;
    DeviceMemory memory_;

    mutable std::mutex mutex_;
    int references_ = 0;
    std::vector<OpenContext> contexts_;  // the default one first, if the device is set
    std::mutex events_mutex_;
    std::unordered_set<Handle> events_;
    mutable std::mutex id_mutex_;
    std::vector<bool> used_stream_ids_;
    std::vector<std::weak_ptr<Stream>> streams_by_id_;
    std::atomic<int> stream_places_{0};
    std::atomic<bool> saturates_{true};
    std::atomic<int> busy_streams_{0};
    std::atomic<int> recorded_events_{0};
    std::atomic<int> sync_events_{0};
};

}  // namespace softacl::runtime
