// SPDX-License-Identifier: Apache-2.0
// How many channels a device has, and their numbers (manual 10.7.1).
#pragma once

#include <cstdint>
#include <optional>
#include <utility>

#include "base/status.h"

namespace softacl::media {

/// What channels are for; bits, since a channel for pictures may be for several. The first four have the numbers of
/// acldvppChannelMode.
enum Unit : uint32_t { kVpc = 1, kJpegd = 2, kJpege = 4, kPngd = 8, kVdec = 16, kVenc = 32 };
inline constexpr uint32_t kPictureUnits = kVpc | kJpegd | kJpege | kPngd;
const char* unit_name(Unit unit);

/// A taken place, free again at the end of this object. Movable, any thread.
class ChannelPlace {
   public:
    static constexpr uint32_t kMostOfUnit = 128;

    ChannelPlace() = default;
    ChannelPlace(ChannelPlace&& other) noexcept { swap(other); }
    ChannelPlace& operator=(ChannelPlace&& other) noexcept {
        swap(other);
        return *this;
    }
    ~ChannelPlace();

    /// A place in all `units`. Picture channels, decoders and encoders number their channels each by themselves:
    /// `wanted`, or the smallest free number. 200000 if a unit has 128 channels, 100000 if the number is taken.
    static Result<ChannelPlace> take(uint32_t device, uint32_t units, std::optional<uint32_t> wanted = std::nullopt);

    explicit operator bool() const { return units_ != 0; }
    uint32_t device() const { return device_; }
    uint32_t units() const { return units_; }
    uint32_t number() const { return number_; }

   private:
    void swap(ChannelPlace& other) {
        std::swap(device_, other.device_);
        std::swap(units_, other.units_);
        std::swap(number_, other.number_);
    }
    uint32_t device_ = 0;
    uint32_t units_ = 0;
    uint32_t number_ = 0;
};

}  // namespace softacl::media
