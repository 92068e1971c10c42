// SPDX-License-Identifier: Apache-2.0
#include "device.h"

#include <utility>

#include "failure.h"

namespace omrun {
namespace {

/// On the board itself, programs run beside the device's memory.
aclrtMemcpyKind kind_of_copy(aclrtMemcpyKind from_host) {
    aclrtRunMode mode = ACL_HOST;
    check(aclrtGetRunMode(&mode), "aclrtGetRunMode");
    return mode == ACL_HOST ? from_host : ACL_MEMCPY_DEVICE_TO_DEVICE;
}

}  // namespace

void check(aclError code, const char* call) {
    if (code != ACL_SUCCESS) {
        const char* message = aclGetRecentErrMsg();
        fail(call, " failed with code ", code, message == nullptr ? "." : text(": ", message));
    }
}

Session::Session(int device, const std::string& config) : device_(device) {
    check(aclInit(config.empty() ? nullptr : config.c_str()), "aclInit");
    try {
        check(aclrtSetDevice(device), "aclrtSetDevice");
    } catch (...) {
        aclFinalize();
        throw;
    }
}
Session::~Session() {
    aclrtResetDevice(device_);
    aclFinalize();
}

Block::Block(size_t size) : size_(size) {
    check(aclrtMalloc(&data_, size == 0 ? 1 : size, ACL_MEM_MALLOC_HUGE_FIRST), "aclrtMalloc");
}
Block::~Block() {
    if (data_ != nullptr) {
        aclrtFree(data_);
    }
}
Block::Block(Block&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
Block& Block::operator=(Block&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
}

void copy_in(void* device, size_t room, const void* host, size_t size) {
    if (size != 0) {
        check(aclrtMemcpy(device, room, host, size, kind_of_copy(ACL_MEMCPY_HOST_TO_DEVICE)), "aclrtMemcpy");
    }
}
void copy_out(void* host, const void* device, size_t size) {
    if (size != 0) {
        check(aclrtMemcpy(host, size, device, size, kind_of_copy(ACL_MEMCPY_DEVICE_TO_HOST)), "aclrtMemcpy");
    }
}

}  // namespace omrun
