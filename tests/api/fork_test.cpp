// SPDX-License-Identifier: Apache-2.0
// A child of fork: on its own before the first use of the library, without it afterwards.
#include <sys/wait.h>
#include <unistd.h>

#include "api/fixture.h"

namespace softacl::test {
namespace {

// Runs `test` in a child that is ended if it hangs, and expects that the child leaves through exit() without a failure.
template <class Test>
void in_child(Test test) {
    fflush(nullptr);
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
    Cells* cells = nullptr;
    EXPECT_OK(aclInit(nullptr));
    EXPECT_OK(aclrtSetDevice(0));
    Cells in_use(2);
    cells = &in_use;
    cells->fill(0, 7, nullptr);
    cells->copy(0, 1, nullptr);
    EXPECT_OK(aclrtSynchronizeStream(nullptr));
    EXPECT_EQ((*cells)[1], 7);
    EXPECT_OK(aclFinalize());
}

TEST(Fork, BeforeUseLeavesBothFree) {
    in_child(whole_program);
    whole_program();
}

class Fork : public Runtime {};

}  // namespace
}  // namespace softacl::test
