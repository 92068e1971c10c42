// SPDX-License-Identifier: Apache-2.0
// Objects of every kind, made and destroyed again and again: nothing of them is kept.
#include <pthread.h>
#include <unistd.h>

#include <cstdio>

#include "api/models.h"

namespace softacl::test {
namespace {

// Sanitizers keep what was freed, so memory grows there.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kMeasures = false;
constexpr int kCycles = 300;
#else
constexpr bool kMeasures = true;
constexpr int kCycles = 10000;
#endif

long resident_kib() {
    long pages = 0;
    FILE* file = std::fopen("/proc/self/statm", "r");
    EXPECT_EQ(std::fscanf(file, "%*d %ld", &pages), 1);
    std::fclose(file);
    return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

struct Kind {
    const char* name;
    void (*cycle)();
    int divisor = 1;  // for kinds that take long
};

const Kind kKinds[] = {
    {"stream", [] { EXPECT_OK(aclrtDestroyStream(new_stream())); }},
    {"stream_with_work",
     [] {
         const aclrtStream stream = new_stream();
         uint8_t* memory = device_memory(64);
         EXPECT_OK(aclrtMemsetAsync(memory, 64, 1, 64, stream));
         EXPECT_OK(aclrtFree(memory));
         EXPECT_OK(aclrtDestroyStream(stream));
     }},
    {"stream_forced", [] { EXPECT_OK(aclrtDestroyStreamForce(new_stream())); }},
    {"event", [] { EXPECT_OK(aclrtDestroyEvent(new_event())); }},
    {"event_recorded",
     [] {
         const aclrtEvent event = new_event();
         EXPECT_OK(aclrtRecordEvent(event, nullptr));
         EXPECT_OK(aclrtSynchronizeEvent(event));
         EXPECT_OK(aclrtResetEvent(event, nullptr));
         EXPECT_OK(aclrtSynchronizeStream(nullptr));
         EXPECT_OK(aclrtDestroyEvent(event));
     }},
    {"context",
     [] {
         const aclrtContext before = current_context();
         EXPECT_OK(aclrtDestroyContext(new_context()));
         EXPECT_OK(aclrtSetCurrentContext(before));
     }},
    {"device",
     [] {
         EXPECT_OK(aclrtSetDevice(1));
         EXPECT_OK(aclrtResetDevice(1));
         EXPECT_OK(aclrtSetDevice(0));
         EXPECT_OK(aclrtResetDevice(0));
     }},
    {"device_memory", [] { EXPECT_OK(aclrtFree(device_memory(1 << 20))); }},
    {"host_memory", [] { EXPECT_OK(aclrtFreeHost(host_memory(1 << 16))); }},
    {"memory_freed_with_work",
     [] {
         uint8_t* memory = device_memory(4096);
         EXPECT_OK(aclrtMemsetAsync(memory, 4096, 1, 4096, nullptr));
         EXPECT_OK(aclrtFree(memory));
         EXPECT_OK(aclrtSynchronizeStream(nullptr));
     }},
    {"callback",
     [] {
         const aclrtStream stream = new_stream();
         EXPECT_OK(aclrtSubscribeReport(pthread_self(), stream));
         EXPECT_OK(aclrtLaunchCallback([](void*) {}, nullptr, ACL_CALLBACK_BLOCK, stream));
         EXPECT_OK(aclrtProcessReport(-1));
         EXPECT_OK(aclrtUnSubscribeReport(pthread_self(), stream));
         EXPECT_OK(aclrtDestroyStream(stream));
     }},
    {"failed_task",
     [] {
         queue_failure(nullptr);
         EXPECT_CODE(ACL_ERROR_RT_PARAM_INVALID, aclrtSynchronizeStream(nullptr));
     }},
    {"data_buffer", [] { EXPECT_OK(aclDestroyDataBuffer(aclCreateDataBuffer(nullptr, 0))); }},
    {"dataset",
     [] {
         aclmdlDataset* made = aclmdlCreateDataset();
         aclDataBuffer* buffer = aclCreateDataBuffer(nullptr, 0);
         EXPECT_OK(aclmdlAddDatasetBuffer(made, buffer));
         EXPECT_OK(aclmdlDestroyDataset(made));
         EXPECT_OK(aclDestroyDataBuffer(buffer));
     }},
    {"tensor_desc",
     [] {
         const int64_t dims[] = {2, 3};
         aclTensorDesc* desc = aclCreateTensorDesc(ACL_FLOAT, 2, dims, ACL_FORMAT_ND);
         aclSetTensorDescName(desc, "a name that is not too short");
         aclDestroyTensorDesc(desc);
     }},
    {"model_config", [] { EXPECT_OK(aclmdlDestroyConfigHandle(aclmdlCreateConfigHandle())); }},
    {"model",
     [] {
         const uint32_t id = load("sum_difference");
         aclmdlDesc* desc = aclmdlCreateDesc();
         EXPECT_OK(aclmdlGetDesc(desc, id));
         EXPECT_OK(aclmdlDestroyDesc(desc));
         EXPECT_OK(aclmdlUnload(id));
     },
     5},
    {"thread",
     [] {
         in_new_thread([] {
             EXPECT_OK(aclrtSetDevice(0));
             EXPECT_OK(aclrtSynchronizeStream(nullptr));
             EXPECT_OK(aclrtResetDevice(0));
         });
     }},
};

void PrintTo(const Kind& kind, std::ostream* out) { *out << kind.name; }

class Cycles : public Library, public testing::WithParamInterface<Kind> {
   protected:
    Cycles() : Library({{"SOFTACL_DEVICES", "2"}}) { EXPECT_OK(aclrtSetDevice(0)); }
};

TEST_P(Cycles, KeepNothing) {
    constexpr long kTolerated = 512;  // KiB: less than 53 bytes for each of 10,000 cycles
    const auto [name, cycle, divisor] = GetParam();
    const size_t free_before = mem_info().free;
    for (int i = 0; i < kCycles / divisor / 4; ++i) {  // until every pool is as large as it gets
        cycle();
    }
    const long before = resident_kib();
    for (int i = 0; i < kCycles / divisor; ++i) {
        cycle();
    }
    if (kMeasures) {
        EXPECT_LE(resident_kib(), before + kTolerated);
    }
    EXPECT_OK(aclrtSynchronizeDevice());
    EXPECT_EQ(mem_info().free, free_before);
}

INSTANTIATE_TEST_SUITE_P(Objects, Cycles, testing::ValuesIn(kKinds), case_name<Kind>);

}  // namespace
}  // namespace softacl::test
