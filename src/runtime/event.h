// SPDX-License-Identifier: Apache-2.0
// Events: marks in streams that other streams and threads wait for, with a time.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "base/handle.h"
#include "base/trace.h"
#include "runtime/event_use.h"
#include "runtime/task.h"

namespace softacl::runtime {

class Device;
class Stream;

/// One record of an event: what waits that were queued before the next record refer to.
///
/// It starts out awaited but not queued (a wait came before any record) or queued, and becomes done when the record
/// task ran, or lost when that task was skipped. Both are final and both let every waiter go.
class Recording {
   public:
    void set_queued() { queued_.store(true, std::memory_order_release); }
    /// Where the record task stands; known a moment after it was queued.
    void set_place(Dependency place);
    Dependency place() const;
    /// For who waits or asks whether it is finished: a worker is to begin with the recording stream.
    void hurry() const;
    bool queued() const { return queued_.load(std::memory_order_acquire); }

    /// `status` is the error of the recording stream; it travels to everyone who waits.
    void finish(Status status, bool ran);

    /// True if finished. If not, the stream will be woken once when it is.
    bool finished_or_wake(const std::shared_ptr<Stream>& stream);
    /// Blocks the calling thread until finished; returns the status that travels.
    Status wait() const;

    struct View {
        bool finished;
        bool ran;
        Status status;
        Clock::time_point time;
    };
    View view() const;

   private:
    mutable std::mutex mutex_;
    mutable std::condition_variable finished_;
    std::atomic<bool> queued_{false};
    bool is_finished_ = false;
    bool ran_ = false;
    Status status_;
    Clock::time_point time_;
    Dependency place_;
    std::vector<std::shared_ptr<Stream>> to_wake_;
};

/// All functions may be called from any thread.
class Event final : public Object {
   public:
    static constexpr Kind kKind = Kind::kEvent;

    Event(Device& device, EventUse use) : device_(device), use_(use) {}
    ~Event() override;

    Device& device() const { return device_; }
    bool has_timeline() const { return use_.timeline; }

    /// Marks the stream's present end. Waits queued earlier keep the recording they saw. 207007 at the limit of
    /// recorded events.
    static Status record(const std::shared_ptr<Event>& event, const std::shared_ptr<Stream>& stream);

    /// Makes the stream wait for the latest recording, or for the first one if there is none yet, at most
    /// `timeout` (then the wait fails with 107019).
    static Status queue_wait(const std::shared_ptr<Event>& event, const std::shared_ptr<Stream>& stream,
                             std::optional<std::chrono::seconds> timeout);

    /// Forgets the present recording when the stream gets there.
    static Status queue_reset(const std::shared_ptr<Event>& event, const std::shared_ptr<Stream>& stream);

    /// Lets go, with an error, those that wait for a record which cannot come any more. For destroying.
    void abandon();

    /// The latest recording, or null if there is none or it was reset.
    std::shared_ptr<Recording> latest() const;

    /// True when no stream is still waiting for it.
    bool all_waits_done() const { return pending_waits_.load(std::memory_order_acquire) == 0; }

   private:
    friend class WaitTask;

    std::shared_ptr<Recording> recording_to_wait_for();
    void forget(const std::shared_ptr<Recording>& recording);

    Device& device_;
    const EventUse use_;
    mutable std::mutex mutex_;
    std::shared_ptr<Recording> latest_;
    std::shared_ptr<Recording> awaited_;  // made by a wait before the record that will fill it
    bool reset_queued_ = false;           // latest_ will be reset: new waits belong to the next record
    std::atomic<int> pending_waits_{0};
};

/// Milliseconds from `start` to `end`. 107006 if one is not complete or has no timeline, 107007 if end is earlier.
Result<float> elapsed_milliseconds(const Event& start, const Event& end);

}  // namespace softacl::runtime
