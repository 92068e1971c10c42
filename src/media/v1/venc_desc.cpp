// SPDX-License-Identifier: Apache-2.0
#include "media/v1/venc_desc.h"

#include <algorithm>
#include <limits>

#include "base/parallel.h"

namespace softacl::media {
namespace {

using Encoder = VideoEncoderParams;

constexpr uint64_t kAny64 = std::numeric_limits<uint64_t>::max();
constexpr uint64_t kMiB = 1024 * 1024;
constexpr uint64_t kVariable = 1;  // rate control
constexpr uint64_t kConstant = 2;

// In the order of aclvencChannelDescParamType.
constexpr VencParam kParams[] = {
    {"thread id", 8, 0, 0, kAny64, true, 1},
    {"callback", sizeof(void*), 0, 0, kAny64, true, 1},
    {"picture format", 4, PIXEL_FORMAT_YUV_SEMIPLANAR_420, PIXEL_FORMAT_YUV_SEMIPLANAR_420,
     PIXEL_FORMAT_YVU_SEMIPLANAR_420, false, 1},
    {"coding", 4, H265_MAIN_LEVEL, H265_MAIN_LEVEL, H264_HIGH_LEVEL, true, 1},
    {"width", 4, 0, Encoder::kSmallestSide, Encoder::kLargestSide, false, 2},
    {"height", 4, 0, Encoder::kSmallestSide, Encoder::kLargestSide, false, 2},
    {"key frame interval", 4, Encoder::kLongestInterval, 1, Encoder::kLongestInterval, false, 1},
    {"buffer address", sizeof(void*), 0, 0, kAny64, true, 1},
    {"buffer size", 4, 8 * kMiB, 5 * kMiB, std::numeric_limits<uint32_t>::max(), false, 1},
    {"rate control", 4, 0, kVariable, kConstant, true, 1},
    {"source rate", 4, 30, 1, Encoder::kHighestFrameRate, true, 1},
    {"bit rate", 4, 2000, Encoder::kLowestBitRate, Encoder::kHighestBitRate, true, 1},
    {"proportion of I to P", 4, 0, 1, Encoder::kHighestIpProportion, true, 1},
};
static_assert(std::size(kParams) == kVencParams);

unsigned threads_for(uint32_t height) {
    // Each one costs a slice header and what the slices do not know of each other.
    constexpr uint32_t kRowsForAThread = 180;
    constexpr uint64_t kMost = 8;
    return static_cast<unsigned>(
        std::clamp<uint64_t>(height / kRowsForAThread, 1, std::min<uint64_t>(kMost, parallel_width())));
}

}  // namespace

Result<const VencParam*> venc_param(aclvencChannelDescParamType type) {
    if (type < 0 || static_cast<size_t>(type) >= kVencParams) {
        return fail(ACL_ERROR_INVALID_PARAM, "paramType is ", static_cast<int>(type), "; expected 0 to ",
                    kVencParams - 1);
    }
    return &kParams[type];
}

VencFields::VencFields() {
    std::transform(std::begin(kParams), std::end(kParams), values_.begin(),
                   [](const VencParam& param) { return param.initial; });
}

Status VencFields::set(aclvencChannelDescParamType type, uint64_t value) {
    SOFTACL_ASSIGN(const VencParam* const param, venc_param(type));
    if (!(value == 0 && param->zero) && (value < param->min || value > param->max || value % param->step != 0)) {
        return fail(ACL_ERROR_INVALID_PARAM, "the encoder's ", param->name, " is ", value, "; expected ", param->min,
                    " to ", param->max, param->step > 1 ? text(", a multiple of ", param->step) : "",
                    param->zero && param->min > 0 ? ", or 0 for the default" : "");
    }
    values_[type] = value;
    return {};
}

aclvencCallback VencFields::callback() const {
    return reinterpret_cast<aclvencCallback>(values_[ACL_VENC_CALLBACK_PTR]);
}

Result<VideoEncoderParams> VencFields::encoder_params() const {
    for (const auto type :
         {ACL_VENC_THREAD_ID_UINT64, ACL_VENC_CALLBACK_PTR, ACL_VENC_PIC_WIDTH_UINT32, ACL_VENC_PIC_HEIGHT_UINT32}) {
        if (values_[type] == 0) {
            return fail(ACL_ERROR_INVALID_PARAM, "the encoder's ", kParams[type].name, " was not set");
        }
    }
    const auto value_or = [this](aclvencChannelDescParamType type, uint64_t otherwise) {
        return static_cast<uint32_t>(values_[type] == 0 ? otherwise : values_[type]);
    };
    const auto value = [&](aclvencChannelDescParamType type) { return value_or(type, kParams[type].initial); };
    VideoEncoderParams params;
    params.profile = static_cast<VideoProfile>(values_[ACL_VENC_ENCODE_TYPE_UINT32]);
    params.width = value(ACL_VENC_PIC_WIDTH_UINT32);
    params.height = value(ACL_VENC_PIC_HEIGHT_UINT32);
    params.key_frame_interval = value(ACL_VENC_KEY_FRAME_INTERVAL_UINT32);
    const bool constant = values_[ACL_VENC_RC_MODE_UINT32] == kConstant;
    params.rate_mode = constant ? RateMode::kConstant : RateMode::kVariable;
    params.frame_rate = value(ACL_VENC_SRC_RATE_UINT32);
    params.bit_rate = value(ACL_VENC_MAX_BITRATE_UINT32);
    params.max_ip_proportion = value_or(ACL_VENC_MAX_IP_PROP_UINT32, constant ? 70 : 80);
    params.threads = threads_for(params.height);
    return params;
}

}  // namespace softacl::media
