// SPDX-License-Identifier: Apache-2.0
// Devices: numbers, references, what a reset ends, and what a device tells about itself.
#include "api/fixture.h"

namespace softacl::test {
namespace {

uint32_t device_count() {
    uint32_t count = 0;
    EXPECT_OK(aclrtGetDeviceCount(&count));
    return count;
}

void expect_current_device(int32_t expected) {
    int32_t device = -1;
    EXPECT_OK(aclrtGetDevice(&device));
    EXPECT_EQ(device, expected);
}

struct CountCase {
    const char* name;
    Environment environment;
    uint32_t count;
};

class DeviceCount : public testing::TestWithParam<CountCase> {};

TEST_P(DeviceCount, FollowsTheEnvironment) {
    set_environment(GetParam().environment);
    EXPECT_EQ(device_count(), GetParam().count);
    EXPECT_OK(aclrtSetDevice(static_cast<int32_t>(GetParam().count) - 1));
    EXPECT_CODE(ACL_ERROR_RT_INVALID_DEVICEID, aclrtSetDevice(static_cast<int32_t>(GetParam().count)));
}

INSTANTIATE_TEST_SUITE_P(
    , DeviceCount,
    testing::ValuesIn(std::vector<CountCase>{
        {"Default", {}, 1},
        {"Three", {{"SOFTACL_DEVICES", "3"}}, 3},
        {"OneVisible", {{"SOFTACL_DEVICES", "8"}, {"ASCEND_RT_VISIBLE_DEVICES", "1"}}, 1},
        {"SomeVisible", {{"SOFTACL_DEVICES", "8"}, {"ASCEND_RT_VISIBLE_DEVICES", "4,3,2"}}, 3},
        {"VisibleUpToAnInvalidOne", {{"SOFTACL_DEVICES", "8"}, {"ASCEND_RT_VISIBLE_DEVICES", "2,3,-1,5"}}, 2},
    }),
    case_name<CountCase>);

// Three devices, none of them set.
class Devices : public Library {
   protected:
    Devices() : Library({{"SOFTACL_DEVICES", "3"}, {"SOFTACL_DEVICE_MEMORY", "64M"}}) {}
};

TEST_F(Devices, HaveNumbersFromZero) {
    for (int32_t device : {-1, 3, INT32_MAX, INT32_MIN}) {
        EXPECT_CODE(ACL_ERROR_RT_INVALID_DEVICEID, aclrtSetDevice(device));
        EXPECT_CODE(ACL_ERROR_RT_INVALID_DEVICEID, aclrtResetDevice(device));
    }
}

TEST_F(Devices, AreCurrentOnceSetOrGivenAContext) {
    int32_t device = -1;
    EXPECT_CODE(ACL_ERROR_RT_CONTEXT_NULL, aclrtGetDevice(&device));
    EXPECT_OK(aclrtSetDevice(2));
    expect_current_device(2);
    new_context(1);
    expect_current_device(1);
    EXPECT_OK(aclrtSetDevice(0));
    expect_current_device(0);
}

TEST_F(Devices, NeedNoSetBesideAnExplicitContext) {
    const aclrtContext context = new_context(1);
    EXPECT_OK(aclrtFree(device_memory(64)));
    EXPECT_OK(aclrtDestroyContext(context));
}

TEST_F(Devices, ShareOneDefaultContextBetweenThreads) {
    EXPECT_OK(aclrtSetDevice(0));
    const aclrtContext context = current_context();
    EXPECT_OK(aclrtSetDevice(0));
    EXPECT_EQ(current_context(), context);
    in_new_thread([context] {
        EXPECT_OK(aclrtSetDevice(0));
        EXPECT_EQ(current_context(), context);
    });
    EXPECT_OK(aclrtSetDevice(1));
    EXPECT_NE(current_context(), context);
}

TEST_F(Devices, LiveUntilTheLastReset) {
    EXPECT_CODE(ACL_ERROR_RT_INVALID_DEVICEID, aclrtResetDevice(0));
    EXPECT_OK(aclrtSetDevice(0));
    in_new_thread([] { EXPECT_OK(aclrtSetDevice(0)); });
    const aclrtStream stream = new_stream();
    EXPECT_OK(aclrtResetDevice(0));
    EXPECT_OK(aclrtSynchronizeStream(stream));
    EXPECT_OK(aclrtResetDevice(0));
    EXPECT_CODE(ACL_ERROR_RT_CONTEXT_NULL, aclrtSynchronizeDevice());
    EXPECT_CODE(ACL_ERROR_RT_INVALID_DEVICEID, aclrtResetDevice(0));
}

TEST_F(Devices, LoseEverythingWhenReset) {
    EXPECT_OK(aclrtSetDevice(0));
    const aclrtStream in_default = new_stream();
    const aclrtContext context = new_context();
    const aclrtStream in_explicit = new_stream();
    uint8_t* const memory = device_memory(size_t{1} << 20);
    EXPECT_OK(aclrtResetDevice(0));

    EXPECT_OK(aclrtSetDevice(0));
    EXPECT_CODE(ACL_ERROR_RT_INVALID_HANDLE, aclrtSynchronizeStream(in_default));
    EXPECT_CODE(ACL_ERROR_RT_INVALID_HANDLE, aclrtSynchronizeStream(in_explicit));
    EXPECT_CODE(ACL_ERROR_RT_INVALID_HANDLE, aclrtSetCurrentContext(context));
    EXPECT_CODE(ACL_ERROR_RT_PARAM_INVALID, aclrtFree(memory));
    EXPECT_EQ(mem_info().free, mem_info().total);
}

TEST_F(Devices, AreResetAfterTheirWork) {
    std::vector<uint8_t> received(64);
    EXPECT_OK(aclrtSetDevice(1));
    HeldEvent event;
    EXPECT_OK(aclrtSetDevice(0));
    uint8_t* const memory = device_memory(64);
    event.hold(nullptr);
    EXPECT_OK(aclrtMemsetAsync(memory, 64, 7, 64, nullptr));
    EXPECT_OK(aclrtMemcpyAsync(received.data(), 64, memory, 64, ACL_MEMCPY_DEVICE_TO_HOST, nullptr));
    std::thread opener([&] { event.complete(); });
    EXPECT_OK(aclrtResetDevice(0));
    EXPECT_EQ(received, std::vector<uint8_t>(64, 7));
    opener.join();
}

TEST_F(Devices, AreResetOneByOne) {
    EXPECT_OK(aclrtSetDevice(1));
    uint8_t* const memory = device_memory(64);
    EXPECT_OK(aclrtSetDevice(0));
    EXPECT_OK(aclrtResetDevice(0));
    EXPECT_OK(aclrtMemset(memory, 64, 1, 64));
    EXPECT_OK(aclrtFree(memory));
}

TEST_F(Devices, HaveMemoryOfTheirOwn) {
    MemInfo none;
    EXPECT_CODE(ACL_ERROR_RT_CONTEXT_NULL, aclrtGetMemInfo(ACL_DDR_MEM, &none.free, &none.total));
    EXPECT_OK(aclrtSetDevice(0));
    uint8_t* const first = device_memory(size_t{1} << 20);
    EXPECT_LT(mem_info().free, mem_info().total);
    EXPECT_OK(aclrtSetDevice(1));
    EXPECT_EQ(mem_info().total, size_t{64} << 20);
    EXPECT_EQ(mem_info().free, mem_info().total);

    uint8_t* const second = device_memory(size_t{1} << 20);
    EXPECT_OK(aclrtMemset(first, 64, 7, 64));
    EXPECT_OK(aclrtMemcpy(second, 64, first, 64, ACL_MEMCPY_DEVICE_TO_DEVICE));
    EXPECT_EQ(second[63], 7);
    EXPECT_OK(aclrtFree(first));
    EXPECT_OK(aclrtSetDevice(0));
    EXPECT_EQ(mem_info().free, mem_info().total);
}

TEST_F(Devices, LackSomeKindsOfMemory) {
    EXPECT_OK(aclrtSetDevice(0));
    for (aclrtMemAttr attr : {ACL_HBM_MEM, ACL_HBM_MEM_HUGE, ACL_HBM_MEM_NORMAL, ACL_DDR_MEM_P2P_HUGE,
                              ACL_DDR_MEM_P2P_NORMAL, ACL_HBM_MEM_P2P_HUGE, ACL_HBM_MEM_P2P_NORMAL}) {
        EXPECT_EQ(mem_info(attr).free, 0u) << attr;
        EXPECT_EQ(mem_info(attr).total, 0u) << attr;
    }
}

TEST_F(Devices, HaveOneTaskScheduler) {
    for (int scheduler = -1; scheduler <= 3; ++scheduler) {
        const bool known = scheduler >= ACL_TS_ID_AICORE && scheduler <= ACL_TS_ID_RESERVED;
        EXPECT_CODE(known ? ACL_SUCCESS : ACL_ERROR_INVALID_PARAM, aclrtSetTsDevice(static_cast<aclrtTsId>(scheduler)));
    }
}

class RunMode : public testing::TestWithParam<std::pair<const char*, aclrtRunMode>> {};

TEST_P(RunMode, IsKnownWithoutInit) {
    const auto [value, expected] = GetParam();
    set_environment({{"SOFTACL_RUN_MODE", value}});
    auto mode = static_cast<aclrtRunMode>(-1);
    EXPECT_OK(aclrtGetRunMode(&mode));
    EXPECT_EQ(mode, expected);
}

INSTANTIATE_TEST_SUITE_P(, RunMode,
                         testing::Values(std::pair("", ACL_HOST), std::pair("host", ACL_HOST),
                                         std::pair("device", ACL_DEVICE)));

}  // namespace
}  // namespace softacl::test
