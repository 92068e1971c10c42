// SPDX-License-Identifier: Apache-2.0
// Errors that the documentation of a function promises and that no test of the function's own place brings about;
// scripts/ledger.py finds what is missing.
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <functional>

#include "api/models.h"

namespace softacl::test {
namespace {

namespace fs = std::filesystem;

// --- 107002: the thread has no current context

struct Call {
    const char* name;
    std::function<aclError()> call;
};

class WithoutContext : public Runtime {
   protected:
    explicit WithoutContext(const Environment& variables = {}) : Runtime(variables) {}

    static void expect_refused(const std::vector<Call>& calls) {
        in_new_thread([&] {
            for (const Call& call : calls) {
                EXPECT_EQ(call.call(), ACL_ERROR_RT_CONTEXT_NULL) << call.name << ": " << recent_message();
            }
        });
    }
};

TEST_F(WithoutContext, StreamsAreOutOfReach) {
    uint8_t* const device = device_memory(256);
    uint8_t* const host = host_memory(256);
    aclrtEvent const event = new_event();
    aclrtStream const stream = new_stream();
    expect_refused({
        {"aclrtDestroyStream", [=] { return aclrtDestroyStream(stream); }},
        {"aclrtDestroyStreamForce", [=] { return aclrtDestroyStreamForce(stream); }},
        {"aclrtCreateEventWithFlag",
         [] {
             aclrtEvent made = nullptr;
             return aclrtCreateEventWithFlag(&made, ACL_EVENT_SYNC);
         }},
        {"aclrtRecordEvent", [=] { return aclrtRecordEvent(event, nullptr); }},
        {"aclrtResetEvent", [=] { return aclrtResetEvent(event, nullptr); }},
        {"aclrtMemsetAsync", [=] { return aclrtMemsetAsync(device, 256, 0, 64, nullptr); }},
        {"aclrtMemcpyAsync",
         [=] { return aclrtMemcpyAsync(device, 256, host, 64, ACL_MEMCPY_HOST_TO_DEVICE, nullptr); }},
        {"aclrtMemcpy2dAsync",
         [=] { return aclrtMemcpy2dAsync(device, 64, host, 64, 64, 2, ACL_MEMCPY_HOST_TO_DEVICE, nullptr); }},
    });
}

class OnTheDeviceWithoutContext : public WithoutContext {
   protected:
    OnTheDeviceWithoutContext() : WithoutContext({{"SOFTACL_RUN_MODE", "device"}}) {}
};

TEST_F(OnTheDeviceWithoutContext, HostMemoryIsDeviceMemory) {
    expect_refused({{"aclrtMallocHost", [] {
                         void* memory = nullptr;
                         return aclrtMallocHost(&memory, 64);
                     }}});
}

// --- memory and streams

TEST_F(WithoutContext, CopiesOfRowsMustBeAligned) {
    uint8_t* const device = device_memory(1024);
    uint8_t* const host = host_memory(1024);
    aclrtStream const stream = new_stream();
    EXPECT_CODE(ACL_ERROR_RT_ADDR_UNALIGNED,
                aclrtMemcpy2dAsync(device + 1, 64, host, 64, 64, 2, ACL_MEMCPY_HOST_TO_DEVICE, stream));
}

TEST(DocumentedErrors, ADefaultContextNeedsAStream) {
    EXPECT_OK(aclInit(nullptr));
    new_context();
    aclrtStream stream = nullptr;
    while (aclrtCreateStream(&stream) == ACL_SUCCESS) {
    }
    EXPECT_CODE(ACL_ERROR_RT_NO_STREAM_RESOURCE, aclrtSetDevice(0));
    EXPECT_OK(aclFinalize());
}

// --- executions

class Executions : public Runtime {
   protected:
    static constexpr size_t kBytes = sizeof(std::array<float, 6>);

    std::array<float, 6> a_{};
    std::array<float, 6> b_{};
    const uint32_t id_ = load("sum_difference");
    aclmdlDataset* const inputs_ = dataset({{a_.data(), kBytes}, {a_.data(), kBytes}});
    aclmdlDataset* const outputs_ = dataset({{b_.data(), kBytes}, {a_.data(), kBytes}});
};

TEST_F(Executions, OutputsThatNobodyHasRoomFor) {
    aclmdlDataset* const empty = dataset({{nullptr, 0}, {nullptr, 0}});
    aclrtStream const stream = new_stream();
    device_memory(mem_info().free - 64);
    EXPECT_CODE(ACL_ERROR_RT_MEMORY_ALLOCATION, aclmdlExecute(id_, inputs_, empty));
    EXPECT_CODE(ACL_ERROR_RT_MEMORY_ALLOCATION, aclmdlExecuteAsync(id_, inputs_, empty, stream));
    EXPECT_EQ(aclGetDataBufferAddr(aclmdlGetDatasetBuffer(empty, 0)), nullptr);
}

TEST_F(Executions, QueuedWithWhatDoesNotFit) {
    aclrtStream const stream = new_stream();
    aclmdlDataset* const one = dataset({{b_.data(), kBytes}});
    EXPECT_CODE(ACL_ERROR_MODEL_OUTPUT_NOT_MATCH, aclmdlExecuteAsync(id_, inputs_, one, stream));
    uint8_t* const gone = device_memory(kBytes);
    EXPECT_OK(aclrtFree(gone));
    aclmdlDataset* const freed = dataset({{gone, kBytes}, {a_.data(), kBytes}});
    EXPECT_CODE(ACL_ERROR_RT_PARAM_INVALID, aclmdlExecuteAsync(id_, freed, outputs_, stream));
    new_context();
    EXPECT_CODE(ACL_ERROR_RT_STREAM_CONTEXT, aclmdlExecuteAsync(id_, inputs_, outputs_, stream));
}

// --- gears and AIPP

struct Setter {
    const char* name;
    const char* model;
    aclError (*set)(uint32_t id, aclmdlDataset* inputs, size_t index);
};

const Setter kSetters[] = {
    {"BatchSize", "batches",
     [](uint32_t id, aclmdlDataset* inputs, size_t index) { return aclmdlSetDynamicBatchSize(id, inputs, index, 1); }},
    {"HWSize", "sizes",
     [](uint32_t id, aclmdlDataset* inputs, size_t index) { return aclmdlSetDynamicHWSize(id, inputs, index, 2, 2); }},
    {"Dims", "dims",
     [](uint32_t id, aclmdlDataset* inputs, size_t index) {
         const aclmdlIODims dims{"", 3, {3, 1, 2}};
         return aclmdlSetInputDynamicDims(id, inputs, index, &dims);
     }},
};

class GearErrors : public Runtime, public testing::WithParamInterface<Setter> {
   protected:
    aclError set(uint32_t id, void* memory, size_t size, size_t index = 1) {
        return GetParam().set(id, dataset({{x_.data(), sizeof x_}, {memory, size}}), index);
    }
    std::array<float, 8> x_{};
    std::array<int64_t, 4> gear_{};
    const uint32_t id_ = load(GetParam().model);
};

TEST_P(GearErrors, AreToldApart) {
    EXPECT_OK(set(id_, gear_.data(), sizeof gear_));
    EXPECT_CODE(ACL_ERROR_INVALID_MODEL_ID, set(id_ + 100, gear_.data(), sizeof gear_));
    EXPECT_CODE(ACL_ERROR_GE_DYNAMIC_INPUT_ADDR_INVALID, set(id_, gear_.data(), sizeof gear_, 0));
    EXPECT_CODE(ACL_ERROR_GE_DYNAMIC_INPUT_LENGTH_INVALID, set(id_, gear_.data(), 4));
    EXPECT_CODE(ACL_ERROR_RT_PARAM_INVALID, set(id_, reinterpret_cast<void*>(0x1000), sizeof gear_));
}
INSTANTIATE_TEST_SUITE_P(Setters, GearErrors, testing::ValuesIn(kSetters), case_name<Setter>);

TEST_F(Executions, AippOfAnInputIsRefused) {
    const uint32_t id = load("dynamic_aipp");
    std::array<uint8_t, 600> pictures{};
    std::array<int64_t, 1> gear{};
    std::array<uint8_t, 256> block{};
    const auto set = [&](void* memory, size_t size, aclmdlAIPP* aipp) {
        return aclmdlSetAIPPByInputIndex(
            id, dataset({{pictures.data(), pictures.size()}, {gear.data(), sizeof gear}, {memory, size}}), 0, aipp);
    };
    aclmdlAIPP* const one = aclmdlCreateAIPP(1);
    aclmdlAIPP* const two = aclmdlCreateAIPP(2);
    EXPECT_OK(aclmdlSetAIPPInputFormat(one, ACL_RGB888_U8));
    EXPECT_OK(aclmdlSetAIPPSrcImageSize(one, 4, 2));
    EXPECT_CODE(ACL_ERROR_GE_AIPP_BATCH_EMPTY, set(block.data(), block.size(), one));
    EXPECT_CODE(ACL_ERROR_GE_PARAM_INVALID, set(block.data(), block.size(), two)) << "without a size";
    EXPECT_OK(aclmdlSetAIPPInputFormat(two, ACL_RGB888_U8));
    EXPECT_OK(aclmdlSetAIPPSrcImageSize(two, 4, 2));
    EXPECT_CODE(ACL_ERROR_GE_DYNAMIC_INPUT_LENGTH_INVALID, set(block.data(), 100, two));
    EXPECT_CODE(ACL_ERROR_RT_PARAM_INVALID, set(reinterpret_cast<void*>(0x1000), block.size(), two));
    EXPECT_OK(set(block.data(), block.size(), two));
    EXPECT_EQ(aclmdlCreateAIPP(uint64_t{1} << 20), nullptr);
}

// --- configurations

class Configured : public testing::Test {
   protected:
    ~Configured() override { fs::remove(path_); }
    const char* file(const std::string& content) const {
        std::ofstream(path_) << content;
        return path_.c_str();
    }
    const std::string path_ = testing::TempDir() + "configured_" + std::to_string(getpid()) + ".json";
};

TEST_F(Configured, DumpingThatCannotBegin) {
    EXPECT_CODE(ACL_ERROR_INVALID_DUMP_CONFIG, aclInit(file(R"({"dump": {"dump_mode": "all"}})")));
    EXPECT_CODE(ACL_ERROR_WRITE_FILE, aclInit(file(R"({"dump": {"dump_path": "/proc/none"}})")));
    EXPECT_OK(aclInit(file("{}"))) << "what failed did not initialise";
    EXPECT_OK(aclmdlInitDump());
    EXPECT_CODE(ACL_ERROR_INVALID_FILE_SIZE, aclmdlSetDump(file("")));
    EXPECT_OK(aclFinalize());
}

}  // namespace
}  // namespace softacl::test
