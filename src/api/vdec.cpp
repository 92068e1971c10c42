// SPDX-License-Identifier: Apache-2.0
// ops/acl_dvpp.h: decoding of video.
#include "acl/ops/acl_dvpp.h"
#include "api/channel_params.h"
#include "api/fields.h"
#include "media/v1/vdec_channel.h"
#include "softacl/media_callback.h"

using namespace softacl;
using namespace softacl::api;
using media::VdecChannel;
using media::VdecFields;
using media::VdecFrameConfig;

namespace {

using Param = aclvdecChannelDescParamType;

Result<Pin<VdecChannel>> find(const aclvdecChannelDesc* desc) { return pin<VdecChannel>(desc, "channelDesc"); }

Status set(const aclvdecChannelDesc* desc, Param param, uint64_t bits) {
    SOFTACL_ASSIGN(const Pin<VdecChannel> channel, find(desc));
    return channel->change([&](VdecFields& fields) { return fields.set(param, bits); });
}

template <const Row& R, class T>
aclError set_value(aclvdecChannelDesc* desc, Param param, T value) {
    return entry<R>(desc, value)([&] { return set(desc, param, static_cast<uint64_t>(value)); });
}

template <const Row& R, class T>
T get_value(const aclvdecChannelDesc* desc, Param param) {
    return entry<R>(desc).value(T{}, [&]() -> Result<T> {
        SOFTACL_ASSIGN(const Pin<VdecChannel> channel, find(desc));
        return static_cast<T>(channel->get()[param]);
    });
}

// Null: nothing is set, as the interface has it now.
Status check_config(const aclvdecFrameConfig* config) {
    return config == nullptr ? Status() : pin<VdecFrameConfig>(config, "config").status();
}

}  // namespace

aclError aclvdecCreateChannel(aclvdecChannelDesc* channelDesc) {
    return entry<row::aclvdecCreateChannel>(channelDesc)([&]() -> Status {
        SOFTACL_ASSIGN(const Pin<VdecChannel> channel, find(channelDesc));
        return channel->create();
    });
}

aclError aclvdecDestroyChannel(aclvdecChannelDesc* channelDesc) {
    return entry<row::aclvdecDestroyChannel>(channelDesc)([&]() -> Status {
        SOFTACL_ASSIGN(const Pin<VdecChannel> channel, find(channelDesc));
        return channel->destroy();
    });
}

aclError aclvdecSendFrame(aclvdecChannelDesc* channelDesc, acldvppStreamDesc* input, acldvppPicDesc* output,
                          aclvdecFrameConfig* config, void* userData) {
    return softaclVdecSendFrame(channelDesc, input, output, config, nullptr, userData);
}

aclError softaclVdecSendFrame(aclvdecChannelDesc* channelDesc, acldvppStreamDesc* input, acldvppPicDesc* output,
                              aclvdecFrameConfig* config, void (*dropped)(void* userData), void* userData) {
    media::UserData data(userData, dropped);
    return entry<row::aclvdecSendFrame>(channelDesc, input, output, config, userData)([&]() -> Status {
        SOFTACL_ASSIGN(const Pin<VdecChannel> channel, find(channelDesc));
        SOFTACL_TRY(check_config(config));
        return channel->send(input, output, false, std::move(data));
    });
}

aclError aclvdecSendSkippedFrame(aclvdecChannelDesc* channelDesc, acldvppStreamDesc* input, aclvdecFrameConfig* config,
                                 void* userData) {
    return softaclVdecSendSkippedFrame(channelDesc, input, config, nullptr, userData);
}

aclError softaclVdecSendSkippedFrame(aclvdecChannelDesc* channelDesc, acldvppStreamDesc* input,
                                     aclvdecFrameConfig* config, void (*dropped)(void* userData), void* userData) {
    media::UserData data(userData, dropped);
    return entry<row::aclvdecSendSkippedFrame>(channelDesc, input, config, userData)([&]() -> Status {
        SOFTACL_ASSIGN(const Pin<VdecChannel> channel, find(channelDesc));
        SOFTACL_TRY(check_config(config));
        return channel->send(input, nullptr, true, std::move(data));
    });
}

aclvdecFrameConfig* aclvdecCreateFrameConfig(void) {
    return make_desc<row::aclvdecCreateFrameConfig, aclvdecFrameConfig, VdecFrameConfig>();
}

aclError aclvdecDestroyFrameConfig(aclvdecFrameConfig* vdecFrameConfig) {
    return destroy_desc<row::aclvdecDestroyFrameConfig, VdecFrameConfig>(vdecFrameConfig);
}

aclvdecChannelDesc* aclvdecCreateChannelDesc(void) {
    return make_desc<row::aclvdecCreateChannelDesc, aclvdecChannelDesc, VdecChannel>();
}

aclError aclvdecDestroyChannelDesc(aclvdecChannelDesc* channelDesc) {
    return destroy_desc<row::aclvdecDestroyChannelDesc, VdecChannel>(channelDesc);
}

aclError aclvdecSetChannelDescChannelId(aclvdecChannelDesc* channelDesc, uint32_t channelId) {
    return set_value<row::aclvdecSetChannelDescChannelId>(channelDesc, ACL_VDEC_CHANNEL_ID_UINT32, channelId);
}

aclError aclvdecSetChannelDescThreadId(aclvdecChannelDesc* channelDesc, uint64_t threadId) {
    return set_value<row::aclvdecSetChannelDescThreadId>(channelDesc, ACL_VDEC_THREAD_ID_UINT64, threadId);
}

aclError aclvdecSetChannelDescCallback(aclvdecChannelDesc* channelDesc, aclvdecCallback callback) {
    return entry<row::aclvdecSetChannelDescCallback>(channelDesc, callback)(
        [&] { return set(channelDesc, ACL_VDEC_CALLBACK_PTR, reinterpret_cast<uint64_t>(callback)); });
}

aclError aclvdecSetChannelDescEnType(aclvdecChannelDesc* channelDesc, acldvppStreamFormat enType) {
    return set_value<row::aclvdecSetChannelDescEnType>(channelDesc, ACL_VDEC_ENCODE_TYPE_UINT32, enType);
}

aclError aclvdecSetChannelDescOutPicFormat(aclvdecChannelDesc* channelDesc, acldvppPixelFormat outPicFormat) {
    return set_value<row::aclvdecSetChannelDescOutPicFormat>(channelDesc, ACL_VDEC_OUT_PIC_FORMAT_UINT32, outPicFormat);
}

aclError aclvdecSetChannelDescOutPicWidth(aclvdecChannelDesc* channelDesc, uint32_t outPicWidth) {
    return set_value<row::aclvdecSetChannelDescOutPicWidth>(channelDesc, ACL_VDEC_OUT_PIC_WIDTH_UINT32, outPicWidth);
}

aclError aclvdecSetChannelDescOutPicHeight(aclvdecChannelDesc* channelDesc, uint32_t outPicHeight) {
    return set_value<row::aclvdecSetChannelDescOutPicHeight>(channelDesc, ACL_VDEC_OUT_PIC_HEIGHT_UINT32, outPicHeight);
}

aclError aclvdecSetChannelDescRefFrameNum(aclvdecChannelDesc* channelDesc, uint32_t refFrameNum) {
    return set_value<row::aclvdecSetChannelDescRefFrameNum>(channelDesc, ACL_VDEC_REF_FRAME_NUM_UINT32, refFrameNum);
}

aclError aclvdecSetChannelDescOutMode(aclvdecChannelDesc* channelDesc, uint32_t outMode) {
    return set_value<row::aclvdecSetChannelDescOutMode>(channelDesc, ACL_VDEC_OUT_MODE_UINT32, outMode);
}

aclError aclvdecSetChannelDescBitDepth(aclvdecChannelDesc* channelDesc, uint32_t bitDepth) {
    return set_value<row::aclvdecSetChannelDescBitDepth>(channelDesc, ACL_VDEC_BIT_DEPTH_UINT32, bitDepth);
}

uint32_t aclvdecGetChannelDescChannelId(const aclvdecChannelDesc* channelDesc) {
    return get_value<row::aclvdecGetChannelDescChannelId, uint32_t>(channelDesc, ACL_VDEC_CHANNEL_ID_UINT32);
}

uint64_t aclvdecGetChannelDescThreadId(const aclvdecChannelDesc* channelDesc) {
    return get_value<row::aclvdecGetChannelDescThreadId, uint64_t>(channelDesc, ACL_VDEC_THREAD_ID_UINT64);
}

aclvdecCallback aclvdecGetChannelDescCallback(const aclvdecChannelDesc* channelDesc) {
    return entry<row::aclvdecGetChannelDescCallback>(channelDesc)
        .value(aclvdecCallback{}, [&]() -> Result<aclvdecCallback> {
            SOFTACL_ASSIGN(const Pin<VdecChannel> channel, find(channelDesc));
            return channel->get().callback();
        });
}

acldvppStreamFormat aclvdecGetChannelDescEnType(const aclvdecChannelDesc* channelDesc) {
    return get_value<row::aclvdecGetChannelDescEnType, acldvppStreamFormat>(channelDesc, ACL_VDEC_ENCODE_TYPE_UINT32);
}

acldvppPixelFormat aclvdecGetChannelDescOutPicFormat(const aclvdecChannelDesc* channelDesc) {
    return get_value<row::aclvdecGetChannelDescOutPicFormat, acldvppPixelFormat>(channelDesc,
                                                                                 ACL_VDEC_OUT_PIC_FORMAT_UINT32);
}

uint32_t aclvdecGetChannelDescOutPicWidth(const aclvdecChannelDesc* channelDesc) {
    return get_value<row::aclvdecGetChannelDescOutPicWidth, uint32_t>(channelDesc, ACL_VDEC_OUT_PIC_WIDTH_UINT32);
}

uint32_t aclvdecGetChannelDescOutPicHeight(const aclvdecChannelDesc* channelDesc) {
    return get_value<row::aclvdecGetChannelDescOutPicHeight, uint32_t>(channelDesc, ACL_VDEC_OUT_PIC_HEIGHT_UINT32);
}

uint32_t aclvdecGetChannelDescRefFrameNum(const aclvdecChannelDesc* channelDesc) {
    return get_value<row::aclvdecGetChannelDescRefFrameNum, uint32_t>(channelDesc, ACL_VDEC_REF_FRAME_NUM_UINT32);
}

uint32_t aclvdecGetChannelDescOutMode(const aclvdecChannelDesc* channelDesc) {
    return get_value<row::aclvdecGetChannelDescOutMode, uint32_t>(channelDesc, ACL_VDEC_OUT_MODE_UINT32);
}

uint32_t aclvdecGetChannelDescBitDepth(const aclvdecChannelDesc* channelDesc) {
    return get_value<row::aclvdecGetChannelDescBitDepth, uint32_t>(channelDesc, ACL_VDEC_BIT_DEPTH_UINT32);
}

aclError aclvdecSetChannelDescParam(aclvdecChannelDesc* channelDesc, aclvdecChannelDescParamType paramType,
                                    size_t length, const void* param) {
    return entry<row::aclvdecSetChannelDescParam>(channelDesc, paramType, length, param)([&]() -> Status {
        SOFTACL_TRY(find(channelDesc).status());
        SOFTACL_ASSIGN(const media::VdecParam* const described, media::vdec_param(paramType));
        if (described->size == sizeof(uint32_t)) {
            SOFTACL_ASSIGN(const auto value, read_param<uint32_t>(length, param));
            return set(channelDesc, paramType, value);
        }
        SOFTACL_ASSIGN(const auto value, read_param<uint64_t>(length, param));
        return set(channelDesc, paramType, value);
    });
}

aclError aclvdecGetChannelDescParam(const aclvdecChannelDesc* channelDesc, aclvdecChannelDescParamType paramType,
                                    size_t length, size_t* paramRetSize, void* param) {
    return entry<row::aclvdecGetChannelDescParam>(channelDesc, paramType, length, paramRetSize, param)([&]() -> Status {
        SOFTACL_ASSIGN(const media::VdecParam* const described, media::vdec_param(paramType));
        SOFTACL_ASSIGN(const Pin<VdecChannel> channel, find(channelDesc));
        const uint64_t value = channel->get()[paramType];
        return described->size == sizeof(uint32_t)
                   ? give_param(static_cast<uint32_t>(value), length, paramRetSize, param)
                   : give_param(value, length, paramRetSize, param);
    });
}
