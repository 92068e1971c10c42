// SPDX-License-Identifier: Apache-2.0
// Callbacks (manual 10.5.4.15 to 10.5.4.18): who runs them, when, and what happens to those that nobody runs.
#include <pthread.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <limits>

#include "api/fixture.h"
#include "softacl/callback.h"

namespace softacl::test {
namespace {

using Function = std::function<void()>;
using std::chrono::milliseconds;

uint64_t this_thread() { return pthread_self(); }

extern "C" void run_function(void* function) { (*static_cast<Function*>(function))(); }

aclError launch(Function& function, aclrtStream stream, aclrtCallbackBlockType type = ACL_CALLBACK_BLOCK) {
    return aclrtLaunchCallback(run_function, &function, type, stream);
}

// A thread that runs callbacks until the end of the scope.
class Server {
   public:
    Server()
        : thread_([this] {
              id_.set_value(this_thread());
              while (!ending_) {
                  const aclError code = aclrtProcessReport(10);
                  runs_ += code == ACL_SUCCESS;
                  if (code == ACL_ERROR_RT_THREAD_SUBSCRIBE) {
                      std::this_thread::sleep_for(milliseconds(1));
                  }
              }
          }),
          number_(id_.get_future().get()) {}
    ~Server() { end(); }
    void end() {
        ending_ = true;
        if (thread_.joinable()) {
            thread_.join();
        }
    }
    uint64_t id() const { return number_; }
    int runs() const { return runs_; }

   private:
    std::promise<uint64_t> id_;
    std::atomic<bool> ending_{false};
    std::atomic<int> runs_{0};
    std::thread thread_;
    const uint64_t number_;
};

class CallbackTest : public Runtime {
   protected:
    CallbackTest() : Runtime({{"SOFTACL_DEVICES", "3"}}) {}
    const aclrtStream stream_ = new_stream();
};

TEST_F(CallbackTest, RunsInItsThreadWhenTheStreamComesToIt) {
    Server server;
    Cells cells(1);
    EXPECT_OK(aclrtSubscribeReport(server.id(), stream_));
    Gate gate(stream_);
    cells.fill(0, 7, stream_);
    int seen = -1;
    uint64_t thread = 0;
    Function look = [&] {
        seen = cells[0];
        thread = this_thread();
    };
    EXPECT_OK(launch(look, stream_));
    cells.fill(0, 8, stream_);
    expect_held(stream_);
    EXPECT_EQ(seen, -1);
    gate.open();
    EXPECT_OK(aclrtSynchronizeStream(stream_));
    EXPECT_EQ(seen, 7);
    EXPECT_EQ(thread, server.id());
    EXPECT_EQ(cells[0], 8);
    EXPECT_OK(aclrtUnSubscribeReport(server.id(), stream_));
}

TEST_F(CallbackTest, HoldsItsStreamOnlyIfItBlocks) {
    for (const auto type : {ACL_CALLBACK_NO_BLOCK, ACL_CALLBACK_BLOCK}) {
        Cells cells(1);
        std::promise<void> release;
        Function wait = [held = release.get_future().share()] { held.wait(); };
        Server server;  // its end waits for the function
        EXPECT_OK(aclrtSubscribeReport(server.id(), stream_));
        EXPECT_OK(launch(wait, stream_, type));
        cells.fill(0, 7, stream_);
        if (type == ACL_CALLBACK_BLOCK) {
            expect_held(stream_);
            EXPECT_EQ(cells[0], 0);
        } else {
            EXPECT_OK(aclrtSynchronizeStream(stream_));
            EXPECT_EQ(cells[0], 7);
        }
        release.set_value();
        EXPECT_OK(aclrtSynchronizeStream(stream_));
        EXPECT_EQ(cells[0], 7);
        EXPECT_OK(aclrtUnSubscribeReport(server.id(), stream_));
    }
}

TEST_F(CallbackTest, KeepTheirOrder) {
    Server server;
    EXPECT_OK(aclrtSubscribeReport(server.id(), stream_));
    constexpr size_t kCount = 500;
    std::vector<size_t> order;
    std::vector<Function> functions(kCount);
    for (size_t i = 0; i < kCount; ++i) {
        functions[i] = [&order, i] { order.push_back(i); };
        EXPECT_OK(launch(functions[i], stream_, i % 3 == 0 ? ACL_CALLBACK_NO_BLOCK : ACL_CALLBACK_BLOCK));
    }
    Function last = [&] { order.push_back(kCount); };
    EXPECT_OK(launch(last, stream_));
    EXPECT_OK(aclrtSynchronizeStream(stream_));
    ASSERT_EQ(order.size(), kCount + 1);
    for (size_t i = 0; i <= kCount; ++i) {
        EXPECT_EQ(order[i], i);
    }
}

TEST_F(CallbackTest, OfManyStreamsRunInOneThread) {
    Server server;
    constexpr size_t kStreams = 100;
    constexpr int kRounds = 20;
    std::vector<aclrtStream> streams(kStreams);
    std::vector<int> counts(kStreams);
    std::vector<Function> functions(kStreams);
    for (size_t i = 0; i < kStreams; ++i) {
        streams[i] = new_stream();
        functions[i] = [&counts, &server, i] {
            EXPECT_EQ(this_thread(), server.id());
            ++counts[i];
        };
        EXPECT_OK(aclrtSubscribeReport(server.id(), streams[i]));
    }
    for (int round = 0; round < kRounds; ++round) {
        for (size_t i = 0; i < kStreams; ++i) {
            EXPECT_OK(launch(functions[i], streams[i]));
        }
    }
    EXPECT_OK(aclrtSynchronizeDevice());
    EXPECT_EQ(counts, std::vector<int>(kStreams, kRounds));
    for (const aclrtStream stream : streams) {
        EXPECT_OK(aclrtUnSubscribeReport(server.id(), stream));
    }
}

// The documented flow in one thread: each call runs one callback.
TEST_F(CallbackTest, RunOnePerCall) {
    EXPECT_OK(aclrtSubscribeReport(this_thread(), stream_));
    int count = 0;
    Function add = [&count] { ++count; };
    for (int i = 1; i <= 3; ++i) {
        EXPECT_OK(launch(add, stream_));
    }
    for (int i = 1; i <= 3; ++i) {
        EXPECT_OK(aclrtProcessReport(i == 2 ? -1 : 5000));
        EXPECT_EQ(count, i);
    }
    EXPECT_OK(aclrtSynchronizeStream(stream_));
    EXPECT_CODE(ACL_ERROR_RT_REPORT_TIMEOUT, aclrtProcessReport(1));
    EXPECT_OK(aclrtUnSubscribeReport(this_thread(), stream_));
}

TEST_F(CallbackTest, OfTheDefaultStreamToo) {
    EXPECT_OK(aclrtSubscribeReport(this_thread(), nullptr));
    int count = 0;
    Function add = [&count] { ++count; };
    EXPECT_OK(launch(add, nullptr));
    EXPECT_OK(aclrtProcessReport(-1));
    EXPECT_EQ(count, 1);
    EXPECT_OK(aclrtUnSubscribeReport(this_thread(), nullptr));
    EXPECT_CODE(ACL_ERROR_RT_STREAM_NO_CB_REG, launch(add, nullptr));
}

TEST_F(CallbackTest, MayUseTheRuntime) {
    EXPECT_OK(aclrtSubscribeReport(this_thread(), stream_));
    uint8_t* memory = nullptr;
    Function second = [&memory] { EXPECT_EQ(*memory, 9); };
    Function first = [&] {
        memory = device_memory(64);
        EXPECT_OK(aclrtMemset(memory, 64, 9, 64));
        EXPECT_OK(launch(second, stream_));
        const aclrtStream other = new_stream();
        EXPECT_OK(aclrtMemsetAsync(memory, 64, 9, 64, other));
        EXPECT_OK(aclrtSynchronizeStream(other));
        EXPECT_OK(aclrtDestroyStream(other));
    };
    EXPECT_OK(launch(first, stream_));
    EXPECT_OK(aclrtProcessReport(-1));
    EXPECT_OK(aclrtProcessReport(-1));
    EXPECT_OK(aclrtSynchronizeStream(stream_));
    EXPECT_OK(aclrtFree(memory));
}

TEST_F(CallbackTest, AStreamHasOneThread) {
    EXPECT_OK(aclrtSubscribeReport(this_thread(), stream_));
    EXPECT_CODE(ACL_ERROR_RT_STREAM_SUBSCRIBE, aclrtSubscribeReport(this_thread(), stream_));
    EXPECT_CODE(ACL_ERROR_RT_STREAM_SUBSCRIBE, aclrtSubscribeReport(1234, stream_));
    EXPECT_CODE(ACL_ERROR_RT_THREAD_SUBSCRIBE, aclrtUnSubscribeReport(1234, stream_));
    EXPECT_OK(aclrtUnSubscribeReport(this_thread(), stream_));
    EXPECT_CODE(ACL_ERROR_RT_STREAM_SUBSCRIBE, aclrtUnSubscribeReport(this_thread(), stream_));
    EXPECT_OK(aclrtSubscribeReport(1234, stream_));
    EXPECT_OK(aclrtUnSubscribeReport(1234, stream_));
}

TEST_F(CallbackTest, ThereAreAtMost1024Threads) {
    constexpr uint64_t kMost = 1024;
    constexpr uint64_t kFirst = 1000000;
    std::vector<aclrtStream> streams;
    // A device has 512 streams, so it takes three.
    for (uint64_t i = 0; i < kMost; ++i) {
        if (i % 400 == 0) {
            EXPECT_OK(aclrtSetDevice(static_cast<int32_t>(i / 400)));
        }
        streams.push_back(new_stream());
        ASSERT_OK(aclrtSubscribeReport(kFirst + i, streams.back()));
    }
    EXPECT_CODE(ACL_ERROR_RT_THREAD_SUBSCRIBE, aclrtSubscribeReport(kFirst + kMost, new_stream()));
    EXPECT_OK(aclrtSubscribeReport(kFirst + kMost - 1, new_stream())) << "one of them may serve more streams";
    EXPECT_OK(aclrtUnSubscribeReport(kFirst, streams[0]));
    EXPECT_OK(aclrtSubscribeReport(kFirst + kMost, new_stream()));
}

TEST_F(CallbackTest, AThreadServesOneDevice) {
    EXPECT_OK(aclrtSubscribeReport(this_thread(), stream_));
    EXPECT_OK(aclrtSetDevice(1));
    const aclrtStream other = new_stream();
    EXPECT_CODE(ACL_ERROR_RT_THREAD_SUBSCRIBE, aclrtSubscribeReport(this_thread(), other));
    EXPECT_OK(aclrtUnSubscribeReport(this_thread(), stream_));
    EXPECT_OK(aclrtSubscribeReport(this_thread(), other));
    EXPECT_OK(aclrtDestroyStream(other));
    EXPECT_OK(aclrtSubscribeReport(this_thread(), stream_)) << "the subscription ended with its stream";
}

TEST_F(CallbackTest, NeedsAThread) {
    Function nothing = [] {};
    EXPECT_CODE(ACL_ERROR_RT_STREAM_NO_CB_REG, launch(nothing, stream_));
    EXPECT_CODE(ACL_ERROR_RT_THREAD_SUBSCRIBE, aclrtProcessReport(1));
    EXPECT_CODE(ACL_ERROR_RT_THREAD_SUBSCRIBE, aclrtProcessReport(-1));
}

TEST_F(CallbackTest, RefusesBadArguments) {
    Function nothing = [] {};
    EXPECT_OK(aclrtSubscribeReport(this_thread(), stream_));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclrtLaunchCallback(nullptr, nullptr, ACL_CALLBACK_BLOCK, stream_));
    EXPECT_CODE(ACL_ERROR_INVALID_PARAM, launch(nothing, stream_, static_cast<aclrtCallbackBlockType>(2)));
    for (const int32_t timeout : {0, -2, std::numeric_limits<int32_t>::min()}) {
        EXPECT_CODE(ACL_ERROR_RT_PARAM_INVALID, aclrtProcessReport(timeout));
    }
    new_context();
    EXPECT_CODE(ACL_ERROR_RT_STREAM_CONTEXT, launch(nothing, stream_));
    EXPECT_CODE(ACL_ERROR_RT_REPORT_TIMEOUT, aclrtProcessReport(1));
    EXPECT_OK(aclrtUnSubscribeReport(this_thread(), stream_)) << "from any context";
}

TEST_F(CallbackTest, WaitsAsLongAsAsked) {
    EXPECT_OK(aclrtSubscribeReport(this_thread(), stream_));
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_CODE(ACL_ERROR_RT_REPORT_TIMEOUT, aclrtProcessReport(50));
    EXPECT_GE(std::chrono::steady_clock::now() - begin, milliseconds(50));
}

TEST_F(CallbackTest, ThoseThatHaveNotBegunAreDroppedAtTheEndOfTheSubscription) {
    Server server;
    Cells cells(1);
    std::promise<void> begun;
    std::promise<void> release;
    std::atomic<int> count{0};
    EXPECT_OK(aclrtSubscribeReport(server.id(), stream_));
    Function first = [&, held = release.get_future().share()] {
        begun.set_value();
        held.wait();
        ++count;
    };
    Function other = [&count] { ++count; };
    EXPECT_OK(launch(first, stream_, ACL_CALLBACK_NO_BLOCK));
    begun.get_future().wait();
    EXPECT_OK(launch(other, stream_, ACL_CALLBACK_NO_BLOCK));
    EXPECT_OK(launch(other, stream_));
    EXPECT_OK(launch(other, stream_));
    cells.fill(0, 7, stream_);
    expect_held(stream_);
    recent_message();
    EXPECT_OK(aclrtUnSubscribeReport(server.id(), stream_));
    EXPECT_NE(recent_message().find("2 callbacks"), std::string::npos) << "the third is not in line yet";
    EXPECT_OK(aclrtSynchronizeStream(stream_));
    EXPECT_NE(recent_message().find("before it ran this callback"), std::string::npos);
    EXPECT_EQ(cells[0], 7);
    release.set_value();
    server.end();
    EXPECT_EQ(count, 1);
}

TEST_F(CallbackTest, TheEndOfTheSubscriptionLetsItsThreadGo) {
    std::promise<uint64_t> id;
    std::promise<void> subscribed;
    std::thread server([&, ready = subscribed.get_future().share()] {
        id.set_value(this_thread());
        ready.wait();
        EXPECT_CODE(ACL_ERROR_RT_THREAD_SUBSCRIBE, aclrtProcessReport(-1));
    });
    const uint64_t thread = id.get_future().get();
    EXPECT_OK(aclrtSubscribeReport(thread, stream_));
    subscribed.set_value();
    std::this_thread::sleep_for(milliseconds(10));
    EXPECT_OK(aclrtUnSubscribeReport(thread, stream_));
    server.join();
}

TEST_F(CallbackTest, AThreadThatEndsHoldsNobody) {
    Function nothing = [] { ADD_FAILURE() << "nobody can run this"; };
    uint64_t id = 0;
    in_new_thread([&] {
        id = this_thread();
        EXPECT_OK(aclrtSubscribeReport(id, stream_));
        EXPECT_CODE(ACL_ERROR_RT_REPORT_TIMEOUT, aclrtProcessReport(1));
        EXPECT_OK(aclrtSetDevice(0));
        EXPECT_OK(launch(nothing, stream_));
        EXPECT_OK(aclrtResetDevice(0));
    });
    EXPECT_OK(aclrtSynchronizeStream(stream_));
    EXPECT_CODE(ACL_ERROR_RT_STREAM_NO_CB_REG, launch(nothing, stream_));
    EXPECT_OK(aclrtUnSubscribeReport(id, stream_));
    EXPECT_OK(aclrtSubscribeReport(this_thread(), stream_));
}

// What would wait for itself is refused.
TEST_F(CallbackTest, CannotWaitForItself) {
    EXPECT_OK(aclrtSubscribeReport(this_thread(), stream_));
    const aclrtEvent before = new_event();
    const aclrtEvent after = new_event();
    Function wait = [&] {
        EXPECT_CODE(ACL_ERROR_RT_PARAM_INVALID, aclrtSynchronizeStream(stream_));
        EXPECT_CODE(ACL_ERROR_RT_PARAM_INVALID, aclrtSynchronizeStreamWithTimeout(stream_, 1000));
        EXPECT_CODE(ACL_ERROR_RT_PARAM_INVALID, aclrtSynchronizeDevice());
        EXPECT_CODE(ACL_ERROR_RT_PARAM_INVALID, aclrtSynchronizeEvent(after));
        EXPECT_OK(aclrtSynchronizeEvent(before));
    };
    EXPECT_OK(aclrtRecordEvent(before, stream_));
    EXPECT_OK(launch(wait, stream_));
    EXPECT_OK(aclrtRecordEvent(after, stream_));
    EXPECT_OK(aclrtSynchronizeEvent(before));
    EXPECT_CODE(ACL_ERROR_RT_PARAM_INVALID, aclrtSynchronizeStream(stream_));
    EXPECT_OK(aclrtProcessReport(-1));
    EXPECT_OK(aclrtSynchronizeEvent(after));
    EXPECT_OK(aclrtSynchronizeStream(stream_));
}

TEST_F(CallbackTest, ThatDoesNotBlockMayWaitForItsStream) {
    EXPECT_OK(aclrtSubscribeReport(this_thread(), stream_));
    Function wait = [this] { EXPECT_OK(aclrtSynchronizeStream(stream_)); };
    EXPECT_OK(launch(wait, stream_, ACL_CALLBACK_NO_BLOCK));
    EXPECT_OK(aclrtProcessReport(-1));
}

TEST_F(CallbackTest, IsSkippedAfterAFailure) {
    EXPECT_OK(aclrtSetStreamFailureMode(stream_, ACL_STOP_ON_FAILURE));
    EXPECT_OK(aclrtSubscribeReport(this_thread(), stream_));
    queue_failure(stream_);
    Function nothing = [] { ADD_FAILURE() << "skipped tasks do not run"; };
    EXPECT_OK(launch(nothing, stream_));
    const aclrtEvent end = new_event();
    EXPECT_OK(aclrtRecordEvent(end, stream_));
    EXPECT_CODE(ACL_ERROR_RT_PARAM_INVALID, aclrtSynchronizeEvent(end));
    EXPECT_CODE(ACL_ERROR_RT_REPORT_TIMEOUT, aclrtProcessReport(1));
}

// Everything that ends a stream, with callbacks that nobody is going to run.
struct Ending {
    const char* name;
    std::function<void(aclrtStream)> end;
};

class CallbackEnd : public Runtime, public testing::WithParamInterface<Ending> {
   protected:
    const aclrtContext context_ = new_context();
    const aclrtStream stream_ = new_stream();
};

void drop(void* count) { ++*static_cast<std::atomic<int>*>(count); }
void must_not_run(void*) { ADD_FAILURE() << "nobody runs this"; }

// Soon: a worker that is about to hand a callback over drops it itself.
void expect_dropped(const std::atomic<int>& dropped, int count) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    while (dropped < count && std::chrono::steady_clock::now() < deadline) {
        std::this_thread::yield();
    }
    EXPECT_EQ(dropped, count);
}

TEST_P(CallbackEnd, DropsThoseThatNobodyRuns) {
    for (const uint64_t thread : {this_thread(), uint64_t{1234}}) {
        std::atomic<int> dropped{0};
        EXPECT_OK(aclrtSetDevice(0));
        EXPECT_OK(aclrtSetCurrentContext(new_context()));
        const aclrtStream stream = new_stream();
        EXPECT_OK(aclrtSubscribeReport(thread, stream));
        for (int i = 0; i < 100; ++i) {
            EXPECT_OK(softaclLaunchCallback(must_not_run, drop, &dropped,
                                            i % 2 ? ACL_CALLBACK_BLOCK : ACL_CALLBACK_NO_BLOCK, stream));
        }
        const auto begin = std::chrono::steady_clock::now();
        GetParam().end(stream);
        EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
        expect_dropped(dropped, 100);
        EXPECT_CODE(ACL_ERROR_RT_THREAD_SUBSCRIBE, aclrtProcessReport(-1));
    }
    aclInit(nullptr);  // for the end of the test, if the library was finalized
    recent_message();
}

// The same from inside a callback of the stream.
TEST_P(CallbackEnd, MayComeFromTheStreamsOwnCallback) {
    EXPECT_OK(aclrtSubscribeReport(this_thread(), stream_));
    Function end = [this] { GetParam().end(stream_); };
    std::atomic<int> dropped{0};
    EXPECT_OK(launch(end, stream_));
    EXPECT_OK(softaclLaunchCallback(must_not_run, drop, &dropped, ACL_CALLBACK_BLOCK, stream_));
    EXPECT_OK(aclrtProcessReport(-1));
    expect_dropped(dropped, 1);
    aclInit(nullptr);
    recent_message();
}

/// By all ways but the one by force.
class CallbackWait : public CallbackEnd {};

// Those that a thread is running are waited for.
TEST_P(CallbackWait, IsForThoseThatRun) {
    Server server;
    EXPECT_OK(aclrtSubscribeReport(server.id(), stream_));
    std::atomic<int> count{0};
    Function work = [&count] {
        std::this_thread::sleep_for(milliseconds(30));
        ++count;
    };
    for (int i = 0; i < 3; ++i) {
        EXPECT_OK(launch(work, stream_));
    }
    GetParam().end(stream_);
    EXPECT_EQ(count, 3);
    aclInit(nullptr);
    recent_message();
}

const std::vector<Ending> kWaiting = {
    {"Destroy", [](aclrtStream stream) { EXPECT_OK(aclrtDestroyStream(stream)); }},
    {"DestroyContext", [](aclrtStream) { EXPECT_OK(aclrtDestroyContext(current_context())); }},
    {"ResetDevice",
     [](aclrtStream) {
         while (aclrtResetDevice(0) == ACL_SUCCESS) {
         }
         recent_message();
     }},
    {"Finalize",
     [](aclrtStream) {
         EXPECT_OK(aclFinalize());
         EXPECT_OK(aclInit(nullptr));
     }},
};
const Ending kByForce = {"DestroyForce", [](aclrtStream stream) { EXPECT_OK(aclrtDestroyStreamForce(stream)); }};

INSTANTIATE_TEST_SUITE_P(Ways, CallbackEnd, testing::ValuesIn(kWaiting), case_name<Ending>);
INSTANTIATE_TEST_SUITE_P(ByForce, CallbackEnd, testing::Values(kByForce), case_name<Ending>);
INSTANTIATE_TEST_SUITE_P(Ways, CallbackWait, testing::ValuesIn(kWaiting), case_name<Ending>);

// Exactly one of both is called, whatever happens.
TEST_F(CallbackTest, WithAnOwnerRunsOrIsDropped) {
    std::atomic<int> ran{0};
    std::atomic<int> dropped{0};
    static std::atomic<int>* s_ran = nullptr;
    s_ran = &ran;
    const auto count_run = [](void*) { ++*s_ran; };
    EXPECT_CODE(ACL_ERROR_RT_STREAM_NO_CB_REG,
                softaclLaunchCallback(count_run, drop, &dropped, ACL_CALLBACK_BLOCK, stream_) == ACL_SUCCESS
                    ? ACL_SUCCESS
                    : aclrtLaunchCallback(count_run, &dropped, ACL_CALLBACK_BLOCK, stream_));
    EXPECT_EQ(dropped, 1);
    recent_message();
    EXPECT_EQ(softaclLaunchCallback(nullptr, drop, &dropped, ACL_CALLBACK_BLOCK, stream_), ACL_ERROR_INVALID_PARAM);
    EXPECT_EQ(dropped, 2);
    EXPECT_OK(aclrtSubscribeReport(this_thread(), stream_));
    EXPECT_EQ(softaclLaunchCallback(count_run, drop, &dropped, ACL_CALLBACK_BLOCK, stream_), ACL_SUCCESS);
    EXPECT_OK(aclrtProcessReport(-1));
    EXPECT_EQ(ran, 1);
    EXPECT_EQ(dropped, 2);
    EXPECT_EQ(softaclLaunchCallback(count_run, drop, &dropped, ACL_CALLBACK_BLOCK, stream_), ACL_SUCCESS);
    EXPECT_OK(aclrtUnSubscribeReport(this_thread(), stream_));
    EXPECT_OK(aclrtSynchronizeStream(stream_));
    EXPECT_EQ(ran, 1);
    EXPECT_EQ(dropped, 3);
    recent_message();
}

}  // namespace
}  // namespace softacl::test
