// SPDX-License-Identifier: Apache-2.0
// A piece of work in a stream.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "base/status.h"

namespace softacl::runtime {

class Stream;

/// The first `position` tasks of a stream.
struct Dependency {
    std::weak_ptr<Stream> stream;
    uint64_t position = 0;
};

/// What running a task came to. A parked task is run again after somebody woke its stream.
struct Outcome {
    bool parked = false;
    Status status;
    std::string warning;  ///< goes with success, to whoever synchronises

    static Outcome done(Status status = {}, std::string warning = {}) {
        return {false, std::move(status), std::move(warning)};
    }
    static Outcome park() { return {true, {}, {}}; }
};

/// Whether what a parked task waits for will come.
struct Prospect {
    enum Kind {
        kComing,
        kUnasked,  ///< nobody has asked for it yet
        kNever,
    };
    Kind kind = kComing;
    const char* awaited = "";  ///< a literal, for messages
};

/// Exactly one of these happens to a queued task: `run` returns done, or `skip` is called once
/// (the stream stops on failure, or is destroyed with work queued). Both on any thread, never two at a time.
class Task {
   public:
    /// `kind` is a literal: "memcpy", "record_event", ...
    explicit Task(const char* kind) : kind_(kind) {}
    virtual ~Task() = default;
    Task(const Task&) = delete;
    Task& operator=(const Task&) = delete;

    /// Must not block: work that has to wait parks and is woken through Stream::wake.
    virtual Outcome run(Stream& stream) = 0;
    virtual void skip(const Status& /*why*/) {}
    /// For a parked task: the work it waits for, so that a waiting thread can do it instead of sleeping.
    virtual Dependency waits_for() const { return {}; }
    /// For a parked task, asked with the stream locked.
    virtual Prospect prospect() const { return {}; }

    const char* kind() const { return kind_; }

   private:
    friend class TaskQueue;
    friend class Stream;
    const char* kind_;
    uint32_t thread_ = 0;  ///< the system's id of the thread that queued it
    std::unique_ptr<Task> next_;
};

/// A task made of a callable that takes a string for a warning and returns Status.
template <class Work>
class WorkTask final : public Task {
   public:
    WorkTask(const char* kind, Work work) : Task(kind), work_(std::move(work)) {}
    Outcome run(Stream&) override {
        std::string warning;
        Status status = work_(warning);
        return Outcome::done(std::move(status), std::move(warning));
    }

   private:
    Work work_;
};
template <class Work>
std::unique_ptr<Task> make_task(const char* kind, Work work) {
    return std::make_unique<WorkTask<Work>>(kind, std::move(work));
}

/// First in, first out; links run through the tasks, so queueing allocates nothing.
class TaskQueue {
   public:
    TaskQueue() = default;
    TaskQueue(TaskQueue&& other) noexcept { swap(other); }
    ~TaskQueue() {
        while (!empty()) {
            pop();  // one by one: a recursive chain of destructors would be as deep as the queue is long
        }
    }
    void swap(TaskQueue& other) noexcept {
        head_.swap(other.head_);
        std::swap(tail_, other.tail_);
    }
    bool empty() const { return head_ == nullptr; }
    Task& front() const { return *head_; }
    void push(std::unique_ptr<Task> task) {
        Task* raw = task.get();
        (empty() ? head_ : tail_->next_) = std::move(task);
        tail_ = raw;
    }
    std::unique_ptr<Task> pop() {
        std::unique_ptr<Task> first = std::move(head_);
        head_ = std::move(first->next_);
        return first;
    }

   private:
    std::unique_ptr<Task> head_;
    Task* tail_ = nullptr;
};

}  // namespace softacl::runtime
