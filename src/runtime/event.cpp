// SPDX-License-Identifier: Apache-2.0
#include "runtime/event.h"

#include "acl/acl_base.h"
#include "runtime/device.h"
#include "runtime/scheduler.h"
#include "runtime/stream.h"

namespace softacl::runtime {

void Recording::finish(Status status, bool ran) {
    std::vector<std::shared_ptr<Stream>> to_wake;
    {
        const std::lock_guard lock(mutex_);
        is_finished_ = true;
        ran_ = ran;
        status_ = std::move(status);
        time_ = Clock::now();
        to_wake.swap(to_wake_);
        finished_.notify_all();
    }
    for (const auto& stream : to_wake) {
        stream->wake();
    }
}

bool Recording::finished_or_wake(const std::shared_ptr<Stream>& stream) {
    const std::lock_guard lock(mutex_);
    if (!is_finished_) {
        to_wake_.push_back(stream);
    }
    return is_finished_;
}

Status Recording::wait() const {
    hurry();
    std::unique_lock lock(mutex_);
    finished_.wait(lock, [this] { return is_finished_; });
    return status_;
}

void Recording::hurry() const {
    if (const auto stream = place().stream.lock()) {
        stream->hurry();
    }
}

void Recording::set_place(Dependency place) {
    const std::lock_guard lock(mutex_);
    place_ = std::move(place);
}

Dependency Recording::place() const {
    const std::lock_guard lock(mutex_);
    return place_;
}

Recording::View Recording::view() const {
    const std::lock_guard lock(mutex_);
    return {is_finished_, ran_, status_, time_};
}

namespace {

class RecordTask final : public Task {
   public:
    explicit RecordTask(std::shared_ptr<Recording> recording)
        : Task("record_event"), recording_(std::move(recording)) {}
    Outcome run(Stream& stream) override {
        recording_->finish(stream.error(), true);
        return Outcome::done();
    }
    void skip(const Status& why) override { recording_->finish(why, false); }

   private:
    const std::shared_ptr<Recording> recording_;
};

}  // namespace

class WaitTask final : public Task {
   public:
    WaitTask(std::shared_ptr<Event> event, std::shared_ptr<Recording> recording,
             std::optional<std::chrono::seconds> timeout)
        : Task("wait_event"), event_(std::move(event)), recording_(std::move(recording)), timeout_(timeout) {}

    Outcome run(Stream& stream) override {
        if (!subscribed_) {
            subscribed_ = true;
            if (!recording_->finished_or_wake(stream.shared_from_this())) {
                if (timeout_) {
                    deadline_ = Clock::now() + *timeout_;
                    Scheduler::instance().wake_at(*deadline_, stream.weak_from_this());
                }
                return Outcome::park();
            }
        }
        const Recording::View view = recording_->view();
        if (view.finished) {
            leave();
            return Outcome::done(view.status);
        }
        if (deadline_ && Clock::now() >= *deadline_) {
            leave();
            return Outcome::done(fail(ACL_ERROR_RT_WAIT_TIMEOUT, "stream ", stream.id(), " waited ", timeout_->count(),
                                      " s for an event that was not ", recording_->queued() ? "reached" : "recorded"));
        }
        return Outcome::park();
    }
    void skip(const Status&) override { leave(); }
    Dependency waits_for() const override { return recording_->place(); }
    Prospect prospect() const override {
        return {recording_->queued() ? Prospect::kComing : Prospect::kUnasked, "an event that nobody recorded"};
    }

   private:
    void leave() { event_->pending_waits_.fetch_sub(1, std::memory_order_acq_rel); }

    const std::shared_ptr<Event> event_;
    const std::shared_ptr<Recording> recording_;
    const std::optional<std::chrono::seconds> timeout_;
    std::optional<Clock::time_point> deadline_;
    bool subscribed_ = false;
};

void Event::abandon() {
    std::shared_ptr<Recording> awaited;
    {
        const std::lock_guard lock(mutex_);
        awaited = std::move(awaited_);
        awaited_ = nullptr;
    }
    if (awaited != nullptr) {
        awaited->finish(fail(ACL_ERROR_RT_EVENT_NOT_COMPLETE, "the event was destroyed before anything recorded it"),
                        false);
    }
}

Event::~Event() {
    if (latest_ != nullptr) {
        device_.release_recorded_event();
    }
    if (use_.counted) {
        device_.release_sync_event();
    }
}

Status Event::record(const std::shared_ptr<Event>& event, const std::shared_ptr<Stream>& stream) {
    std::shared_ptr<Recording> recording;
    {
        const std::lock_guard lock(event->mutex_);
        if (event->latest_ == nullptr && !event->device_.take_recorded_event()) {
            return fail(ACL_ERROR_RT_NO_EVENT_RESOURCE, "device ", event->device_.id(), " already has ",
                        Device::kMaxRecordedEvents, " recorded events; reset or destroy some");
        }
        recording = event->awaited_ ? std::move(event->awaited_) : std::make_shared<Recording>();
        event->awaited_ = nullptr;
        event->latest_ = recording;
        event->reset_queued_ = false;
        recording->set_queued();
    }
    SOFTACL_ASSIGN(const uint64_t position, stream->launch(std::make_unique<RecordTask>(recording)));
    recording->set_place({stream, position});
    return {};
}

std::shared_ptr<Recording> Event::recording_to_wait_for() {
    const std::lock_guard lock(mutex_);
    if (latest_ != nullptr && !reset_queued_) {
        return latest_;
    }
    if (awaited_ == nullptr) {
        awaited_ = std::make_shared<Recording>();
    }
    return awaited_;
}

Status Event::queue_wait(const std::shared_ptr<Event>& event, const std::shared_ptr<Stream>& stream,
                         std::optional<std::chrono::seconds> timeout) {
    event->pending_waits_.fetch_add(1, std::memory_order_acq_rel);
    return stream->launch(std::make_unique<WaitTask>(event, event->recording_to_wait_for(), timeout)).status();
}

Status Event::queue_reset(const std::shared_ptr<Event>& event, const std::shared_ptr<Stream>& stream) {
    std::shared_ptr<Recording> recording;
    {
        const std::lock_guard lock(event->mutex_);
        if (event->latest_ == nullptr) {
            return {};  // nothing recorded, nothing to reset
        }
        recording = event->latest_;
        event->reset_queued_ = true;
    }
    return stream
        ->launch(make_task("reset_event",
                           [event, recording](std::string&) -> Status {
                               event->forget(recording);
                               return {};
                           }))
        .status();
}

void Event::forget(const std::shared_ptr<Recording>& recording) {
    const std::lock_guard lock(mutex_);
    if (latest_ == recording) {  // else it was recorded again meanwhile
        latest_ = nullptr;
        reset_queued_ = false;
        device_.release_recorded_event();
    }
}

std::shared_ptr<Recording> Event::latest() const {
    const std::lock_guard lock(mutex_);
    return latest_;
}

namespace {

Result<Clock::time_point> completion_time(const Event& event, const char* name) {
    if (!event.has_timeline()) {
        return fail(ACL_ERROR_RT_EVENT_TIMESTAMP_INVALID, name,
                    " was created without ACL_EVENT_TIME_LINE and keeps no time");
    }
    const auto recording = event.latest();
    if (recording == nullptr) {
        return fail(ACL_ERROR_RT_EVENT_TIMESTAMP_INVALID, name, " was never recorded, or was reset");
    }
    const Recording::View view = recording->view();
    if (!view.finished || !view.ran) {
        return fail(ACL_ERROR_RT_EVENT_TIMESTAMP_INVALID, name,
                    view.finished ? " was skipped after a failure in its stream"
                                  : " is not complete yet; synchronize its stream first");
    }
    return view.time;
}

}  // namespace

Result<float> elapsed_milliseconds(const Event& start, const Event& end) {
    SOFTACL_ASSIGN(const Clock::time_point from, completion_time(start, "startEvent"));
    SOFTACL_ASSIGN(const Clock::time_point to, completion_time(end, "endEvent"));
    const float milliseconds = std::chrono::duration<float, std::milli>(to - from).count();
    if (milliseconds < 0) {
        return fail(ACL_ERROR_RT_EVENT_TIMESTAMP_REVERSAL, "endEvent completed ", -milliseconds,
                    " ms before startEvent; swap them");
    }
    return milliseconds;
}

}  // namespace softacl::runtime
