// SPDX-License-Identifier: Apache-2.0
#include "media/v1/vpc_rules.h"

#include "acl/acl_base.h"
#include "base/log.h"
#include "media/v1/memory.h"

namespace softacl::media {
namespace {

constexpr uint32_t kMostStride = 16384;
constexpr uint32_t kLeastWidth = 10;
constexpr uint32_t kLeastHeight = 6;
constexpr uint32_t kLarge = 4096;  // pictures with a longer side are of fewer formats

bool is_output(PixelFormat format) {
    const auto value = static_cast<int32_t>(format);
    return value <= 4 || (value >= 11 && value <= 17);
}

bool is_large_input(PixelFormat format) { return static_cast<int32_t>(format) <= 10; }

Status check_format(const PictureName& name, int32_t value, const FormatInfo* info, VpcRole role) {
    if (info == nullptr) {
        return fail(ACL_ERROR_INVALID_PARAM, name.text(), " has the format ", value,
                    "; expected 0 to 17, 1000 or 1001 for an input, 0 to 4 or 11 to 17 for an output");
    }
    if (role == VpcRole::kOutput && !is_output(info->format)) {
        return fail(ACL_ERROR_INVALID_PARAM, name.text(), " has the format ", value, " (", info->name,
                    "), which is for inputs only; expected 0 to 4 or 11 to 17");
    }
    return {};
}

Status check_size(const PictureName& name, const PicFields& fields, const FormatInfo& info, const VpcSizes& sizes) {
    if (fields.width < sizes.least_width || fields.height < sizes.least_height || fields.width > sizes.most_width ||
        fields.height > sizes.most_height) {
        return fail(ACL_ERROR_INVALID_PARAM, name.text(), " describes a picture of ", fields.width, "x", fields.height,
                    " pixels; expected ", sizes.least_width, "x", sizes.least_height, " to ", sizes.most_width, "x",
                    sizes.most_height);
    }
    if (fields.width % info.width_multiple() != 0 || fields.height % info.height_multiple() != 0) {
        return fail(ACL_ERROR_INVALID_PARAM, name.text(), " is ", fields.width, "x", fields.height, " of the format ",
                    info.name, "; expected a width that is a multiple of ", info.width_multiple(),
                    " and a height that is one of ", info.height_multiple());
    }
    return {};
}

Status check_input_size(const PictureName& name, const PicFields& fields, const FormatInfo& info) {
    if ((fields.width > kLarge || fields.height > kLarge) && !is_large_input(info.format)) {
        if (info.chroma_x != 0 || info.chroma_y != 1 || fields.width > kLarge) {
            return fail(ACL_ERROR_INVALID_PARAM, name.text(), " is ", fields.width, "x", fields.height,
                        " of the format ", info.name, "; with a side above ", kLarge,
                        " expected a format from 0 to 10");
        }
    }
    return {};
}

Status check_strides(const PictureName& name, const PicFields& fields, const FormatInfo& info) {
    const uint64_t row = info.row_bytes(fields.width);
    if (fields.width_stride < row || fields.width_stride < kLeastWidth || fields.width_stride > kMostStride) {
        return fail(ACL_ERROR_INVALID_PARAM, name.text(), " has a width stride of ", fields.width_stride,
                    " bytes; expected ", std::max<uint64_t>(row, kLeastWidth), " (a row) to ", kMostStride);
    }
    const bool whole_chroma = fields.height_stride % info.height_multiple() == 0;
    if (fields.height_stride < fields.height || fields.height_stride > kMostStride || !whole_chroma) {
        return fail(ACL_ERROR_INVALID_PARAM, name.text(), " has a height stride of ", fields.height_stride,
                    " rows; expected ", fields.height, " to ", kMostStride, whole_chroma ? "" : ", and an even number");
    }
    return {};
}

// A side that ends just behind the picture is cut.
uint32_t end_of(const PictureName& name, const char* area, const char* side, uint32_t last, uint32_t size) {
    if (last == size) {
        log(LogLevel::kWarning, SOFTACL_HERE,
            text(area, " ends at ", side, " ", last, ", just outside ", name.text(), ", whose last one is ", size - 1,
                 "; it is taken to end there"));
        return size - 1;
    }
    return last;
}

}  // namespace

std::string PictureName::text() const {
    return index ? softacl::text(argument, "[", *index, "]") : std::string(argument);
}

Result<Picture> check_picture(const PictureName& name, const PicFields& fields, VpcRole role, const VpcSizes& sizes) {
    const FormatInfo* info = find_format(fields.format);
    SOFTACL_TRY(check_format(name, fields.format, info, role));
    SOFTACL_TRY(check_size(name, fields, *info, sizes));
    if (role == VpcRole::kInput) {
        SOFTACL_TRY(check_input_size(name, fields, *info));
    }
    SOFTACL_TRY(check_strides(name, fields, *info));
    SOFTACL_TRY(check_memory(name.text().c_str(), fields.data, fields.size,
                             info->bytes(fields.width_stride, fields.height_stride)));
    return Picture{info,
                   static_cast<uint8_t*>(fields.data),
                   fields.width,
                   fields.height,
                   fields.width_stride,
                   fields.height_stride};
}

Result<Rect> check_part(const PictureName& name, const char* area, const std::optional<RoiFields>& roi,
                        const Picture& picture) {
    if (!roi) {
        return Rect{0, 0, picture.width, picture.height};
    }
    const uint32_t right = end_of(name, area, "column", roi->right, picture.width);
    const uint32_t bottom = end_of(name, area, "row", roi->bottom, picture.height);
    if (roi->left > right || roi->top > bottom || right >= picture.width || bottom >= picture.height) {
        return fail(ACL_ERROR_INVALID_PARAM, area, " goes from column ", roi->left, " to ", roi->right, " and row ",
                    roi->top, " to ", roi->bottom, "; expected a part of ", name.text(), ", which is ", picture.width,
                    "x", picture.height);
    }
    const Rect part{roi->left, roi->top, right - roi->left + 1, bottom - roi->top + 1};
    if (part.width < kLeastWidth || part.height < kLeastHeight) {
        return fail(ACL_ERROR_INVALID_PARAM, area, " is ", part.width, "x", part.height, "; expected at least ",
                    kLeastWidth, "x", kLeastHeight);
    }
    return part;
}

}  // namespace softacl::media
