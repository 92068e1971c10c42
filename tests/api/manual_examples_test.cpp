// SPDX-License-Identifier: Apache-2.0
// The manual's order of calls for a whole program, sections 3.2, 4.4, 4.5 and 7.9.4; the Python tests have its examples
// one by one.
#include <algorithm>

#include "api/fixture.h"

namespace softacl::test {
namespace {

TEST(ManualExamples, WholeProgram) {
    constexpr size_t kSize = 1024 * 1024;
    ASSERT_OK(aclInit(nullptr));
    ASSERT_OK(aclrtSetDevice(0));
    const aclrtContext context = new_context();
    const aclrtStream first = new_stream();
    const aclrtStream second = new_stream();
    const aclrtEvent event = new_event();

    uint8_t* const sent = host_memory(kSize);
    uint8_t* const received = host_memory(kSize);
    uint8_t* const on_device = device_memory(kSize);
    std::fill_n(sent, kSize, uint8_t{7});
    EXPECT_OK(aclrtMemcpyAsync(on_device, kSize, sent, kSize, ACL_MEMCPY_HOST_TO_DEVICE, first));
    EXPECT_OK(aclrtRecordEvent(event, first));
    EXPECT_OK(aclrtStreamWaitEvent(second, event));
    EXPECT_OK(aclrtResetEvent(event, first));
    EXPECT_OK(aclrtMemcpyAsync(received, kSize, on_device, kSize, ACL_MEMCPY_DEVICE_TO_HOST, second));
    EXPECT_OK(aclrtSynchronizeStream(second));
    EXPECT_TRUE(std::equal(sent, sent + kSize, received));

    EXPECT_OK(aclrtFreeHost(sent));
    EXPECT_OK(aclrtFreeHost(received));
    EXPECT_OK(aclrtFree(on_device));
    EXPECT_OK(aclrtDestroyEvent(event));
    EXPECT_OK(aclrtDestroyStream(second));
    EXPECT_OK(aclrtDestroyStream(first));
    EXPECT_OK(aclrtDestroyContext(context));
    EXPECT_OK(aclrtResetDevice(0));
    EXPECT_OK(aclFinalize());
}

// Section 3.2: the context changes the device.
TEST(ManualExamples, ContextsOnTwoDevices) {
    set_environment({{"SOFTACL_DEVICES", "2"}});
    ASSERT_OK(aclInit(nullptr));
    const aclrtContext contexts[] = {new_context(0), new_context(1)};
    uint8_t* memory[2] = {};
    for (int i = 0; i < 2; ++i) {
        EXPECT_OK(aclrtSetCurrentContext(contexts[i]));
        int32_t device = -1;
        EXPECT_OK(aclrtGetDevice(&device));
        EXPECT_EQ(device, i);
        memory[i] = device_memory(64);
        EXPECT_OK(aclrtMemsetAsync(memory[i], 64, i + 1, 64, nullptr));
    }
    for (int i = 0; i < 2; ++i) {
        EXPECT_OK(aclrtSetCurrentContext(contexts[i]));
        EXPECT_OK(aclrtSynchronizeStream(nullptr));
        EXPECT_EQ(memory[i][0], i + 1);
        EXPECT_OK(aclrtFree(memory[i]));
        EXPECT_OK(aclrtDestroyContext(contexts[i]));
    }
    EXPECT_OK(aclFinalize());
}

}  // namespace
}  // namespace softacl::test
