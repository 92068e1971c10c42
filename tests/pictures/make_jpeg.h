// SPDX-License-Identifier: Apache-2.0
// JPEG files of every kind, for tests of all levels.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <vector>

#include <jpeglib.h>

namespace softacl::pictures {

using File = std::vector<uint8_t>;

enum class Kind : uint8_t { kBaseline, kProgressive, kArithmetic, kRgb, kCmyk };

struct JpegSpec {
    uint32_t width = 64;
    uint32_t height = 48;
    int luma_h = 2;  ///< sampling of luma; chroma has 1x1
    int luma_v = 2;
    bool gray = false;
    Kind kind = Kind::kBaseline;
    int quality = 90;
    int chroma_h = 1;
    int chroma_v = 1;
    bool scan_each = false;  ///< a scan for each component
    int restart = 0;         ///< MCUs in a restart interval
    bool optimise = false;   ///< Huffman tables of its own
    int orientation = 0;     ///< 0: no EXIF
    bool big_endian = false;
    uint32_t seed = 1;  ///< of the content: slopes with some noise
};

namespace detail {

struct Encoder {
    jpeg_compress_struct cinfo{};
    jpeg_error_mgr errors{};
    Encoder() {
        cinfo.err = jpeg_std_error(&errors);
        jpeg_create_compress(&cinfo);
    }
    ~Encoder() { jpeg_destroy_compress(&cinfo); }
};

inline void configure(jpeg_compress_struct& cinfo, const JpegSpec& spec) {
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

}  // namespace detail

/// An APP1 segment with nothing but an orientation.
inline File exif_segment(int orientation, bool big_endian) {
    const auto value = static_cast<uint8_t>(orientation);
    File body = {0xFF, 0xE1, 0, 34, 'E', 'x', 'i', 'f', 0, 0};
    const File little = {'I', 'I', 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 0x01, 3, 0, 1, 0, 0, 0, value, 0, 0, 0, 0, 0, 0, 0};
    const File big = {'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, value, 0, 0, 0, 0, 0, 0};
    const File& tiff = big_endian ? big : little;
    body.insert(body.end(), tiff.begin(), tiff.end());
    return body;
}

inline File make_jpeg(const JpegSpec& spec) {
    detail::Encoder encoder;
    jpeg_compress_struct& cinfo = encoder.cinfo;
    unsigned char* out = nullptr;
    unsigned long size = 0;
    jpeg_mem_dest(&cinfo, &out, &size);
    detail::configure(cinfo, spec);
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

}  // namespace softacl::pictures
