// SPDX-License-Identifier: Apache-2.0
#include "media/v1/channel_places.h"

#include <array>
#include <map>
#include <mutex>
#include <set>

#include "acl/acl_base.h"

namespace softacl::media {
namespace {

constexpr Unit kUnits[] = {kVpc, kJpegd, kJpege, kPngd, kVdec, kVenc};

struct Taken {
    std::map<uint32_t, uint32_t> of_unit;            // how many channels
    std::map<uint32_t, std::set<uint32_t>> numbers;  // by units that share them
};

std::mutex g_mutex;
std::map<uint32_t, Taken>& taken_by_device() {
    static auto& taken = *new std::map<uint32_t, Taken>;  // leaked: channels may end after everything else
    return taken;
}

uint32_t numbered_with(uint32_t units) { return (units & kPictureUnits) != 0 ? kPictureUnits : units; }

uint32_t smallest_free(const std::set<uint32_t>& numbers) {
    uint32_t free = 0;
    for (auto number = numbers.begin(); number != numbers.end() && *number == free; ++number) {
        ++free;
    }
    return free;
}

}  // namespace

const char* unit_name(Unit unit) {
    switch (unit) {
        case kVpc: return "VPC";
        case kJpegd: return "JPEGD";
        case kJpege: return "JPEGE";
        case kPngd: return "PNGD";
        case kVdec: return "VDEC";
        case kVenc: return "VENC";
    }
    return "?";
}

Result<ChannelPlace> ChannelPlace::take(uint32_t device, uint32_t units, std::optional<uint32_t> wanted) {
    const std::lock_guard lock(g_mutex);
    Taken& taken = taken_by_device()[device];
    for (const Unit unit : kUnits) {
        if ((units & unit) != 0 && taken.of_unit[unit] >= kMostOfUnit) {
            return fail(ACL_ERROR_STORAGE_OVER_LIMIT, "device ", device, " already has ", kMostOfUnit, " channels for ",
                        unit_name(unit), "; destroy some, or set the mode of those that are for something else");
        }
    }
    std::set<uint32_t>& numbers = taken.numbers[numbered_with(units)];
    const uint32_t number = wanted.value_or(smallest_free(numbers));
    if (!numbers.insert(number).second) {
        return fail(ACL_ERROR_INVALID_PARAM, "another channel of device ", device, " has the number ", number);
    }
    for (const Unit unit : kUnits) {
        taken.of_unit[unit] += (units & unit) != 0;
    }
    ChannelPlace place;
    place.device_ = device;
    place.units_ = units;
    place.number_ = number;
    return place;
}

ChannelPlace::~ChannelPlace() {
    if (units_ == 0) {
        return;
    }
    const std::lock_guard lock(g_mutex);
    Taken& taken = taken_by_device()[device_];
    taken.numbers[numbered_with(units_)].erase(number_);
    for (const Unit unit : kUnits) {
        taken.of_unit[unit] -= (units_ & unit) != 0;
    }
}

}  // namespace softacl::media
