// SPDX-License-Identifier: Apache-2.0
// What exists once per process: initialisation, the devices, settings.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "base/config.h"
#include "base/function_ref.h"
#include "runtime/device.h"

namespace softacl::runtime {

/// Any thread. Made at first use and never destroyed.
class Process {
   public:
    static Process& instance();

    /// 100002 if initialised already. `begin` starts what others do as the configuration says. A failed attempt leaves
    /// the process as it was.
    Status initialize(const char* config_path, FunctionRef<Status(const Config&)> begin);
    bool is_initialized();
    /// Releases everything, and reports what was left alive. 100001 before, 100037 after the first time.
    Status finalize();

    /// Devices the program can see: SOFTACL_DEVICES of them, as ASCEND_RT_VISIBLE_DEVICES selects and orders.
    size_t device_count() const { return visible_.size(); }
    /// 107001 outside [0, device_count).
    Result<Device*> device(int32_t index);
    /// Index by which the program knows the device.
    int32_t index_of(const Device& device) const;
    /// The device an address belongs to, or null for host memory.
    Device* device_of(const void* address);

    /// Tells whether work queued anywhere up to now is unfinished; empty if there is none.
    DeviceMemory::InUse queued_work();

    /// True if functions answer as the documented product, where that has less (SOFTACL_STRICT_PRODUCT=1).
    bool is_strict_product() const { return strict_product_; }
    /// True if programs run on the device itself (SOFTACL_RUN_MODE=device), false on a host.
    bool runs_on_device() const { return runs_on_device_; }

    /// How many prepared operators are kept, as the configuration says.
    uint64_t max_opqueue_num() { return max_opqueue_num_; }

    /// How long a stream waits for an event; nothing: for ever.
    std::optional<std::chrono::seconds> wait_timeout() const;
    void set_wait_timeout(std::chrono::seconds timeout) { wait_timeout_seconds_ = timeout.count(); }

   private:
    Process();

    enum class Phase { kNew, kInitialized, kFinalized };

    std::mutex phase_mutex_;
    Phase phase_ = Phase::kNew;
    Config config_;
    std::atomic<uint64_t> max_opqueue_num_{Config{}.max_opqueue_num};
    std::vector<std::unique_ptr<Device>> visible_;
    bool runs_on_device_ = false;
    bool strict_product_ = false;  // SOFTACL_STRICT_PRODUCT=1: answer exactly as the documented product
    std::atomic<std::chrono::seconds::rep> wait_timeout_seconds_{0};
};

}  // namespace softacl::runtime
