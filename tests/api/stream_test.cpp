// SPDX-License-Identifier: Apache-2.0
// Streams: order, number, destruction, failures, time limits.
#include <functional>

#include "api/fixture.h"

namespace softacl::test {
namespace {

using Stream = Runtime;

TEST_F(Stream, RunsItsTasksInOrder) {
    constexpr size_t kTasks = 1000;
    Cells cells(kTasks);
    const aclrtStream stream = new_stream();
    for (int value : {1, 2}) {
        cells.fill(0, value, stream);
        for (size_t i = 1; i < kTasks; ++i) {
            cells.copy(i - 1, i, stream);
        }
    }
    EXPECT_OK(aclrtSynchronizeStream(stream));
    for (size_t i = 0; i < kTasks; ++i) {
        ASSERT_EQ(cells[i], 2) << i;
    }
}

TEST_F(Stream, RunsItsTasksLater) {
    Cells cells(1);
    const aclrtStream stream = new_stream();
    Gate gate(stream);
    cells.fill(0, 7, stream);
    expect_held(stream);
    EXPECT_EQ(cells[0], 0);
    gate.open();
    EXPECT_OK(aclrtSynchronizeStream(stream));
    EXPECT_EQ(cells[0], 7);
}

TEST_F(Stream, DoesNotHoldAnother) {
    Cells cells(1);
    const aclrtStream held = new_stream();
    const aclrtStream free = new_stream();
    Gate gate(held);
    cells.fill(0, 7, free);
    EXPECT_OK(aclrtSynchronizeStream(free));
    EXPECT_EQ(cells[0], 7);
}

TEST_F(Stream, IsSynchronizedWithItsDevice) {
    Cells cells(2);
    const aclrtStream stream = new_stream();
    cells.fill(0, 7, stream);
    new_context();
    cells.fill(1, 8, nullptr);
    std::thread other([context = current_context()] {
        EXPECT_OK(aclrtSetCurrentContext(context));
        EXPECT_OK(aclrtSynchronizeDevice());
    });
    EXPECT_OK(aclrtSynchronizeDevice());
    EXPECT_EQ(cells[0], 7);
    EXPECT_EQ(cells[1], 8);
    other.join();
}

TEST_F(Stream, AcceptsEveryConfiguration) {
    for (uint32_t flag : {0, ACL_STREAM_FAST_LAUNCH, ACL_STREAM_FAST_SYNC, 3, 77}) {
        Cells cells(1);
        aclrtStream stream = nullptr;
        EXPECT_OK(aclrtCreateStreamWithConfig(&stream, 0, flag));
        cells.fill(0, 7, stream);
        EXPECT_OK(aclrtSynchronizeStream(stream));
        EXPECT_EQ(cells[0], 7) << flag;
        EXPECT_OK(aclrtDestroyStream(stream));
    }
}

TEST_F(Stream, OfAContextIsNullAndStays) {
    EXPECT_OK(aclrtSynchronizeStream(nullptr));
    EXPECT_OK(aclrtSynchronizeStreamWithTimeout(nullptr, 1));
    EXPECT_CODE(ACL_ERROR_RT_PARAM_INVALID, aclrtDestroyStream(nullptr));
    EXPECT_CODE(ACL_ERROR_RT_PARAM_INVALID, aclrtDestroyStreamForce(nullptr));
    EXPECT_CODE(ACL_ERROR_RT_PARAM_INVALID, aclrtSetStreamFailureMode(nullptr, ACL_STOP_ON_FAILURE));
    EXPECT_OK(aclrtSynchronizeStream(nullptr));
}

// How many streams are left of 512 beside the default streams and, per created context, an internal one.
struct LimitCase {
    bool set_device;
    int contexts;
    int left;
};

class StreamLimit : public Library, public testing::WithParamInterface<LimitCase> {};

TEST_P(StreamLimit, CountsDefaultAndInternalStreams) {
    if (GetParam().set_device) {
        ASSERT_OK(aclrtSetDevice(0));
    }
    for (int i = 0; i < GetParam().contexts; ++i) {
        new_context();
    }
    aclrtStream stream = nullptr;
    int created = 0;
    while (created < 600 && aclrtCreateStream(&stream) == ACL_SUCCESS) {
        ++created;
    }
    EXPECT_EQ(created, GetParam().left);
    aclrtContext context = nullptr;
    EXPECT_CODE(ACL_ERROR_RT_NO_STREAM_RESOURCE, aclrtCreateStream(&stream));
    EXPECT_CODE(ACL_ERROR_RT_NO_STREAM_RESOURCE, aclrtCreateStreamWithConfig(&stream, 0, 0));
    EXPECT_CODE(ACL_ERROR_RT_NO_STREAM_RESOURCE, aclrtCreateContext(&context, 0));
}

INSTANTIATE_TEST_SUITE_P(, StreamLimit,
                         testing::Values(LimitCase{true, 0, 511}, LimitCase{false, 1, 510}, LimitCase{true, 1, 509},
                                         LimitCase{false, 2, 508}));

class StreamsOfTwoDevices : public Runtime {
   protected:
    StreamsOfTwoDevices() : Runtime({{"SOFTACL_DEVICES", "2"}}) {}
};

TEST_F(StreamsOfTwoDevices, AreCountedSeparatelyAndGivenBack) {
    std::vector<aclrtStream> streams(511);
    for (aclrtStream& stream : streams) {
        stream = new_stream();
    }
    EXPECT_OK(aclrtSetDevice(1));
    new_stream();
    EXPECT_OK(aclrtSetDevice(0));
    EXPECT_OK(aclrtDestroyStream(streams[0]));
    EXPECT_OK(aclrtDestroyStreamForce(streams[1]));
    const aclrtContext context = new_context();
    EXPECT_OK(aclrtDestroyContext(context));
    EXPECT_OK(aclrtSetDevice(0));
    new_stream();
    new_stream();
    EXPECT_CODE(ACL_ERROR_RT_NO_STREAM_RESOURCE, aclrtCreateStream(&streams[0]));
}

TEST_F(Stream, IsDestroyedAfterItsTasks) {
    Cells cells(1);
    const aclrtStream stream = new_stream();
    Gate gate(stream);
    cells.fill(0, 7, stream);
    std::thread opener([&, context = current_context()] {
        EXPECT_OK(aclrtSetCurrentContext(context));
        gate.open();
    });
    EXPECT_OK(aclrtDestroyStream(stream));
    EXPECT_EQ(cells[0], 7);
    EXPECT_CODE(ACL_ERROR_RT_INVALID_HANDLE, aclrtDestroyStream(stream));
    opener.join();
}

TEST_F(Stream, DropsItsTasksWhenForced) {
    Cells cells(1);
    const aclrtStream stream = new_stream();
    Gate gate(stream);
    cells.fill(0, 7, stream);
    EXPECT_OK(aclrtDestroyStreamForce(stream));
    gate.open();
    EXPECT_OK(aclrtSynchronizeDevice());
    EXPECT_EQ(cells[0], 0);
    EXPECT_CODE(ACL_ERROR_RT_INVALID_HANDLE, aclrtSynchronizeStream(stream));
}

TEST_F(Stream, ReleasesThoseWhoWaitForItsDroppedTasks) {
    const aclrtStream dropped = new_stream();
    const aclrtStream waiting = new_stream();
    const aclrtEvent event = new_event();
    Gate gate(dropped);
    EXPECT_OK(aclrtRecordEvent(event, dropped));
    EXPECT_OK(aclrtStreamWaitEvent(waiting, event));
    EXPECT_OK(aclrtDestroyStreamForce(dropped));
    EXPECT_NE(aclrtSynchronizeStreamWithTimeout(waiting, 10000), ACL_ERROR_RT_STREAM_SYNC_TIMEOUT);
    EXPECT_FALSE(is_complete(event));
}

TEST_F(Stream, WaitsNoLongerThanAllowed) {
    const aclrtStream stream = new_stream();
    EXPECT_OK(aclrtSynchronizeStreamWithTimeout(stream, 1));
    Gate gate(stream);
    EXPECT_CODE(ACL_ERROR_RT_STREAM_SYNC_TIMEOUT, aclrtSynchronizeStreamWithTimeout(stream, 1));
    for (int32_t timeout : {0, -2, INT32_MIN}) {
        EXPECT_CODE(ACL_ERROR_RT_PARAM_INVALID, aclrtSynchronizeStreamWithTimeout(stream, timeout));
    }
    gate.open();
    EXPECT_OK(aclrtSynchronizeStreamWithTimeout(stream, -1));
}

class FailureMode : public Runtime, public testing::WithParamInterface<uint64_t> {};

TEST_P(FailureMode, DecidesWhetherLaterTasksRun) {
    Cells cells(2);
    const aclrtStream stream = new_stream();
    EXPECT_OK(aclrtSetStreamFailureMode(stream, GetParam()));
    Gate gate(stream);
    queue_failure(stream);
    cells.fill(0, 7, stream);
    gate.open();
    EXPECT_CODE(ACL_ERROR_RT_PARAM_INVALID, aclrtSynchronizeStream(stream));
    EXPECT_EQ(cells[0], GetParam() == ACL_STOP_ON_FAILURE ? 0 : 7);

    cells.fill(1, 8, stream);
    EXPECT_OK(aclrtSynchronizeStream(stream));
    EXPECT_EQ(cells[1], 8);
}

INSTANTIATE_TEST_SUITE_P(, FailureMode, testing::Values(ACL_CONTINUE_ON_FAILURE, ACL_STOP_ON_FAILURE));

TEST_F(Stream, HasTwoFailureModes) { EXPECT_CODE(ACL_ERROR_INVALID_PARAM, aclrtSetStreamFailureMode(new_stream(), 2)); }

// The calls that wait for a stream: each returns a failure, and it is forgotten then.
using Wait = std::function<aclError(aclrtStream)>;

class FailedStream : public Runtime, public testing::WithParamInterface<Wait> {};

TEST_P(FailedStream, SaysSoOnce) {
    const aclrtStream stream = new_stream();
    queue_failure(stream);
    EXPECT_CODE(ACL_ERROR_RT_PARAM_INVALID, GetParam()(stream));
    EXPECT_OK(aclrtSynchronizeStream(stream));
    EXPECT_OK(aclrtSynchronizeDevice());
}

INSTANTIATE_TEST_SUITE_P(, FailedStream,
                         testing::Values(Wait(aclrtSynchronizeStream), Wait([](aclrtStream stream) {
                                             return aclrtSynchronizeStreamWithTimeout(stream, -1);
                                         }),
                                         Wait([](aclrtStream) { return aclrtSynchronizeDevice(); })));

TEST_F(Stream, KeepsTheFailuresOfOthersOut) {
    const aclrtStream failed = new_stream();
    queue_failure(failed);
    EXPECT_OK(aclrtSynchronizeStream(new_stream()));
    EXPECT_OK(aclrtSynchronizeStream(nullptr));
    EXPECT_CODE(ACL_ERROR_RT_PARAM_INVALID, aclrtSynchronizeStream(failed));
}

TEST_F(Stream, PassesFailuresOnThroughEvents) {
    const aclrtStream failed = new_stream();
    const aclrtStream between = new_stream();
    const aclrtStream last = new_stream();
    const aclrtEvent first_event = new_event();
    const aclrtEvent second_event = new_event();
    queue_failure(failed);
    EXPECT_OK(aclrtRecordEvent(first_event, failed));
    EXPECT_OK(aclrtStreamWaitEvent(between, first_event));
    EXPECT_OK(aclrtRecordEvent(second_event, between));
    EXPECT_OK(aclrtStreamWaitEvent(last, second_event));
    EXPECT_CODE(ACL_ERROR_RT_PARAM_INVALID, aclrtSynchronizeEvent(second_event));
    for (const aclrtStream stream : {last, between, failed}) {
        EXPECT_CODE(ACL_ERROR_RT_PARAM_INVALID, aclrtSynchronizeStream(stream));
        EXPECT_OK(aclrtSynchronizeStream(stream));
    }
}

TEST_F(Stream, PassesNoFailureOnThatWasReported) {
    const aclrtStream failed = new_stream();
    const aclrtStream waiting = new_stream();
    const aclrtEvent event = new_event();
    queue_failure(failed);
    EXPECT_CODE(ACL_ERROR_RT_PARAM_INVALID, aclrtSynchronizeStream(failed));
    EXPECT_OK(aclrtRecordEvent(event, failed));
    EXPECT_OK(aclrtStreamWaitEvent(waiting, event));
    EXPECT_OK(aclrtSynchronizeStream(waiting));
    EXPECT_OK(aclrtSynchronizeEvent(event));
}

struct StreamCall {
    const char* name;
    std::function<aclError(aclrtStream, void* memory, aclrtEvent)> call;
};

class StreamOfAnotherContext : public Runtime, public testing::WithParamInterface<StreamCall> {};

TEST_P(StreamOfAnotherContext, IsRefused) {
    const aclrtContext context = current_context();
    const aclrtStream stream = new_stream();
    new_context();
    EXPECT_CODE(ACL_ERROR_RT_STREAM_CONTEXT, GetParam().call(stream, device_memory(64), new_event()));
    EXPECT_OK(aclrtSetCurrentContext(context));
    EXPECT_OK(aclrtSynchronizeStream(stream));
}

INSTANTIATE_TEST_SUITE_P(
    , StreamOfAnotherContext,
    testing::ValuesIn(std::vector<StreamCall>{
        {"Destroy", [](auto stream, auto, auto) { return aclrtDestroyStream(stream); }},
        {"DestroyForce", [](auto stream, auto, auto) { return aclrtDestroyStreamForce(stream); }},
        {"Synchronize", [](auto stream, auto, auto) { return aclrtSynchronizeStream(stream); }},
        {"SynchronizeWithTimeout",
         [](auto stream, auto, auto) { return aclrtSynchronizeStreamWithTimeout(stream, 100); }},
        {"Record", [](auto stream, auto, auto event) { return aclrtRecordEvent(event, stream); }},
        {"Reset", [](auto stream, auto, auto event) { return aclrtResetEvent(event, stream); }},
        {"Wait", [](auto stream, auto, auto event) { return aclrtStreamWaitEvent(stream, event); }},
        {"Memset", [](auto stream, auto memory, auto) { return aclrtMemsetAsync(memory, 64, 0, 64, stream); }},
        {"Memcpy", [](auto stream, auto memory,
                      auto) { return aclrtMemcpyAsync(memory, 64, memory, 64, ACL_MEMCPY_DEVICE_TO_DEVICE, stream); }},
        {"Memcpy2d",
         [](auto stream, auto memory, auto) {
             char row[64] = {};
             return aclrtMemcpy2dAsync(memory, 64, row, 64, 64, 1, ACL_MEMCPY_HOST_TO_DEVICE, stream);
         }},
    }),
    case_name<StreamCall>);

}  // namespace
}  // namespace softacl::test
