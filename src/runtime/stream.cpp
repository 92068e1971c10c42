// SPDX-License-Identifier: Apache-2.0
#include "runtime/stream.h"

#include <algorithm>
#include <exception>
#include <limits>
#include <thread>

#include "acl/acl_base.h"
#include "base/cpu.h"
#include "base/log.h"
#include "base/trace.h"
#include "runtime/callback.h"
#include "runtime/callback_thread.h"
#include "runtime/device.h"
#include "runtime/exception.h"
#include "runtime/process.h"
#include "runtime/scheduler.h"

namespace softacl::runtime {
namespace {

// Long enough that a stream of small tasks is not put in line for each, short enough to be fair.
constexpr uint64_t kTasksPerTurn = 64;

// Waiting for a task that another thread is just finishing: shorter than a sleep and a wake-up.
constexpr auto kSpin = std::chrono::microseconds(20);
constexpr auto kSpinFastSync = std::chrono::milliseconds(1);

// The stream whose failure the calling thread is telling the program about: nothing of it can go on meanwhile.
thread_local const Stream* t_reporting = nullptr;

void pause_cpu() {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

Outcome run_guarded(Task& task, Stream& stream) {
    try {
        return task.run(stream);
    } catch (const std::bad_alloc&) {
        return Outcome::done(fail(ACL_ERROR_BAD_ALLOC, "task ", task.kind(), " ran out of host memory"));
    } catch (const std::exception& error) {
        return Outcome::done(fail(ACL_ERROR_INTERNAL_ERROR, "task ", task.kind(), " failed: ", error.what()));
    }
}

}  // namespace

Stream::Stream(Device& device, Handle context, uint32_t id, bool fast_sync)
    : device_(device), context_(context), id_(id), fast_sync_(fast_sync), saturates_(device.saturates()) {}

Stream::~Stream() {
    // Only a parked stream that nobody can wake any more still has tasks here.
    close_now();
    device_.release_stream_id(id_);
}

Result<uint64_t> Stream::launch(std::unique_ptr<Task> task) {
    task->thread_ = current_thread_id();
    Lock lock(mutex_);
    if (closed_) {
        lock.unlock();
        Status closed = fail(ACL_ERROR_RT_INVALID_HANDLE, "stream ", id_, " is being destroyed and takes no more work");
        task->skip(closed);
        return closed;
    }
    queue_.push(std::move(task));
    const uint64_t position = submitted_.fetch_add(1, std::memory_order_release) + 1;
    if (state_ == State::kIdle) {
        device_.stream_became_busy();
        make_ready(lock, true);
    }
    return position;
}

void Stream::make_ready(Lock& lock, bool may_wait) {
    state_ = State::kReady;
    if (!may_wait || !habit_.holds()) {
        put_in_line(lock);
    } else if (!watched_ && !in_line_) {
        watched_ = true;
        auto self = shared_from_this();
        lock.unlock();
        Scheduler::instance().enqueue_later(std::move(self));
        lock.lock();
    }
}

void Stream::put_in_line(Lock& lock) {
    if (!in_line_) {
        in_line_ = true;
        auto self = shared_from_this();
        lock.unlock();
        Scheduler::instance().enqueue(std::move(self));
        lock.lock();
    }
}

void Stream::hurry() {
    Lock lock(mutex_);
    if (state_ == State::kReady) {
        put_in_line(lock);
    }
}

bool Stream::stays_watched(uint64_t& seen) {
    Lock lock(mutex_);
    const bool moved = completed_.load() != std::exchange(seen, completed_.load());
    if (state_ == State::kRunning || (moved && state_ != State::kParked)) {
        return true;
    }
    watched_ = false;
    if (state_ == State::kReady) {
        habit_.was_broken();
        put_in_line(lock);
    }
    return false;
}

void Stream::serve() {
    Lock lock(mutex_);
    in_line_ = false;
    if (state_ != State::kReady) {
        return;  // a synchronising thread was faster
    }
    state_ = State::kRunning;
    habit_.let_a_worker_begin();
    served_ = Clock::now();
    run(lock, completed_.load(std::memory_order_relaxed) + kTasksPerTurn);
}

void Stream::run(Lock& lock, uint64_t until) {
    while (completed_.load(std::memory_order_relaxed) < until) {
        if (batch_.empty()) {
            batch_.swap(queue_);
            if (batch_.empty()) {
                become_idle();
                return;
            }
        }
        lock.unlock();
        while (!batch_.empty() && completed_.load(std::memory_order_relaxed) < until) {
            if (!run_front()) {
                lock.lock();
                return;
            }
        }
        lock.lock();
    }
    if (batch_.empty() && queue_.empty()) {
        become_idle();
    } else {
        make_ready(lock);
    }
}

bool Stream::run_front() {
    Task& task = batch_.front();
    TraceSink* const sink = trace_sink();
    const Clock::time_point begin = sink ? Clock::now() : Clock::time_point();
    Outcome outcome;
    if (must_skip()) {
        task.skip(dropping_ ? destroyed() : error());
    } else {
        outcome = run_guarded(task, *this);
        if (outcome.parked) {
            return !park();
        }
    }
    if (sink != nullptr) {
        sink->on_task({task.kind(), device_.id(), id_, running_task(), outcome.status.code(), begin, Clock::now()});
    }
    if (!outcome.status.ok() || !outcome.warning.empty()) {
        keep(outcome, task);
    }
    const std::unique_ptr<Task> done = batch_.pop();
    finished(1);
    return true;
}

bool Stream::must_skip() const {
    return dropping_.load(std::memory_order_relaxed) ||
           (mode_.load(std::memory_order_relaxed) == FailureMode::kStop && has_error_.load(std::memory_order_relaxed));
}

bool Stream::park() {
    const Lock lock(mutex_);
    if (dropping_ || std::exchange(wake_asked_, false)) {
        return false;
    }
    state_ = State::kParked;
    return true;
}

void Stream::become_idle() {
    state_ = State::kIdle;
    device_.stream_became_idle();
}

void Stream::keep(const Outcome& outcome, const Task& task) {
    constexpr size_t kEnough = 4096;  // a program that warns for ever and never synchronises
    const bool failed = !outcome.status.ok();
    const std::string place = text("device ", device_.id(), " stream ", id_, " task ", running_task(), ": ");
    log(failed ? LogLevel::kError : LogLevel::kWarning, SOFTACL_HERE,
        place + (failed ? outcome.status.message() : outcome.warning));
    {
        const Lock lock(mutex_);
        if (failed && error_.ok()) {
            error_ = outcome.status;
            has_error_ = true;
        }
        if (!failed && warning_.size() < kEnough) {
            warning_ += (warning_.empty() ? "" : "\n") + place + outcome.warning;
        }
    }
    if (failed) {
        report(outcome.status, task);
    }
}

void Stream::report(const Status& failure, const Task& task) {
    ExceptionInfo info;
    info.task = running_task();
    info.stream = id_;
    info.thread = task.thread_;
    info.device = static_cast<uint32_t>(Process::instance().index_of(device_));
    info.code = failure.code();
    const Stream* const before = std::exchange(t_reporting, this);
    report_exception(info);
    t_reporting = before;
}

// A thread that waits says so before it looks; the count is published before this looks for waiters.
void Stream::finished(uint64_t count) {
    completed_.fetch_add(count);
    if (waiters_.load() > 0) {
        const Lock lock(mutex_);
        progress_.notify_all();
    }
}

Status Stream::destroyed() const {
    return fail(ACL_ERROR_RT_INVALID_HANDLE, "stream ", id_, " was destroyed with this work queued");
}

void Stream::wake() {
    Lock lock(mutex_);
    if (state_ == State::kParked) {
        make_ready(lock);
    } else if (state_ == State::kRunning) {
        wake_asked_ = true;
    }
}

Status Stream::synchronize(std::string& warning, std::optional<std::chrono::milliseconds> timeout) {
    Lock lock(mutex_);
    const uint64_t target = position();
    if (!reached(target) &&
        (t_reporting == this || (subscription_ != nullptr && subscription_->waits_for_this_thread()))) {
        return fail(ACL_ERROR_RT_PARAM_INVALID, "stream ", id_,
                    " waits for callbacks that the calling thread runs, so the thread would wait for itself");
    }
    if (!timeout) {
        if (state_ == State::kReady) {
            habit_.waited_at_once();
        }
        help(lock, target, 0);
    }
    if (!wait_until_reached(lock, target, timeout)) {
        return fail(ACL_ERROR_RT_STREAM_SYNC_TIMEOUT, "stream ", id_, " had ", target - completed_.load(),
                    " unfinished tasks after ", timeout->count(), " ms");
    }
    warning += std::exchange(warning_, {});
    has_error_ = false;
    return std::exchange(error_, Status());
}

void Stream::help(Lock& lock, uint64_t target, int depth) {
    constexpr int kMaxDepth = 8;
    while (!reached(target)) {
        if (state_ == State::kReady) {
            state_ = State::kRunning;
            run(lock, target);
            continue;
        }
        if (state_ != State::kParked || depth == kMaxDepth) {
            return;
        }
        const Dependency dependency = batch_.front().waits_for();
        lock.unlock();
        bool done = false;
        if (const auto other = dependency.stream.lock()) {
            Lock others(other->mutex_);
            other->help(others, dependency.position, depth + 1);
            done = other->reached(dependency.position);
        }
        lock.lock();
        if (!done) {
            return;
        }
    }
}

bool Stream::wait_until_reached(Lock& lock, uint64_t target, std::optional<std::chrono::milliseconds> timeout) {
    static const bool kCanSpin = usable_cpus() > 1;
    if (!reached(target) && state_ == State::kReady) {
        put_in_line(lock);
    }
    if (!reached(target) && kCanSpin && state_ == State::kRunning) {
        const auto now = Clock::now();
        if (now - served_ < kSpin) {
            habit_.waited_at_once();
        }
        lock.unlock();
        const auto give_up = now + (fast_sync_ ? Clock::duration(kSpinFastSync) : Clock::duration(kSpin));
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

std::shared_ptr<Subscription> Stream::subscription() const {
    const Lock lock(mutex_);
    return subscription_;
}

Status Stream::subscribe(std::shared_ptr<Subscription> subscription) {
    const Lock lock(mutex_);
    if (closed_) {
        return fail(ACL_ERROR_RT_INVALID_HANDLE, "stream ", id_, " is being destroyed");
    }
    subscription_ = std::move(subscription);
    return {};
}

Result<std::shared_ptr<Subscription>> Stream::unsubscribe(uint64_t thread) {
    const Lock lock(mutex_);
    if (subscription_ == nullptr) {
        return fail(ACL_ERROR_RT_STREAM_SUBSCRIBE, "no thread serves the callbacks of stream ", id_);
    }
    if (const uint64_t present = subscription_->thread().id(); present != thread) {
        return fail(ACL_ERROR_RT_THREAD_SUBSCRIBE, "threadId is ", thread, ", but stream ", id_,
                    " is served by thread ", present);
    }
    return std::exchange(subscription_, nullptr);
}

void Stream::end_subscription() {
    Lock lock(mutex_);
    const auto subscription = std::exchange(subscription_, nullptr);
    lock.unlock();
    if (subscription != nullptr) {
        CallbackThreads::instance().leave(*subscription);
    }
}

void Stream::stop() {
    const Lock lock(mutex_);
    closed_ = true;
}

template <class Look>
void Stream::drain(Look look) {
    constexpr auto kLookAgain = std::chrono::milliseconds(5);
    Lock lock(mutex_);
    if (t_reporting == this) {
        dropping_ = true;
        drop_queue(lock, destroyed());
        return;
    }
    while (!wait_until_reached(lock, position(), kLookAgain)) {
        lock.unlock();
        look();
        lock.lock();
    }
}

void Stream::close() {
    stop();
    drain([this] { drop_if_hopeless(true); });
    end_subscription();
}

void Stream::close_now() {
    {
        Lock lock(mutex_);
        closed_ = true;
        dropping_ = true;
        drop_queue(lock, destroyed());
    }
    end_subscription();
}

void Stream::drop_if_hopeless(bool patient) {
    Lock lock(mutex_);
    if (state_ != State::kParked) {
        return;
    }
    const Prospect prospect = batch_.front().prospect();
    if (prospect.kind == Prospect::kNever || (prospect.kind == Prospect::kUnasked && !patient)) {
        const Status why = fail(ACL_ERROR_RT_EVENT_NOT_COMPLETE, "stream ", id_, " waited for ", prospect.awaited,
                                " when it was to end; ", position() - completed_.load(), " tasks were dropped");
        log(LogLevel::kWarning, SOFTACL_HERE, why.message());
        drop_queue(lock, why);
    }
}

// The batch of a stream that runs is left to the thread that runs it.
void Stream::drop_queue(Lock& lock, const Status& why) {
    TaskQueue dropped[2];
    if (state_ != State::kRunning) {
        batch_.swap(dropped[0]);
        if (state_ != State::kIdle) {
            become_idle();
        }
    }
    queue_.swap(dropped[1]);
    lock.unlock();
    uint64_t count = 0;
    for (TaskQueue& tasks : dropped) {
        for (; !tasks.empty(); ++count) {
            tasks.pop()->skip(why);
        }
    }
    finished(count);
    lock.lock();
}

void Stream::set_failure_mode(FailureMode mode) { mode_ = mode; }

Status Stream::error() const {
    if (!has_error_) {
        return {};
    }
    const Lock lock(mutex_);
    return error_;
}

std::optional<Stream::Parked> Stream::parked() const {
    const Lock lock(mutex_);
    if (state_ != State::kParked) {
        return std::nullopt;
    }
    return Parked{completed_.load(), batch_.front().waits_for().stream.lock()};
}

void Stream::drop_deadlocked() {
    Lock lock(mutex_);
    if (state_ == State::kParked) {
        const Status why = fail(ACL_ERROR_RT_EVENT_NOT_COMPLETE, "stream ", id_,
                                " and others waited for each other's events when their context ended; ",
                                position() - completed_.load(), " tasks were dropped");
        log(LogLevel::kWarning, SOFTACL_HERE, why.message());
        drop_queue(lock, why);
    }
}

// Where the unfinished streams stand, if every one of them waits for another of them; else nothing.
std::optional<std::vector<uint64_t>> Stream::all_wait_for_each_other(const Streams& streams) {
    std::vector<uint64_t> standing;
    for (const auto& stream : streams) {
        if (stream->reached(stream->position())) {
            continue;
        }
        const auto parked = stream->parked();
        if (!parked || std::find(streams.begin(), streams.end(), parked->waits_for) == streams.end()) {
            return std::nullopt;
        }
        standing.push_back(parked->completed);
    }
    return standing;
}

void Stream::close_all(const Streams& streams) {
    for (const auto& stream : streams) {
        stream->stop();
    }
    const auto drop_what_cannot_run = [&streams] {
        for (const auto& stream : streams) {
            stream->drop_if_hopeless(false);
        }
        // The streams are looked at one after the other, so a second look must find them where they stood.
        const auto standing = all_wait_for_each_other(streams);
        if (standing && !standing->empty() && standing == all_wait_for_each_other(streams)) {
            for (const auto& stream : streams) {
                if (!stream->reached(stream->position())) {
                    stream->drop_deadlocked();  // one is enough: the others go on with an error
                    return;
                }
            }
        }
    };
    for (const auto& stream : streams) {
        stream->drain(drop_what_cannot_run);
    }
    for (const auto& stream : streams) {
        stream->end_subscription();
    }
}

}  // namespace softacl::runtime
