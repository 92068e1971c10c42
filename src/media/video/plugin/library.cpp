// SPDX-License-Identifier: Apache-2.0
// The entry of the library of codecs.
#include "media/video/codecs.h"
#include "media/video/plugin/open.h"

extern "C" __attribute__((visibility("default"))) const softacl::media::Codecs* softacl_open_codecs_1();

const softacl::media::Codecs* softacl_open_codecs_1() {
    static const softacl::media::Codecs kCodecs = {
        softacl::media::open_avcodec_decoder,
        softacl::media::open_x264_encoder,
        softacl::media::open_x265_encoder,
    };
    return &kCodecs;
}
