// SPDX-License-Identifier: Apache-2.0
#include "media/v1/vdec_channel.h"

#include <utility>

#include "media/v1/memory.h"

namespace softacl::media {
namespace {

Status no_channel() {
    return fail(ACL_ERROR_INVALID_PARAM,
                "channelDesc describes a channel that does not exist; call aclvdecCreateChannel first");
}

}  // namespace

VdecChannel::~VdecChannel() {
    if (session_ != nullptr) {
        static_cast<void>(session_->close());
    }
}

Status VdecChannel::create() {
    const std::lock_guard lock(session_mutex_);
    if (session_ != nullptr) {
        return fail(ACL_ERROR_INVALID_PARAM, "channelDesc describes a channel that exists, number ", session_->number(),
                    "; expected a description of its own for each channel");
    }
    SOFTACL_ASSIGN(session_, VdecSession::open(get()));
    return {};
}

Status VdecChannel::destroy() {
    SOFTACL_ASSIGN(const std::shared_ptr<VdecSession> ending, session());
    SOFTACL_TRY(ending->close());
    const std::lock_guard lock(session_mutex_);
    if (session_ == ending) {
        session_.reset();
    }
    return {};
}

Result<std::shared_ptr<VdecSession>> VdecChannel::session() const {
    const std::lock_guard lock(session_mutex_);
    if (session_ == nullptr) {
        return no_channel();
    }
    return session_;
}

Status VdecChannel::send(acldvppStreamDesc* input, acldvppPicDesc* output, bool skipped, UserData user_data) {
    SOFTACL_ASSIGN(const Pin<StreamDesc> piece, pin<StreamDesc>(input, "input"));
    std::shared_ptr<PicDesc> picture;
    if (output != nullptr) {
        SOFTACL_ASSIGN(const Pin<PicDesc> live, pin<PicDesc>(output, "output"));
        picture = live.share();
    }
    const StreamFields coded = piece->get();
    if (picture == nullptr && !skipped && coded.eos == 0) {
        return fail(ACL_ERROR_INVALID_PARAM, "output is null; expected the description of a picture");
    }
    SOFTACL_ASSIGN(const std::shared_ptr<VdecSession> present, session());
    if (coded.eos != 0 && skipped) {
        return fail(ACL_ERROR_INVALID_PARAM,
                    "input has eos 1; expected 0: the end of the video comes by aclvdecSendFrame");
    }
    if (coded.data != nullptr && coded.size != 0) {
        if (picture == nullptr && !skipped) {
            return fail(ACL_ERROR_INVALID_PARAM, "output is null; expected the description of a picture");
        }
        VdecPacket packet;
        packet.input = piece.share();
        packet.input_handle = input;
        packet.data = static_cast<const uint8_t*>(coded.data);
        packet.size = coded.size;
        packet.output = picture;
        packet.output_handle = output;
        packet.callback = get().callback();
        packet.user_data = std::move(user_data);
        if (packet.callback == nullptr) {
            return fail(ACL_ERROR_INVALID_PARAM, "the callback of channelDesc is null");
        }
        SOFTACL_TRY(check_memory("input", coded.data, coded.size, coded.size));
        if (picture != nullptr) {
            packet.fields = picture->get();
            SOFTACL_TRY(check_vdec_output(packet.fields, present->format()));
        }
        SOFTACL_TRY(present->send(std::move(packet)));
    } else if (coded.eos == 0) {
        return fail(ACL_ERROR_INVALID_PARAM, "input is empty: its data is ", coded.data, " and its size ", coded.size,
                    "; expected a picture's data, or eos to be 1");
    }
    return coded.eos == 0 ? Status() : present->finish();
}

}  // namespace softacl::media
