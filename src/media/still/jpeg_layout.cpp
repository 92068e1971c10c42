// SPDX-License-Identifier: Apache-2.0
#include "media/still/jpeg_layout.h"

#include <algorithm>

#include "acl/acl_base.h"

namespace softacl::media {
namespace {

constexpr uint32_t kRowUnit = 64;
constexpr uint32_t kRowsUnit = 16;

Status check_size(const JpegInfo& info) {
    if (std::min(info.width, info.height) < kMinJpegSide || std::max(info.width, info.height) > kMaxJpegSide) {
        return fail(ACL_ERROR_INVALID_PARAM, "the JPEG has ", info.width, "x", info.height, " pixels; expected ",
                    kMinJpegSide, "x", kMinJpegSide, " to ", kMaxJpegSide, "x", kMaxJpegSide);
    }
    return {};
}

bool becomes(JpegSampling sampling, PixelFormat format) {
    switch (format) {
        case PixelFormat::kYuv420Sp:
        case PixelFormat::kYvu420Sp: return true;
        case PixelFormat::kYuv400: return sampling == JpegSampling::kGray;
        case PixelFormat::kYuv422Sp:
        case PixelFormat::kYvu422Sp: return sampling == JpegSampling::k422;
        case PixelFormat::kYuv444Sp:
        case PixelFormat::kYvu444Sp: return sampling == JpegSampling::k444;
        case PixelFormat::kYuv440Sp:
        case PixelFormat::kYvu440Sp: return sampling == JpegSampling::k440;
        default: return false;
    }
}

Result<const FormatInfo*> result_format(JpegSampling sampling, int32_t format) {
    if (format == static_cast<int32_t>(PixelFormat::kUnknown)) {
        return &format_info(native_format(sampling));
    }
    const FormatInfo* known = find_format(format);
    if (known == nullptr || !becomes(sampling, known->format)) {
        const char* name = known == nullptr ? "no format of pictures" : known->name;
        return fail(ACL_ERROR_INVALID_PARAM, "the output's format is ", format, " (", name, "), which a ",
                    name_of(sampling),
                    " JPEG does not become; expected the format of its sampling, YUV_SEMIPLANAR_420 (1), ",
                    "YVU_SEMIPLANAR_420 (2) or PIXEL_FORMAT_UNKNOWN (10000)");
    }
    return known;
}

uint32_t make_even(uint32_t side, OddSizes odd) { return odd == OddSizes::kUp ? align_up(side, 2) : side & ~1U; }

bool strides_fit(uint32_t width_stride, uint32_t height_stride, uint32_t width, uint32_t height) {
    return width_stride % kRowUnit == 0 && height_stride % kRowsUnit == 0 &&
           width_stride >= align_up(width, kRowUnit) && height_stride >= align_up(height, kRowsUnit);
}

}  // namespace

Status check_jpeg_output(const StillOutput& output) {
    constexpr JpegSampling kAll[] = {JpegSampling::k444, JpegSampling::k422, JpegSampling::k440, JpegSampling::kGray};
    const bool is_possible = std::any_of(std::begin(kAll), std::end(kAll), [&](JpegSampling sampling) {
        return result_format(sampling, output.format).ok();
    });
    if (!is_possible) {
        return fail(ACL_ERROR_INVALID_PARAM, "the output's format is ", output.format,
                    ", which no JPEG becomes; expected 0 to 6, 1000, 1001 or PIXEL_FORMAT_UNKNOWN (10000)");
    }
    if (output.width_stride % kRowUnit != 0 || output.height_stride % kRowsUnit != 0) {
        return fail(ACL_ERROR_INVALID_PARAM, "the output's strides are ", output.width_stride, "x",
                    output.height_stride, "; expected multiples of ", kRowUnit, " and ", kRowsUnit);
    }
    return {};
}

Result<StillLayout> jpeg_layout(const JpegInfo& info, int32_t format, OddSizes odd) {
    SOFTACL_TRY(check_size(info));
    SOFTACL_ASSIGN(const FormatInfo* result, result_format(info.sampling, format));
    StillLayout layout{result, info.width, info.height, 0, 0};
    if (info.transposes()) {
        std::swap(layout.width, layout.height);
    }
    const bool both = odd == OddSizes::kDownBoth && result->width_multiple() * result->height_multiple() > 1;
    if (both || result->width_multiple() > 1) {
        layout.width = make_even(layout.width, odd);
    }
    if (both || result->height_multiple() > 1) {
        layout.height = make_even(layout.height, odd);
    }
    layout.width_stride = align_up(layout.width, kRowUnit);
    layout.height_stride = align_up(layout.height, kRowsUnit);
    return layout;
}

Result<StillLayout> jpeg_output_layout(const JpegInfo& info, const StillOutput& output, OddSizes odd) {
    SOFTACL_ASSIGN(StillLayout layout, jpeg_layout(info, output.format, odd));
    const uint32_t width_stride = output.width_stride == 0 ? layout.width_stride : output.width_stride;
    const uint32_t height_stride = output.height_stride == 0 ? layout.height_stride : output.height_stride;
    if (strides_fit(width_stride, height_stride, layout.width, layout.height)) {
        layout.width_stride = width_stride;
        layout.height_stride = height_stride;
    } else if (!info.transposes() || !strides_fit(width_stride, height_stride, layout.height, layout.width)) {
        return fail(ACL_ERROR_INVALID_PARAM, "the output's strides are ", output.width_stride, "x",
                    output.height_stride, " for a picture of ", layout.width, "x", layout.height,
                    "; expected multiples of ", kRowUnit, " and ", kRowsUnit, ", at least ", layout.width_stride, "x",
                    layout.height_stride, ", or 0 for those");
    }
    if (layout.bytes() > output.size) {
        return fail(ACL_ERROR_INVALID_PARAM, "the output's memory has ", output.size, " bytes; expected at least ",
                    layout.bytes(), " for ", layout.format->name, " with strides ", layout.width_stride, "x",
                    layout.height_stride);
    }
    return layout;
}

Result<uint64_t> predict_jpeg_decode_size(const JpegInfo& info, int32_t format) {
    SOFTACL_ASSIGN(const StillLayout layout, jpeg_layout(info, format, OddSizes::kUp));
    // Programs commonly lay rows out in multiples of 128, and lay the picture out as it is coded.
    constexpr uint32_t kCommonUnit = 128;
    const auto bytes = [&](uint32_t width, uint32_t height) {
        return layout.format->bytes(align_up(width, kCommonUnit), align_up(height, kRowsUnit));
    };
    return info.transposes() ? std::max(bytes(layout.width, layout.height), bytes(layout.height, layout.width))
                             : bytes(layout.width, layout.height);
}

}  // namespace softacl::media
