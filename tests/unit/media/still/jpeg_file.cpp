// SPDX-License-Identifier: Apache-2.0
#include "unit/media/still/jpeg_file.h"

#include <cstring>
#include <memory>

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavutil/pixdesc.h>
}

namespace softacl::media::testing {
JpegSpec spec_of(JpegSampling sampling, uint32_t width, uint32_t height) {
    JpegSpec spec;
    spec.width = width;
    spec.height = height;
    spec.gray = sampling == JpegSampling::kGray;
    spec.luma_h = sampling == JpegSampling::k420 || sampling == JpegSampling::k422 ? 2 : 1;
    spec.luma_v = sampling == JpegSampling::k420 || sampling == JpegSampling::k440 ? 2 : 1;
    return spec;
}

Planes judge_jpeg(const File& file) {
    struct Free {
        void operator()(AVCodecContext* c) const { avcodec_free_context(&c); }
        void operator()(AVPacket* p) const { av_packet_free(&p); }
        void operator()(AVFrame* f) const { av_frame_free(&f); }
    };
    av_log_set_level(AV_LOG_QUIET);
    const std::unique_ptr<AVCodecContext, Free> context(
        avcodec_alloc_context3(avcodec_find_decoder(AV_CODEC_ID_MJPEG)));
    const std::unique_ptr<AVPacket, Free> packet(av_packet_alloc());
    const std::unique_ptr<AVFrame, Free> frame(av_frame_alloc());
    context->thread_count = 1;
    Planes planes{};
    if (avcodec_open2(context.get(), nullptr, nullptr) != 0 ||
        av_new_packet(packet.get(), static_cast<int>(file.size())) != 0) {
        return planes;
    }
    std::memcpy(packet->data, file.data(), file.size());
    if (avcodec_send_packet(context.get(), packet.get()) != 0 ||
        avcodec_receive_frame(context.get(), frame.get()) != 0) {
        return planes;
    }
    const AVPixFmtDescriptor* format = av_pix_fmt_desc_get(static_cast<AVPixelFormat>(frame->format));
    for (int i = 0; i < format->nb_components; ++i) {
        const auto share = [&](int size, int log2) {
            return static_cast<uint32_t>(i == 0 ? size : (size + (1 << log2) - 1) >> log2);
        };
        planes.width[i] = share(frame->width, format->log2_chroma_w);
        planes.height[i] = share(frame->height, format->log2_chroma_h);
        for (uint32_t y = 0; y < planes.height[i]; ++y) {
            const uint8_t* row = frame->data[i] + static_cast<ptrdiff_t>(y) * frame->linesize[i];
            planes.samples[i].insert(planes.samples[i].end(), row, row + planes.width[i]);
        }
    }
    return planes;
}

}  // namespace softacl::media::testing
