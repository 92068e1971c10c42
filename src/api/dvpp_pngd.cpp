// SPDX-License-Identifier: Apache-2.0
// ops/acl_dvpp.h: PNG decoding.
#include "acl/ops/acl_dvpp.h"
#include "api/entry.h"
#include "api/media_task.h"
#include "media/still/png.h"
#include "media/v1/memory.h"
#include "media/v1/still.h"

using namespace softacl;
using namespace softacl::api;
using media::PngInfo;

namespace {

Result<PngInfo> read_info(const void* data, uint32_t size) {
    SOFTACL_TRY(media::check_readable("data", data, size));
    return media::read_png_info({static_cast<const uint8_t*>(data), size});
}

}  // namespace

aclError acldvppPngDecodeAsync(acldvppChannelDesc* channelDesc, const void* data, uint32_t size,
                               acldvppPicDesc* outputDesc, aclrtStream stream) {
    return entry<row::acldvppPngDecodeAsync>(channelDesc, data, size, outputDesc, stream)([&]() -> Status {
        SOFTACL_ASSIGN(const MediaPlace place, MediaPlace::find(channelDesc, stream));
        SOFTACL_ASSIGN(const Pin<media::PicDesc> output, pin<media::PicDesc>(outputDesc, "outputDesc"));
        SOFTACL_ASSIGN(auto task, media::png_decode_task({static_cast<const uint8_t*>(data), size}, output.share()));
        return place.launch(media::kPngd, std::move(task));
    });
}

aclError acldvppPngGetImageInfo(const void* data, uint32_t dataSize, uint32_t* width, uint32_t* height,
                                int32_t* components) {
    return entry<row::acldvppPngGetImageInfo>(data, dataSize, width, height, components)([&] {
        const Result<PngInfo> info = read_info(data, dataSize);
        *width = info.ok() ? info->width : 0;
        *height = info.ok() ? info->height : 0;
        *components = info.ok() ? info->components : 0;
        return info.status();
    });
}

aclError acldvppPngPredictDecSize(const void* data, uint32_t dataSize, acldvppPixelFormat outputPixelFormat,
                                  uint32_t* decSize) {
    return entry<row::acldvppPngPredictDecSize>(data, dataSize, outputPixelFormat, decSize)([&]() -> Status {
        *decSize = 0;
        SOFTACL_ASSIGN(const PngInfo info, read_info(data, dataSize));
        SOFTACL_ASSIGN(const uint64_t bytes, media::predict_png_decode_size(info, outputPixelFormat));
        *decSize = static_cast<uint32_t>(bytes);
        return {};
    });
}
