// SPDX-License-Identifier: Apache-2.0
// Memory of a device for as long as a model lives: its own, or a program's.
#pragma once

#include <cstddef>
#include <utility>

#include "base/status.h"
#include "exec/data_buffer.h"
#include "runtime/device.h"

namespace softacl::exec {

class DeviceBlock {
   public:
    /// What is given, or memory of its own if that has no address and no size. 145000 for too little, or for what is no
    /// block of the device; 107008 if it is not aligned to 64 bytes; 245000 if the device has no room.
    static Result<DeviceBlock> take(runtime::Device& device, const Buffer& given, size_t size, const char* purpose);

    DeviceBlock(DeviceBlock&& other) noexcept
        : device_(other.device_), address_(other.address_), owned_(std::exchange(other.owned_, false)) {}
    DeviceBlock(const DeviceBlock&) = delete;
    DeviceBlock& operator=(const DeviceBlock&) = delete;
    DeviceBlock& operator=(DeviceBlock&&) = delete;
    ~DeviceBlock() {
        if (owned_) {
            device_.memory().retire(address_, {});
        }
    }
    void* get() const { return address_; }

   private:
    DeviceBlock(runtime::Device& device, void* address, bool owned)
        : device_(device), address_(address), owned_(owned) {}

    runtime::Device& device_;
    void* address_;
    bool owned_;
};

}  // namespace softacl::exec
