// SPDX-License-Identifier: Apache-2.0
// JPEG and PNG as work of streams (manual 10.7.7, 10.7.8, 10.7.11).
//
// What can be checked without the file is checked before anything is queued. The rest fails the work, whose code goes
// into the description of the picture. Any thread.
#pragma once

#include "media/still/bytes.h"
#include "media/v1/descs.h"
#include "media/v1/dvpp_channel.h"
#include "runtime/task.h"

namespace softacl::media {

struct JpegeFields {
    uint32_t level = 100;
};
using JpegeConfig = Record<JpegeFields, Kind::kJpegeConfig>;

using StillTask = Result<std::unique_ptr<runtime::Task>>;

StillTask jpeg_decode_task(const DvppChannelFields& channel, Bytes file, const std::shared_ptr<PicDesc>& output);
StillTask png_decode_task(Bytes file, const std::shared_ptr<PicDesc>& output);
/// `size`: the capacity of `data`, and then the file's length.
StillTask jpeg_encode_task(const DvppChannelFields& channel, std::shared_ptr<PicDesc> input, void* data, uint32_t* size,
                           uint32_t level);

}  // namespace softacl::media
