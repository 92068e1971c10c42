// SPDX-License-Identifier: Apache-2.0
// Streams whose program waits for what it launches at once: what it then does not wait for must run as well.
#include "runtime/lookout.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>

#include "base/cpu.h"
#include "runtime/context.h"
#include "runtime/device.h"
#include "runtime/event.h"
#include "runtime/scheduler.h"
#include "runtime/wait_habit.h"

namespace softacl::runtime {
namespace {

TEST(WaitHabit, NeedsMoreCallsEachTimeItWasBroken) {
    WaitHabit habit;
    EXPECT_TRUE(habit.holds());
    const auto calls_until_it_holds = [&habit] {
        int calls = 0;
        for (; !habit.holds(); ++calls) {
            habit.waited_at_once();
        }
        return calls;
    };
    for (const int calls : {6, 12, 24}) {
        habit.was_broken();
        EXPECT_FALSE(habit.holds());
        EXPECT_EQ(calls_until_it_holds(), calls);
    }
    for (int i = 0; i < 100; ++i) {
        habit.was_broken();
    }
    EXPECT_EQ(calls_until_it_holds(), 2048) << "and no more than that";
}

TEST(WaitHabit, IsGivenUpWhereWorkersBeginMostly) {
    WaitHabit habit;
    for (int i = 0; i < 1000; ++i) {
        habit.waited_at_once();
    }
    for (int i = 0; i < 3; ++i) {
        habit.let_a_worker_begin();
    }
    EXPECT_FALSE(habit.holds());
    for (int i = 0; i < 1000; ++i) {
        habit.let_a_worker_begin();
        habit.waited_at_once();
    }
    EXPECT_TRUE(habit.holds()) << "a worker begins, but the program comes at once";
}

class LookoutTest : public testing::Test {
   protected:
    void SetUp() override {
        context_ = *device_.acquire();
        stream_ = make_stream();
        acquire_habit();
    }
    void TearDown() override {
        stream_.reset();
        EXPECT_TRUE(device_.release().ok());
        Scheduler::instance().stop();
    }

    std::shared_ptr<Stream> make_stream() {
        return pin<Stream>(*(*pin<Context>(context_, "context"))->create_stream(false), "stream")->share();
    }

    // While every worker is busy, the waiting thread is always the one that runs its tasks.
    void acquire_habit() {
        std::promise<void> end;
        const std::shared_future<void> ended = end.get_future().share();
        std::atomic<size_t> busy{0};
        std::vector<std::shared_ptr<Stream>> others(std::max<size_t>(2, usable_cpus()));
        for (auto& other : others) {
            other = make_stream();
            launch(*other, [&busy, ended] {
                ++busy;
                ended.wait();
            });
        }
        while (busy != others.size()) {
            std::this_thread::yield();
        }
        for (int i = 0; i < 8; ++i) {
            std::thread::id thread;
            launch(*stream_, [&thread] { thread = std::this_thread::get_id(); });
            synchronize(*stream_);
            EXPECT_EQ(thread, std::this_thread::get_id());
        }
        end.set_value();
        for (auto& other : others) {
            synchronize(*other);
        }
    }

    static void launch(Stream& stream, std::function<void()> work) {
        ASSERT_TRUE(stream
                        .launch(make_task("work",
                                          [work = std::move(work)](std::string&) {
                                              work();
                                              return Status();
                                          }))
                        .ok());
    }
    static void synchronize(Stream& stream, std::optional<std::chrono::milliseconds> timeout = std::nullopt) {
        std::string warning;
        EXPECT_TRUE(stream.synchronize(warning, timeout).ok());
    }

    Device device_{0, uint64_t{1} << 20};
    Handle context_ = 0;
    std::shared_ptr<Stream> stream_;
};

TEST_F(LookoutTest, RunsWhatNobodyWaitsFor) {
    for (int round = 0; round < 3; ++round) {
        std::promise<std::thread::id> ran;
        launch(*stream_, [&ran] { ran.set_value(std::this_thread::get_id()); });
        EXPECT_NE(ran.get_future().get(), std::this_thread::get_id());
        synchronize(*stream_);
        acquire_habit();
    }
}

TEST_F(LookoutTest, RunsAllOfALongQueue) {
    constexpr int kTasks = 1000;
    std::atomic<int> ran{0};
    for (int i = 0; i < kTasks; ++i) {
        launch(*stream_, [&ran] { ++ran; });
    }
    while (ran != kTasks) {
        std::this_thread::yield();
    }
    synchronize(*stream_);
}

// The thread that waits in these ways runs nothing itself.
TEST_F(LookoutTest, WaitingWithATimeoutOrForAnEventWorks) {
    for (int round = 0; round < 50; ++round) {
        bool ran = false;
        launch(*stream_, [&ran] { ran = true; });
        synchronize(*stream_, std::chrono::seconds(20));
        EXPECT_TRUE(ran);
    }
    acquire_habit();
    const auto event = pin<Event>(*device_.create_event({}), "event")->share();
    for (int round = 0; round < 50; ++round) {
        bool ran = false;
        launch(*stream_, [&ran] { ran = true; });
        ASSERT_TRUE(Event::record(event, stream_).ok());
        EXPECT_TRUE(event->latest()->wait().ok());
        EXPECT_TRUE(ran);
        synchronize(*stream_);
    }
}

TEST_F(LookoutTest, AnotherStreamThatWaitsIsNotForgotten) {
    const auto other = make_stream();
    const auto event = pin<Event>(*device_.create_event({}), "event")->share();
    std::promise<void> ran;
    ASSERT_TRUE(Event::record(event, stream_).ok());
    ASSERT_TRUE(Event::queue_wait(event, other, std::nullopt).ok());
    launch(*other, [&ran] { ran.set_value(); });
    ran.get_future().wait();
    synchronize(*other);
}

TEST_F(LookoutTest, EndsWithTheSchedulerAndLosesNothing) {
    for (int round = 0; round < 20; ++round) {
        std::promise<void> ran;
        launch(*stream_, [&ran] { ran.set_value(); });
        if (round % 2 == 0) {
            synchronize(*stream_);
            Scheduler::instance().stop();  // the lookout may still watch the stream
        } else {
            ran.get_future().wait();
            synchronize(*stream_);
        }
    }
}

TEST_F(LookoutTest, AStreamMayBeDestroyedWhileItIsWatched) {
    bool ran = false;
    launch(*stream_, [&ran] { ran = true; });
    stream_->close();
    EXPECT_TRUE(ran);
}

}  // namespace
}  // namespace softacl::runtime
