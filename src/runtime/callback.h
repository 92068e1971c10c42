// SPDX-License-Identifier: Apache-2.0
// Callbacks: tasks of a stream that a thread of the program runs.
#pragma once

#include <atomic>
#include <memory>

#include "base/status.h"
#include "runtime/task.h"

namespace softacl::runtime {

class CallbackThread;
class Stream;
class Subscription;

/// Exactly one of `run` and `dropped` is called with `user_data`; `dropped` may be null.
struct Callback {
    void (*run)(void* user_data);
    void (*dropped)(void* user_data);
    void* user_data;
};

/// One launched callback on its way from the stream to the thread. Any thread.
class Report {
   public:
    enum class State { kWaiting, kRunning, kDone, kDropped };

    explicit Report(const Callback& callback) : callback_(callback) {}

    /// What it belongs to. For launching: before any other thread knows it.
    void belongs_to(std::shared_ptr<Subscription> subscription, std::weak_ptr<Stream> stream, bool blocking);
    const std::shared_ptr<Subscription>& subscription() const { return subscription_; }

    /// Runs the function on this thread and wakes the stream if it waits. False if it was dropped before.
    bool run();
    /// Says that it will not run, and wakes the stream. False if it did or does run, or was dropped before.
    bool drop();
    State state() const { return state_.load(std::memory_order_acquire); }

   private:
    class Running;
    bool leave_waiting(State next);
    void settled();

    const Callback callback_;
    std::shared_ptr<Subscription> subscription_;
    std::weak_ptr<Stream> stream_;
    bool blocking_ = false;
    std::atomic<State> state_{State::kWaiting};
};

/// That a thread runs the callbacks of a stream. It outlives its end in the reports that refer to it.
class Subscription {
   public:
    explicit Subscription(std::shared_ptr<CallbackThread> thread) : thread_(std::move(thread)) {}

    CallbackThread& thread() const { return *thread_; }
    /// Nobody will run its callbacks any more.
    bool ended() const;
    void end() { ended_.store(true, std::memory_order_release); }

    /// The stream waits, or will wait, for callbacks that only the calling thread can run.
    bool waits_for_this_thread() const;

   private:
    friend class Report;
    const std::shared_ptr<CallbackThread> thread_;
    std::atomic<bool> ended_{false};
    std::atomic<int> blocking_{0};  // launched, not yet run or dropped
};

/// Queues a callback; a blocking one holds the stream until it has run. 107015 if no thread serves the stream.
Status launch_callback(const std::shared_ptr<Report>& report, bool blocking, const std::shared_ptr<Stream>& stream);

/// The calling thread is inside a blocking callback of the stream.
bool in_blocking_callback_of(const Stream& stream);

/// From now on no stream that ends waits for callbacks: for a program whose threads are being stopped.
void give_up_callbacks();

}  // namespace softacl::runtime
