// SPDX-License-Identifier: Apache-2.0
#include "media/still/jpeg_decode.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <new>

#include "acl/acl_base.h"
#include "media/still/jpeg_chroma.h"
#include "media/still/jpeg_planes.h"
#include "media/still/jpeg_turn.h"

namespace softacl::media {
namespace {

/// The column and the row by which the result is larger than the source repeat the last ones.
void extend_luma(const JpegInfo& info, const Picture& picture) {
    const Plane luma = picture.luma();
    if (luma.width > info.width) {
        for (uint32_t y = 0; y < std::min(info.height, luma.height); ++y) {
            luma.row(y)[info.width] = luma.row(y)[info.width - 1];
        }
    }
    if (luma.height > info.height) {
        std::memcpy(luma.row(info.height), luma.row(info.height - 1), luma.width);
    }
}

Status decode_upright(Bytes file, const JpegInfo& info, const Picture& picture) {
    const Plane luma{picture.data, picture.width_stride, picture.width_stride, picture.height_stride, 1};
    Status status =
        read_jpeg_planes(file, info, luma, [&](const ChromaBand& band) { store_chroma(band, info, picture); });
    extend_luma(info, picture);
    if (info.sampling == JpegSampling::kGray && picture.format->layout == Layout::kSemiPlanar) {
        store_gray_chroma(picture);
    }
    return status;
}

Status decode_turned(Bytes file, const JpegInfo& info, const Picture& picture) {
    const FormatInfo& native = format_info(native_format(info.sampling));
    const bool has_chroma = native.layout == Layout::kSemiPlanar;
    const uint32_t width = (info.width + native.width_multiple() - 1) >> native.chroma_x;
    const uint32_t height = (info.height + native.height_multiple() - 1) >> native.chroma_y;
    const size_t stride = align_up(info.width, 64);
    const size_t luma_bytes = stride * info.height;
    const size_t chroma_bytes = has_chroma ? size_t{width} * height : 0;
    const std::unique_ptr<uint8_t[]> memory(new (std::nothrow) uint8_t[luma_bytes + 2 * chroma_bytes]());
    if (memory == nullptr) {
        return fail(ACL_ERROR_BAD_ALLOC, "there is no memory for a JPEG of ", info.width, "x", info.height,
                    " that has to be turned: ", luma_bytes + 2 * chroma_bytes, " bytes");
    }
    uint8_t* const u = memory.get() + luma_bytes;
    const JpegPlanes planes{{memory.get(), stride, info.width, info.height, 1},
                            {u, width, width, height, 1},
                            {u + chroma_bytes, width, width, height, 1}};
    Status status = read_jpeg_planes(file, info, planes.luma, [&](const ChromaBand& band) {
        for (uint32_t i = 0; i < band.rows; ++i) {
            std::memcpy(planes.u.row(band.first_row + i), band.u + i * band.stride, width);
            std::memcpy(planes.v.row(band.first_row + i), band.v + i * band.stride, width);
        }
    });
    turn_upright(planes, info, picture);
    return status;
}

}  // namespace

Result<StillLayout> decode_jpeg(Bytes file, const StillOutput& output, OddSizes odd) {
    SOFTACL_ASSIGN(const JpegInfo info, read_jpeg_info(file));
    SOFTACL_ASSIGN(const StillLayout layout, jpeg_output_layout(info, output, odd));
    const Picture picture{layout.format, output.data,         layout.width,
                          layout.height, layout.width_stride, layout.height_stride};
    SOFTACL_TRY(info.orientation == 1 ? decode_upright(file, info, picture) : decode_turned(file, info, picture));
    return layout;
}

}  // namespace softacl::media
