// Copies a buffer to the device and back on a stream, between two events.
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "acl/acl.h"

namespace {

void check(aclError code, const char* call) {
    if (code != ACL_SUCCESS) {
        const char* message = aclGetRecentErrMsg();
        std::fprintf(stderr, "%s gave %d: %s\n", call, code, message ? message : "(no message)");
        std::exit(1);
    }
}

}  // namespace

#define CHECK(call) check((call), #call)

int main() {
    std::vector<int> sent(1000);
    for (size_t i = 0; i < sent.size(); ++i) {
        sent[i] = static_cast<int>(i * i);
    }
    std::vector<int> received(sent.size());
    const size_t bytes = sent.size() * sizeof(int);

    CHECK(aclInit(nullptr));
    CHECK(aclrtSetDevice(0));
    aclrtContext context = nullptr;
    CHECK(aclrtCreateContext(&context, 0));
    aclrtStream stream = nullptr;
    CHECK(aclrtCreateStream(&stream));
    aclrtEvent begin = nullptr;
    aclrtEvent end = nullptr;
    CHECK(aclrtCreateEvent(&begin));
    CHECK(aclrtCreateEvent(&end));
    void* device = nullptr;
    CHECK(aclrtMalloc(&device, bytes, ACL_MEM_MALLOC_NORMAL_ONLY));

    CHECK(aclrtRecordEvent(begin, stream));
    CHECK(aclrtMemcpyAsync(device, bytes, sent.data(), bytes, ACL_MEMCPY_HOST_TO_DEVICE, stream));
    CHECK(aclrtMemcpyAsync(received.data(), bytes, device, bytes, ACL_MEMCPY_DEVICE_TO_HOST, stream));
    CHECK(aclrtRecordEvent(end, stream));
    CHECK(aclrtSynchronizeStream(stream));
    float milliseconds = -1;
    CHECK(aclrtEventElapsedTime(&milliseconds, begin, end));

    CHECK(aclrtFree(device));
    CHECK(aclrtDestroyEvent(end));
    CHECK(aclrtDestroyEvent(begin));
    CHECK(aclrtDestroyStream(stream));
    CHECK(aclrtDestroyContext(context));
    CHECK(aclrtResetDevice(0));
    CHECK(aclFinalize());

    if (received != sent || milliseconds < 0) {
        std::fprintf(stderr, "the data came back changed, or time ran backwards (%f ms)\n", milliseconds);
        return 1;
    }
    return 0;
}
