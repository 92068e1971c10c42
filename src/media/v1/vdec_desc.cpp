// SPDX-License-Identifier: Apache-2.0
#include "media/v1/vdec_desc.h"

#include <algorithm>
#include <limits>

#include "base/parallel.h"

namespace softacl::media {
namespace {

constexpr uint64_t kAny64 = std::numeric_limits<uint64_t>::max();
constexpr uint64_t kLargestSide = 8192;
constexpr uint64_t kDefaultSide = 4096;

// In the order of aclvdecChannelDescParamType.
constexpr VdecParam kParams[] = {
    {"matrix of colours", 4, 0, 0, ACL_DVPP_CSC_MATRIX_BT2020_NARROW},
    {"output mode", 4, 0, 0, 1},
    {"thread id", 8, 0, 0, kAny64},
    {"callback", sizeof(void*), 0, 0, kAny64},
    {"channel number", 4, 0, 0, 255},
    {"coding", 4, H265_MAIN_LEVEL, H265_MAIN_LEVEL, H264_HIGH_LEVEL},
    {"picture format", 4, PIXEL_FORMAT_YUV_SEMIPLANAR_420, PIXEL_FORMAT_YUV_SEMIPLANAR_420, PIXEL_FORMAT_BGR_888},
    {"largest width", 4, kDefaultSide, 0, kLargestSide},
    {"largest height", 4, kDefaultSide, 0, kLargestSide},
    {"number of reference pictures", 4, 8, 0, 16},
    {"bit depth", 4, 1, 0, 1},
};
static_assert(std::size(kParams) == kVdecParams);

}  // namespace

Result<const VdecParam*> vdec_param(aclvdecChannelDescParamType type) {
    if (type < 0 || static_cast<size_t>(type) >= kVdecParams) {
        return fail(ACL_ERROR_INVALID_PARAM, "paramType is ", static_cast<int>(type), "; expected 0 to ",
                    kVdecParams - 1);
    }
    return &kParams[type];
}

bool is_vdec_format(int32_t format) {
    return format == PIXEL_FORMAT_YUV_SEMIPLANAR_420 || format == PIXEL_FORMAT_YVU_SEMIPLANAR_420 ||
           format == PIXEL_FORMAT_RGB_888 || format == PIXEL_FORMAT_BGR_888;
}

VdecFields::VdecFields() {
    std::transform(std::begin(kParams), std::end(kParams), values_.begin(),
                   [](const VdecParam& param) { return param.initial; });
}

Status VdecFields::set(aclvdecChannelDescParamType type, uint64_t value) {
    SOFTACL_ASSIGN(const VdecParam* const param, vdec_param(type));
    if (value < param->min || value > param->max) {
        return fail(ACL_ERROR_INVALID_PARAM, "the decoder's ", param->name, " is ", value, "; expected ", param->min,
                    " to ", param->max);
    }
    if (type == ACL_VDEC_OUT_PIC_FORMAT_UINT32 && !is_vdec_format(static_cast<int32_t>(value))) {
        return fail(ACL_ERROR_INVALID_PARAM, "the decoder's picture format is ", value,
                    "; expected 1 (NV12), 2 (NV21), 12 (RGB888) or 13 (BGR888)");
    }
    values_[type] = value;
    has_channel_id_ = has_channel_id_ || type == ACL_VDEC_CHANNEL_ID_UINT32;
    return {};
}

std::optional<uint32_t> VdecFields::channel_id() const {
    return has_channel_id_ ? std::make_optional(static_cast<uint32_t>(values_[ACL_VDEC_CHANNEL_ID_UINT32]))
                           : std::nullopt;
}

aclvdecCallback VdecFields::callback() const {
    return reinterpret_cast<aclvdecCallback>(values_[ACL_VDEC_CALLBACK_PTR]);
}

Result<FrameDecoderParams> VdecFields::decoder_params() const {
    for (const auto type : {ACL_VDEC_THREAD_ID_UINT64, ACL_VDEC_CALLBACK_PTR}) {
        if (values_[type] == 0) {
            return fail(ACL_ERROR_INVALID_PARAM, "the decoder's ", kParams[type].name, " was not set");
        }
    }
    const auto side = [this](aclvdecChannelDescParamType type) {
        return static_cast<uint32_t>(values_[type] == 0 ? kDefaultSide : values_[type]);
    };
    FrameDecoderParams params;
    params.codec = values_[ACL_VDEC_ENCODE_TYPE_UINT32] == H265_MAIN_LEVEL ? VideoCodec::kH265 : VideoCodec::kH264;
    params.threads = static_cast<int>(std::min<size_t>(parallel_width(), 8));
    params.immediate = values_[ACL_VDEC_OUT_MODE_UINT32] == 1;
    params.max_width = side(ACL_VDEC_OUT_PIC_WIDTH_UINT32);
    params.max_height = side(ACL_VDEC_OUT_PIC_HEIGHT_UINT32);
    params.max_bits = values_[ACL_VDEC_BIT_DEPTH_UINT32] == 0 ? 8 : 10;
    return params;
}

}  // namespace softacl::media
