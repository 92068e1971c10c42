// SPDX-License-Identifier: Apache-2.0
#include "media/v1/still.h"

#include <algorithm>
#include <cstring>

#include "acl/acl_base.h"
#include "media/still/jpeg_decode.h"
#include "media/still/jpeg_encode.h"
#include "media/still/png.h"
#include "media/v1/memory.h"
#include "media/v1/picture_task.h"

namespace softacl::media {
namespace {

constexpr size_t kLeastJpegOutput = size_t{64} * kMinJpegSide;
constexpr size_t kLeastPngOutput = size_t{128} * 3 * kMinPngSide;

StillOutput output_of(const PicFields& fields) {
    return {static_cast<uint8_t*>(fields.data), fields.size, fields.format, fields.width_stride, fields.height_stride};
}

Status check_file(Bytes file) { return check_memory("data", file.data, file.size, file.size); }

Status check_output(const PicFields& output, size_t least) {
    return check_memory("outputDesc", output.data, output.size, std::max<size_t>(output.size, least));
}

void tell_layout(PicDesc& desc, const StillLayout& layout) {
    desc.change([&](PicFields& fields) {
        fields.width = layout.width;
        fields.height = layout.height;
        fields.width_stride = layout.width_stride;
        fields.height_stride = layout.height_stride;
    });
}

Status check_fits_channel(const DvppChannelFields& channel, const ConstPicture& picture) {
    if (picture.width > channel.jpege_width || picture.height > channel.jpege_height) {
        return fail(ACL_ERROR_INVALID_PARAM, "inputDesc describes ", picture.width, "x", picture.height,
                    " pixels; the channel encodes at most ", channel.jpege_width, "x", channel.jpege_height,
                    ", which acldvppSetChannelDescParam changes");
    }
    return {};
}

}  // namespace

StillTask jpeg_decode_task(const DvppChannelFields& channel, Bytes file, const std::shared_ptr<PicDesc>& output) {
    const PicFields fields = output->get();
    SOFTACL_TRY(check_file(file));
    SOFTACL_TRY(check_jpeg_output(output_of(fields)));
    SOFTACL_TRY(check_output(fields, kLeastJpegOutput));
    const auto odd = static_cast<OddSizes>(channel.precision_mode);
    auto work = [file, fields, odd, output]() -> Status {
        SOFTACL_ASSIGN(const StillLayout layout, decode_jpeg(file, output_of(fields), odd));
        tell_layout(*output, layout);
        return {};
    };
    return picture_task("jpeg_decode", {output}, std::move(work));
}

StillTask png_decode_task(Bytes file, const std::shared_ptr<PicDesc>& output) {
    const PicFields fields = output->get();
    SOFTACL_TRY(check_file(file));
    SOFTACL_TRY(check_png_format(fields.format));
    SOFTACL_TRY(check_output(fields, kLeastPngOutput));
    auto work = [file, fields, output]() -> Status {
        SOFTACL_ASSIGN(const StillLayout layout, decode_png(file, output_of(fields)));
        tell_layout(*output, layout);
        return {};
    };
    return picture_task("png_decode", {output}, std::move(work));
}

StillTask jpeg_encode_task(const DvppChannelFields& channel, std::shared_ptr<PicDesc> input, void* data, uint32_t* size,
                           uint32_t level) {
    SOFTACL_TRY(check_writable("size", size, sizeof *size));
    uint32_t capacity = 0;
    std::memcpy(&capacity, size, sizeof capacity);  // programs keep it anywhere
    SOFTACL_TRY(check_memory("data", data, capacity, std::max<size_t>(capacity, 1)));
    const PicFields fields = input->get();
    SOFTACL_ASSIGN(const ConstPicture picture,
                   jpeg_encoder_picture({static_cast<const uint8_t*>(fields.data), fields.size, fields.format,
                                         fields.width, fields.height, fields.width_stride, fields.height_stride}));
    SOFTACL_TRY(check_fits_channel(channel, picture));
    SOFTACL_TRY(check_memory("inputDesc", fields.data, fields.size,
                             picture.format->bytes(picture.width_stride, picture.height_stride)));
    auto work = [picture, data, size, capacity, level]() -> Status {
        auto* const file = static_cast<uint8_t*>(data);
        SOFTACL_ASSIGN(const size_t length, encode_jpeg(picture, static_cast<int>(level), file, capacity));
        std::memset(file + length, 0, capacity - length);  // some programs store all of it
        const auto told = static_cast<uint32_t>(length);
        std::memcpy(size, &told, sizeof told);
        return {};
    };
    return picture_task("jpeg_encode", {std::move(input)}, std::move(work));
}

}  // namespace softacl::media
