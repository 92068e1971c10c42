// SPDX-License-Identifier: Apache-2.0
// A stream: a queue of tasks that run one after the other.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "base/handle.h"
#include "base/trace.h"
#include "runtime/task.h"
#include "runtime/wait_habit.h"

namespace softacl::runtime {

class Device;
class Subscription;

enum class FailureMode { kContinue = 0, kStop = 1 };

/// A stream owns no thread. It is idle (queue empty), ready (in the scheduler's line), running (one thread works
/// on it) or parked (its first task waits). All functions may be called from any thread.
///
/// Errors: the first failed task is kept until somebody synchronises, which returns and clears it. Later tasks run
/// all the same, or are skipped in FailureMode::kStop.
class Stream final : public Object, public std::enable_shared_from_this<Stream> {
   public:
    static constexpr Kind kKind = Kind::kStream;

    /// `context` is the handle of the context it belongs to; `id` its number on the device.
    Stream(Device& device, Handle context, uint32_t id, bool fast_sync);
    ~Stream() override;

    Device& device() const { return device_; }
    Handle context() const { return context_; }
    uint32_t id() const { return id_; }

    /// Queues a task; the number of tasks launched by then. Fails with 107017 once the stream was closed.
    Result<uint64_t> launch(std::unique_ptr<Task> task);

    /// Waits for everything queued before the call. 107000 if that needs the calling thread, as one of the callbacks
    /// that it runs. Returns the stream's first error and clears it; adds what
    /// successful tasks warned of to `warning`.
    /// With a timeout 507046 if it passes first. Without one the caller runs what it waits for itself, as far as
    /// no other thread does.
    Status synchronize(std::string& warning, std::optional<std::chrono::milliseconds> timeout = std::nullopt);

    /// Takes no more tasks and waits until what is queued has run. Drops, with a warning in the log, a queue that waits
    /// for a callback nobody will run.
    void close();

    using Streams = std::vector<std::shared_ptr<Stream>>;
    /// Closes streams that may wait for each other. Drops queues that can never run, with a warning in the log: those
    /// that wait for an event nobody recorded or a callback nobody runs, and one of those that only wait for each
    /// other.
    static void close_all(const Streams& streams);

    /// Takes no more tasks and drops what is queued, without waiting for a task that runs.
    void close_now();

    void set_failure_mode(FailureMode mode);

    /// Whether numbers that are too large become the largest finite one, as the device had it when the stream was made.
    bool saturates() const { return saturates_; }
    /// Whether work queued from now on tells when that happens.
    bool tells_overflow() const { return tells_overflow_; }
    void set_tells_overflow(bool tells) { tells_overflow_ = tells; }

    /// The error a record passes on: of the first task that failed since the last synchronise.
    Status error() const;

    /// Number of tasks launched so far, and whether that many are finished.
    uint64_t position() const { return submitted_.load(std::memory_order_acquire); }
    bool reached(uint64_t position) const { return completed_.load(std::memory_order_acquire) >= position; }

    /// Number of the task that runs now; for messages and traces.
    uint32_t running_task() const { return static_cast<uint32_t>(completed_.load(std::memory_order_relaxed)); }

    /// Which thread runs its callbacks; null if none does.
    std::shared_ptr<Subscription> subscription() const;
    /// 107017 once the stream was closed.
    Status subscribe(std::shared_ptr<Subscription> subscription);
    /// Takes the subscription out. 107011 if there is none, 107012 if it is another thread's.
    Result<std::shared_ptr<Subscription>> unsubscribe(uint64_t thread);

    /// Lets the parked task look again. Harmless at any time.
    void wake();

    /// For a thread that waits for what the stream does but runs nothing itself: a worker is to begin.
    void hurry();

   private:
    friend class Scheduler;
    friend class Lookout;
    enum class State { kIdle, kReady, kRunning, kParked };

    using Lock = std::unique_lock<std::mutex>;

    /// A worker's turn: claims the stream if it is still ready and runs a bounded number of tasks.
    void serve();
    /// Runs tasks until `until` are finished, none is left or the first one parks. The caller made it kRunning.
    void run(Lock& lock, uint64_t until);
    /// Runs, skips or parks the first task of the batch. False if it parked.
    bool run_front();
    bool must_skip() const;
    /// False if somebody woke or dropped the stream meanwhile.
    bool park();
    /// `may_wait`: the program may be about to run the stream itself.
    void make_ready(Lock& lock, bool may_wait = false);
    void put_in_line(Lock& lock);
    /// The lookout's question; `seen` is how many tasks were finished when it last asked. A stream that is ready and
    /// has not moved goes to the workers.
    bool stays_watched(uint64_t& seen);
    void become_idle();
    void drop_queue(Lock& lock, const Status& why);
    void stop();
    /// Waits until the queue is empty; calls `look`, now and then, meanwhile.
    template <class Look>
    void drain(Look look);
    void end_subscription();
    /// Drops the queue if what its first task waits for never comes or, if `patient` is false, nobody asked for.
    void drop_if_hopeless(bool patient);
    void drop_deadlocked();
    struct Parked {
        uint64_t completed;
        std::shared_ptr<Stream> waits_for;
    };
    std::optional<Parked> parked() const;
    static std::optional<std::vector<uint64_t>> all_wait_for_each_other(const Streams& streams);
    void keep(const Outcome& outcome, const Task& task);
    void report(const Status& failure, const Task& task);
    void finished(uint64_t count);
    Status destroyed() const;
    /// Runs tasks, of this stream or of those it waits for, until `target` or until only other threads can go on.
    void help(Lock& lock, uint64_t target, int depth);
    bool wait_until_reached(Lock& lock, uint64_t target, std::optional<std::chrono::milliseconds> timeout);

    Device& device_;
    const Handle context_;
    const uint32_t id_;
    const bool fast_sync_;
    const bool saturates_;

    mutable std::mutex mutex_;
    std::condition_variable progress_;
    TaskQueue queue_;  // what was launched since the batch was taken
    TaskQueue batch_;  // belongs to the thread that runs the stream, to the lock when nobody does
    State state_ = State::kIdle;
    bool in_line_ = false;  // the scheduler holds an entry
    bool watched_ = false;  // the lookout does
    WaitHabit habit_;
    Clock::time_point served_{};  // when a worker began
    bool wake_asked_ = false;     // woken while running: look again before parking
    bool closed_ = false;
    std::shared_ptr<Subscription> subscription_;
    Status error_;
    std::string warning_;
    std::atomic<bool> has_error_{false};
    std::atomic<bool> dropping_{false};  // skip what is left of the batch
    std::atomic<FailureMode> mode_{FailureMode::kContinue};
    std::atomic<bool> tells_overflow_{false};
    std::atomic<int> waiters_{0};
    std::atomic<uint64_t> submitted_{0};
    std::atomic<uint64_t> completed_{0};
};

}  // namespace softacl::runtime
