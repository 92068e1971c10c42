// SPDX-License-Identifier: Apache-2.0
// One of the streams that a device may have.
#pragma once

#include <atomic>
#include <utility>

namespace softacl::runtime {

/// A taken place, free again at the end of this object. A stream's context has it and not the stream: a worker may keep
/// a destroyed stream a little longer, and the program may make another one at once. Movable; must not outlive the
/// device.
class StreamPlace {
   public:
    StreamPlace() = default;
    /// `taken` was counted up for this place.
    explicit StreamPlace(std::atomic<int>& taken) : taken_(&taken) {}
    StreamPlace(StreamPlace&& other) noexcept : taken_(std::exchange(other.taken_, nullptr)) {}
    StreamPlace& operator=(StreamPlace&& other) noexcept {
        std::swap(taken_, other.taken_);
        return *this;
    }
    ~StreamPlace() {
        if (taken_ != nullptr) {
            taken_->fetch_sub(1);
        }
    }

   private:
    std::atomic<int>* taken_ = nullptr;
};

}  // namespace softacl::runtime
