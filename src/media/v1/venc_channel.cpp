// SPDX-License-Identifier: Apache-2.0
#include "media/v1/venc_channel.h"

#include <utility>

namespace softacl::media {
namespace {

Status no_channel() {
    return fail(ACL_ERROR_INVALID_PARAM,
                "channelDesc describes a channel that does not exist; call aclvencCreateChannel first");
}

}  // namespace

VencChannel::~VencChannel() {
    if (session_ != nullptr) {
        session_->close();
    }
}

Status VencChannel::create() {
    const std::lock_guard lock(session_mutex_);
    if (session_ != nullptr) {
        return fail(ACL_ERROR_INVALID_PARAM, "channelDesc describes a channel that exists, number ", session_->number(),
                    "; expected a description of its own for each channel");
    }
    SOFTACL_ASSIGN(session_, VencSession::open(get()));
    return {};
}

Status VencChannel::destroy() {
    SOFTACL_ASSIGN(const std::shared_ptr<VencSession> ending, session());
    {
        const std::lock_guard lock(session_mutex_);
        if (session_ != ending) {
            return no_channel();
        }
        session_.reset();
    }
    ending->close();
    return {};
}

Result<uint32_t> VencChannel::number() const {
    SOFTACL_ASSIGN(const std::shared_ptr<VencSession> present, session());
    return present->number();
}

Result<std::shared_ptr<VencSession>> VencChannel::session() const {
    const std::lock_guard lock(session_mutex_);
    if (session_ == nullptr) {
        return no_channel();
    }
    return session_;
}

Status VencChannel::send(acldvppPicDesc* handle, const VencFrameFields& config, UserData user_data) {
    std::shared_ptr<PicDesc> desc;
    PicFields fields;
    if (handle != nullptr) {
        SOFTACL_ASSIGN(const Pin<PicDesc> picture, pin<PicDesc>(handle, "input"));
        desc = picture.share();
        fields = desc->get();
    }
    const bool empty = fields.data == nullptr || fields.size == 0;
    if (empty && config.eos == 0) {
        return fail(ACL_ERROR_INVALID_PARAM, "input has no picture; expected one, or eos to be 1 in config");
    }
    SOFTACL_ASSIGN(const std::shared_ptr<VencSession> present, session());
    if (!empty) {
        const aclvencCallback callback = get().callback();
        if (callback == nullptr) {
            return fail(ACL_ERROR_INVALID_PARAM, "the callback of channelDesc is null");
        }
        SOFTACL_ASSIGN(const ConstPicture view, present->view(fields));
        SOFTACL_TRY(
            present->send({std::move(desc), handle, view, callback, std::move(user_data)}, config.force_i_frame != 0));
    }
    return config.eos == 0 ? Status() : present->finish();
}

}  // namespace softacl::media
