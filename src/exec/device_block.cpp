// SPDX-License-Identifier: Apache-2.0
#include "exec/device_block.h"

#include <cstdint>

#include "acl/acl_base.h"

namespace softacl::exec {
namespace {

constexpr uintptr_t kAlignment = 64;

Status check(runtime::Device& device, const Buffer& given, size_t size, const char* purpose) {
    if (given.data == nullptr || given.size < size) {
        return fail(ACL_ERROR_GE_PARAM_INVALID, "the memory given for ", purpose, " has ", given.size, " bytes at ",
                    given.data, "; expected at least ", size,
                    ", or a null address and no size for memory of the model's own");
    }
    if (reinterpret_cast<uintptr_t>(given.data) % kAlignment != 0) {
        return fail(ACL_ERROR_RT_ADDR_UNALIGNED, "the memory given for ", purpose, " is at ", given.data,
                    "; expected an address aligned to ", kAlignment, " bytes");
    }
    const auto room = device.memory().room_at(given.data);
    if (!room || room->size < size) {
        return fail(ACL_ERROR_GE_PARAM_INVALID, "the memory given for ", purpose, " is at ", given.data,
                    ", where the device has ", room ? room->size : 0, " bytes; expected at least ", size,
                    " bytes from aclrtMalloc on the current device");
    }
    return {};
}

}  // namespace

Result<DeviceBlock> DeviceBlock::take(runtime::Device& device, const Buffer& given, size_t size, const char* purpose) {
    if (given.data != nullptr || given.size != 0) {
        SOFTACL_TRY(check(device, given, size, purpose));
        return DeviceBlock(device, given.data, false);
    }
    auto memory = device.memory().allocate(size, true);
    if (!memory.ok()) {
        return fail(ACL_ERROR_GE_MEMORY_ALLOCATION, "no room for ", size, " bytes of ", purpose, ": ",
                    memory.status().message());
    }
    return DeviceBlock(device, *memory, true);
}

}  // namespace softacl::exec
