// SPDX-License-Identifier: Apache-2.0
// Device memory that a channel has for itself.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include "base/status.h"

namespace softacl::runtime {
class Device;
}

namespace softacl::media {

/// Freed with this object, unless its device was reset before: then its address may be the program's again. Movable.
class DeviceBlock {
   public:
    DeviceBlock() = default;
    DeviceBlock(DeviceBlock&& other) noexcept { swap(other); }
    DeviceBlock& operator=(DeviceBlock&& other) noexcept {
        swap(other);
        return *this;
    }
    ~DeviceBlock();

    /// On the current context's device. 107002 without context, 207001 beyond the capacity.
    static Result<DeviceBlock> allocate(size_t size);

    void* data() const { return data_; }

   private:
    void swap(DeviceBlock& other) {
        std::swap(data_, other.data_);
        std::swap(device_, other.device_);
        std::swap(resets_, other.resets_);
    }
    void* data_ = nullptr;
    const runtime::Device* device_ = nullptr;  // they live as long as the process
    uint64_t resets_ = 0;                      // of the device, when it was allocated
};

}  // namespace softacl::media
