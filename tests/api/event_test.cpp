// SPDX-License-Identifier: Apache-2.0
// Events: recording, waiting, asking, timing, their number, and streams that wait for one another.
#include <algorithm>
#include <chrono>
#include <numeric>
#include <random>

#include "api/fixture.h"

namespace softacl::test {
namespace {

using Event = Runtime;

aclrtEvent flagged_event(uint32_t flag) {
    aclrtEvent event = nullptr;
    EXPECT_OK(aclrtCreateEventWithFlag(&event, flag));
    return event;
}

// Every stream that was told to wait for the event has gone on.
bool is_passed(aclrtEvent event) {
    aclrtEventWaitStatus status = ACL_EVENT_WAIT_STATUS_RESERVED;
    EXPECT_OK(aclrtQueryEventWaitStatus(event, &status));
    return status == ACL_EVENT_WAIT_STATUS_COMPLETE;
}

TEST_F(Event, HasTwoFlags) {
    for (uint32_t flag : {ACL_EVENT_SYNC, ACL_EVENT_TIME_LINE, ACL_EVENT_SYNC | ACL_EVENT_TIME_LINE}) {
        EXPECT_OK(aclrtDestroyEvent(flagged_event(flag)));
    }
    for (uint32_t flag : {0u, 2u, 4u, 16u, 11u, ~0u}) {
        aclrtEvent event = nullptr;
        EXPECT_CODE(ACL_ERROR_RT_PARAM_INVALID, aclrtCreateEventWithFlag(&event, flag));
    }
}

TEST_F(Event, CompletesWhenTheStreamGetsThere) {
    const aclrtEvent event = new_event();
    auto status = ACL_EVENT_STATUS_RESERVED;
    EXPECT_FALSE(is_complete(event));
    EXPECT_OK(aclrtQueryEvent(event, &status));
    EXPECT_EQ(status, ACL_EVENT_STATUS_NOT_READY);

    const aclrtStream stream = new_stream();
    Gate gate(stream);
    EXPECT_OK(aclrtRecordEvent(event, stream));
    EXPECT_FALSE(is_complete(event));
    gate.open();
    EXPECT_OK(aclrtSynchronizeStream(stream));
    in_new_thread([event] { EXPECT_TRUE(is_complete(event)); });
    EXPECT_OK(aclrtQueryEvent(event, &status));
    EXPECT_EQ(status, ACL_EVENT_STATUS_COMPLETE);
}

TEST_F(Event, IsWaitedForByThreads) {
    Cells cells(1);
    const aclrtEvent event = new_event();
    EXPECT_CODE(ACL_ERROR_RT_PARAM_INVALID, aclrtSynchronizeEvent(event));
    const aclrtStream stream = new_stream();
    Gate gate(stream);
    cells.fill(0, 7, stream);
    EXPECT_OK(aclrtRecordEvent(event, stream));
    Gate later(stream);
    std::thread waiting([&] {
        EXPECT_OK(aclrtSynchronizeEvent(event));
        EXPECT_EQ(cells[0], 7);
    });
    gate.open();
    waiting.join();
    expect_held(stream);
}

TEST_F(Event, HoldsEveryStreamThatWaits) {
    Cells cells(3);
    const aclrtEvent event = new_event();
    const aclrtStream recording = new_stream();
    const aclrtStream free = new_stream();
    const aclrtStream held = new_stream();
    Gate gate(recording);
    cells.fill(0, 7, recording);
    EXPECT_OK(aclrtRecordEvent(event, recording));
    Gate more(held);
    EXPECT_OK(aclrtStreamWaitEvent(free, event));
    EXPECT_OK(aclrtStreamWaitEvent(held, event));
    cells.copy(0, 1, free);
    cells.copy(0, 2, held);
    expect_held(free);
    EXPECT_FALSE(is_passed(event));

    gate.open();
    EXPECT_OK(aclrtSynchronizeStream(free));
    EXPECT_EQ(cells[1], 7);
    EXPECT_FALSE(is_passed(event));
    more.open();
    EXPECT_OK(aclrtSynchronizeStream(held));
    EXPECT_EQ(cells[2], 7);
    EXPECT_TRUE(is_passed(event));
}

TEST_F(Event, IsWaitedForBeforeItIsRecorded) {
    const aclrtEvent event = new_event();
    const aclrtStream stream = new_stream();
    EXPECT_OK(aclrtStreamWaitEvent(stream, event));
    expect_held(stream);
    EXPECT_OK(aclrtRecordEvent(event, nullptr));
    EXPECT_OK(aclrtSynchronizeStream(stream));
}

TEST_F(Event, KeepsOldWaitsWithTheOldRecording) {
    const aclrtEvent event = new_event();
    const aclrtStream first = new_stream();
    const aclrtStream second = new_stream();
    const aclrtStream early = new_stream();
    const aclrtStream late = new_stream();
    Gate first_gate(first);
    Gate second_gate(second);
    EXPECT_OK(aclrtRecordEvent(event, first));
    EXPECT_OK(aclrtStreamWaitEvent(early, event));
    EXPECT_OK(aclrtRecordEvent(event, second));
    EXPECT_OK(aclrtStreamWaitEvent(late, event));
    first_gate.open();
    EXPECT_OK(aclrtSynchronizeStream(early));
    expect_held(late);
    EXPECT_FALSE(is_complete(event));
    second_gate.open();
    EXPECT_OK(aclrtSynchronizeStream(late));
    EXPECT_TRUE(is_complete(event));
}

TEST_F(Event, IsAsNewAfterReset) {
    const aclrtEvent event = new_event();
    const aclrtStream recording = new_stream();
    const aclrtStream early = new_stream();
    const aclrtStream late = new_stream();
    EXPECT_OK(aclrtResetEvent(event, recording));

    Gate gate(recording);
    EXPECT_OK(aclrtRecordEvent(event, recording));
    EXPECT_OK(aclrtStreamWaitEvent(early, event));
    EXPECT_OK(aclrtResetEvent(event, recording));
    gate.open();
    EXPECT_OK(aclrtSynchronizeStream(early));
    EXPECT_OK(aclrtSynchronizeStream(recording));
    EXPECT_FALSE(is_complete(event));
    EXPECT_CODE(ACL_ERROR_RT_PARAM_INVALID, aclrtSynchronizeEvent(event));

    EXPECT_OK(aclrtStreamWaitEvent(late, event));
    expect_held(late);
    EXPECT_OK(aclrtRecordEvent(event, recording));
    EXPECT_OK(aclrtSynchronizeStream(late));
}

TEST_F(Event, IsKeptByAWaitWhenDestroyed) {
    const aclrtEvent event = new_event();
    const aclrtStream recording = new_stream();
    const aclrtStream waiting = new_stream();
    Gate gate(recording);
    EXPECT_OK(aclrtRecordEvent(event, recording));
    EXPECT_OK(aclrtStreamWaitEvent(waiting, event));
    EXPECT_OK(aclrtDestroyEvent(event));
    EXPECT_CODE(ACL_ERROR_RT_INVALID_HANDLE, aclrtDestroyEvent(event));
    expect_held(waiting);
    gate.open();
    EXPECT_OK(aclrtSynchronizeStream(waiting));
}

TEST_F(Event, HoldsNobodyWhenDestroyedUnrecorded) {
    const aclrtEvent event = new_event();
    const aclrtStream waiting = new_stream();
    EXPECT_OK(aclrtStreamWaitEvent(waiting, event));
    EXPECT_OK(aclrtDestroyEvent(event));
    EXPECT_NE(aclrtSynchronizeStreamWithTimeout(waiting, 10000), ACL_ERROR_RT_STREAM_SYNC_TIMEOUT);
}

TEST_F(Event, IsWaitedForNoLongerThanAllowed) {
    const aclrtEvent never = new_event();
    const aclrtStream unlimited = new_stream();
    const aclrtStream limited = new_stream();
    Gate gate(unlimited);
    EXPECT_OK(aclrtSetOpWaitTimeout(1));
    EXPECT_OK(aclrtStreamWaitEvent(limited, never));
    queue_failure(limited);
    EXPECT_CODE(ACL_ERROR_RT_WAIT_TIMEOUT, aclrtSynchronizeStream(limited));
    EXPECT_OK(aclrtSynchronizeStream(limited));
    expect_held(unlimited);

    const aclrtEvent recorded = new_event();
    EXPECT_OK(aclrtRecordEvent(recorded, nullptr));
    EXPECT_OK(aclrtStreamWaitEvent(limited, recorded));
    EXPECT_OK(aclrtSynchronizeStream(limited));
}

TEST_F(Event, TellsTheTimeBetweenTwo) {
    using Clock = std::chrono::steady_clock;
    const auto milliseconds = [](Clock::duration time) {
        return std::chrono::duration<float, std::milli>(time).count();
    };
    const aclrtEvent begin = new_event();
    const aclrtEvent end = flagged_event(ACL_EVENT_TIME_LINE);
    const aclrtStream stream = new_stream();

    const auto before_begin = Clock::now();
    EXPECT_OK(aclrtRecordEvent(begin, stream));
    EXPECT_OK(aclrtSynchronizeEvent(begin));
    const auto after_begin = Clock::now();
    Gate gate(stream);
    expect_held(stream);
    const auto before_end = Clock::now();
    gate.open();
    EXPECT_OK(aclrtRecordEvent(end, stream));
    EXPECT_OK(aclrtSynchronizeStream(stream));
    const auto after_end = Clock::now();

    float ms = 0;
    constexpr float kRounding = 0.01F;
    EXPECT_OK(aclrtEventElapsedTime(&ms, begin, end));
    EXPECT_GE(ms, milliseconds(before_end - after_begin) - kRounding);
    EXPECT_LE(ms, milliseconds(after_end - before_begin) + kRounding);
    EXPECT_CODE(ACL_ERROR_RT_EVENT_TIMESTAMP_REVERSAL, aclrtEventElapsedTime(&ms, end, begin));
}

TEST_F(Event, HasATimeOnceComplete) {
    const aclrtEvent complete = new_event();
    const aclrtEvent unrecorded = new_event();
    const aclrtEvent pending = new_event();
    const aclrtEvent untimed = flagged_event(ACL_EVENT_SYNC);
    const aclrtEvent forgotten = new_event();
    const aclrtStream stream = new_stream();
    for (const aclrtEvent event : {complete, untimed, forgotten}) {
        EXPECT_OK(aclrtRecordEvent(event, stream));
    }
    EXPECT_OK(aclrtResetEvent(forgotten, stream));
    EXPECT_OK(aclrtSynchronizeStream(stream));
    Gate gate(stream);
    EXPECT_OK(aclrtRecordEvent(pending, stream));
    for (const aclrtEvent event : {unrecorded, pending, untimed, forgotten}) {
        float ms = 0;
        EXPECT_CODE(ACL_ERROR_RT_EVENT_TIMESTAMP_INVALID, aclrtEventElapsedTime(&ms, complete, event));
        EXPECT_CODE(ACL_ERROR_RT_EVENT_TIMESTAMP_INVALID, aclrtEventElapsedTime(&ms, event, complete));
    }
}

TEST_F(Event, ForSynchronizationIsLimitedInNumber) {
    std::vector<aclrtEvent> events(1023);
    for (size_t i = 0; i < events.size(); ++i) {
        events[i] = flagged_event(i % 2 == 0 ? ACL_EVENT_SYNC : ACL_EVENT_SYNC | ACL_EVENT_TIME_LINE);
    }
    aclrtEvent event = nullptr;
    EXPECT_CODE(ACL_ERROR_RT_NO_EVENT_RESOURCE, aclrtCreateEventWithFlag(&event, ACL_EVENT_SYNC));
    flagged_event(ACL_EVENT_TIME_LINE);
    new_event();
    EXPECT_OK(aclrtDestroyEvent(events.back()));
    flagged_event(ACL_EVENT_SYNC);
    EXPECT_CODE(ACL_ERROR_RT_NO_EVENT_RESOURCE, aclrtCreateEventWithFlag(&event, ACL_EVENT_SYNC));
}

TEST_F(Event, IsLimitedInNumberWhenRecorded) {
    std::vector<aclrtEvent> events(65535);
    for (aclrtEvent& event : events) {
        event = new_event();
        ASSERT_OK(aclrtRecordEvent(event, nullptr));
    }
    const aclrtEvent another = new_event();
    EXPECT_CODE(ACL_ERROR_RT_NO_EVENT_RESOURCE, aclrtRecordEvent(another, nullptr));
    EXPECT_OK(aclrtRecordEvent(events[0], nullptr));
    EXPECT_OK(aclrtSynchronizeStream(nullptr));

    EXPECT_OK(aclrtResetEvent(events[0], nullptr));
    EXPECT_OK(aclrtSynchronizeStream(nullptr));
    EXPECT_OK(aclrtRecordEvent(another, nullptr));
    EXPECT_CODE(ACL_ERROR_RT_NO_EVENT_RESOURCE, aclrtRecordEvent(events[0], nullptr));
    EXPECT_OK(aclrtDestroyEvent(another));
    EXPECT_OK(aclrtRecordEvent(events[0], nullptr));
}

class EventOfTwoDevices : public Runtime {
   protected:
    EventOfTwoDevices() : Runtime({{"SOFTACL_DEVICES", "2"}}) {}
};

TEST_F(EventOfTwoDevices, OrdersTheirStreams) {
    struct Side {
        aclrtContext context;
        aclrtStream stream;
        uint8_t* memory;
    };
    const auto new_side = [](int32_t device) { return Side{new_context(device), new_stream(), device_memory(64)}; };
    Side from = new_side(1);
    Side to = new_side(0);
    Gate gate(to.stream);
    EXPECT_OK(aclrtMemsetAsync(to.memory, 64, 7, 64, to.stream));
    for (int i = 0; i < 100; ++i) {
        const aclrtEvent event = new_event();
        EXPECT_OK(aclrtRecordEvent(event, to.stream));
        std::swap(from, to);
        EXPECT_OK(aclrtSetCurrentContext(to.context));
        EXPECT_OK(aclrtStreamWaitEvent(to.stream, event));
        EXPECT_OK(aclrtMemcpyAsync(to.memory, 64, from.memory, 64, ACL_MEMCPY_DEVICE_TO_DEVICE, to.stream));
    }
    gate.open();
    EXPECT_OK(aclrtSynchronizeStream(to.stream));
    EXPECT_EQ(to.memory[0], 7);
}

// Streams that wait for one another: each for one or more of those before it, told so in any order.
struct Graph {
    const char* name;
    unsigned seed;
    std::vector<size_t> (*sources)(size_t stream, std::mt19937& random);
};

std::vector<size_t> one_before(size_t stream, std::mt19937&) { return {stream - 1}; }

std::vector<size_t> some_before(size_t stream, std::mt19937& random) {
    std::vector<size_t> sources(1 + random() % 8);
    std::generate(sources.begin(), sources.end(), [&] { return random() % stream; });
    return sources;
}

class EventGraph : public Runtime, public testing::WithParamInterface<Graph> {};

TEST_P(EventGraph, Finishes) {
    constexpr size_t kStreams = 500;
    std::mt19937 random(GetParam().seed);
    std::vector<aclrtStream> streams(kStreams);
    std::vector<aclrtEvent> events(kStreams);
    std::vector<size_t> order(kStreams);
    std::generate(streams.begin(), streams.end(), new_stream);
    std::generate(events.begin(), events.end(), new_event);
    std::iota(order.begin(), order.end(), 0);
    std::shuffle(order.begin(), order.end(), random);

    Cells cells(kStreams);
    for (const size_t i : order) {
        if (i == 0) {
            cells.fill(0, 7, streams[0]);
        } else {
            const std::vector<size_t> sources = GetParam().sources(i, random);
            for (const size_t source : sources) {
                EXPECT_OK(aclrtStreamWaitEvent(streams[i], events[source]));
            }
            cells.copy(sources[0], i, streams[i]);
        }
        EXPECT_OK(aclrtRecordEvent(events[i], streams[i]));
    }
    EXPECT_OK(aclrtSynchronizeDevice());
    for (size_t i = 0; i < kStreams; ++i) {
        ASSERT_EQ(cells[i], 7) << i;
    }
}

INSTANTIATE_TEST_SUITE_P(, EventGraph,
                         testing::Values(Graph{"Chain", 1, one_before}, Graph{"Random", 2, some_before},
                                         Graph{"AnotherRandom", 3, some_before}),
                         case_name<Graph>);

}  // namespace
}  // namespace softacl::test
