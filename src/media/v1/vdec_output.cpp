// SPDX-License-Identifier: Apache-2.0
#include "media/v1/vdec_output.h"

#include "acl/acl_base.h"
#include "media/image/process.h"
#include "media/v1/memory.h"
#include "media/v1/vdec_desc.h"
#include "media/video/video_errors.h"
#include "media/video/write_frame.h"

namespace softacl::media {
namespace {

constexpr uint32_t kLargestSide = 8192;
constexpr uint32_t kLargestStride = 16384;

template <uint32_t multiple>
uint32_t align(uint32_t value) {
    return (value + multiple - 1) / multiple * multiple;
}

struct Strides {
    uint32_t width;
    uint32_t height;
};

// Of a picture as decoding lays it out (manual 10.7.9.1).
Strides usual_strides(const FormatInfo& format, uint32_t width, uint32_t height) {
    if (format.layout == Layout::kPacked) {
        return {align<16>(width) * format.pixel_bytes, height};
    }
    return {width < 16 ? 32 : align<16>(width), align<2>(height)};
}

}  // namespace

Status check_vdec_output(const PicFields& fields, int32_t channel_format) {
    const int32_t number = fields.format == 0 ? channel_format : fields.format;
    if (!is_vdec_format(number)) {
        return fail(ACL_ERROR_INVALID_PARAM, "output describes a picture of format ", number,
                    "; expected 1 (NV12), 2 (NV21), 12 (RGB888) or 13 (BGR888), or 0 for the channel's");
    }
    const FormatInfo& format = *find_format(number);
    const bool set[] = {fields.width != 0, fields.height != 0, fields.width_stride != 0, fields.height_stride != 0};
    if (set[0] != set[1] || set[0] != set[2] || set[0] != set[3]) {
        return fail(ACL_ERROR_INVALID_PARAM, "output describes a picture of width ", fields.width, ", height ",
                    fields.height, ", width stride ", fields.width_stride, " and height stride ", fields.height_stride,
                    "; expected all of them to be set, or none for the size of the stream");
    }
    if (!set[0]) {
        return check_memory("output", fields.data, fields.size, fields.size == 0 ? 1 : fields.size);
    }
    constexpr uint32_t kLeastWidth = 10;
    constexpr uint32_t kLeastHeight = 6;
    if (fields.width < kLeastWidth || fields.width > kLargestSide || fields.height < kLeastHeight ||
        fields.height > kLargestSide) {
        return fail(ACL_ERROR_INVALID_PARAM, "output describes a picture of ", fields.width, "x", fields.height,
                    "; expected 10x6 to 8192x8192");
    }
    if (fields.width % format.width_multiple() != 0 || fields.height % format.height_multiple() != 0) {
        return fail(ACL_ERROR_INVALID_PARAM, "output describes a picture of ", fields.width, "x", fields.height,
                    "; expected an even width and height in format ", number);
    }
    const Strides usual = usual_strides(format, fields.width, fields.height);
    const uint32_t largest = kLargestStride * format.pixel_bytes;
    if (fields.width_stride < usual.width || fields.width_stride > largest ||
        fields.width_stride % (16 * format.pixel_bytes) != 0) {
        return fail(ACL_ERROR_INVALID_PARAM, "output describes a picture with a width stride of ", fields.width_stride,
                    "; expected ", usual.width, " to ", largest, " for a width of ", fields.width, ", a multiple of ",
                    16 * format.pixel_bytes);
    }
    if (fields.height_stride < usual.height || fields.height_stride > kLargestStride ||
        fields.height_stride % format.height_multiple() != 0) {
        return fail(ACL_ERROR_INVALID_PARAM, "output describes a picture with a height stride of ",
                    fields.height_stride, "; expected ", usual.height, " to ", kLargestStride, " for a height of ",
                    fields.height, format.height_multiple() > 1 ? ", an even number" : "");
    }
    return check_memory("output", fields.data, fields.size, format.bytes(fields.width_stride, fields.height_stride));
}

int VdecOutput::write(const DecodedFrame& frame, PicFields& fields) {
    constexpr uint32_t kWide = 4096;
    constexpr uint32_t kLeastOfWide = 128;
    PicFields result = fields;
    if (result.format == 0) {
        result.format = format_;
    }
    const FormatInfo& format = *find_format(result.format);
    if (result.width == 0) {
        result.width = frame.width;
        result.height = frame.height;
        const Strides usual = usual_strides(format, frame.width, frame.height);
        result.width_stride = usual.width;
        result.height_stride = usual.height;
    } else if (frame.width > kWide && (result.width < kLeastOfWide || result.height < kLeastOfWide)) {
        return kVideoPictureFormat;
    }
    if (result.size < format.bytes(result.width_stride, result.height_stride)) {
        return kVideoFrameSize;
    }
    const Picture picture{&format,
                          static_cast<uint8_t*>(result.data),
                          result.width,
                          result.height,
                          result.width_stride,
                          result.height_stride};
    if (format.layout != Layout::kPacked && result.width == frame.width && result.height == frame.height) {
        write_semi_planar(frame, picture);
    } else {
        const FormatInfo& nv12 = format_info(PixelFormat::kYuv420Sp);
        const uint32_t width = align<2>(frame.width);
        const uint32_t height = align<2>(frame.height);
        scratch_.resize(nv12.bytes(width, height));
        const Picture whole{&nv12, scratch_.data(), frame.width, frame.height, width, height};
        write_semi_planar(frame, whole);
        process(whole, {0, 0, frame.width, frame.height}, picture, {0, 0, result.width, result.height}, options_);
    }
    fields = result;
    return 0;
}

}  // namespace softacl::media
