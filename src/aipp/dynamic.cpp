// SPDX-License-Identifier: Apache-2.0
#include "aipp/dynamic.h"

#include <charconv>
#include <cstring>

#include "acl/acl_base.h"
#include "aipp/processor.h"

namespace softacl::aipp {
namespace {

constexpr char kMode[] = "aipp_mode:dynamic,max_src_image_size:";
constexpr uint32_t kTag = 0x44504941;  // "AIPD"
constexpr uint32_t kVersion = 1;

// What all pictures share, then what each has; the compiler adds no gaps.
struct Header {
    uint32_t tag;
    uint32_t version;
    uint32_t pictures;
    uint32_t format;
    int32_t source_width;
    int32_t source_height;
    uint8_t csc;
    uint8_t rbuv_swap;
    uint8_t ax_swap;
    uint8_t gap;
    int16_t matrix[9];
    uint8_t output_bias[3];
    uint8_t input_bias[3];
    uint8_t zeros[12];
};
struct Picture {
    uint8_t crop;
    uint8_t padding;
    uint8_t resize;
    uint8_t gap;
    int32_t crop_x;
    int32_t crop_y;
    int32_t crop_width;
    int32_t crop_height;
    int32_t resize_from_width;
    int32_t resize_from_height;
    int32_t resize_width;
    int32_t resize_height;
    int32_t pad_top;
    int32_t pad_bottom;
    int32_t pad_left;
    int32_t pad_right;
    int16_t mean[4];
    float min[4];
    float var_reci[4];
    uint8_t zeros[4];
};
static_assert(sizeof(Header) == block_bytes(0));
static_assert(sizeof(Header) + sizeof(Picture) == block_bytes(1));

template <class... Parts>
Status senseless(const Parts&... parts) {
    return fail(ACL_ERROR_GE_PARAM_INVALID, parts...);
}

template <class From, class To, size_t kCount>
void copy(const From& from, To (&to)[kCount]) {
    for (size_t i = 0; i < kCount; ++i) {
        to[i] = static_cast<To>(from[i]);
    }
}
template <class From, class To, size_t kCount>
void copy(const From& from, std::array<To, kCount>& to) {
    for (size_t i = 0; i < kCount; ++i) {
        to[i] = static_cast<To>(from[i]);
    }
}

Picture packed(const Params& p) {
    Picture picture{};
    picture.crop = p.crop ? 1 : 0;
    picture.padding = p.padding ? 1 : 0;
    picture.resize = p.resize ? 1 : 0;
    picture.crop_x = p.crop_x;
    picture.crop_y = p.crop_y;
    picture.crop_width = p.crop_width;
    picture.crop_height = p.crop_height;
    if (p.resize) {
        const Size from = cropped_size(p);
        picture.resize_from_width = static_cast<int32_t>(from.width);
        picture.resize_from_height = static_cast<int32_t>(from.height);
    }
    picture.resize_width = p.resize_width;
    picture.resize_height = p.resize_height;
    picture.pad_top = p.pad_top;
    picture.pad_bottom = p.pad_bottom;
    picture.pad_left = p.pad_left;
    picture.pad_right = p.pad_right;
    copy(p.mean, picture.mean);
    copy(p.min, picture.min);
    copy(p.var_reci, picture.var_reci);
    return picture;
}

void unpack(const Picture& picture, Params& p) {
    p.crop = picture.crop != 0;
    p.padding = picture.padding != 0;
    p.resize = picture.resize != 0;
    p.crop_x = picture.crop_x;
    p.crop_y = picture.crop_y;
    p.crop_width = picture.crop_width;
    p.crop_height = picture.crop_height;
    p.resize_width = picture.resize_width;
    p.resize_height = picture.resize_height;
    p.pad_top = picture.pad_top;
    p.pad_bottom = picture.pad_bottom;
    p.pad_left = picture.pad_left;
    p.pad_right = picture.pad_right;
    copy(picture.mean, p.mean);
    copy(picture.min, p.min);
    copy(picture.var_reci, p.var_reci);
}

bool is_format(uint32_t number) {
    for (const FormatFacts& facts : all_formats()) {
        if (static_cast<uint32_t>(facts.format) == number) {
            return true;
        }
    }
    return false;
}

}  // namespace

std::string to_text(const DynamicSetup& setup) { return kMode + std::to_string(setup.max_source_bytes); }

std::string to_json(const DynamicSetup& setup) {
    return text("{\"aipp_mode\":\"dynamic\",\"max_src_image_size\":", setup.max_source_bytes, "}");
}

bool is_dynamic(const std::string& text) { return text.compare(0, std::strlen("aipp_mode:dynamic"), kMode, 17) == 0; }

Result<DynamicSetup> dynamic_from_text(const std::string& text) {
    DynamicSetup setup;
    const size_t start = std::strlen(kMode);
    if (text.compare(0, start, kMode) == 0) {
        const char* end = text.data() + text.size();
        const auto [rest, error] = std::from_chars(text.data() + start, end, setup.max_source_bytes);
        if (error == std::errc() && rest == end && setup.max_source_bytes >= 1 &&
            setup.max_source_bytes <= kMostSourceBytes) {
            return setup;
        }
    }
    return fail(ACL_ERROR_INVALID_PARAM, "'", text.substr(0, 80), "' is not '", kMode, "' and a number from 1 to ",
                kMostSourceBytes);
}

void write_block(const PictureParams& pictures, void* block) {
    const Params& first = pictures.front();
    Header header{};
    header.tag = kTag;
    header.version = kVersion;
    header.pictures = static_cast<uint32_t>(pictures.size());
    header.format = static_cast<uint32_t>(first.format);
    header.source_width = first.source_width;
    header.source_height = first.source_height;
    header.csc = first.csc ? 1 : 0;
    header.rbuv_swap = first.rbuv_swap ? 1 : 0;
    header.ax_swap = first.ax_swap ? 1 : 0;
    copy(first.matrix, header.matrix);
    copy(first.output_bias, header.output_bias);
    copy(first.input_bias, header.input_bias);
    auto* at = static_cast<char*>(block);
    std::memcpy(at, &header, sizeof header);
    at += sizeof header;
    for (const Params& params : pictures) {
        const Picture picture = packed(params);
        std::memcpy(at, &picture, sizeof picture);
        at += sizeof picture;
    }
}

Result<PictureParams> read_block(const void* block, size_t bytes) {
    Header header;
    if (bytes < sizeof header) {
        return senseless("the parameters of dynamic AIPP have ", bytes, " bytes; expected ", block_bytes(1),
                         " or more");
    }
    const auto* at = static_cast<const char*>(block);
    std::memcpy(&header, at, sizeof header);
    at += sizeof header;
    if (header.tag != kTag || header.version != kVersion) {
        return senseless("no parameters of dynamic AIPP have been set; call aclmdlSetInputAIPP before");
    }
    if (header.pictures == 0 || header.pictures > (bytes - sizeof header) / sizeof(Picture)) {
        return senseless("the parameters of dynamic AIPP say that they are for ", header.pictures, " pictures; in ",
                         bytes, " bytes is room for ", (bytes - sizeof header) / sizeof(Picture));
    }
    if (!is_format(header.format)) {
        return senseless("the parameters of dynamic AIPP have the format ", header.format,
                         ", which is none; expected one of ", format_names());
    }
    Params common;
    common.format = static_cast<Format>(header.format);
    common.source_width = header.source_width;
    common.source_height = header.source_height;
    common.csc = header.csc != 0;
    common.rbuv_swap = header.rbuv_swap != 0;
    common.ax_swap = header.ax_swap != 0;
    copy(header.matrix, common.matrix);
    copy(header.output_bias, common.output_bias);
    copy(header.input_bias, common.input_bias);
    PictureParams pictures(header.pictures, common);
    for (Params& params : pictures) {
        Picture picture;
        std::memcpy(&picture, at, sizeof picture);
        at += sizeof picture;
        unpack(picture, params);
    }
    return pictures;
}

int64_t source_bytes(const Params& params) {
    return memory_shape(params.format, 1, params.source_height, params.source_width).elements();
}

Status check_pictures(const PictureParams& pictures, size_t count, const DynamicSetup& setup,
                      const TensorType& target) {
    TensorType one = target;
    one.shape[0] = 1;
    for (size_t i = 0; i < count; ++i) {
        const Params& params = pictures[i];
        if (i != 0 && params == pictures[i - 1]) {
            continue;
        }
        const auto complaints = check(params);
        const auto complaint = complaints.empty() ? check_target(params, one) : complaints.front();
        if (complaint) {
            return senseless("picture ", i, ": ", complaint->sentence);
        }
        if (const Size size = result_size(params); params.padding && size.width > kMostPaddedWidth) {
            return senseless("picture ", i, ": padding makes it ", size.width, " pixels wide; expected at most ",
                             kMostPaddedWidth);
        }
        if (source_bytes(params) > setup.max_source_bytes) {
            return senseless("picture ", i, ": in ", facts_of(params.format).name, ", ", params.source_width, " x ",
                             params.source_height, " pixels are ", source_bytes(params),
                             " bytes, but the model was converted with max_src_image_size ", setup.max_source_bytes);
        }
    }
    return {};
}

}  // namespace softacl::aipp
