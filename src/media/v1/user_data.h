// SPDX-License-Identifier: Apache-2.0
// What a program wants back in a callback.
#pragma once

#include <utility>

namespace softacl::media {

/// The callback takes it out once; if it never does, `dropped`, unless null, is called with it. Movable.
class UserData {
   public:
    UserData() = default;
    UserData(void* data, void (*dropped)(void* data)) : data_(data), dropped_(dropped) {}
    UserData(UserData&& other) noexcept : data_(other.data_), dropped_(std::exchange(other.dropped_, nullptr)) {}
    UserData& operator=(UserData&& other) noexcept {
        std::swap(data_, other.data_);
        std::swap(dropped_, other.dropped_);
        return *this;
    }
    ~UserData() {
        if (dropped_ != nullptr) {
            dropped_(data_);
        }
    }

    void* take() {
        dropped_ = nullptr;
        return data_;
    }

   private:
    void* data_ = nullptr;
    void (*dropped_)(void* data) = nullptr;
};

}  // namespace softacl::media
