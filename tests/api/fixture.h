// SPDX-License-Identifier: Apache-2.0
// What the API tests share: checks of return codes, a started library, and streams that can be held.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "acl/acl.h"

namespace softacl::test {

// The messages of this thread's failed calls, which are forgotten; empty if there are none.
inline std::string recent_message() {
    const char* message = aclGetRecentErrMsg();
    return message == nullptr ? "" : message;
}

inline testing::AssertionResult answers(const char*, const char* call, aclError expected, aclError actual) {
    if (actual == ACL_SUCCESS && expected == ACL_SUCCESS) {
        return testing::AssertionSuccess();
    }
    const std::string message = recent_message();
    if (actual != expected) {
        return testing::AssertionFailure() << call << " is " << actual << ", not " << expected << "\n" << message;
    }
    const std::string name = std::strncmp(call, "acl", 3) == 0 ? std::string(call, std::strcspn(call, "(")) : "";
    if (message.find(name) == std::string::npos || message.find(std::to_string(expected)) == std::string::npos) {
        return testing::AssertionFailure() << call << ": the message lacks the name or the code: " << message;
    }
    return testing::AssertionSuccess();
}

// The call answers `code`. A call that fails as it should must leave a message that has its name and the code.
#define EXPECT_CODE(code, call) EXPECT_PRED_FORMAT2(::softacl::test::answers, code, call)
#define EXPECT_OK(call) EXPECT_CODE(ACL_SUCCESS, call)
#define ASSERT_OK(call) ASSERT_PRED_FORMAT2(::softacl::test::answers, ACL_SUCCESS, call)

using Environment = std::vector<std::pair<const char*, const char*>>;

// The environment is read at the first call of a process, and each test has a process of its own.
inline void set_environment(const Environment& variables) {
    for (const auto& [name, value] : variables) {
        setenv(name, value, 1);
    }
}

// Names the tests of a suite whose parameter has a name.
template <class Case>
std::string case_name(const testing::TestParamInfo<Case>& test) {
    return test.param.name;
}

// An initialised library.
class Library : public testing::Test {
   protected:
    explicit Library(const Environment& variables = {}) {
        set_environment(variables);
        EXPECT_OK(aclInit(nullptr));
    }
    ~Library() override { EXPECT_OK(aclFinalize()); }
};

// An initialised library with device 0 set. What a test creates may be left to the end of the library.
class Runtime : public Library {
   protected:
    explicit Runtime(const Environment& variables = {}) : Library(variables) { EXPECT_OK(aclrtSetDevice(0)); }
};

inline aclrtContext new_context(int32_t device = 0) {
    aclrtContext context = nullptr;
    EXPECT_OK(aclrtCreateContext(&context, device));
    return context;
}

inline aclrtContext current_context() {
    aclrtContext context = nullptr;
    EXPECT_OK(aclrtGetCurrentContext(&context));
    return context;
}

inline aclrtStream new_stream() {
    aclrtStream stream = nullptr;
    EXPECT_OK(aclrtCreateStream(&stream));
    return stream;
}

inline aclrtEvent new_event() {
    aclrtEvent event = nullptr;
    EXPECT_OK(aclrtCreateEvent(&event));
    return event;
}

inline uint8_t* device_memory(size_t size) {
    void* memory = nullptr;
    EXPECT_OK(aclrtMalloc(&memory, size, ACL_MEM_MALLOC_HUGE_FIRST));
    return static_cast<uint8_t*>(memory);
}

inline uint8_t* host_memory(size_t size) {
    void* memory = nullptr;
    EXPECT_OK(aclrtMallocHost(&memory, size));
    return static_cast<uint8_t*>(memory);
}

struct MemInfo {
    size_t free = 0;
    size_t total = 0;
};

inline MemInfo mem_info(aclrtMemAttr attr = ACL_DDR_MEM) {
    MemInfo info;
    EXPECT_OK(aclrtGetMemInfo(attr, &info.free, &info.total));
    return info;
}

template <class Function>
void in_new_thread(Function function) {
    std::thread(function).join();
}

inline bool is_complete(aclrtEvent event) {
    aclrtEventRecordedStatus status = ACL_EVENT_RECORDED_STATUS_NOT_READY;
    EXPECT_OK(aclrtQueryEventStatus(event, &status));
    return status == ACL_EVENT_RECORDED_STATUS_COMPLETE;
}

// The stream still has work after a while.
inline void expect_held(aclrtStream stream) {
    EXPECT_CODE(ACL_ERROR_RT_STREAM_SYNC_TIMEOUT, aclrtSynchronizeStreamWithTimeout(stream, 20));
}

// Queues a task that will fail with ACL_ERROR_RT_PARAM_INVALID: copies within the host are not for streams.
inline void queue_failure(aclrtStream stream) {
    alignas(64) static char from[64];
    alignas(64) static char to[64];
    EXPECT_OK(aclrtMemcpyAsync(to, sizeof to, from, sizeof from, ACL_MEMCPY_HOST_TO_HOST, stream));
}

// Holds a stream: what is queued behind it waits until open(), at the latest until the end of the scope.
class Gate {
   public:
    explicit Gate(aclrtStream held) : event_(new_event()), opener_(new_stream()) {
        EXPECT_OK(aclrtStreamWaitEvent(held, event_));
    }
    ~Gate() { open(); }
    Gate(const Gate&) = delete;
    Gate& operator=(const Gate&) = delete;

    // The context in which the gate was made must be current.
    void open() {
        if (!std::exchange(opened_, true)) {
            EXPECT_OK(aclrtRecordEvent(event_, opener_));
        }
    }

   private:
    aclrtEvent event_;
    aclrtStream opener_;
    bool opened_ = false;
};

// An event recorded behind a gate: holds streams of other contexts until another thread completes it.
class HeldEvent {
   public:
    HeldEvent() { EXPECT_OK(aclrtRecordEvent(event_, nullptr)); }

    void hold(aclrtStream stream) { EXPECT_OK(aclrtStreamWaitEvent(stream, event_)); }
    // Leaves the thread in the context in which the event was made.
    void complete() {
        EXPECT_OK(aclrtSetCurrentContext(context_));
        gate_.open();
    }

   private:
    aclrtContext context_ = current_context();
    Gate gate_{nullptr};
    aclrtEvent event_ = new_event();
};

// A row of zeroed cells in device memory, as large as asynchronous copies need them.
class Cells {
   public:
    explicit Cells(size_t count) : memory_(device_memory(count * kSize)) {
        EXPECT_OK(aclrtMemset(memory_, count * kSize, 0, count * kSize));
    }

    int operator[](size_t cell) const { return memory_[cell * kSize]; }

    void fill(size_t cell, int value, aclrtStream stream) {
        EXPECT_OK(aclrtMemsetAsync(memory_ + cell * kSize, kSize, value, kSize, stream));
    }
    void copy(size_t from, size_t to, aclrtStream stream) {
        EXPECT_OK(aclrtMemcpyAsync(memory_ + to * kSize, kSize, memory_ + from * kSize, kSize,
                                   ACL_MEMCPY_DEVICE_TO_DEVICE, stream));
    }

   private:
    static constexpr size_t kSize = 64;
    uint8_t* memory_;
};

}  // namespace softacl::test
