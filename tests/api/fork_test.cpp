// SPDX-License-Identifier: Apache-2.0
// A child of fork: on its own before the first use of the library, without it afterwards.
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "api/fixture.h"

namespace softacl::test {
namespace {

// Runs `test` in a child that is ended if it hangs, and expects that the child leaves through exit() without a failure.
template <class Test>
void in_child(Test test) {
    fflush(nullptr);
    // Threads come to rest. A sanitizer's allocator that one of them uses at the moment stays locked in the child.
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    const pid_t child = fork();
    ASSERT_NE(child, -1);
    if (child == 0) {
        alarm(30);
        test();
        fflush(nullptr);
        exit(testing::Test::HasFailure() ? 1 : 0);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
}

void whole_program() {
    EXPECT_OK(aclInit(nullptr));
    EXPECT_OK(aclrtSetDevice(0));
    Cells cells(2);
    cells.fill(0, 7, nullptr);
    cells.copy(0, 1, nullptr);
    EXPECT_OK(aclrtSynchronizeStream(nullptr));
    EXPECT_EQ(cells[1], 7);
    EXPECT_OK(aclFinalize());
}

TEST(Fork, BeforeUseLeavesBothFree) {
    in_child(whole_program);
    whole_program();
}

using ForkAfterUse = Runtime;

TEST_F(ForkAfterUse, LeavesTheChildWithAnErrorOnly) {
    Cells cells(2);
    const aclrtStream stream = new_stream();
    const aclrtEvent event = new_event();
    Gate gate(stream);
    cells.fill(0, 7, stream);
    in_child([&] {
        void* out = nullptr;
        EXPECT_CODE(ACL_ERROR_INTERNAL_ERROR, aclrtSetDevice(0));
        EXPECT_CODE(ACL_ERROR_INTERNAL_ERROR, aclrtCreateStream(&out));
        EXPECT_CODE(ACL_ERROR_INTERNAL_ERROR, aclrtMalloc(&out, 64, ACL_MEM_MALLOC_NORMAL_ONLY));
        EXPECT_CODE(ACL_ERROR_INTERNAL_ERROR, aclrtRecordEvent(event, stream));
        EXPECT_CODE(ACL_ERROR_INTERNAL_ERROR, aclrtSynchronizeStream(stream));
        EXPECT_CODE(ACL_ERROR_INTERNAL_ERROR, aclrtDestroyStream(stream));
        EXPECT_CODE(ACL_ERROR_INTERNAL_ERROR, aclrtSynchronizeDevice());
        EXPECT_CODE(ACL_ERROR_INTERNAL_ERROR, aclrtResetDevice(0));
        EXPECT_CODE(ACL_ERROR_INTERNAL_ERROR, aclFinalize());
        EXPECT_CODE(ACL_ERROR_INTERNAL_ERROR, aclInit(nullptr));
    });
    gate.open();
    cells.copy(0, 1, stream);
    EXPECT_OK(aclrtSynchronizeStream(stream));
    EXPECT_EQ(cells[1], 7);
}

}  // namespace
}  // namespace softacl::test
