// SPDX-License-Identifier: Apache-2.0
#include "runtime/scheduler.h"

#include <algorithm>

#include "base/cpu.h"
#include "runtime/stream.h"

namespace softacl::runtime {
namespace {

size_t max_workers() {
    // Never one: a long task on one stream must not hold up every other stream.
    static const size_t kWorkers = std::max<size_t>(2, usable_cpus());
    return kWorkers;
}

}  // namespace

Scheduler& Scheduler::instance() {
    static auto* const kScheduler = new Scheduler;  // leaked: workers may outlive static destruction
    return *kScheduler;
}

void Scheduler::enqueue(std::shared_ptr<Stream> stream) {
    bool wake = false;
    {
        const std::lock_guard lock(mutex_);
        ready_.push_back(std::move(stream));
        // A worker that was woken a moment ago still counts as idle: compare with the work there is for them.
        if (ready_.size() > idle_ && workers_.size() < max_workers()) {
            start_worker();
        }
        wake = idle_ > 0;
    }
    if (wake) {
        work_.notify_one();
    }
}

void Scheduler::wake_at(Clock::time_point when, std::weak_ptr<Stream> stream) {
    {
        const std::lock_guard lock(mutex_);
        alarms_.emplace(when, std::move(stream));
        if (workers_.empty()) {
            start_worker();
        }
    }
    work_.notify_one();
}

void Scheduler::start_worker() {
    workers_.emplace_back([this] { work(); });
}

void Scheduler::work() {
    std::unique_lock lock(mutex_);
    while (true) {
        if (!alarms_.empty() && alarms_.begin()->first <= Clock::now()) {
            const auto stream = alarms_.begin()->second.lock();
            alarms_.erase(alarms_.begin());
            lock.unlock();
            if (stream) {
                stream->wake();
            }
            lock.lock();
            continue;
        }
        if (!ready_.empty()) {
            const std::shared_ptr<Stream> stream = std::move(ready_.front());
            ready_.pop_front();
            lock.unlock();
            stream->serve();
            lock.lock();
            continue;
        }
        if (stopping_) {
            return;
        }
        ++idle_;
        if (alarms_.empty()) {
            work_.wait(lock);
        } else {
            const Clock::time_point next = alarms_.begin()->first;
            work_.wait_until(lock, next);
        }
        --idle_;
    }
}

void Scheduler::stop() {
    lookout_.stop();
    std::vector<std::thread> workers;
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        workers.swap(workers_);
        alarms_.clear();
    }
    work_.notify_all();
    for (std::thread& worker : workers) {
        worker.join();
    }
    const std::lock_guard lock(mutex_);
    stopping_ = false;
}

}  // namespace softacl::runtime
