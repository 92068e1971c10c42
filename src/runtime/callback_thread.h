// SPDX-License-Identifier: Apache-2.0
// Threads of the program that run callbacks, and which streams each of them serves.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/status.h"
#include "base/trace.h"
#include "runtime/callback.h"

namespace softacl::runtime {

class Device;

/// The callbacks that wait for a thread, in the order in which their streams came to them. Any thread.
class CallbackThread {
   public:
    CallbackThread(uint64_t id, const Device& device) : id_(id), device_(device), last_seen_(Clock::now()) {}

    uint64_t id() const { return id_; }
    const Device& device() const { return device_; }
    bool is_current() const;
    bool ended() const { return ended_.load(std::memory_order_acquire); }

    /// Puts a callback in line, or drops it if its subscription has ended.
    void post(const std::shared_ptr<Report>& report);

    /// On the thread itself: waits for a callback and runs it. 507012 if none comes in time, 107012 once the thread
    /// serves no stream any more.
    Status process(std::optional<std::chrono::milliseconds> timeout);

    /// The thread looks for callbacks, runs one, or did a moment ago.
    bool is_serving() const;

    /// Nothing more is run here; a thread that waits goes.
    void end();
    /// Drops what waits of subscriptions that have ended; how many. Calls the program: hold no lock.
    size_t drop_ended();

   private:
    class Visit;

    const uint64_t id_;
    const Device& device_;
    mutable std::mutex mutex_;
    std::condition_variable arrived_;
    std::deque<std::shared_ptr<Report>> waiting_;
    std::atomic<bool> ended_{false};  // changes with the lock held
    int visits_ = 0;                  // calls of process
    Clock::time_point last_seen_;
};

/// All threads that serve streams. Any thread. Never destroyed.
class CallbackThreads {
   public:
    static constexpr size_t kMaxThreads = 1024;

    static CallbackThreads& instance();

    /// 107011 if a thread serves the stream already; 107012 if the thread serves another device, or is one too many.
    Status subscribe(uint64_t thread, Stream& stream);

    /// Callbacks that have not run are dropped; `warning` says how many. 107011 if no thread serves the stream, 107012
    /// if another one does.
    Status unsubscribe(uint64_t thread, Stream& stream, std::string& warning);

    /// Runs the next callback on the calling thread: see CallbackThread::process.
    Status process(std::optional<std::chrono::milliseconds> timeout);

    /// For a stream that ends.
    void leave(Subscription& subscription);

   private:
    struct EndOfThread;
    size_t end(Subscription& subscription);
    void thread_ends(uint64_t id);

    struct Serving {
        std::shared_ptr<CallbackThread> thread;
        size_t streams = 0;
    };
    std::mutex mutex_;
    std::unordered_map<uint64_t, Serving> threads_;
};

}  // namespace softacl::runtime
