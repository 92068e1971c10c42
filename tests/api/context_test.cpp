// SPDX-License-Identifier: Apache-2.0
// Contexts: one per thread at a time, shared by all threads of the process.
#include "api/fixture.h"

namespace softacl::test {
namespace {

using Context = Runtime;

void expect_no_context() {
    void* out = nullptr;
    int32_t device = 0;
    EXPECT_CODE(ACL_ERROR_RT_CONTEXT_NULL, aclrtGetCurrentContext(&out));
    EXPECT_CODE(ACL_ERROR_RT_CONTEXT_NULL, aclrtGetDevice(&device));
    EXPECT_CODE(ACL_ERROR_RT_CONTEXT_NULL, aclrtCreateStream(&out));
    EXPECT_CODE(ACL_ERROR_RT_CONTEXT_NULL, aclrtCreateEvent(&out));
    EXPECT_CODE(ACL_ERROR_RT_CONTEXT_NULL, aclrtMalloc(&out, 64, ACL_MEM_MALLOC_NORMAL_ONLY));
    EXPECT_CODE(ACL_ERROR_RT_CONTEXT_NULL, aclrtSynchronizeStream(nullptr));
    EXPECT_CODE(ACL_ERROR_RT_CONTEXT_NULL, aclrtSynchronizeDevice());
}

TEST_F(Context, IsTheOneCreatedOrSetLast) {
    const aclrtContext first = new_context();
    EXPECT_EQ(current_context(), first);
    const aclrtContext second = new_context();
    EXPECT_EQ(current_context(), second);
    EXPECT_OK(aclrtSetCurrentContext(first));
    EXPECT_EQ(current_context(), first);
    EXPECT_OK(aclrtSetDevice(0));
    EXPECT_NE(current_context(), first);
}

TEST_F(Context, IsMissingInANewThread) { in_new_thread(expect_no_context); }

TEST_F(Context, IsChosenByEachThreadForItself) {
    const aclrtContext mine = new_context();
    in_new_thread([mine] { EXPECT_NE(new_context(), mine); });
    EXPECT_EQ(current_context(), mine);
}

TEST_F(Context, MigratesBetweenThreads) {
    Cells cells(2);
    aclrtContext context = nullptr;
    aclrtStream stream = nullptr;
    in_new_thread([&] {
        context = new_context();
        stream = new_stream();
        cells.fill(0, 7, stream);
    });
    EXPECT_OK(aclrtSetCurrentContext(context));
    cells.copy(0, 1, stream);
    EXPECT_OK(aclrtSynchronizeStream(stream));
    EXPECT_EQ(cells[1], 7);
}

TEST_F(Context, OfADeviceIsNotForDestroying) {
    EXPECT_CODE(ACL_ERROR_RT_PARAM_INVALID, aclrtDestroyContext(current_context()));
    EXPECT_OK(aclrtSynchronizeDevice());
}

TEST_F(Context, LeavesItsThreadsWithNoneWhenDestroyed) {
    const aclrtContext context = new_context();
    in_new_thread([context] { EXPECT_OK(aclrtDestroyContext(context)); });
    expect_no_context();
    EXPECT_OK(aclrtSetDevice(0));
    EXPECT_OK(aclrtSynchronizeDevice());
}

TEST_F(Context, IsInvalidOnceDestroyed) {
    const aclrtContext context = new_context();
    const aclrtStream stream = new_stream();
    EXPECT_OK(aclrtDestroyContext(context));
    EXPECT_CODE(ACL_ERROR_RT_INVALID_HANDLE, aclrtDestroyContext(context));
    EXPECT_CODE(ACL_ERROR_RT_INVALID_HANDLE, aclrtSetCurrentContext(context));
    EXPECT_OK(aclrtSetDevice(0));
    EXPECT_CODE(ACL_ERROR_RT_INVALID_HANDLE, aclrtSynchronizeStream(stream));
}

TEST_F(Context, IsInvalidOnceItsDeviceIsReset) {
    const aclrtContext by_default = current_context();
    const aclrtContext created = new_context();
    EXPECT_OK(aclrtResetDevice(0));
    expect_no_context();
    EXPECT_CODE(ACL_ERROR_RT_INVALID_HANDLE, aclrtSetCurrentContext(by_default));
    EXPECT_CODE(ACL_ERROR_RT_INVALID_HANDLE, aclrtSetCurrentContext(created));
}

TEST_F(Context, FinishesItsWorkBeforeItGoes) {
    Cells cells(1);
    HeldEvent event;
    const aclrtContext context = new_context();
    event.hold(nullptr);
    cells.fill(0, 7, nullptr);
    std::thread opener([&] { event.complete(); });
    EXPECT_OK(aclrtDestroyContext(context));
    EXPECT_EQ(cells[0], 7);
    opener.join();
}

TEST_F(Context, HasADefaultStreamOfItsOwn) {
    Cells cells(2);
    const aclrtContext held = current_context();
    Gate gate(nullptr);
    cells.fill(0, 1, nullptr);
    const aclrtContext context = new_context();
    cells.fill(1, 2, nullptr);
    EXPECT_OK(aclrtSynchronizeStream(nullptr));
    EXPECT_EQ(cells[0], 0);
    EXPECT_EQ(cells[1], 2);
    EXPECT_OK(aclrtDestroyContext(context));
    EXPECT_OK(aclrtSetCurrentContext(held));
}

TEST_F(Context, CannotBeNoneOrOfNoDevice) {
    aclrtContext context = nullptr;
    EXPECT_CODE(ACL_ERROR_RT_PARAM_INVALID, aclrtSetCurrentContext(nullptr));
    EXPECT_CODE(ACL_ERROR_RT_INVALID_DEVICEID, aclrtCreateContext(&context, 1));
    EXPECT_CODE(ACL_ERROR_RT_INVALID_DEVICEID, aclrtCreateContext(&context, -1));
}

}  // namespace
}  // namespace softacl::test
