// SPDX-License-Identifier: Apache-2.0
// Encoding H.265 by x265.

#include <x265.h>

#include <mutex>
#include <vector>

#include "acl/acl_base.h"
#include "media/video/plugin/key_frames.h"
#include "media/video/plugin/open.h"
#include "media/video/plugin/rate_buffer.h"

namespace softacl::media {
namespace {

// The next preset takes nearly twice as long for 0.1 dB. See docs/design/media-encode.md.
constexpr char kPreset[] = "ultrafast";
constexpr char kTune[] = "zerolatency";
constexpr char kProfile[] = "main";

// The library may have been built for more bits a sample; the interface has 8.
const x265_api* api() { return x265_api_get(8); }

class X265Encoder final : public VideoEncoder {
   public:
    explicit X265Encoder(const VideoEncoderParams& params) : keys_(params.key_frame_interval) {}
    ~X265Encoder() override {
        if (encoder_ != nullptr) {
            api()->encoder_close(encoder_);
        }
    }

    Status open(const VideoEncoderParams& params);
    Result<AccessUnit> encode(const ConstPicture& picture, bool force_key) override;

   private:
    void split_chroma(const ConstPlane& pairs);

    struct Free {
        void operator()(x265_param* param) const { api()->param_free(param); }
    };
    KeyFrames keys_;
    std::unique_ptr<x265_param, Free> param_;
    x265_encoder* encoder_ = nullptr;
    int64_t pictures_ = 0;
    std::vector<uint8_t> first_;  // of the chroma pairs
    std::vector<uint8_t> second_;
    std::vector<uint8_t> unit_;
};

void set_rate(x265_param& param, const VideoEncoderParams& params) {
    const int bit_rate = static_cast<int>(params.bit_rate);
    param.rc.vbvMaxBitrate = bit_rate;
    param.rc.vbvBufferSize = rate_buffer(params);
    if (params.rate_mode == RateMode::kConstant) {
        param.rc.rateControlMode = X265_RC_ABR;
        param.rc.bitrate = bit_rate;
    } else {
        param.rc.rateControlMode = X265_RC_CRF;
        param.rc.rfConstant = kVariableQuality;
    }
}

Status X265Encoder::open(const VideoEncoderParams& params) {
    if (api() == nullptr) {
        return fail(ACL_ERROR_INTERNAL_ERROR, "this x265 was built without 8 bits a sample");
    }
    param_.reset(api()->param_alloc());
    if (param_ == nullptr || api()->param_default_preset(param_.get(), kPreset, kTune) != 0) {
        return fail(ACL_ERROR_INTERNAL_ERROR, "x265 has no preset ", kPreset);
    }
    x265_param& param = *param_;
    param.logLevel = X265_LOG_NONE;
    param.sourceWidth = static_cast<int>(params.width);
    param.sourceHeight = static_cast<int>(params.height);
    param.internalCsp = X265_CSP_I420;
    param.fpsNum = params.frame_rate;
    param.fpsDenom = 1;
    param.bRepeatHeaders = 1;
    param.bAnnexB = 1;
    param.bEmitInfoSEI = 0;
    param.keyframeMax = -1;
    param.scenecutThreshold = 0;
    param.bOpenGOP = 0;
    param.frameNumThreads = 1;
    // Rows of a picture on several threads would share the bits that are left: in whatever order they finish, so that
    // bytes differ from run to run, or with bEnableConstVbv in a fixed one, in which x265 3.5 comes to a halt for some
    // sizes (320x336).
    param.bEnableWavefront = 0;
    param.numaPools = "none";  // it frees no such texts, and copies this one
    set_rate(param, params);
    if (api()->param_apply_profile(&param, kProfile) != 0) {
        return fail(ACL_ERROR_INTERNAL_ERROR, "x265 refuses profile ", kProfile);
    }
    {
        static auto& opening = *new std::mutex;  // the first one sets up tables that all share
        const std::lock_guard lock(opening);
        encoder_ = api()->encoder_open(&param);
    }
    if (encoder_ == nullptr) {
        return fail(ACL_ERROR_INTERNAL_ERROR, "x265 refuses ", params.width, "x", params.height);
    }
    const size_t chroma = size_t{params.width / 2} * (params.height / 2);
    first_.resize(chroma);
    second_.resize(chroma);
    return {};
}

void X265Encoder::split_chroma(const ConstPlane& pairs) {
    uint8_t* first = first_.data();
    uint8_t* second = second_.data();
    for (uint32_t y = 0; y < pairs.height; ++y) {
        const uint8_t* row = pairs.row(y);
        for (uint32_t x = 0; x < pairs.width; ++x) {
            first[x] = row[2 * x];
            second[x] = row[2 * x + 1];
        }
        first += pairs.width;
        second += pairs.width;
    }
}

Result<AccessUnit> X265Encoder::encode(const ConstPicture& picture, bool force_key) {
    split_chroma(picture.chroma());
    const bool swapped = picture.format->format == PixelFormat::kYvu420Sp;
    x265_picture in;
    api()->picture_init(param_.get(), &in);
    in.colorSpace = X265_CSP_I420;
    in.bitDepth = 8;
    in.planes[0] = const_cast<uint8_t*>(picture.data);  // it only reads
    in.planes[1] = swapped ? second_.data() : first_.data();
    in.planes[2] = swapped ? first_.data() : second_.data();
    in.stride[0] = static_cast<int>(picture.width_stride);
    in.stride[1] = in.stride[2] = static_cast<int>(picture.width / 2);
    in.sliceType = keys_.next(force_key) ? X265_TYPE_IDR : X265_TYPE_P;
    in.pts = pictures_++;
    x265_nal* units = nullptr;
    uint32_t count = 0;
    x265_picture out;
    api()->picture_init(param_.get(), &out);
    if (api()->encoder_encode(encoder_, &units, &count, &in, &out) != 1 || count == 0) {
        return fail(ACL_ERROR_INTERNAL_ERROR, "x265 made nothing of picture ", pictures_ - 1);
    }
    unit_.clear();
    for (uint32_t unit = 0; unit < count; ++unit) {
        unit_.insert(unit_.end(), units[unit].payload, units[unit].payload + units[unit].sizeBytes);
    }
    return AccessUnit{unit_.data(), unit_.size(), out.sliceType == X265_TYPE_IDR};
}

}  // namespace

Result<std::unique_ptr<VideoEncoder>> open_x265_encoder(const VideoEncoderParams& params) {
    auto encoder = std::make_unique<X265Encoder>(params);
    SOFTACL_TRY(encoder->open(params));
    return std::unique_ptr<VideoEncoder>(std::move(encoder));
}

}  // namespace softacl::media
