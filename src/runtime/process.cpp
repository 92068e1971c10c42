// SPDX-License-Identifier: Apache-2.0
#include "runtime/process.h"

#include <cstdlib>
#include <cstring>

#include "acl/acl_base.h"
#include "base/cpu.h"
#include "base/env.h"
#include "base/log.h"
#include "runtime/context.h"
#include "runtime/end_observer.h"
#include "runtime/host_memory.h"
#include "runtime/scheduler.h"
#include "runtime/visible_devices.h"

namespace softacl::runtime {
namespace {

uint64_t memory_per_device(size_t devices) {
    if (const auto bytes = env_bytes("SOFTACL_DEVICE_MEMORY")) {
        return *bytes;
    }
    return usable_memory() / 2 / devices;
}

}  // namespace

Process& Process::instance() {
    static auto* const kProcess = new Process;  // leaked: threads may use it while the process exits
    return *kProcess;
}

Process::Process() {
    const auto devices = static_cast<size_t>(env_number("SOFTACL_DEVICES", 1, 64).value_or(1));
    for (const uint32_t id : visible_devices(std::getenv("ASCEND_RT_VISIBLE_DEVICES"), devices)) {
        visible_.push_back(std::make_unique<Device>(id, memory_per_device(devices)));
    }
    const char* mode = std::getenv("SOFTACL_RUN_MODE");
    runs_on_device_ = mode != nullptr && std::strcmp(mode, "device") == 0;
    strict_product_ = env_switch("SOFTACL_STRICT_PRODUCT");
}

Status Process::initialize(const char* config_path, FunctionRef<Status(const Config&)> begin) {
    const std::lock_guard lock(phase_mutex_);
    if (phase_ == Phase::kInitialized) {
        return fail(ACL_ERROR_REPEAT_INITIALIZE, "the process is initialized already; aclInit is called once");
    }
    if (phase_ == Phase::kFinalized && strict_product_) {
        return fail(ACL_ERROR_REPEAT_INITIALIZE,
                    "the process was finalized; the product does not initialize again (SOFTACL_STRICT_PRODUCT=1)");
    }
    Config config;
    if (config_path != nullptr && *config_path != '\0') {
        SOFTACL_ASSIGN(config, read_config("configPath", config_path));
    }
    SOFTACL_TRY(begin(config));
    config_ = config;
    max_opqueue_num_ = config.max_opqueue_num;
    phase_ = Phase::kInitialized;
    return {};
}

bool Process::is_initialized() {
    const std::lock_guard lock(phase_mutex_);
    return phase_ == Phase::kInitialized;
}

Status Process::finalize() {
    const std::lock_guard lock(phase_mutex_);
    if (phase_ != Phase::kInitialized) {
        return phase_ == Phase::kNew
                   ? fail(ACL_ERROR_UNINITIALIZE, "the process is not initialized; call aclInit first")
                   : fail(ACL_ERROR_REPEAT_FINALIZE, "the process is finalized already");
    }
    for (const auto& device : visible_) {
        device->release_everything();
    }
    for (EndObserver* observer : end_observers()) {
        observer->process_ends();
    }
    HostMemory::instance().release_all();
    Scheduler::instance().stop();
    wait_timeout_seconds_ = 0;
    phase_ = Phase::kFinalized;
    return {};
}

Result<Device*> Process::device(int32_t index) {
    if (index < 0 || static_cast<size_t>(index) >= visible_.size()) {
        if (visible_.empty()) {
            return fail(ACL_ERROR_RT_INVALID_DEVICEID, "deviceId is ", index,
                        ", but ASCEND_RT_VISIBLE_DEVICES leaves no device visible");
        }
        return fail(ACL_ERROR_RT_INVALID_DEVICEID, "deviceId is ", index, "; expected 0 to ", visible_.size() - 1);
    }
    return visible_[static_cast<size_t>(index)].get();
}

int32_t Process::index_of(const Device& device) const {
    for (size_t i = 0; i < visible_.size(); ++i) {
        if (visible_[i].get() == &device) {
            return static_cast<int32_t>(i);
        }
    }
    return -1;
}

Device* Process::device_of(const void* address) {
    for (const auto& device : visible_) {
        if (device->memory().contains(address)) {
            return device.get();
        }
    }
    return nullptr;
}

DeviceMemory::InUse Process::queued_work() {
    std::vector<DeviceMemory::InUse> parts;
    for (const auto& device : visible_) {
        if (auto part = device->queued_work()) {
            parts.push_back(std::move(part));
        }
    }
    if (parts.size() <= 1) {
        return parts.empty() ? nullptr : std::move(parts.front());
    }
    return [parts = std::move(parts)] {
        for (const auto& part : parts) {
            if (part()) {
                return true;
            }
        }
        return false;
    };
}

std::optional<std::chrono::seconds> Process::wait_timeout() const {
    const std::chrono::seconds timeout(wait_timeout_seconds_.load(std::memory_order_relaxed));
    return timeout.count() == 0 ? std::nullopt : std::make_optional(timeout);
}

}  // namespace softacl::runtime
