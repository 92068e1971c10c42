// SPDX-License-Identifier: Apache-2.0
// What counts as work that may still touch freed memory.
#include <gtest/gtest.h>

#include <future>

#include "runtime/context.h"
#include "runtime/device.h"
#include "runtime/scheduler.h"

namespace softacl::runtime {
namespace {

// A task is running in a stream; then its stream is destroyed by force, or its context is ending.
class FreedMemory : public testing::Test {
   protected:
    void SetUp() override {
        context_ = *device_.acquire();
        explicit_context_ = *device_.create_context();
        stream_ = *context()->create_stream(false);
        std::promise<void> running;
        auto is_running = running.get_future();
        ASSERT_TRUE(pin<Stream>(stream_, "stream")
                        ->get()
                        ->launch(make_task("run",
                                           [this, &running](std::string&) {
                                               running.set_value();
                                               may_end_.get_future().wait();
                                               return Status();
                                           }))
                        .ok());
        is_running.wait();
    }
    void TearDown() override {
        EXPECT_TRUE(device_.release().ok());
        Scheduler::instance().stop();
    }
    Pin<Context> context() { return std::move(*pin<Context>(explicit_context_, "context")); }

    Device device_{0, uint64_t{1} << 20};
    Handle context_ = 0;
    Handle explicit_context_ = 0;
    Handle stream_ = 0;
    std::promise<void> may_end_;
};

TEST_F(FreedMemory, IsInUseByTheRunningTaskOfAStreamDestroyedByForce) {
    {
        const auto stream = pin<Stream>(stream_, "stream");
        ASSERT_TRUE(context()->destroy_stream(stream_, **stream, true).ok());
    }
    const auto in_use = device_.queued_work();
    EXPECT_TRUE(in_use != nullptr && in_use());
    may_end_.set_value();
    while (device_.queued_work() != nullptr) {
        std::this_thread::yield();
    }
    EXPECT_TRUE(in_use == nullptr || !in_use());
}

TEST_F(FreedMemory, IsInUseByTheTasksOfAContextThatEnds) {
    auto ended = std::async(std::launch::async, [this] { return device_.destroy_context(explicit_context_).ok(); });
    // Refused streams tell that the context is on its way out.
    while (context()->create_stream(false).ok()) {
        std::this_thread::yield();
    }
    const auto in_use = device_.queued_work();
    EXPECT_TRUE(in_use != nullptr && in_use());
    may_end_.set_value();
    EXPECT_TRUE(ended.get());
    EXPECT_TRUE(in_use == nullptr || !in_use());
}

}  // namespace
}  // namespace softacl::runtime
