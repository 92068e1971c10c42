// SPDX-License-Identifier: Apache-2.0
#include "runtime/lookout.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <limits>
#include <utility>

#include "runtime/stream.h"

namespace softacl::runtime {
namespace {

// A launch that nobody waits for is late by up to two naps, once. Each look may take a core from the work, on a virtual
// machine for some ten microseconds.
constexpr std::chrono::microseconds kFirstNap{100};
constexpr std::chrono::microseconds kLongestNap{4000};

constexpr uint64_t kNotSeen = std::numeric_limits<uint64_t>::max();

}  // namespace

void Lookout::watch(std::shared_ptr<Stream> stream) {
    bool wake = false;
    {
        const std::lock_guard lock(mutex_);
        if (!thread_.joinable()) {
            thread_ = std::thread([this] { work(); });
        }
        arrivals_.push_back({std::move(stream), kNotSeen});
        wake = std::exchange(sleeps_, false);
    }
    if (wake) {
        changed_.notify_one();
    }
}

void Lookout::work() {
    auto nap = kFirstNap;
    std::unique_lock lock(mutex_);
    while (true) {
        if (watched_.empty() && arrivals_.empty()) {
            if (stopping_) {
                return;
            }
            sleeps_ = true;
            changed_.wait(lock, [this] { return !sleeps_ || stopping_; });
            sleeps_ = false;
            nap = kFirstNap;
        }
        changed_.wait_for(lock, nap, [this] { return stopping_; });
        nap = std::min(nap * 2, kLongestNap);
        std::move(arrivals_.begin(), arrivals_.end(), std::back_inserter(watched_));
        arrivals_.clear();
        lock.unlock();
        const auto ends = [](Watched& one) { return !one.stream->stays_watched(one.seen); };
        watched_.erase(std::remove_if(watched_.begin(), watched_.end(), ends), watched_.end());
        lock.lock();
    }
}

void Lookout::stop() {
    std::thread thread;
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        thread.swap(thread_);
    }
    changed_.notify_all();
    if (thread.joinable()) {
        thread.join();
    }
    const std::lock_guard lock(mutex_);
    stopping_ = false;
}

}  // namespace softacl::runtime
