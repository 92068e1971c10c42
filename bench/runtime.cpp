// SPDX-License-Identifier: Apache-2.0
// What the runtime costs, against the plainest thing a program would write instead.
#include <acl/acl.h>

#include <condition_variable>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "lib/paired.h"
#include "lib/session.h"

namespace {

using bench::must;
using bench::Session;

// A thread that takes one job at a time over a condition variable.
class HandOver {
   public:
    HandOver() : thread_([this] { serve(); }) {}
    ~HandOver() {
        {
            const std::lock_guard lock(mutex_);
            stop_ = true;
        }
        changed_.notify_all();
        thread_.join();
    }
    void run_job() {
        std::unique_lock lock(mutex_);
        job_ = true;
        changed_.notify_all();
        changed_.wait(lock, [this] { return !job_; });
    }

   private:
    void serve() {
        std::unique_lock lock(mutex_);
        while (true) {
            changed_.wait(lock, [this] { return job_ || stop_; });
            if (stop_) {
                return;
            }
            job_ = false;
            changed_.notify_all();
        }
    }
    std::mutex mutex_;
    std::condition_variable changed_;
    bool job_ = false;
    bool stop_ = false;
    std::thread thread_;
};

void launch_and_synchronize(benchmark::State& state) {
    Session session;
    void* memory = session.device_memory(64);
    HandOver rival;
    paired::compare(
        state, 2000,
        [&] {
            must(aclrtMemsetAsync(memory, 64, 0, 0, session.stream));  // sets no byte: an empty task
            must(aclrtSynchronizeStream(session.stream));
        },
        [&] { rival.run_job(); });
}
BENCHMARK(launch_and_synchronize)->Iterations(1)->Unit(benchmark::kMillisecond);

void launch_many_and_synchronize(benchmark::State& state) {
    constexpr int kTasks = 100;
    Session session;
    void* memory = session.device_memory(64);
    HandOver rival;
    paired::compare(
        state, 50,
        [&] {
            for (int i = 0; i < kTasks; ++i) {
                must(aclrtMemsetAsync(memory, 64, 0, 0, session.stream));
            }
            must(aclrtSynchronizeStream(session.stream));
        },
        [&] {
            for (int i = 0; i < kTasks; ++i) {
                rival.run_job();
            }
        });
}
BENCHMARK(launch_many_and_synchronize)->Iterations(1)->Unit(benchmark::kMillisecond);

// A thread that works off a queue of functions under one lock: what a program would write to have a stream.
class Worker {
   public:
    Worker() : thread_([this] { serve(); }) {}
    ~Worker() {
        submit(nullptr);
        thread_.join();
    }
    void submit(std::function<void()> job) {
        const std::lock_guard lock(mutex_);
        jobs_.push_back(std::move(job));
        changed_.notify_all();
    }
    void wait() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return jobs_.empty() && idle_; });
    }

   private:
    void serve() {
        std::unique_lock lock(mutex_);
        while (true) {
            changed_.wait(lock, [this] { return !jobs_.empty(); });
            std::function<void()> job = std::move(jobs_.front());
            jobs_.pop_front();
            if (!job) {
                return;
            }
            idle_ = false;
            lock.unlock();
            job();
            lock.lock();
            idle_ = true;
            changed_.notify_all();
        }
    }
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::function<void()>> jobs_;
    bool idle_ = true;
    std::thread thread_;
};

void queue_a_million(benchmark::State& state) {
    constexpr int kTasks = 1000000;
    Session session;
    void* memory = session.device_memory(64);
    Worker rival;
    int done = 0;
    paired::compare<3>(
        state, 1,
        [&] {
            for (int i = 0; i < kTasks; ++i) {
                must(aclrtMemsetAsync(memory, 64, 0, 0, session.stream));
            }
            must(aclrtSynchronizeStream(session.stream));
        },
        [&] {
            for (int i = 0; i < kTasks; ++i) {
                rival.submit([&done] { ++done; });
            }
            rival.wait();
        });
    state.counters["ours_Mtasks/s"] = kTasks / state.counters["ours_us"];
}
BENCHMARK(queue_a_million)->Iterations(1)->Unit(benchmark::kMillisecond);

// Two streams that take turns: every task waits for the other stream's event.
void event_ping_pong(benchmark::State& state) {
    Session session;
    aclrtStream other = nullptr;
    must(aclrtCreateStream(&other));
    aclrtEvent ping = nullptr;
    aclrtEvent pong = nullptr;
    must(aclrtCreateEvent(&ping));
    must(aclrtCreateEvent(&pong));
    HandOver rival;
    paired::compare(
        state, 1000,
        [&] {
            must(aclrtRecordEvent(ping, session.stream));
            must(aclrtStreamWaitEvent(other, ping));
            must(aclrtRecordEvent(pong, other));
            must(aclrtStreamWaitEvent(session.stream, pong));
            must(aclrtSynchronizeStream(session.stream));
        },
        [&] {
            rival.run_job();
            rival.run_job();
        });
}
BENCHMARK(event_ping_pong)->Iterations(1)->Unit(benchmark::kMillisecond);

void allocate_and_free(benchmark::State& state) {
    const auto size = static_cast<size_t>(state.range(0));
    Session session;
    paired::compare(
        state, 10000, [&] { must(aclrtFree(session.device_memory(size))); },
        [&] {
            void* memory = std::malloc(size);
            benchmark::DoNotOptimize(memory);
            std::free(memory);
        });
}
BENCHMARK(allocate_and_free)->Arg(64)->Arg(1 << 20)->Arg(16 << 20)->Iterations(1)->Unit(benchmark::kMillisecond);

// New memory, written to once.
void first_touch(benchmark::State& state) {
    const auto size = static_cast<size_t>(state.range(0));
    Session session;
    paired::compare(
        state, 20,
        [&] {
            void* memory = session.device_memory(size);
            std::memset(memory, 1, size);
            must(aclrtFree(memory));
        },
        [&] {
            void* memory = std::malloc(size);
            std::memset(memory, 1, size);
            benchmark::DoNotOptimize(memory);
            std::free(memory);
        });
}
BENCHMARK(first_touch)->Arg(1 << 20)->Arg(16 << 20)->Arg(128 << 20)->Iterations(1)->Unit(benchmark::kMillisecond);

void copy_to_device(benchmark::State& state) {
    const auto size = static_cast<size_t>(state.range(0));
    Session session;
    void* device = session.device_memory(size);
    void* host = session.host_memory(size);
    std::memset(host, 1, size);
    std::vector<char> target(size);
    paired::compare(
        state, size > (1 << 20) ? 10 : 5000,
        [&] { must(aclrtMemcpy(device, size, host, size, ACL_MEMCPY_HOST_TO_DEVICE)); },
        [&] {
            std::memcpy(target.data(), host, size);
            benchmark::ClobberMemory();
        });
    state.counters["ours_GB/s"] = static_cast<double>(size) / 1e3 / state.counters["ours_us"];
}
BENCHMARK(copy_to_device)
    ->Arg(64)
    ->Arg(1 << 16)
    ->Arg(16 << 20)
    ->Arg(64 << 20)
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond);

// An entry that does nothing but enter: the cost of the door.
void enter_and_leave(benchmark::State& state) {
    Session session;
    uint32_t count = 0;
    paired::compare(
        state, 100000, [&] { must(aclrtGetDeviceCount(&count)); },
        [] {
            static auto* volatile plain = +[](uint32_t* out) { *out = 1; };
            uint32_t out = 0;
            plain(&out);
        });
}
BENCHMARK(enter_and_leave)->Iterations(1)->Unit(benchmark::kMillisecond);

}  // namespace
