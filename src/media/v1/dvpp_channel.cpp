// SPDX-License-Identifier: Apache-2.0
#include "media/v1/dvpp_channel.h"

#include "acl/acl_base.h"
#include "base/log.h"
#include "runtime/device.h"

namespace softacl::media {
namespace {

Status not_created() {
    return fail(ACL_ERROR_INVALID_PARAM,
                "channelDesc describes a channel that does not exist; call acldvppCreateChannel first");
}

}  // namespace

Status DvppChannel::set_mode(uint32_t mode) {
    const std::lock_guard lock(state_mutex_);
    if (place_) {
        return fail(ACL_ERROR_INVALID_PARAM,
                    "channelDesc describes a channel that exists; expected the mode to be set before "
                    "acldvppCreateChannel");
    }
    if (mode == 0 || (mode & ~kPictureUnits) != 0) {
        return fail(ACL_ERROR_INVALID_PARAM, "mode is ", mode,
                    "; expected 1 (VPC), 2 (JPEGD), 4 (JPEGE), 8 (PNGD) or a sum of these");
    }
    mode_ = mode;
    return {};
}

uint32_t DvppChannel::mode() const {
    const std::lock_guard lock(state_mutex_);
    return mode_;
}

Status DvppChannel::create(uint32_t device) {
    const std::lock_guard lock(state_mutex_);
    if (place_) {
        return fail(ACL_ERROR_INVALID_PARAM, "channelDesc describes a channel that exists, number ", place_.number(),
                    "; expected a description of its own for each channel");
    }
    SOFTACL_ASSIGN(place_, ChannelPlace::take(device, mode_ == 0 ? kPictureUnits : mode_));
    return {};
}

Status DvppChannel::destroy() {
    const std::lock_guard lock(state_mutex_);
    if (!place_) {
        return not_created();
    }
    place_ = {};
    return {};
}

Result<uint32_t> DvppChannel::number() const {
    const std::lock_guard lock(state_mutex_);
    if (!place_) {
        return not_created();
    }
    return place_.number();
}

Status DvppChannel::launch(Unit unit, runtime::Stream& stream, std::unique_ptr<runtime::Task> task) {
    const std::lock_guard lock(state_mutex_);
    if (!place_) {
        return not_created();
    }
    if ((place_.units() & unit) == 0) {
        return fail(ACL_ERROR_INVALID_PARAM, "channelDesc describes a channel of mode ", mode_, ", which is not for ",
                    unit_name(unit), "; expected a mode with ", uint32_t{unit});
    }
    if (place_.device() != stream.device().id()) {
        return fail(ACL_ERROR_INVALID_PARAM, "channelDesc describes a channel of device ", place_.device(),
                    "; expected one of the stream's device, ", stream.device().id());
    }
    if (const auto last = last_stream_.lock(); last && last.get() != &stream && !last->reached(last_position_)) {
        log(LogLevel::kWarning, SOFTACL_HERE,
            text("channel ", place_.number(), " is used on two streams at once: on stream ", stream.id(),
                 " while its work on stream ", last->id(), " is unfinished; a device allows one at a time"));
    }
    SOFTACL_ASSIGN(last_position_, stream.launch(std::move(task)));
    last_stream_ = stream.weak_from_this();
    return {};
}

}  // namespace softacl::media
