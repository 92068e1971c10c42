// SPDX-License-Identifier: Apache-2.0
// The workers that serve runnable streams.
#pragma once

#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "base/trace.h"
#include "runtime/lookout.h"

namespace softacl::runtime {

class Stream;

/// A few threads, started when the first stream has work nobody else takes. Streams are served in the order in
/// which they became runnable, a bounded number of tasks at a time. A blocked stream is not here at all.
class Scheduler {
   public:
    static Scheduler& instance();

    /// Puts a runnable stream in line. Any thread.
    void enqueue(std::shared_ptr<Stream> stream);

    /// The same for a stream whose program is about to run it itself: workers get it only if that does not happen.
    void enqueue_later(std::shared_ptr<Stream> stream) { lookout_.watch(std::move(stream)); }

    /// Wakes a parked stream at a time, so that its waiting task can see that it waited too long.
    void wake_at(Clock::time_point when, std::weak_ptr<Stream> stream);

    /// Ends the workers; they start again when needed. Call with no work queued.
    void stop();

   private:
    void work();
    void start_worker();

    Lookout lookout_;
    std::mutex mutex_;
    std::condition_variable work_;
    std::deque<std::shared_ptr<Stream>> ready_;
    std::multimap<Clock::time_point, std::weak_ptr<Stream>> alarms_;
    std::vector<std::thread> workers_;
    size_t idle_ = 0;
    bool stopping_ = false;
};

}  // namespace softacl::runtime
