// SPDX-License-Identifier: Apache-2.0
#include "runtime/scheduler.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <thread>

#include "runtime/context.h"
#include "runtime/device.h"

namespace softacl::runtime {
namespace {

constexpr uint64_t kMemory = uint64_t{1} << 20;

// Lets two tasks go only when both are running.
class Meeting {
   public:
    bool attend() {
        std::unique_lock lock(mutex_);
        ++present_;
        changed_.notify_all();
        return changed_.wait_for(lock, std::chrono::seconds(5), [this] { return present_ == 2; });
    }

   private:
    std::mutex mutex_;
    std::condition_variable changed_;
    int present_ = 0;
};

class SchedulerTest : public testing::Test {
   protected:
    void SetUp() override {
        context_ = *device_.acquire();
        for (auto& stream : streams_) {
            stream = pin<Stream>(*(*pin<Context>(context_, "context"))->create_stream(false), "stream")->share();
        }
    }
    void TearDown() override {
        for (auto& stream : streams_) {
            stream.reset();
        }
        EXPECT_TRUE(device_.release().ok());
        Scheduler::instance().stop();
    }

    // With a timeout the waiting thread does not run tasks itself.
    static void wait_for(Stream& stream) {
        std::string warning;
        EXPECT_TRUE(stream.synchronize(warning, std::chrono::seconds(20)).ok());
    }

    Device device_{0, kMemory};
    Handle context_ = 0;
    std::shared_ptr<Stream> streams_[2];
};

// With one worker, which sleeps: waking it is not enough for two streams.
TEST_F(SchedulerTest, TwoStreamsRunAtTheSameTime) {
    for (int round = 0; round < 10; ++round) {
        Scheduler::instance().stop();
        ASSERT_TRUE(streams_[0]->launch(make_task("nothing", [](std::string&) { return Status(); })).ok());
        wait_for(*streams_[0]);
        std::this_thread::sleep_for(std::chrono::milliseconds(5));  // likely long enough for the worker to fall asleep

        Meeting meeting;
        bool met[2] = {};
        for (int i = 0; i < 2; ++i) {
            ASSERT_TRUE(streams_[i]
                            ->launch(make_task("meet",
                                               [&meeting, &met, i](std::string&) {
                                                   met[i] = meeting.attend();
                                                   return Status();
                                               }))
                            .ok());
        }
        wait_for(*streams_[0]);
        wait_for(*streams_[1]);
        ASSERT_TRUE(met[0] && met[1]) << "round " << round;
    }
}

TEST_F(SchedulerTest, StartsAgainAfterStop) {
    for (int round = 0; round < 3; ++round) {
        bool ran = false;
        ASSERT_TRUE(streams_[0]
                        ->launch(make_task("run",
                                           [&ran](std::string&) {
                                               ran = true;
                                               return Status();
                                           }))
                        .ok());
        wait_for(*streams_[0]);
        EXPECT_TRUE(ran);
        Scheduler::instance().stop();
    }
}

// A stream whose task blocks for long holds up no other stream, and exceptions of a task become its error.
TEST_F(SchedulerTest, ExceptionsBecomeErrors) {
    ASSERT_TRUE(streams_[0]->launch(make_task("throw", [](std::string&) -> Status { throw std::bad_alloc(); })).ok());
    std::string warning;
    EXPECT_EQ(streams_[0]->synchronize(warning).code(), 200000);
    EXPECT_TRUE(streams_[0]->synchronize(warning).ok()) << "returned once";
}

}  // namespace
}  // namespace softacl::runtime
