// SPDX-License-Identifier: Apache-2.0
// Decoding by libavcodec: no parser, no frame threads.
#include <algorithm>
#include <memory>
#include <utility>

#include "acl/acl_base.h"
#include "media/video/annexb.h"
#include "media/video/h264_sps.h"
#include "media/video/plugin/open.h"
#include "media/video/video_errors.h"

extern "C" {
#include <libavcodec/avcodec.h>
}

namespace softacl::media {
namespace {

struct FreeContext {
    void operator()(AVCodecContext* context) const { avcodec_free_context(&context); }
};
struct FreePacket {
    void operator()(AVPacket* packet) const { av_packet_free(&packet); }
};
struct FreeFrame {
    void operator()(AVFrame* frame) const { av_frame_free(&frame); }
};

using Frame = std::unique_ptr<AVFrame, FreeFrame>;

struct OwningFrame : DecodedFrame {
    Frame owner;
};

std::shared_ptr<const DecodedFrame> show(Frame frame, int width, int height) {
    auto shown = std::make_shared<OwningFrame>();
    for (int i = 0; i < 3; ++i) {
        shown->planes[i] = frame->data[i];
        shown->strides[i] = static_cast<size_t>(frame->linesize[i]);
    }
    shown->width = static_cast<uint32_t>(width);
    shown->height = static_cast<uint32_t>(height);
    shown->bits = frame->format == AV_PIX_FMT_YUV420P10 ? 10 : 8;
    shown->damaged = frame->decode_error_flags != 0 || (frame->flags & AV_FRAME_FLAG_CORRUPT) != 0;
    shown->tag = static_cast<uint64_t>(frame->pts);
    shown->owner = std::move(frame);
    return shown;
}

class AvcodecDecoder final : public FrameDecoder {
   public:
    explicit AvcodecDecoder(const FrameDecoderParams& params) : params_(params) {}

    Status open();
    Result<PacketResult> send(const uint8_t* data, size_t size, uint64_t tag) override;
    void flush() override;
    std::shared_ptr<const DecodedFrame> receive() override;

   private:
    static AVPixelFormat choose_format(AVCodecContext* context, const AVPixelFormat* formats);
    static int get_buffer(AVCodecContext* context, AVFrame* frame, int flags);
    static int execute(AVCodecContext* context, int (*function)(AVCodecContext*, void*), void* argument, int* results,
                       int count, int size);
    static int execute2(AVCodecContext* context, int (*function)(AVCodecContext*, void*, int, int), void* argument,
                        int* results, int count);
    void look_at_results(const int* results, int count);
    int refusal(AVPixelFormat format) const;
    std::shared_ptr<const DecodedFrame> hidden();
    int look_at_packet(const uint8_t* data, size_t size);

    const FrameDecoderParams params_;
    std::unique_ptr<AVCodecContext, FreeContext> context_;
    std::unique_ptr<AVPacket, FreePacket> packet_;
    decltype(AVCodecContext::execute) execute_ = nullptr;
    decltype(AVCodecContext::execute2) execute2_ = nullptr;
    int refused_ = 0;  // why the stream cannot be decoded, or 0
    bool has_fields_ = false;
    // Of the packet that is being decoded.
    uint64_t tag_ = 0;
    Frame newest_;  // what it is decoded to; only if pictures are wanted at once
    bool begun_ = false;
    bool failed_slice_ = false;
    int runs_ = 0;  // slices that were decoded, well or not
};

Status AvcodecDecoder::open() {
    const bool h264 = params_.codec == VideoCodec::kH264;
    const AVCodec* codec = avcodec_find_decoder_by_name(h264 ? "h264" : "hevc");
    if (codec == nullptr) {
        return fail(ACL_ERROR_FEATURE_UNSUPPORTED, "libavcodec was built without its ", h264 ? "h264" : "hevc",
                    " decoder");
    }
    refused_ = 0;
    context_.reset(avcodec_alloc_context3(codec));
    packet_.reset(av_packet_alloc());
    if (!context_ || !packet_) {
        return fail(ACL_ERROR_BAD_ALLOC, "no memory for a video decoder");
    }
    constexpr int kSilence = 100;           // levels are 8 bits
    context_->log_level_offset = kSilence;  // of this decoder only: the rest of the process may use libavcodec, too
    context_->opaque = this;
    context_->thread_type = FF_THREAD_SLICE;
    context_->thread_count = params_.threads;
    context_->flags |= AV_CODEC_FLAG_OUTPUT_CORRUPT;
    if (params_.immediate) {
        context_->flags |= AV_CODEC_FLAG_LOW_DELAY;
    }
    context_->get_format = choose_format;
    context_->get_buffer2 = get_buffer;
    if (avcodec_open2(context_.get(), codec, nullptr) < 0) {
        context_.reset();
        return fail(ACL_ERROR_INTERNAL_ERROR, "libavcodec does not open its decoder");
    }
    execute_ = std::exchange(context_->execute, execute);
    execute2_ = std::exchange(context_->execute2, execute2);
    return {};
}

int AvcodecDecoder::refusal(AVPixelFormat format) const {
    const bool ten_bits = format == AV_PIX_FMT_YUV420P10;
    if (format != AV_PIX_FMT_YUV420P && format != AV_PIX_FMT_YUVJ420P && !ten_bits) {
        return kVideoFormat;
    }
    const auto width = static_cast<uint32_t>(context_->width);
    const auto height = static_cast<uint32_t>(context_->height);
    if (ten_bits && (params_.codec == VideoCodec::kH264 || params_.max_bits < 10)) {
        return kVideoFormat;
    }
    constexpr uint32_t kSmallest = 128;
    constexpr uint32_t kLargest = 8192;
    const uint32_t widest = params_.codec == VideoCodec::kH264 ? kLargest : 5400;
    if (width < kSmallest || height < kSmallest || width > widest || height > kLargest) {
        return kVideoSizeOutOfRange;
    }
    if (width > params_.max_width || height > params_.max_height) {
        return kVideoFrameSize;
    }
    return 0;
}

AVPixelFormat AvcodecDecoder::choose_format(AVCodecContext* context, const AVPixelFormat* formats) {
    auto& self = *static_cast<AvcodecDecoder*>(context->opaque);
    // What processors alone can do is last in the list.
    while (formats[1] != AV_PIX_FMT_NONE) {
        ++formats;
    }
    self.refused_ = self.refusal(*formats);
    return self.refused_ == 0 ? *formats : AV_PIX_FMT_NONE;
}

int AvcodecDecoder::get_buffer(AVCodecContext* context, AVFrame* frame, int flags) {
    auto& self = *static_cast<AvcodecDecoder*>(context->opaque);
    const int code = avcodec_default_get_buffer2(context, frame, flags);
    if (code == 0 && self.params_.immediate) {
        // Missing references get memory, too: for H.264 before the picture, for H.265 behind it.
        if (self.params_.codec == VideoCodec::kH264 || !self.begun_) {
            self.newest_.reset(av_frame_clone(frame));
        }
    }
    self.begun_ = true;
    return code;
}

// The decoder of H.265 forgets which slices failed, so its calls are watched.
int AvcodecDecoder::execute(AVCodecContext* context, int (*function)(AVCodecContext*, void*), void* argument,
                            int* results, int count, int size) {
    auto& self = *static_cast<AvcodecDecoder*>(context->opaque);
    const int code = self.execute_(context, function, argument, results, count, size);
    self.look_at_results(results, count);
    return code;
}

int AvcodecDecoder::execute2(AVCodecContext* context, int (*function)(AVCodecContext*, void*, int, int), void* argument,
                             int* results, int count) {
    auto& self = *static_cast<AvcodecDecoder*>(context->opaque);
    const int code = self.execute2_(context, function, argument, results, count);
    self.look_at_results(results, count);
    return code;
}

void AvcodecDecoder::look_at_results(const int* results, int count) {
    ++runs_;
    for (int i = 0; results != nullptr && i < count; ++i) {
        failed_slice_ = failed_slice_ || results[i] < 0;
    }
}

// Counts its slices, and reads its parameters as far as the library needs help with them.
int AvcodecDecoder::look_at_packet(const uint8_t* data, size_t size) {
    constexpr int kH264Sps = 7;
    int slices = 0;
    NalReader reader(data, size);
    for (NalUnit nal; reader.next(nal);) {
        if (params_.codec == VideoCodec::kH265) {
            slices += h265_is_slice(nal);
            continue;
        }
        slices += h264_is_slice(h264_type(nal));
        const auto sps = h264_type(nal) == kH264Sps ? read_h264_sps(nal) : std::nullopt;
        if (sps) {
            // Unless it is strict the library takes silence for order, and drops what comes late.
            const bool silent = sps->may_reorder && !sps->states_reordering && !params_.immediate;
            context_->strict_std_compliance = silent ? FF_COMPLIANCE_STRICT : FF_COMPLIANCE_NORMAL;
            has_fields_ = !sps->frames_only;
        }
    }
    return slices;
}

Result<PacketResult> AvcodecDecoder::send(const uint8_t* data, size_t size, uint64_t tag) {
    begun_ = false;
    newest_.reset();
    failed_slice_ = false;
    runs_ = 0;
    if (context_ == nullptr) {
        if (const Status opened = open(); !opened.ok()) {
            return Status(kVideoOutOfMemory, opened.message());
        }
    }
    if (size > INT32_MAX - AV_INPUT_BUFFER_PADDING_SIZE || av_new_packet(packet_.get(), static_cast<int>(size)) < 0) {
        return Status(kVideoOutOfMemory, text("no memory for a packet of ", size, " bytes"));
    }
    const int slices = look_at_packet(data, size);
    tag_ = tag;
    std::copy_n(data, size, packet_->data);  // the library reads some bytes beyond the end
    packet_->pts = static_cast<int64_t>(tag);
    const int code = avcodec_send_packet(context_.get(), packet_.get());
    av_packet_unref(packet_.get());
    if (code == AVERROR(ENOMEM)) {
        return Status(kVideoOutOfMemory, "no memory to decode a picture");
    }
    if (slices > 0 && refused_ != 0) {
        return Status(refused_, text("the stream's pictures are ", context_->width, "x", context_->height,
                                     " or of a kind that is not decoded"));
    }
    if (code < 0 && slices > 0) {
        return Status(kVideoDecodeFailed, "a packet could not be decoded");
    }
    if (begun_) {
        const bool lost_slices = params_.codec == VideoCodec::kH265 && runs_ < slices;
        return failed_slice_ || lost_slices ? PacketResult::kDamagedPicture : PacketResult::kPicture;
    }
    if (slices > 0 && params_.codec == VideoCodec::kH265) {
        // Skipped: it refers to pictures before the one at which the stream was entered.
        return Status(kVideoDecodeFailed, "a packet has slices but no picture that can be decoded");
    }
    return PacketResult::kNoPicture;
}

void AvcodecDecoder::flush() {
    if (context_ != nullptr) {
        avcodec_send_packet(context_.get(), nullptr);
    }
}

std::shared_ptr<const DecodedFrame> AvcodecDecoder::receive() {
    Frame frame(context_ == nullptr ? nullptr : av_frame_alloc());
    if (frame == nullptr) {
        return nullptr;
    }
    const int code = avcodec_receive_frame(context_.get(), frame.get());
    if (code == AVERROR_EOF) {
        // Made anew, for it keeps what damaged parameters and messages said.
        static_cast<void>(open());
    }
    if (code < 0) {
        return hidden();
    }
    if (static_cast<uint64_t>(frame->pts) == tag_) {
        newest_.reset();
    }
    const int width = frame->width;
    const int height = frame->height;
    return show(std::move(frame), width, height);
}

// The picture of the packet just decoded, which the library keeps back because the stream says that it reorders.
std::shared_ptr<const DecodedFrame> AvcodecDecoder::hidden() {
    Frame newest = std::move(newest_);
    if (newest == nullptr || has_fields_) {
        return nullptr;
    }
    return show(std::move(newest), context_->width, context_->height);
}

}  // namespace

Result<std::unique_ptr<FrameDecoder>> open_avcodec_decoder(const FrameDecoderParams& params) {
    auto decoder = std::make_unique<AvcodecDecoder>(params);
    SOFTACL_TRY(decoder->open());
    return std::unique_ptr<FrameDecoder>(std::move(decoder));
}

}  // namespace softacl::media
