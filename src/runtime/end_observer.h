// SPDX-License-Identifier: Apache-2.0
// Tells modules the runtime does not know when a device or the process ends.
#pragma once

#include <memory>
#include <vector>

namespace softacl::runtime {

class Device;

/// Called on the thread that resets the device or finalizes the process.
class EndObserver {
   public:
    virtual ~EndObserver() = default;

    /// The device is being reset. Takes what lives on it out of the program's reach; it is released when the result
    /// is destroyed, after the device's streams were closed and before its memory is reused.
    virtual std::shared_ptr<void> device_ends(Device&) { return nullptr; }

    /// All devices have ended.
    virtual void process_ends() {}
};

/// The observer must live as long as the process. Any thread.
void observe_ends(EndObserver& observer);
std::vector<EndObserver*> end_observers();

}  // namespace softacl::runtime
