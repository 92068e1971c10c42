// SPDX-License-Identifier: Apache-2.0
#include "media/still/png.h"

#include <spng.h>

#include <algorithm>
#include <memory>

#include "acl/acl_base.h"

namespace softacl::media {
namespace {

constexpr uint32_t kRowUnit = 128;
constexpr uint32_t kRowsUnit = 16;
constexpr uint32_t kMaxSide = 0x7FFFFFFF;

struct Free {
    void operator()(spng_ctx* context) const { spng_ctx_free(context); }
};
using Context = std::unique_ptr<spng_ctx, Free>;

Status told(int error, const char* what) {
    if (error == 0) {
        return {};
    }
    return fail(error == SPNG_EMEM ? ACL_ERROR_BAD_ALLOC : ACL_ERROR_PARSE_FILE, what, ": ", spng_strerror(error));
}

Result<Context> open(Bytes file) {
    Context context(spng_ctx_new(0));
    if (context == nullptr) {
        return fail(ACL_ERROR_BAD_ALLOC, "there is no memory for decoding a PNG");
    }
    // Texts and profiles are of no use here; files made of nothing else shall not fill the memory.
    constexpr size_t kMostOfOneChunk = size_t{16} << 20;
    constexpr size_t kMostOfAllChunks = size_t{64} << 20;
    spng_set_image_limits(context.get(), kMaxSide, kMaxSide);
    spng_set_chunk_limits(context.get(), kMostOfOneChunk, kMostOfAllChunks);
    SOFTACL_TRY(told(spng_set_png_buffer(context.get(), file.data, file.size), "the PNG cannot be read"));
    return context;
}

struct Header {
    PngInfo info;
    bool has_palette_alpha;
};

Result<Header> read_header(spng_ctx* context) {
    spng_ihdr header{};
    SOFTACL_TRY(told(spng_get_ihdr(context, &header), "the data are no PNG that can be decoded"));
    Header result{{header.width, header.height, 0}, false};
    switch (header.color_type) {
        case SPNG_COLOR_TYPE_GRAYSCALE: result.info.components = 1; break;
        case SPNG_COLOR_TYPE_GRAYSCALE_ALPHA: result.info.components = 2; break;
        case SPNG_COLOR_TYPE_TRUECOLOR: result.info.components = 3; break;
        case SPNG_COLOR_TYPE_TRUECOLOR_ALPHA: result.info.components = 4; break;
        default: {
            spng_trns alphas{};
            const int error = spng_get_trns(context, &alphas);
            if (error != SPNG_ECHUNKAVAIL) {
                SOFTACL_TRY(told(error, "the PNG's header cannot be read"));
            }
            result.has_palette_alpha = error == 0;
            result.info.components = result.has_palette_alpha ? 4 : 3;
        }
    }
    return result;
}

Status check_size(const PngInfo& info) {
    if (std::min(info.width, info.height) < kMinPngSide || std::max(info.width, info.height) > kMaxPngSide) {
        return fail(ACL_ERROR_INVALID_PARAM, "the PNG has ", info.width, "x", info.height, " pixels; expected ",
                    kMinPngSide, "x", kMinPngSide, " to ", kMaxPngSide, "x", kMaxPngSide);
    }
    return {};
}

StillLayout layout_of(const PngInfo& info, PixelFormat format) {
    const FormatInfo& result = format_info(format);
    return {&result, info.width, info.height, align_up(info.width, kRowUnit) * result.pixel_bytes,
            align_up(info.height, kRowsUnit)};
}

Status decode_rows(spng_ctx* context, const Header& header, const Picture& picture) {
    const bool has_alpha = picture.format->alpha;
    const int flags = SPNG_DECODE_PROGRESSIVE | (has_alpha && header.has_palette_alpha ? int{SPNG_DECODE_TRNS} : 0);
    SOFTACL_TRY(told(spng_decode_image(context, nullptr, 0, has_alpha ? SPNG_FMT_RGBA8 : SPNG_FMT_RGB8, flags),
                     "the PNG cannot be decoded"));
    const Plane rows = picture.luma();
    const size_t row_bytes = picture.format->row_bytes(picture.width);
    while (true) {
        spng_row_info row{};
        int error = spng_get_row_info(context, &row);
        if (error == 0) {
            error = spng_decode_row(context, rows.row(row.row_num), row_bytes);
        }
        if (error == SPNG_EOI) {
            // What is left of the data has the checksum, and the end shows that nothing is missing.
            return told(spng_decode_chunks(context), "the PNG's data are damaged");
        }
        SOFTACL_TRY(told(error, "the PNG's data are damaged"));
    }
}

}  // namespace

Result<PngInfo> read_png_info(Bytes file) {
    SOFTACL_ASSIGN(const Context context, open(file));
    SOFTACL_ASSIGN(const Header header, read_header(context.get()));
    return header.info;
}

Status check_png_format(int32_t format) {
    switch (static_cast<PixelFormat>(format)) {
        case PixelFormat::kRgb:
        case PixelFormat::kRgba:
        case PixelFormat::kUnknown: return {};
        default:
            return fail(
                ACL_ERROR_INVALID_PARAM, "the output's format is ", format,
                ", which no PNG becomes; expected RGB_888 (12), RGBA_8888 (16) or PIXEL_FORMAT_UNKNOWN (10000)");
    }
}

Result<StillLayout> png_layout(const PngInfo& info, int32_t format) {
    SOFTACL_TRY(check_png_format(format));
    SOFTACL_TRY(check_size(info));
    const auto wanted = static_cast<PixelFormat>(format);
    if (wanted == PixelFormat::kRgba && !info.has_alpha()) {
        return fail(ACL_ERROR_INVALID_PARAM, "the output's format is ", format, " (", format_info(wanted).name,
                    "), and the PNG has no alpha; expected RGB_888 (12) or PIXEL_FORMAT_UNKNOWN (10000)");
    }
    const bool has_alpha = wanted != PixelFormat::kRgb && info.has_alpha();
    return layout_of(info, has_alpha ? PixelFormat::kRgba : PixelFormat::kRgb);
}

Result<uint64_t> predict_png_decode_size(const PngInfo& info, int32_t format) {
    SOFTACL_TRY(check_png_format(format));
    SOFTACL_TRY(check_size(info));
    const bool is_rgb = static_cast<PixelFormat>(format) == PixelFormat::kRgb;
    return layout_of(info, is_rgb ? PixelFormat::kRgb : PixelFormat::kRgba).bytes();
}

Result<StillLayout> decode_png(Bytes file, const StillOutput& output) {
    SOFTACL_ASSIGN(const Context context, open(file));
    SOFTACL_ASSIGN(const Header header, read_header(context.get()));
    SOFTACL_ASSIGN(StillLayout layout, png_layout(header.info, output.format));
    layout.width_stride = std::max(layout.width_stride, output.width_stride);
    layout.height_stride = std::max(layout.height_stride, output.height_stride);
    if (layout.bytes() > output.size) {
        return fail(ACL_ERROR_INVALID_PARAM, "the output's memory has ", output.size, " bytes; expected at least ",
                    layout.bytes(), " for ", layout.format->name, " with strides ", layout.width_stride, "x",
                    layout.height_stride);
    }
    SOFTACL_TRY(decode_rows(
        context.get(), header,
        {layout.format, output.data, layout.width, layout.height, layout.width_stride, layout.height_stride}));
    return layout;
}

}  // namespace softacl::media
