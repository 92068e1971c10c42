// SPDX-License-Identifier: Apache-2.0
// ops/acl_dvpp.h: memory for media, and channels for pictures.
#include "media/v1/dvpp_channel.h"
#include "acl/ops/acl_dvpp.h"
#include "api/channel_params.h"
#include "api/fields.h"
#include "runtime/context.h"
#include "runtime/device.h"
#include "runtime/memory.h"

using namespace softacl;
using namespace softacl::api;
using media::DvppChannel;
using media::DvppChannelFields;

namespace {

Result<Pin<DvppChannel>> find(const acldvppChannelDesc* desc) { return pin<DvppChannel>(desc, "channelDesc"); }

Status check_range(const char* what, uint32_t value, uint32_t least, uint32_t most) {
    if (value < least || value > most) {
        return fail(ACL_ERROR_INVALID_PARAM, what, " is ", value, "; expected ", least, " to ", most);
    }
    return {};
}

// A parameter of 4 bytes that applies to work queued from then on.
struct Setting {
    acldvppChannelDescParamType type;
    const char* name;
    uint32_t DvppChannelFields::*field;
    uint32_t least;
    uint32_t most;
};
constexpr Setting kSettings[] = {
    {ACL_DVPP_CSC_MATRIX_UINT32, "the matrix of colours", &DvppChannelFields::csc_matrix, 0,
     ACL_DVPP_CSC_MATRIX_BT2020_NARROW},
    {ACL_DVPP_CHANNEL_HEIGHT_UINT32, "the largest height", &DvppChannelFields::jpege_height, 32,
     DvppChannelFields::kMostSide},
    {ACL_DVPP_CHANNEL_WIDTH_UINT32, "the largest width", &DvppChannelFields::jpege_width, 32,
     DvppChannelFields::kMostSide},
    {ACL_DVPP_JPEGD_PRECISION_MODE_ENUM, "the precision mode", &DvppChannelFields::precision_mode, 0,
     ACL_YUVOUT_ALIGN_DOWN_COMPAT},
};

const Setting* find_setting(acldvppChannelDescParamType type) {
    for (const Setting& setting : kSettings) {
        if (setting.type == type) {
            return &setting;
        }
    }
    return nullptr;
}

}  // namespace

aclError acldvppMalloc(void** devPtr, size_t size) {
    return entry<row::acldvppMalloc>(devPtr, size)([&] {
        const Result<void*> memory = runtime::allocate_on_device(size, true);
        *devPtr = memory.ok() ? *memory : nullptr;
        return memory.status();
    });
}

aclError acldvppFree(void* devPtr) {
    return entry<row::acldvppFree>(devPtr)([&] { return runtime::free_on_device(devPtr); });
}

aclError acldvppCreateChannel(acldvppChannelDesc* channelDesc) {
    return entry<row::acldvppCreateChannel>(channelDesc)([&]() -> Status {
        SOFTACL_ASSIGN(const Pin<DvppChannel> channel, find(channelDesc));
        SOFTACL_ASSIGN(const Pin<runtime::Context> context, runtime::current_context());
        // The device makes the channel on a stream of its own.
        SOFTACL_TRY(context->device().take_stream_place().status());
        return channel->create(context->device().id());
    });
}

aclError acldvppDestroyChannel(acldvppChannelDesc* channelDesc) {
    return entry<row::acldvppDestroyChannel>(channelDesc)([&]() -> Status {
        SOFTACL_ASSIGN(const Pin<DvppChannel> channel, find(channelDesc));
        return channel->destroy();
    });
}

acldvppChannelDesc* acldvppCreateChannelDesc(void) {
    return make_desc<row::acldvppCreateChannelDesc, acldvppChannelDesc, DvppChannel>();
}

aclError acldvppDestroyChannelDesc(acldvppChannelDesc* channelDesc) {
    return destroy_desc<row::acldvppDestroyChannelDesc, DvppChannel>(channelDesc);
}

uint64_t acldvppGetChannelDescChannelId(const acldvppChannelDesc* channelDesc) {
    return entry<row::acldvppGetChannelDescChannelId>(channelDesc).value(uint64_t{0}, [&]() -> Result<uint64_t> {
        SOFTACL_ASSIGN(const Pin<DvppChannel> channel, find(channelDesc));
        SOFTACL_ASSIGN(const uint32_t number, channel->number());
        return number;
    });
}

aclError acldvppSetChannelDescMode(acldvppChannelDesc* channelDesc, uint32_t mode) {
    return entry<row::acldvppSetChannelDescMode>(channelDesc, mode)([&]() -> Status {
        SOFTACL_ASSIGN(const Pin<DvppChannel> channel, find(channelDesc));
        return channel->set_mode(mode);
    });
}

aclError acldvppSetChannelDescParam(acldvppChannelDesc* channelDesc, acldvppChannelDescParamType paramType,
                                    size_t length, const void* param) {
    return entry<row::acldvppSetChannelDescParam>(channelDesc, paramType, length, param)([&]() -> Status {
        SOFTACL_ASSIGN(const Pin<DvppChannel> channel, find(channelDesc));
        if (paramType == ACL_DVPP_CHANNEL_ID_UINT64) {
            return fail(
                ACL_ERROR_INVALID_PARAM,
                "paramType is 2, the number of the channel, which acldvppCreateChannel gives; it cannot be set");
        }
        SOFTACL_ASSIGN(const uint32_t value, read_param<uint32_t>(length, param));
        if (paramType == ACL_DVPP_MODE_UINT32) {
            return channel->set_mode(value);
        }
        const Setting& setting = *find_setting(paramType);
        SOFTACL_TRY(check_range(setting.name, value, setting.least, setting.most));
        channel->set(setting.field, value);
        return {};
    });
}

aclError acldvppGetChannelDescParam(const acldvppChannelDesc* channelDesc, acldvppChannelDescParamType paramType,
                                    size_t length, size_t* paramRetSize, void* param) {
    return entry<row::acldvppGetChannelDescParam>(channelDesc, paramType, length, paramRetSize, param)([&]() -> Status {
        SOFTACL_ASSIGN(const Pin<DvppChannel> channel, find(channelDesc));
        if (paramType == ACL_DVPP_CHANNEL_ID_UINT64) {
            SOFTACL_ASSIGN(const uint32_t number, channel->number());
            return give_param(uint64_t{number}, length, paramRetSize, param);
        }
        const uint32_t value =
            paramType == ACL_DVPP_MODE_UINT32 ? channel->mode() : channel->get(find_setting(paramType)->field);
        return give_param(value, length, paramRetSize, param);
    });
}
