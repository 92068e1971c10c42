// SPDX-License-Identifier: Apache-2.0
#include "unit/media/still/jpeg_file.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <random>

#include <jpeglib.h>

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavutil/pixdesc.h>
}

namespace softacl::media::testing {
namespace {

struct Encoder {
    jpeg_compress_struct cinfo{};
    jpeg_error_mgr errors{};
    Encoder() {
        cinfo.err = jpeg_std_error(&errors);
        jpeg_create_compress(&cinfo);
    }
    ~Encoder() { jpeg_destroy_compress(&cinfo); }
};

void configure(jpeg_compress_struct& cinfo, const JpegSpec& spec) {
    cinfo.image_width = spec.width;
    cinfo.image_height = spec.height;
    cinfo.input_components = spec.kind == Kind::kCmyk ? 4 : (spec.gray ? 1 : 3);
    cinfo.in_color_space = spec.kind == Kind::kCmyk  ? JCS_CMYK
                           : spec.gray               ? JCS_GRAYSCALE
                           : spec.kind == Kind::kRgb ? JCS_RGB
                                                     : JCS_YCbCr;
    jpeg_set_defaults(&cinfo);
    if (spec.kind == Kind::kRgb) {
        jpeg_set_colorspace(&cinfo, JCS_RGB);
    }
    jpeg_set_quality(&cinfo, spec.quality, TRUE);
    for (int i = 0; i < cinfo.num_components; ++i) {
        const bool is_luma = i == 0 && !spec.gray;
        cinfo.comp_info[i].h_samp_factor = is_luma ? spec.luma_h : spec.chroma_h;
        cinfo.comp_info[i].v_samp_factor = is_luma ? spec.luma_v : spec.chroma_v;
    }
    cinfo.optimize_coding = spec.optimise ? TRUE : FALSE;
    cinfo.restart_interval = static_cast<unsigned>(spec.restart);
    cinfo.arith_code = spec.kind == Kind::kArithmetic ? TRUE : FALSE;
    cinfo.dct_method = JDCT_ISLOW;
    if (spec.kind == Kind::kProgressive) {
        jpeg_simple_progression(&cinfo);
    }
}

}  // namespace

JpegSpec spec_of(JpegSampling sampling, uint32_t width, uint32_t height) {
    JpegSpec spec;
    spec.width = width;
    spec.height = height;
    spec.gray = sampling == JpegSampling::kGray;
    spec.luma_h = sampling == JpegSampling::k420 || sampling == JpegSampling::k422 ? 2 : 1;
    spec.luma_v = sampling == JpegSampling::k420 || sampling == JpegSampling::k440 ? 2 : 1;
    return spec;
}

File make_jpeg(const JpegSpec& spec) {
    Encoder encoder;
    jpeg_compress_struct& cinfo = encoder.cinfo;
    unsigned char* out = nullptr;
    unsigned long size = 0;
    jpeg_mem_dest(&cinfo, &out, &size);
    configure(cinfo, spec);
    jpeg_scan_info scans[3] = {};
    if (spec.scan_each) {
        for (int i = 0; i < 3; ++i) {
            scans[i].comps_in_scan = 1;
            scans[i].component_index[0] = i;
            scans[i].Se = 63;
        }
        cinfo.scan_info = scans;
        cinfo.num_scans = 3;
    }
    jpeg_start_compress(&cinfo, TRUE);
    if (spec.orientation != 0) {
        const File segment = exif_segment(spec.orientation, spec.big_endian);
        jpeg_write_marker(&cinfo, JPEG_APP0 + 1, segment.data() + 4, static_cast<unsigned>(segment.size() - 4));
    }
    std::mt19937 random(spec.seed);
    const auto parts = static_cast<size_t>(cinfo.input_components);
    std::vector<uint8_t> row(spec.width * parts);
    for (uint32_t y = 0; y < spec.height; ++y) {
        for (uint32_t x = 0; x < spec.width; ++x) {
            for (size_t c = 0; c < parts; ++c) {
                const double slope = c == 0   ? 40 + 170.0 * x / spec.width
                                     : c == 1 ? 60 + 120.0 * y / spec.height
                                              : 200 - 140.0 * (x + y) / (spec.width + spec.height);
                row[x * parts + c] = static_cast<uint8_t>(slope + random() % 24);
            }
        }
        uint8_t* rows[] = {row.data()};
        jpeg_write_scanlines(&cinfo, rows, 1);
    }
    jpeg_finish_compress(&cinfo);
    File file(out, out + size);
    std::free(out);
    return file;
}

File exif_segment(int orientation, bool big_endian) {
    const auto value = static_cast<uint8_t>(orientation);
    File body = {0xFF, 0xE1, 0, 34, 'E', 'x', 'i', 'f', 0, 0};
    const File little = {'I', 'I', 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 0x01, 3, 0, 1, 0, 0, 0, value, 0, 0, 0, 0, 0, 0, 0};
    const File big = {'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, value, 0, 0, 0, 0, 0, 0};
    const File& tiff = big_endian ? big : little;
    body.insert(body.end(), tiff.begin(), tiff.end());
    return body;
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
