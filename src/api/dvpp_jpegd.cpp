// SPDX-License-Identifier: Apache-2.0
// ops/acl_dvpp.h: JPEG decoding.
#include "acl/ops/acl_dvpp.h"
#include "api/entry.h"
#include "api/media_task.h"
#include "media/still/jpeg_layout.h"
#include "media/v1/memory.h"
#include "media/v1/still.h"

using namespace softacl;
using namespace softacl::api;
using media::JpegInfo;

namespace {

Result<JpegInfo> read_info(const void* data, uint32_t size) {
    SOFTACL_TRY(media::check_readable("data", data, size));
    return media::read_jpeg_info({static_cast<const uint8_t*>(data), size});
}

acldvppJpegFormat format_of(media::JpegSampling sampling) {
    switch (sampling) {
        case media::JpegSampling::k444: return ACL_JPEG_CSS_444;
        case media::JpegSampling::k422: return ACL_JPEG_CSS_422;
        case media::JpegSampling::k420: return ACL_JPEG_CSS_420;
        case media::JpegSampling::k440: return ACL_JPEG_CSS_440;
        case media::JpegSampling::kGray: break;
    }
    return ACL_JPEG_CSS_GRAY;
}

Status give_info(const Result<JpegInfo>& info, uint32_t* width, uint32_t* height, int32_t* components) {
    *width = info.ok() ? info->width : 0;
    *height = info.ok() ? info->height : 0;
    *components = info.ok() ? info->components : 0;
    return info.status();
}

}  // namespace

aclError acldvppJpegDecodeAsync(acldvppChannelDesc* channelDesc, const void* data, uint32_t size,
                                acldvppPicDesc* outputDesc, aclrtStream stream) {
    return entry<row::acldvppJpegDecodeAsync>(channelDesc, data, size, outputDesc, stream)([&]() -> Status {
        SOFTACL_ASSIGN(const MediaPlace place, MediaPlace::find(channelDesc, stream));
        SOFTACL_ASSIGN(const Pin<media::PicDesc> output, pin<media::PicDesc>(outputDesc, "outputDesc"));
        SOFTACL_ASSIGN(auto task, media::jpeg_decode_task(place.channel().get(),
                                                          {static_cast<const uint8_t*>(data), size}, output.share()));
        return place.launch(media::kJpegd, std::move(task));
    });
}

aclError acldvppJpegGetImageInfo(const void* data, uint32_t size, uint32_t* width, uint32_t* height,
                                 int32_t* components) {
    return entry<row::acldvppJpegGetImageInfo>(data, size, width, height, components)(
        [&] { return give_info(read_info(data, size), width, height, components); });
}

aclError acldvppJpegGetImageInfoV2(const void* data, uint32_t size, uint32_t* width, uint32_t* height,
                                   int32_t* components, acldvppJpegFormat* format) {
    return entry<row::acldvppJpegGetImageInfoV2>(data, size, width, height, components, format)([&] {
        const Result<JpegInfo> info = read_info(data, size);
        *format = info.ok() ? format_of(info->sampling) : ACL_JPEG_CSS_UNKNOWN;
        return give_info(info, width, height, components);
    });
}

aclError acldvppJpegPredictDecSize(const void* data, uint32_t dataSize, acldvppPixelFormat outputPixelFormat,
                                   uint32_t* decSize) {
    return entry<row::acldvppJpegPredictDecSize>(data, dataSize, outputPixelFormat, decSize)([&]() -> Status {
        *decSize = 0;
        SOFTACL_ASSIGN(const JpegInfo info, read_info(data, dataSize));
        SOFTACL_ASSIGN(const uint64_t bytes, media::predict_jpeg_decode_size(info, outputPixelFormat));
        *decSize = static_cast<uint32_t>(bytes);  // the largest picture has less than 1 GiB
        return {};
    });
}
