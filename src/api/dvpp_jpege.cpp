// SPDX-License-Identifier: Apache-2.0
// ops/acl_dvpp.h: JPEG encoding.
#include "acl/ops/acl_dvpp.h"
#include "api/fields.h"
#include "api/media_task.h"
#include "media/still/jpeg_encode.h"
#include "media/v1/still.h"

using namespace softacl;
using namespace softacl::api;
using media::JpegeConfig;
using media::PicDesc;

aclError acldvppJpegEncodeAsync(acldvppChannelDesc* channelDesc, acldvppPicDesc* inputDesc, const void* data,
                                uint32_t* size, acldvppJpegeConfig* config, aclrtStream stream) {
    return entry<row::acldvppJpegEncodeAsync>(channelDesc, inputDesc, data, size, config, stream)([&]() -> Status {
        SOFTACL_ASSIGN(const MediaPlace place, MediaPlace::find(channelDesc, stream));
        SOFTACL_ASSIGN(const Pin<PicDesc> input, pin<PicDesc>(inputDesc, "inputDesc"));
        SOFTACL_ASSIGN(const Pin<JpegeConfig> quality, pin<JpegeConfig>(config, "config"));
        // The interface calls the output constant.
        SOFTACL_ASSIGN(auto task, media::jpeg_encode_task(place.channel().get(), input.share(), const_cast<void*>(data),
                                                          size, quality->get(&media::JpegeFields::level)));
        return place.launch(media::kJpege, std::move(task));
    });
}

aclError acldvppJpegPredictEncSize(const acldvppPicDesc* inputDesc, const acldvppJpegeConfig* config, uint32_t* size) {
    return entry<row::acldvppJpegPredictEncSize>(inputDesc, config, size)([&]() -> Status {
        *size = 0;
        SOFTACL_ASSIGN(const Pin<PicDesc> input, pin<PicDesc>(inputDesc, "inputDesc"));
        SOFTACL_TRY(pin<JpegeConfig>(config, "config").status());
        const media::PicFields fields = input->get();
        SOFTACL_ASSIGN(const uint64_t bytes,
                       media::predict_jpeg_encode_size(fields.format, fields.width, fields.height));
        *size = static_cast<uint32_t>(bytes);  // the largest picture has less than 2 GiB
        return {};
    });
}

acldvppJpegeConfig* acldvppCreateJpegeConfig(void) {
    return make_desc<row::acldvppCreateJpegeConfig, acldvppJpegeConfig, JpegeConfig>();
}

aclError acldvppDestroyJpegeConfig(acldvppJpegeConfig* jpegeConfig) {
    return destroy_desc<row::acldvppDestroyJpegeConfig, JpegeConfig>(jpegeConfig);
}

aclError acldvppSetJpegeConfigLevel(acldvppJpegeConfig* jpegeConfig, uint32_t level) {
    return set_field<row::acldvppSetJpegeConfigLevel, JpegeConfig>(jpegeConfig, level, &media::JpegeFields::level);
}

uint32_t acldvppGetJpegeConfigLevel(const acldvppJpegeConfig* jpegeConfig) {
    return get_field<row::acldvppGetJpegeConfigLevel, JpegeConfig, uint32_t>(jpegeConfig, &media::JpegeFields::level);
}
