// SPDX-License-Identifier: Apache-2.0
#include "runtime/callback_thread.h"

#include <pthread.h>

#include <algorithm>
#include <vector>

#include "acl/acl_base.h"
#include "base/log.h"
#include "runtime/device.h"
#include "runtime/stream.h"

namespace softacl::runtime {
namespace {

// How long a thread may be away between two looks for callbacks before a stream that ends gives it up.
constexpr auto kAway = std::chrono::seconds(1);

// What pthread_self, std::thread::native_handle and Python's threading.get_ident give.
uint64_t current_thread() {
    const pthread_t self = pthread_self();
    uint64_t id = 0;
    static_assert(sizeof self <= sizeof id, "a thread id must fit the interface");
    __builtin_memcpy(&id, &self, sizeof self);
    return id;
}

}  // namespace

bool CallbackThread::is_current() const { return id_ == current_thread(); }

void CallbackThread::post(const std::shared_ptr<Report>& report) {
    {
        const std::lock_guard lock(mutex_);
        if (!report->subscription()->ended()) {
            waiting_.push_back(report);
            arrived_.notify_one();
            return;
        }
    }
    report->drop();
}

class CallbackThread::Visit {
   public:
    explicit Visit(CallbackThread& thread) : thread_(thread) {
        const std::lock_guard lock(thread.mutex_);
        ++thread.visits_;
    }
    ~Visit() {
        const std::lock_guard lock(thread_.mutex_);
        --thread_.visits_;
        thread_.last_seen_ = Clock::now();
    }
    Visit(const Visit&) = delete;
    Visit& operator=(const Visit&) = delete;

   private:
    CallbackThread& thread_;
};

Status CallbackThread::process(std::optional<std::chrono::milliseconds> timeout) {
    const Visit visit(*this);
    const auto deadline = Clock::now() + timeout.value_or(std::chrono::milliseconds(0));
    while (true) {
        std::shared_ptr<Report> next;
        {
            std::unique_lock lock(mutex_);
            const auto something = [this] { return ended_ || !waiting_.empty(); };
            if (!timeout) {
                arrived_.wait(lock, something);
            } else if (!arrived_.wait_until(lock, deadline, something)) {
                return fail(ACL_ERROR_RT_REPORT_TIMEOUT, "no callback came within ", timeout->count(), " ms");
            }
            if (ended_) {
                return fail(ACL_ERROR_RT_THREAD_SUBSCRIBE, "the calling thread serves no stream any more");
            }
            next = std::move(waiting_.front());
            waiting_.pop_front();
        }
        if (next->run()) {
            return {};
        }
    }
}

bool CallbackThread::is_serving() const {
    const std::lock_guard lock(mutex_);
    return !ended_ && (visits_ > 0 || Clock::now() < last_seen_ + kAway);
}

size_t CallbackThread::drop_ended() {
    std::vector<std::shared_ptr<Report>> dropped;
    {
        const std::lock_guard lock(mutex_);
        const auto is_live = [](const auto& report) { return !report->subscription()->ended(); };
        const auto ended = std::stable_partition(waiting_.begin(), waiting_.end(), is_live);
        dropped.assign(ended, waiting_.end());
        waiting_.erase(ended, waiting_.end());
    }
    return static_cast<size_t>(
        std::count_if(dropped.begin(), dropped.end(), [](const auto& report) { return report->drop(); }));
}

void CallbackThread::end() {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    arrived_.notify_all();
}

CallbackThreads& CallbackThreads::instance() {
    static auto* const kThreads = new CallbackThreads;  // leaked: threads may end after static destruction
    return *kThreads;
}

Status CallbackThreads::subscribe(uint64_t thread, Stream& stream) {
    const std::lock_guard lock(mutex_);
    if (const auto present = stream.subscription(); present != nullptr && !present->ended()) {
        return fail(ACL_ERROR_RT_STREAM_SUBSCRIBE, "stream ", stream.id(), " is served by thread ",
                    present->thread().id(), " already; call aclrtUnSubscribeReport for it first");
    }
    const auto found = threads_.find(thread);
    const bool is_new = found == threads_.end();
    if (!is_new && &found->second.thread->device() != &stream.device()) {
        return fail(ACL_ERROR_RT_THREAD_SUBSCRIBE, "threadId is ", thread, ", a thread that serves device ",
                    found->second.thread->device().id(), "; it cannot serve device ", stream.device().id(), " as well");
    }
    if (is_new && threads_.size() == kMaxThreads) {
        return fail(ACL_ERROR_RT_THREAD_SUBSCRIBE, "threadId is ", thread, ", but the process already has ",
                    kMaxThreads, " threads that run callbacks; unsubscribe some");
    }
    const auto serving = is_new ? std::make_shared<CallbackThread>(thread, stream.device()) : found->second.thread;
    SOFTACL_TRY(stream.subscribe(std::make_shared<Subscription>(serving)));
    Serving& entry = threads_[thread];
    entry.thread = serving;
    ++entry.streams;
    return {};
}

// What is dropped calls into the program, which may call back: without the lock.
size_t CallbackThreads::end(Subscription& subscription) {
    CallbackThread& thread = subscription.thread();
    subscription.end();
    {
        const std::lock_guard lock(mutex_);
        const auto entry = threads_.find(thread.id());
        if (entry != threads_.end() && entry->second.thread.get() == &thread && --entry->second.streams == 0) {
            thread.end();
            threads_.erase(entry);
        }
    }
    return thread.drop_ended();
}

Status CallbackThreads::unsubscribe(uint64_t thread, Stream& stream, std::string& warning) {
    SOFTACL_ASSIGN(const auto subscription, stream.unsubscribe(thread));
    if (const size_t dropped = end(*subscription); dropped > 0) {
        warning = text(dropped, " callbacks of stream ", stream.id(), " had not run and were dropped");
        log(LogLevel::kWarning, SOFTACL_HERE, warning);
    }
    return {};
}

void CallbackThreads::leave(Subscription& subscription) {
    if (const size_t dropped = end(subscription); dropped > 0) {
        log(LogLevel::kWarning, SOFTACL_HERE,
            text(dropped, " callbacks of a stream that was destroyed had not run and were dropped"));
    }
}

// A thread that ends without unsubscribing must not hold its streams for ever.
struct CallbackThreads::EndOfThread {
    bool serves = false;
    ~EndOfThread() {
        if (serves) {
            instance().thread_ends(current_thread());
        }
    }
};

void CallbackThreads::thread_ends(uint64_t id) {
    std::shared_ptr<CallbackThread> thread;
    {
        const std::lock_guard lock(mutex_);
        const auto entry = threads_.find(id);
        if (entry == threads_.end()) {
            return;
        }
        thread = std::move(entry->second.thread);
        threads_.erase(entry);
        thread->end();
    }
    thread->drop_ended();
}

Status CallbackThreads::process(std::optional<std::chrono::milliseconds> timeout) {
    static thread_local EndOfThread end_of_thread;
    std::shared_ptr<CallbackThread> thread;
    {
        const std::lock_guard lock(mutex_);
        const auto entry = threads_.find(current_thread());
        if (entry == threads_.end()) {
            return fail(ACL_ERROR_RT_THREAD_SUBSCRIBE,
                        "the calling thread serves no stream; call aclrtSubscribeReport with its id first");
        }
        thread = entry->second.thread;
    }
    end_of_thread.serves = true;
    return thread->process(timeout);
}

}  // namespace softacl::runtime
