// SPDX-License-Identifier: Apache-2.0
// ops/acl_dvpp.h: encoding of video.
#include "acl/ops/acl_dvpp.h"
#include "api/channel_params.h"
#include "api/fields.h"
#include "media/v1/venc_channel.h"
#include "softacl/media_callback.h"

using namespace softacl;
using namespace softacl::api;
using media::VencChannel;
using media::VencFields;
using media::VencFrameConfig;
using media::VencFrameFields;

namespace {

using Param = aclvencChannelDescParamType;

Result<Pin<VencChannel>> find(const aclvencChannelDesc* desc) { return pin<VencChannel>(desc, "channelDesc"); }

template <class T>
uint64_t to_bits(T value) {
    if constexpr (std::is_pointer_v<T>) {
        return reinterpret_cast<uint64_t>(value);
    } else {
        return static_cast<uint64_t>(value);
    }
}

template <class T>
T from_bits(uint64_t bits) {
    if constexpr (std::is_pointer_v<T>) {
        return reinterpret_cast<T>(bits);
    } else {
        return static_cast<T>(bits);
    }
}

Status set(const aclvencChannelDesc* desc, Param param, uint64_t bits) {
    SOFTACL_ASSIGN(const Pin<VencChannel> channel, find(desc));
    return channel->change([&](VencFields& fields) { return fields.set(param, bits); });
}

template <const Row& R, class T>
aclError set_value(aclvencChannelDesc* desc, Param param, T value) {
    return entry<R>(desc, value)([&] { return set(desc, param, to_bits(value)); });
}

template <const Row& R, class T>
T get_value(const aclvencChannelDesc* desc, Param param) {
    return entry<R>(desc).value(T{}, [&]() -> Result<T> {
        SOFTACL_ASSIGN(const Pin<VencChannel> channel, find(desc));
        return from_bits<T>(channel->get()[param]);
    });
}

}  // namespace

aclError aclvencCreateChannel(aclvencChannelDesc* channelDesc) {
    return entry<row::aclvencCreateChannel>(channelDesc)([&]() -> Status {
        SOFTACL_ASSIGN(const Pin<VencChannel> channel, find(channelDesc));
        return channel->create();
    });
}

aclError aclvencDestroyChannel(aclvencChannelDesc* channelDesc) {
    return entry<row::aclvencDestroyChannel>(channelDesc)([&]() -> Status {
        SOFTACL_ASSIGN(const Pin<VencChannel> channel, find(channelDesc));
        return channel->destroy();
    });
}

aclError aclvencSendFrame(aclvencChannelDesc* channelDesc, acldvppPicDesc* input, void* reserve,
                          aclvencFrameConfig* config, void* userdata) {
    return softaclVencSendFrame(channelDesc, input, reserve, config, nullptr, userdata);
}

aclError softaclVencSendFrame(aclvencChannelDesc* channelDesc, acldvppPicDesc* input, void* reserve,
                              aclvencFrameConfig* config, void (*dropped)(void* userdata), void* userdata) {
    media::UserData data(userdata, dropped);
    return entry<row::aclvencSendFrame>(channelDesc, input, reserve, config, userdata)([&]() -> Status {
        SOFTACL_ASSIGN(const Pin<VencChannel> channel, find(channelDesc));
        SOFTACL_ASSIGN(const Pin<VencFrameConfig> settings, pin<VencFrameConfig>(config, "config"));
        return channel->send(input, settings->get(), std::move(data));
    });
}

aclvencChannelDesc* aclvencCreateChannelDesc(void) {
    return make_desc<row::aclvencCreateChannelDesc, aclvencChannelDesc, VencChannel>();
}

aclError aclvencDestroyChannelDesc(aclvencChannelDesc* channelDesc) {
    return destroy_desc<row::aclvencDestroyChannelDesc, VencChannel>(channelDesc);
}

aclError aclvencSetChannelDescThreadId(aclvencChannelDesc* channelDesc, uint64_t threadId) {
    return set_value<row::aclvencSetChannelDescThreadId>(channelDesc, ACL_VENC_THREAD_ID_UINT64, threadId);
}

aclError aclvencSetChannelDescCallback(aclvencChannelDesc* channelDesc, aclvencCallback callback) {
    return set_value<row::aclvencSetChannelDescCallback>(channelDesc, ACL_VENC_CALLBACK_PTR, callback);
}

aclError aclvencSetChannelDescEnType(aclvencChannelDesc* channelDesc, acldvppStreamFormat enType) {
    return set_value<row::aclvencSetChannelDescEnType>(channelDesc, ACL_VENC_ENCODE_TYPE_UINT32, enType);
}

aclError aclvencSetChannelDescPicFormat(aclvencChannelDesc* channelDesc, acldvppPixelFormat picFormat) {
    return set_value<row::aclvencSetChannelDescPicFormat>(channelDesc, ACL_VENC_PIXEL_FORMAT_UINT32, picFormat);
}

aclError aclvencSetChannelDescPicWidth(aclvencChannelDesc* channelDesc, uint32_t picWidth) {
    return set_value<row::aclvencSetChannelDescPicWidth>(channelDesc, ACL_VENC_PIC_WIDTH_UINT32, picWidth);
}

aclError aclvencSetChannelDescPicHeight(aclvencChannelDesc* channelDesc, uint32_t picHeight) {
    return set_value<row::aclvencSetChannelDescPicHeight>(channelDesc, ACL_VENC_PIC_HEIGHT_UINT32, picHeight);
}

aclError aclvencSetChannelDescKeyFrameInterval(aclvencChannelDesc* channelDesc, uint32_t keyFrameInterval) {
    return set_value<row::aclvencSetChannelDescKeyFrameInterval>(channelDesc, ACL_VENC_KEY_FRAME_INTERVAL_UINT32,
                                                                 keyFrameInterval);
}

aclError aclvencSetChannelDescBufAddr(aclvencChannelDesc* channelDesc, void* bufAddr) {
    return set_value<row::aclvencSetChannelDescBufAddr>(channelDesc, ACL_VENC_BUF_ADDR_PTR, bufAddr);
}

aclError aclvencSetChannelDescBufSize(aclvencChannelDesc* channelDesc, uint32_t bufSize) {
    return set_value<row::aclvencSetChannelDescBufSize>(channelDesc, ACL_VENC_BUF_SIZE_UINT32, bufSize);
}

aclError aclvencSetChannelDescRcMode(aclvencChannelDesc* channelDesc, uint32_t rcMode) {
    return set_value<row::aclvencSetChannelDescRcMode>(channelDesc, ACL_VENC_RC_MODE_UINT32, rcMode);
}

aclError aclvencSetChannelDescSrcRate(aclvencChannelDesc* channelDesc, uint32_t srcRate) {
    return set_value<row::aclvencSetChannelDescSrcRate>(channelDesc, ACL_VENC_SRC_RATE_UINT32, srcRate);
}

aclError aclvencSetChannelDescMaxBitRate(aclvencChannelDesc* channelDesc, uint32_t maxBitRate) {
    return set_value<row::aclvencSetChannelDescMaxBitRate>(channelDesc, ACL_VENC_MAX_BITRATE_UINT32, maxBitRate);
}

uint32_t aclvencGetChannelDescChannelId(const aclvencChannelDesc* channelDesc) {
    return entry<row::aclvencGetChannelDescChannelId>(channelDesc).value(uint32_t{0}, [&]() -> Result<uint32_t> {
        SOFTACL_ASSIGN(const Pin<VencChannel> channel, find(channelDesc));
        return channel->number();
    });
}

uint64_t aclvencGetChannelDescThreadId(const aclvencChannelDesc* channelDesc) {
    return get_value<row::aclvencGetChannelDescThreadId, uint64_t>(channelDesc, ACL_VENC_THREAD_ID_UINT64);
}

aclvencCallback aclvencGetChannelDescCallback(const aclvencChannelDesc* channelDesc) {
    return get_value<row::aclvencGetChannelDescCallback, aclvencCallback>(channelDesc, ACL_VENC_CALLBACK_PTR);
}

acldvppStreamFormat aclvencGetChannelDescEnType(const aclvencChannelDesc* channelDesc) {
    return get_value<row::aclvencGetChannelDescEnType, acldvppStreamFormat>(channelDesc, ACL_VENC_ENCODE_TYPE_UINT32);
}

acldvppPixelFormat aclvencGetChannelDescPicFormat(const aclvencChannelDesc* channelDesc) {
    return get_value<row::aclvencGetChannelDescPicFormat, acldvppPixelFormat>(channelDesc,
                                                                              ACL_VENC_PIXEL_FORMAT_UINT32);
}

uint32_t aclvencGetChannelDescPicWidth(const aclvencChannelDesc* channelDesc) {
    return get_value<row::aclvencGetChannelDescPicWidth, uint32_t>(channelDesc, ACL_VENC_PIC_WIDTH_UINT32);
}

uint32_t aclvencGetChannelDescPicHeight(const aclvencChannelDesc* channelDesc) {
    return get_value<row::aclvencGetChannelDescPicHeight, uint32_t>(channelDesc, ACL_VENC_PIC_HEIGHT_UINT32);
}

uint32_t aclvencGetChannelDescKeyFrameInterval(const aclvencChannelDesc* channelDesc) {
    return get_value<row::aclvencGetChannelDescKeyFrameInterval, uint32_t>(channelDesc,
                                                                           ACL_VENC_KEY_FRAME_INTERVAL_UINT32);
}

void* aclvencGetChannelDescBufAddr(const aclvencChannelDesc* channelDesc) {
    return get_value<row::aclvencGetChannelDescBufAddr, void*>(channelDesc, ACL_VENC_BUF_ADDR_PTR);
}

uint32_t aclvencGetChannelDescBufSize(const aclvencChannelDesc* channelDesc) {
    return get_value<row::aclvencGetChannelDescBufSize, uint32_t>(channelDesc, ACL_VENC_BUF_SIZE_UINT32);
}

uint32_t aclvencGetChannelDescRcMode(const aclvencChannelDesc* channelDesc) {
    return get_value<row::aclvencGetChannelDescRcMode, uint32_t>(channelDesc, ACL_VENC_RC_MODE_UINT32);
}

uint32_t aclvencGetChannelDescSrcRate(const aclvencChannelDesc* channelDesc) {
    return get_value<row::aclvencGetChannelDescSrcRate, uint32_t>(channelDesc, ACL_VENC_SRC_RATE_UINT32);
}

uint32_t aclvencGetChannelDescMaxBitRate(const aclvencChannelDesc* channelDesc) {
    return get_value<row::aclvencGetChannelDescMaxBitRate, uint32_t>(channelDesc, ACL_VENC_MAX_BITRATE_UINT32);
}

aclError aclvencSetChannelDescParam(aclvencChannelDesc* channelDesc, aclvencChannelDescParamType paramType,
                                    size_t length, const void* param) {
    return entry<row::aclvencSetChannelDescParam>(channelDesc, paramType, length, param)([&]() -> Status {
        SOFTACL_TRY(find(channelDesc).status());
        SOFTACL_ASSIGN(const media::VencParam* const described, media::venc_param(paramType));
        if (described->size == sizeof(uint32_t)) {
            SOFTACL_ASSIGN(const auto value, read_param<uint32_t>(length, param));
            return set(channelDesc, paramType, value);
        }
        SOFTACL_ASSIGN(const auto value, read_param<uint64_t>(length, param));
        return set(channelDesc, paramType, value);
    });
}

aclError aclvencGetChannelDescParam(const aclvencChannelDesc* channelDesc, aclvencChannelDescParamType paramType,
                                    size_t length, size_t* paramRetSize, void* param) {
    return entry<row::aclvencGetChannelDescParam>(channelDesc, paramType, length, paramRetSize, param)([&]() -> Status {
        SOFTACL_ASSIGN(const Pin<VencChannel> channel, find(channelDesc));
        SOFTACL_ASSIGN(const media::VencParam* const described, media::venc_param(paramType));
        const uint64_t value = channel->get()[paramType];
        return described->size == sizeof(uint32_t)
                   ? give_param(static_cast<uint32_t>(value), length, paramRetSize, param)
                   : give_param(value, length, paramRetSize, param);
    });
}

aclvencFrameConfig* aclvencCreateFrameConfig(void) {
    return make_desc<row::aclvencCreateFrameConfig, aclvencFrameConfig, VencFrameConfig>();
}

aclError aclvencDestroyFrameConfig(aclvencFrameConfig* config) {
    return destroy_desc<row::aclvencDestroyFrameConfig, VencFrameConfig>(config);
}

aclError aclvencSetFrameConfigForceIFrame(aclvencFrameConfig* config, uint8_t forceIFrame) {
    return set_field<row::aclvencSetFrameConfigForceIFrame, VencFrameConfig>(config, forceIFrame,
                                                                             &VencFrameFields::force_i_frame);
}

aclError aclvencSetFrameConfigEos(aclvencFrameConfig* config, uint8_t eos) {
    return set_field<row::aclvencSetFrameConfigEos, VencFrameConfig>(config, eos, &VencFrameFields::eos);
}

uint8_t aclvencGetFrameConfigForceIFrame(const aclvencFrameConfig* config) {
    return get_field<row::aclvencGetFrameConfigForceIFrame, VencFrameConfig, uint8_t>(config,
                                                                                      &VencFrameFields::force_i_frame);
}

uint8_t aclvencGetFrameConfigEos(const aclvencFrameConfig* config) {
    return get_field<row::aclvencGetFrameConfigEos, VencFrameConfig, uint8_t>(config, &VencFrameFields::eos);
}
