// SPDX-License-Identifier: Apache-2.0
// Encoding H.264 by x264.

#include <cstdarg>
#include <cstdint>
#include <cstdio>

// It wants the integer types before it.
#include <x264.h>

#include "acl/acl_base.h"
#include "media/video/plugin/key_frames.h"
#include "media/video/plugin/open.h"
#include "media/video/plugin/rate_buffer.h"

namespace softacl::media {
namespace {

// ultrafast would leave out what main and high profile are for: CABAC and 8x8 transforms. docs/design/media-encode.md
// has speeds and qualities.
constexpr char kPreset[] = "superfast";
constexpr char kTune[] = "zerolatency";

const char* profile_name(VideoProfile profile) {
    switch (profile) {
        case VideoProfile::kH264Baseline: return "baseline";
        case VideoProfile::kH264Main: return "main";
        default: return "high";
    }
}

// Keeps the last complaint, for the sentence of a failure.
void keep_complaint(void* kept, int /*level*/, const char* format, va_list arguments) {
    char line[256];
    std::vsnprintf(line, sizeof line, format, arguments);
    std::string& complaint = *static_cast<std::string*>(kept);
    complaint = line;
    complaint.erase(complaint.find_last_not_of('\n') + 1);
}

class X264Encoder final : public VideoEncoder {
   public:
    explicit X264Encoder(const VideoEncoderParams& params) : keys_(params.key_frame_interval) {}
    ~X264Encoder() override {
        if (encoder_ != nullptr) {
            x264_encoder_close(encoder_);
        }
    }

    Status open(const VideoEncoderParams& params);
    Result<AccessUnit> encode(const ConstPicture& picture, bool force_key) override;

   private:
    KeyFrames keys_;
    std::string complaint_;
    x264_t* encoder_ = nullptr;
    int64_t pictures_ = 0;
};

void set_rate(x264_param_t& param, const VideoEncoderParams& params) {
    const int bit_rate = static_cast<int>(params.bit_rate);
    param.rc.i_vbv_max_bitrate = bit_rate;
    param.rc.i_vbv_buffer_size = rate_buffer(params);
    if (params.rate_mode == RateMode::kConstant) {
        param.rc.i_rc_method = X264_RC_ABR;
        param.rc.i_bitrate = bit_rate;
    } else {
        param.rc.i_rc_method = X264_RC_CRF;
        param.rc.f_rf_constant = kVariableQuality;
    }
}

Status X264Encoder::open(const VideoEncoderParams& params) {
    x264_param_t param;
    if (x264_param_default_preset(&param, kPreset, kTune) != 0) {
        return fail(ACL_ERROR_INTERNAL_ERROR, "x264 has no preset ", kPreset);
    }
    param.pf_log = keep_complaint;
    param.p_log_private = &complaint_;
    param.i_log_level = X264_LOG_ERROR;
    param.i_width = static_cast<int>(params.width);
    param.i_height = static_cast<int>(params.height);
    param.i_csp = X264_CSP_NV12;
    param.i_bitdepth = 8;
    param.i_threads = static_cast<int>(params.threads);
    param.b_sliced_threads = 1;
    param.b_deterministic = 1;
    param.i_fps_num = params.frame_rate;
    param.i_fps_den = 1;
    param.b_vfr_input = 0;
    param.i_keyint_max = X264_KEYINT_MAX_INFINITE;
    param.i_scenecut_threshold = 0;
    param.b_repeat_headers = 1;
    param.b_annexb = 1;
    set_rate(param, params);
    if (x264_param_apply_profile(&param, profile_name(params.profile)) != 0) {
        return fail(ACL_ERROR_INTERNAL_ERROR, "x264 refuses profile ", profile_name(params.profile));
    }
    encoder_ = x264_encoder_open(&param);
    if (encoder_ == nullptr) {
        return fail(ACL_ERROR_INTERNAL_ERROR, "x264 refuses ", params.width, "x", params.height, ": ", complaint_);
    }
    return {};
}

Result<AccessUnit> X264Encoder::encode(const ConstPicture& picture, bool force_key) {
    x264_picture_t in;
    x264_picture_t out;
    x264_picture_init(&in);
    const ConstPlane planes[] = {picture.luma(), picture.chroma()};
    in.img.i_csp = picture.format->format == PixelFormat::kYvu420Sp ? X264_CSP_NV21 : X264_CSP_NV12;
    in.img.i_plane = 2;
    for (int plane = 0; plane < 2; ++plane) {
        in.img.plane[plane] = const_cast<uint8_t*>(planes[plane].data);  // it only reads
        in.img.i_stride[plane] = static_cast<int>(planes[plane].stride);
    }
    in.i_type = keys_.next(force_key) ? X264_TYPE_IDR : X264_TYPE_P;
    in.i_pts = pictures_++;
    x264_nal_t* units = nullptr;
    int count = 0;
    const int size = x264_encoder_encode(encoder_, &units, &count, &in, &out);
    if (size <= 0 || count == 0) {
        return fail(ACL_ERROR_INTERNAL_ERROR, "x264 made nothing of picture ", pictures_ - 1, ": ", complaint_);
    }
    return AccessUnit{units[0].p_payload, static_cast<size_t>(size), out.b_keyframe != 0};  // units lie in one piece
}

}  // namespace

Result<std::unique_ptr<VideoEncoder>> open_x264_encoder(const VideoEncoderParams& params) {
    auto encoder = std::make_unique<X264Encoder>(params);
    SOFTACL_TRY(encoder->open(params));
    return std::unique_ptr<VideoEncoder>(std::move(encoder));
}

}  // namespace softacl::media
