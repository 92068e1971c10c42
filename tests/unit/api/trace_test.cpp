// SPDX-License-Identifier: Apache-2.0
// Every call and every task passes the trace hook once.
#include "base/trace.h"

#include <gmock/gmock.h>

#include <array>
#include <cstring>
#include <mutex>
#include <vector>

#include "acl/acl.h"

namespace softacl {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::Field;
using testing::StrEq;

class Recorder final : public TraceSink {
   public:
    void on_call(const CallRecord& call) override {
        const std::lock_guard lock(mutex_);
        calls.push_back(call);
    }
    void on_task(const TaskRecord& task) override {
        const std::lock_guard lock(mutex_);
        tasks.push_back(task);
    }
    std::vector<CallRecord> calls;
    std::vector<TaskRecord> tasks;

   private:
    std::mutex mutex_;
};

class TraceTest : public testing::Test {
   protected:
    void SetUp() override {
        ASSERT_EQ(aclInit(nullptr), ACL_SUCCESS);
        ASSERT_EQ(aclrtSetDevice(0), ACL_SUCCESS);
        ASSERT_EQ(aclrtCreateStream(&stream_), ACL_SUCCESS);
        previous_ = set_trace_sink(&recorder_);
    }
    void TearDown() override {
        set_trace_sink(previous_);
        EXPECT_EQ(aclFinalize(), ACL_SUCCESS);
    }

    aclrtStream stream_ = nullptr;
    Recorder recorder_;
    TraceSink* previous_ = nullptr;
};

TEST_F(TraceTest, CallsHaveNameCodeAndTime) {
    uint32_t count = 0;
    EXPECT_EQ(aclrtGetDeviceCount(&count), ACL_SUCCESS);
    EXPECT_EQ(aclrtGetDeviceCount(nullptr), ACL_ERROR_INVALID_PARAM);
    EXPECT_NE(aclrtGetSocName(), nullptr);
    EXPECT_THAT(recorder_.calls, ElementsAre(AllOf(Field(&CallRecord::function, StrEq("aclrtGetDeviceCount")),
                                                   Field(&CallRecord::code, ACL_SUCCESS)),
                                             AllOf(Field(&CallRecord::function, StrEq("aclrtGetDeviceCount")),
                                                   Field(&CallRecord::code, ACL_ERROR_INVALID_PARAM)),
                                             Field(&CallRecord::function, StrEq("aclrtGetSocName"))));
    for (const CallRecord& call : recorder_.calls) {
        EXPECT_LE(call.begin, call.end);
    }
}

TEST_F(TraceTest, TasksAreNumberedWithinTheirStream) {
    void* memory = nullptr;
    ASSERT_EQ(aclrtMalloc(&memory, 64, ACL_MEM_MALLOC_NORMAL_ONLY), ACL_SUCCESS);
    EXPECT_EQ(aclrtMemsetAsync(memory, 64, 1, 64, stream_), ACL_SUCCESS);
    std::array<char, 64> host{};
    EXPECT_EQ(aclrtMemcpyAsync(host.data(), 64, memory, 64, ACL_MEMCPY_DEVICE_TO_HOST, stream_), ACL_SUCCESS);
    EXPECT_EQ(aclrtSynchronizeStream(stream_), ACL_SUCCESS);
    EXPECT_THAT(host, testing::Each(1));
    ASSERT_THAT(recorder_.tasks,
                ElementsAre(Field(&TaskRecord::task, StrEq("memset")), Field(&TaskRecord::task, StrEq("memcpy"))));
    EXPECT_EQ(recorder_.tasks[0].id + 1, recorder_.tasks[1].id);
    EXPECT_EQ(recorder_.tasks[0].stream, recorder_.tasks[1].stream);
    EXPECT_LE(recorder_.tasks[0].end, recorder_.tasks[1].begin) << "one after the other";
}

TEST_F(TraceTest, FailedTasksCarryTheirCode) {
    alignas(64) std::array<char, 64> a{};
    alignas(64) std::array<char, 64> b{};
    EXPECT_EQ(aclrtMemcpyAsync(a.data(), 64, b.data(), 64, ACL_MEMCPY_HOST_TO_HOST, stream_), ACL_SUCCESS);
    EXPECT_EQ(aclrtSynchronizeStream(stream_), ACL_ERROR_RT_PARAM_INVALID);
    EXPECT_THAT(recorder_.tasks, Contains(Field(&TaskRecord::code, ACL_ERROR_RT_PARAM_INVALID)));
}

}  // namespace
}  // namespace softacl
