// SPDX-License-Identifier: Apache-2.0
#include "runtime/callback.h"

#include "acl/acl_base.h"
#include "runtime/callback_thread.h"
#include "runtime/stream.h"

namespace softacl::runtime {
namespace {

thread_local const Stream* t_held_stream = nullptr;

std::atomic<bool> g_given_up{false};

}  // namespace

void Report::belongs_to(std::shared_ptr<Subscription> subscription, std::weak_ptr<Stream> stream, bool blocking) {
    subscription_ = std::move(subscription);
    stream_ = std::move(stream);
    blocking_ = blocking;
    if (blocking) {
        subscription_->blocking_.fetch_add(1, std::memory_order_acq_rel);
    }
}

bool Report::leave_waiting(State next) {
    State waiting = State::kWaiting;
    return state_.compare_exchange_strong(waiting, next, std::memory_order_acq_rel);
}

void Report::settled() {
    if (blocking_) {
        subscription_->blocking_.fetch_sub(1, std::memory_order_acq_rel);
        if (const auto stream = stream_.lock()) {
            stream->wake();
        }
    }
}

// Settles a report however its function ends: a thread of an interpreter that exits is unwound from inside it.
class Report::Running {
   public:
    explicit Running(Report& report) : report_(report), before_(t_held_stream) {
        if (report.blocking_) {
            t_held_stream = report.stream_.lock().get();  // an address to compare with only
        }
    }
    ~Running() {
        t_held_stream = before_;
        report_.state_.store(State::kDone, std::memory_order_release);
        report_.settled();
    }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;

   private:
    Report& report_;
    const Stream* const before_;
};

bool Report::run() {
    if (!leave_waiting(State::kRunning)) {
        return false;
    }
    const Running running(*this);
    callback_.run(callback_.user_data);
    return true;
}

bool Report::drop() {
    if (!leave_waiting(State::kDropped)) {
        return false;
    }
    if (callback_.dropped != nullptr) {
        callback_.dropped(callback_.user_data);
    }
    settled();
    return true;
}

bool Subscription::ended() const { return ended_.load(std::memory_order_acquire) || thread_->ended(); }

bool Subscription::waits_for_this_thread() const {
    return blocking_.load(std::memory_order_acquire) > 0 && thread_->is_current();
}

bool in_blocking_callback_of(const Stream& stream) { return t_held_stream == &stream; }

void give_up_callbacks() { g_given_up = true; }

namespace {

class CallbackTask final : public Task {
   public:
    CallbackTask(std::shared_ptr<Report> report, bool blocking)
        : Task("callback"), report_(std::move(report)), blocking_(blocking) {}

    Outcome run(Stream&) override {
        CallbackThread& thread = report_->subscription()->thread();
        if (!posted_) {
            posted_ = true;
            thread.post(report_);
        }
        switch (report_->state()) {
            case Report::State::kDropped:
                return Outcome::done({}, text("thread ", thread.id(), " left the stream before it ran this callback"));
            case Report::State::kDone: return Outcome::done();
            default: return blocking_ ? Outcome::park() : Outcome::done();
        }
    }
    void skip(const Status&) override { report_->drop(); }
    Prospect prospect() const override {
        const CallbackThread& thread = report_->subscription()->thread();
        const bool may_come =
            !g_given_up && !thread.is_current() && (report_->state() != Report::State::kWaiting || thread.is_serving());
        return {may_come ? Prospect::kComing : Prospect::kNever, "a callback that no thread was going to run"};
    }

   private:
    const std::shared_ptr<Report> report_;
    const bool blocking_;
    bool posted_ = false;
};

}  // namespace

Status launch_callback(const std::shared_ptr<Report>& report, bool blocking, const std::shared_ptr<Stream>& stream) {
    auto subscription = stream->subscription();
    if (subscription == nullptr || subscription->ended()) {
        return fail(ACL_ERROR_RT_STREAM_NO_CB_REG, "no thread runs the callbacks of stream ", stream->id(),
                    subscription ? ": the one that did has ended" : "", "; call aclrtSubscribeReport first");
    }
    report->belongs_to(std::move(subscription), stream, blocking);
    return stream->launch(std::make_unique<CallbackTask>(report, blocking)).status();
}

}  // namespace softacl::runtime
