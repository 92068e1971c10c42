// SPDX-License-Identifier: Apache-2.0
#include "runtime/stream.h"

#include <exception>
#include <limits>
#include <thread>

#include "acl/acl_base.h"
#include "base/cpu.h"
#include "base/log.h"
#include "base/trace.h"
#include "runtime/device.h"
#include "runtime/scheduler.h"

namespace softacl::runtime {
namespace {

// Long enough that a stream of small tasks is not put in line for each, short enough to be fair.
constexpr uint64_t kTasksPerTurn = 64;

// Waiting for a task that another thread is just finishing: shorter than a sleep and a wake-up.
constexpr auto kSpin = std::chrono::microseconds(20);
constexpr auto kSpinFastSync = std::chrono::milliseconds(1);

void pause_cpu() {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

Status run_guarded(Task& task, Stream& stream, bool& parked) {
    try {
        Outcome outcome = task.run(stream);
        parked = outcome.parked;
        return std::move(outcome.status);
    } catch (const std::bad_alloc&) {
        return fail(ACL_ERROR_BAD_ALLOC, "task ", task.kind(), " ran out of host memory");
    } catch (const std::exception& error) {
        return fail(ACL_ERROR_INTERNAL_ERROR, "task ", task.kind(), " failed: ", error.what());
    }
}

}  // namespace

Stream::Stream(Device& device, Handle context, uint32_t id, bool fast_sync)
    : device_(device), context_(context), id_(id), fast_sync_(fast_sync) {}

Stream::~Stream() {
    // Only a parked stream that nobody can wake any more still has tasks here.
    close_now();
    device_.release_stream_id(id_);
}

Status Stream::launch(std::unique_ptr<Task> task) {
    Lock lock(mutex_);
    if (closed_) {
        lock.unlock();
        Status closed = fail(ACL_ERROR_RT_INVALID_HANDLE, "stream ", id_, " is being destroyed and takes no more work");
        task->skip(closed);
        return closed;
    }
    queue_.push(std::move(task));
    submitted_.fetch_add(1, std::memory_order_release);
    if (state_ == State::kIdle) {
        device_.stream_became_busy();
        make_ready(lock);
    }
    return {};
}

void Stream::make_ready(Lock& lock) {
    state_ = State::kReady;
    if (!in_line_) {
        in_line_ = true;
        auto self = shared_from_this();
        lock.unlock();
        Scheduler::instance().enqueue(std::move(self));
        lock.lock();
    }
}

void Stream::serve() {
    Lock lock(mutex_);
    in_line_ = false;
    if (state_ != State::kReady) {
        return;  // a synchronising thread was faster
    }
    state_ = State::kRunning;
    run(lock, completed_.load(std::memory_order_relaxed) + kTasksPerTurn);
}

void Stream::run(Lock& lock, uint64_t until) {
    std::unique_ptr<Task> finished;  // destroyed without the lock: its last reference may be to anything
    while (!queue_.empty() && completed_.load(std::memory_order_relaxed) < until) {
        Task& task = queue_.front();
        const bool skip = mode_ == FailureMode::kStop && !error_.ok();
        const Status why = error_;
        lock.unlock();
        finished.reset();
        bool parked = false;
        Status status;
        TraceSink* const sink = trace_sink();
        const Clock::time_point begin = sink ? Clock::now() : Clock::time_point();
        if (skip) {
            task.skip(why);
        } else {
            status = run_guarded(task, *this, parked);
        }
        if (sink != nullptr && !parked) {
            sink->on_task({task.kind(), device_.id(), id_, running_task(), status.code(), begin, Clock::now()});
        }
        lock.lock();
        if (parked && !dropping_) {
            if (std::exchange(wake_asked_, false)) {
                continue;
            }
            state_ = State::kParked;
            return;
        }
        if (parked) {
            status = fail(ACL_ERROR_RT_INVALID_HANDLE, "stream ", id_, " was destroyed while the task waited");
            task.skip(status);
        }
        wake_asked_ = false;
        finished = queue_.pop();
        finished_one(status);
    }
    if (queue_.empty()) {
        become_idle();
    } else {
        make_ready(lock);
    }
    lock.unlock();
    finished.reset();
    lock.lock();
}

void Stream::become_idle() {
    state_ = State::kIdle;
    device_.stream_became_idle();
}

void Stream::finished_one(const Status& status) {
    if (!status.ok()) {
        log(LogLevel::kError, SOFTACL_HERE,
            text("device ", device_.id(), " stream ", id_, " task ", running_task(), ": ", status.message()));
        if (error_.ok()) {
            error_ = status;
        }
    }
    completed_.fetch_add(1, std::memory_order_release);
    if (waiters_ > 0) {
        progress_.notify_all();
    }
}

void Stream::wake() {
    Lock lock(mutex_);
    if (state_ == State::kParked) {
        make_ready(lock);
    } else if (state_ == State::kRunning) {
        wake_asked_ = true;
    }
}

Status Stream::synchronize(std::optional<std::chrono::milliseconds> timeout) {
    Lock lock(mutex_);
    const uint64_t target = position();
    if (!reached(target) && !timeout && state_ == State::kReady) {
        state_ = State::kRunning;
        run(lock, target);
    }
    if (!wait_until_reached(lock, target, timeout)) {
        return fail(ACL_ERROR_RT_STREAM_SYNC_TIMEOUT, "stream ", id_, " had ", target - completed_.load(),
                    " unfinished tasks after ", timeout->count(), " ms");
    }
    return std::exchange(error_, Status());
}

bool Stream::wait_until_reached(Lock& lock, uint64_t target, std::optional<std::chrono::milliseconds> timeout) {
    static const bool kCanSpin = usable_cpus() > 1;
    if (!reached(target) && kCanSpin && state_ == State::kRunning) {
        lock.unlock();
        const auto give_up = Clock::now() + (fast_sync_ ? Clock::duration(kSpinFastSync) : Clock::duration(kSpin));
        while (!reached(target) && Clock::now() < give_up) {
            pause_cpu();
        }
        lock.lock();
    }
    ++waiters_;
    const auto done = [&] { return reached(target); };
    bool in_time = true;
    if (timeout) {
        in_time = progress_.wait_for(lock, *timeout, done);
    } else {
        progress_.wait(lock, done);
    }
    --waiters_;
    return in_time;
}

void Stream::close() {
    Lock lock(mutex_);
    closed_ = true;
    wait_until_reached(lock, position(), std::nullopt);
}

void Stream::close_now() {
    Lock lock(mutex_);
    closed_ = true;
    dropping_ = true;
    drop_queue(lock, fail(ACL_ERROR_RT_INVALID_HANDLE, "stream ", id_, " was destroyed with this work queued"));
}

void Stream::drop_if_hopeless() {
    Lock lock(mutex_);
    if (state_ == State::kParked && queue_.front().hopeless()) {
        const Status why = fail(ACL_ERROR_RT_EVENT_NOT_COMPLETE, "stream ", id_,
                                " waited for an event that nobody recorded when its context ended; ",
                                position() - completed_.load(), " tasks were dropped");
        log(LogLevel::kWarning, SOFTACL_HERE, why.message());
        drop_queue(lock, why);
    }
}

// A task that runs stays; its thread takes it off.
void Stream::drop_queue(Lock& lock, const Status& why) {
    TaskQueue dropped;
    if (state_ == State::kRunning && !queue_.empty()) {
        std::unique_ptr<Task> running = queue_.pop();
        queue_.swap(dropped);
        queue_.push(std::move(running));
    } else {
        queue_.swap(dropped);
        if (state_ != State::kIdle) {
            become_idle();
        }
    }
    lock.unlock();
    uint64_t count = 0;
    while (!dropped.empty()) {
        dropped.pop()->skip(why);
        ++count;
    }
    lock.lock();
    completed_.fetch_add(count, std::memory_order_release);
    progress_.notify_all();
}

void Stream::set_failure_mode(FailureMode mode) {
    const Lock lock(mutex_);
    mode_ = mode;
}

Status Stream::error() const {
    const Lock lock(mutex_);
    return error_;
}

void close_all(const std::vector<std::shared_ptr<Stream>>& streams) {
    constexpr auto kLookAgain = std::chrono::milliseconds(5);
    for (const auto& stream : streams) {
        Stream::Lock lock(stream->mutex_);
        stream->closed_ = true;
        while (!stream->wait_until_reached(lock, stream->position(), kLookAgain)) {
            lock.unlock();
            for (const auto& other : streams) {
                other->drop_if_hopeless();
            }
            lock.lock();
        }
    }
}

}  // namespace softacl::runtime
