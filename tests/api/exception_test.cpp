// SPDX-License-Identifier: Apache-2.0
// What a program is told of tasks that fail (manual 10.5.4.19 to 10.5.4.24), time limits (10.9.3) and its log
// (10.3.36).
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>
#include <thread>

#include "api/fixture.h"

namespace softacl::test {
namespace {

struct Told {
    uint32_t task;
    uint32_t stream;
    uint32_t thread;
    uint32_t device;
    uint32_t code;
};
std::vector<Told> g_told;
std::function<void(aclrtExceptionInfo*)> g_also;

void note(aclrtExceptionInfo* info) {
    g_told.push_back({aclrtGetTaskIdFromExceptionInfo(info), aclrtGetStreamIdFromExceptionInfo(info),
                      aclrtGetThreadIdFromExceptionInfo(info), aclrtGetDeviceIdFromExceptionInfo(info),
                      aclrtGetErrorCodeFromExceptionInfo(info)});
    if (g_also) {
        g_also(info);
    }
}

class Exception : public Runtime {
   protected:
    Exception() : Runtime({{"SOFTACL_DEVICES", "2"}}) { EXPECT_OK(aclrtSetExceptionInfoCallback(note)); }

    void fail_once(aclrtStream stream) {
        queue_failure(stream);
        EXPECT_CODE(ACL_ERROR_RT_PARAM_INVALID, aclrtSynchronizeStream(stream));
    }
};

TEST_F(Exception, IsToldWithTrueNumbers) {
    EXPECT_OK(aclrtSetDevice(1));
    const aclrtStream first = new_stream();
    const aclrtStream second = new_stream();
    Cells cells(1);
    for (int i = 0; i < 5; ++i) {
        cells.fill(0, i, second);
    }
    fail_once(second);
    ASSERT_EQ(g_told.size(), 1U);
    EXPECT_EQ(g_told[0].task, 5U) << "five tasks came before";
    EXPECT_EQ(g_told[0].thread, static_cast<uint32_t>(syscall(SYS_gettid)));
    EXPECT_EQ(g_told[0].device, 1U);
    EXPECT_EQ(g_told[0].code, static_cast<uint32_t>(ACL_ERROR_RT_PARAM_INVALID));
    fail_once(first);
    ASSERT_EQ(g_told.size(), 2U);
    EXPECT_EQ(g_told[1].task, 0U);
    EXPECT_NE(g_told[1].stream, g_told[0].stream);
}

// A thread still works on the destroyed stream, yet its place is free.
TEST_F(Exception, DoesNotHoldThePlaceOfADestroyedStream) {
    std::vector<aclrtStream> streams(511);
    for (aclrtStream& stream : streams) {
        stream = new_stream();
    }
    enum Step { kNone, kTold, kReplaced, kOver };
    static std::atomic<int> s_step{kNone};
    const auto wait_for = [](Step step) {
        while (s_step < step) {
            std::this_thread::yield();
        }
    };
    g_also = [=](aclrtExceptionInfo*) {
        s_step = kTold;
        wait_for(kReplaced);
        s_step = kOver;
    };
    queue_failure(streams[0]);
    wait_for(kTold);
    EXPECT_OK(aclrtDestroyStreamForce(streams[0]));
    EXPECT_OK(aclrtCreateStream(&streams[0]));
    EXPECT_CODE(ACL_ERROR_RT_NO_STREAM_RESOURCE, aclrtCreateStream(&streams[1]));
    s_step = kReplaced;
    wait_for(kOver);
    g_also = nullptr;
}

TEST_F(Exception, NamesTheThreadThatQueuedTheTask) {
    const aclrtStream stream = new_stream();
    const aclrtContext context = current_context();
    uint32_t thread = 0;
    in_new_thread([&] {
        thread = static_cast<uint32_t>(syscall(SYS_gettid));
        EXPECT_OK(aclrtSetCurrentContext(context));
        queue_failure(stream);
    });
    EXPECT_CODE(ACL_ERROR_RT_PARAM_INVALID, aclrtSynchronizeStream(stream));
    ASSERT_EQ(g_told.size(), 1U);
    EXPECT_EQ(g_told[0].thread, thread);
}

TEST_F(Exception, IsToldToTheLastFunctionOnly) {
    static int s_other = 0;
    const aclrtStream stream = new_stream();
    EXPECT_OK(aclrtSetExceptionInfoCallback([](aclrtExceptionInfo*) { ++s_other; }));
    fail_once(stream);
    EXPECT_EQ(s_other, 1);
    EXPECT_OK(aclrtSetExceptionInfoCallback(nullptr));
    fail_once(stream);
    EXPECT_EQ(s_other, 1);
    EXPECT_TRUE(g_told.empty());
}

TEST_F(Exception, IsNotDescribedAfterwards) {
    static aclrtExceptionInfo* s_info = nullptr;
    g_also = [](aclrtExceptionInfo* info) { s_info = info; };
    fail_once(new_stream());
    ASSERT_NE(s_info, nullptr);
    for (const auto get :
         {aclrtGetTaskIdFromExceptionInfo, aclrtGetStreamIdFromExceptionInfo, aclrtGetThreadIdFromExceptionInfo,
          aclrtGetDeviceIdFromExceptionInfo, aclrtGetErrorCodeFromExceptionInfo}) {
        EXPECT_EQ(get(s_info), 0xFFFFFFFF);
        EXPECT_EQ(get(nullptr), 0xFFFFFFFF);
        EXPECT_NE(recent_message(), "");
    }
    EXPECT_OK(aclrtSetExceptionInfoCallback(nullptr));
    g_also = nullptr;
}

TEST_F(Exception, CannotWaitForItsStreamButMayEndIt) {
    const aclrtStream stream = new_stream();
    g_also = [stream](aclrtExceptionInfo*) {
        // The context is that of whatever thread ran the task.
        EXPECT_OK(aclrtSetDevice(0));
        EXPECT_CODE(ACL_ERROR_RT_PARAM_INVALID, aclrtSynchronizeStream(stream));
        EXPECT_OK(aclrtDestroyStream(stream));
    };
    Gate gate(stream);  // else the first one might end it before the second one is queued
    queue_failure(stream);
    queue_failure(stream);
    gate.open();
    while (aclrtSynchronizeStreamWithTimeout(stream, 1000) == ACL_ERROR_RT_STREAM_SYNC_TIMEOUT) {
    }
    recent_message();
    EXPECT_OK(aclrtSynchronizeDevice());
    EXPECT_EQ(g_told.size(), 1U) << "the second task was dropped";
    EXPECT_OK(aclrtSetExceptionInfoCallback(nullptr));
    g_also = nullptr;
}

using OpTimeout = Library;

TEST_F(OpTimeout, IsKept) {
    EXPECT_OK(aclrtSetOpExecuteTimeOut(1));
    EXPECT_OK(aclrtSetOpExecuteTimeOut(0));
    EXPECT_OK(aclrtSetOpExecuteTimeOut(0xFFFFFFFF));
}

// Lines of the program, in the file of the log.
TEST(Log, HasTheLinesOfTheProgram) {
    const auto folder = std::filesystem::temp_directory_path() / ("softacl_log_" + std::to_string(getpid()));
    std::filesystem::create_directory(folder);
    set_environment({{"ASCEND_PROCESS_LOG_PATH", folder.c_str()}, {"SOFTACL_LOG_LEVEL", "info"}});
    ACL_APP_LOG(ACL_DEBUG, "below the level");
    ACL_APP_LOG(ACL_INFO, "%d pictures in %s", 3, "a folder");
    ACL_APP_LOG(ACL_ERROR, "plain");
    const std::string large(100000, 'x');
    aclAppLog(ACL_WARNING, nullptr, nullptr, 7, "%s", large.c_str());
    aclAppLog(static_cast<aclLogLevel>(4), "f", "file", 7, "no such level");
    aclAppLog(static_cast<aclLogLevel>(-1), "f", "file", 7, "no such level");
    aclAppLog(ACL_INFO, "f", "file", 7, nullptr);
    EXPECT_NE(recent_message().find("fmt is null"), std::string::npos);
    std::ifstream file(folder / ("softacl-" + std::to_string(getpid()) + ".log"));
    std::stringstream lines;
    lines << file.rdbuf();
    const std::string found = lines.str();
    EXPECT_NE(found.find("[INFO] ACL("), std::string::npos);
    EXPECT_NE(found.find("exception_test.cpp"), std::string::npos);
    EXPECT_NE(found.find("TestBody: 3 pictures in a folder"), std::string::npos);
    EXPECT_NE(found.find("TestBody: plain"), std::string::npos);
    EXPECT_NE(found.find(large), std::string::npos);
    EXPECT_EQ(found.find("below the level"), std::string::npos);
    EXPECT_EQ(found.find("no such level"), std::string::npos);
    std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace softacl::test
