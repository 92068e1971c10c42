// SPDX-License-Identifier: Apache-2.0
// Headers of JPEG files: what they tell, and what is refused (manual 10.7.7.1).
#include "media/still/jpeg_info.h"

#include <gmock/gmock.h>

#include <random>

#include "acl/acl_base.h"
#include "media/still/exif.h"
#include "unit/media/still/jpeg_file.h"

namespace softacl::media::testing {
namespace {

using ::testing::HasSubstr;

Status status_of(const File& file) { return read_jpeg_info(bytes_of(file)).status(); }

void expect_unsupported(const JpegSpec& spec, const char* what) {
    const Status status = status_of(make_jpeg(spec));
    EXPECT_EQ(status.code(), ACL_ERROR_UNSUPPORTED_JPEG) << what;
    EXPECT_THAT(status.message(), HasSubstr(what));
}

// The place of the first segment with this marker.
size_t place_of(const File& file, uint8_t marker) {
    for (size_t at = 2; at + 4 < file.size();) {
        if (file[at + 1] == marker) {
            return at;
        }
        at += 2 + (size_t{file[at + 2]} << 8 | file[at + 3]);
    }
    return file.size();
}

TEST(JpegInfo, TellsSizeSamplingAndComponents) {
    for (const auto sampling :
         {JpegSampling::k444, JpegSampling::k422, JpegSampling::k420, JpegSampling::k440, JpegSampling::kGray}) {
        const auto info = read_jpeg_info(bytes_of(make_jpeg(spec_of(sampling, 123, 45))));
        ASSERT_TRUE(info.ok()) << info.status().message();
        EXPECT_EQ(info->width, 123U);
        EXPECT_EQ(info->height, 45U);
        EXPECT_EQ(info->sampling, sampling);
        EXPECT_EQ(info->components, sampling == JpegSampling::kGray ? 1 : 3);
        EXPECT_EQ(info->orientation, 1);
        EXPECT_EQ(info->scans, 1);
    }
}

// 4:2:2 may be written with luma 2x2 and chroma 1x2, gray with any factors.
TEST(JpegInfo, SamplingIsARatio) {
    JpegSpec spec;
    spec.chroma_v = 2;
    EXPECT_EQ(read_jpeg_info(bytes_of(make_jpeg(spec)))->sampling, JpegSampling::k422);
    spec.chroma_h = 2;
    spec.scan_each = true;  // 12 blocks are too many for one
    EXPECT_EQ(read_jpeg_info(bytes_of(make_jpeg(spec)))->sampling, JpegSampling::k444);
    spec.scan_each = false;
    spec.chroma_v = 1;
    EXPECT_EQ(read_jpeg_info(bytes_of(make_jpeg(spec)))->sampling, JpegSampling::k440);
    spec.gray = true;
    EXPECT_EQ(read_jpeg_info(bytes_of(make_jpeg(spec)))->sampling, JpegSampling::kGray);
}

TEST(JpegInfo, OrientationIsReadInBothOrdersOfBytes) {
    for (const bool big_endian : {false, true}) {
        for (int orientation = 1; orientation <= 8; ++orientation) {
            JpegSpec spec;
            spec.orientation = orientation;
            spec.big_endian = big_endian;
            const auto info = read_jpeg_info(bytes_of(make_jpeg(spec)));
            ASSERT_TRUE(info.ok());
            EXPECT_EQ(info->orientation, orientation);
            EXPECT_EQ(info->transposes(), orientation >= 5);
        }
    }
}

TEST(JpegInfo, OrientationThatCannotBeReadIsUpright) {
    for (const int value : {0, 9, 255}) {
        const File segment = exif_segment(value, false);
        EXPECT_EQ(exif_orientation({segment.data() + 4, segment.size() - 4}), 1) << value;
    }
    const File good = exif_segment(6, true);
    for (size_t length = 0; length + 4 < good.size(); ++length) {
        const File part(good.begin() + 4, good.begin() + 4 + static_cast<ptrdiff_t>(length));
        const int told = exif_orientation(bytes_of(part));
        EXPECT_TRUE(told == 1 || (told == 6 && length >= 26)) << length;
    }
    std::mt19937 random(3);
    for (int i = 0; i < 2000; ++i) {
        File bad(good.begin() + 4, good.end());
        for (int k = 0; k < 3; ++k) {
            bad[6 + random() % (bad.size() - 6)] = static_cast<uint8_t>(random());
        }
        const int told = exif_orientation(bytes_of(bad));
        EXPECT_TRUE(told >= 1 && told <= 8);
    }
}

TEST(JpegInfo, AScanForEachComponent) {
    JpegSpec spec;
    spec.scan_each = true;
    for (const bool optimise : {false, true}) {
        spec.optimise = optimise;
        const auto info = read_jpeg_info(bytes_of(make_jpeg(spec)));
        ASSERT_TRUE(info.ok()) << info.status().message();
        EXPECT_EQ(info->scans, 3);
    }
}

TEST(JpegInfo, UnsupportedCodings) {
    JpegSpec spec;
    spec.kind = Kind::kProgressive;
    expect_unsupported(spec, "progressive");
    spec.kind = Kind::kArithmetic;
    expect_unsupported(spec, "arithmetically");
    spec.kind = Kind::kRgb;
    spec.luma_h = spec.luma_v = 1;
    expect_unsupported(spec, "RGB");
    spec.kind = Kind::kCmyk;
    expect_unsupported(spec, "4 components");
    spec.kind = Kind::kBaseline;
    spec.luma_h = 4;
    expect_unsupported(spec, "sampled 4x1");
    spec.chroma_h = 2;
    EXPECT_TRUE(status_of(make_jpeg(spec)).ok()) << "2:1 across";
    spec.luma_v = 4;
    spec.luma_h = 1;
    spec.chroma_h = spec.chroma_v = 1;
    expect_unsupported(spec, "sampled 1x4");
}

TEST(JpegInfo, UnsupportedFrames) {
    const File good = make_jpeg({});
    const size_t frame = place_of(good, 0xC0);
    ASSERT_LT(frame, good.size());
    const struct {
        uint8_t marker;
        const char* what;
    } kFrames[] = {{0xC2, "progressive"},    {0xC3, "lossless"},       {0xC5, "hierarchical"},
                   {0xC6, "hierarchical"},   {0xC7, "hierarchical"},   {0xC9, "arithmetically"},
                   {0xCA, "arithmetically"}, {0xCB, "arithmetically"}, {0xCD, "arithmetically"},
                   {0xCE, "arithmetically"}, {0xCF, "arithmetically"}, {0xDE, "hierarchical"}};
    for (const auto& each : kFrames) {
        File file = good;
        file[frame + 1] = each.marker;
        EXPECT_EQ(status_of(file).code(), ACL_ERROR_UNSUPPORTED_JPEG) << int{each.marker};
        EXPECT_THAT(status_of(file).message(), HasSubstr(each.what));
    }
    File extended = good;
    extended[frame + 1] = 0xC1;
    EXPECT_TRUE(status_of(extended).ok());
    File deep = good;
    deep[frame + 4] = 12;
    EXPECT_EQ(status_of(deep).code(), ACL_ERROR_UNSUPPORTED_JPEG);
    EXPECT_THAT(status_of(deep).message(), HasSubstr("12 bits"));
    File endless = good;
    endless[frame + 5] = endless[frame + 6] = 0;
    EXPECT_EQ(status_of(endless).code(), ACL_ERROR_UNSUPPORTED_JPEG);
    File uneven = good;
    uneven[frame + 11 + 3] = 0x12;  // the second component: 1x2
    EXPECT_EQ(status_of(uneven).code(), ACL_ERROR_UNSUPPORTED_JPEG);
}

TEST(JpegInfo, Jpeg2000IsUnsupported) {
    const File box = {0, 0, 0, 12, 'j', 'P', ' ', ' ', 0x0D, 0x0A, 0x87, 0x0A};
    const File stream = {0xFF, 0x4F, 0xFF, 0x51, 0, 41};
    for (const File& file : {box, stream}) {
        EXPECT_EQ(status_of(file).code(), ACL_ERROR_UNSUPPORTED_JPEG);
        EXPECT_THAT(status_of(file).message(), HasSubstr("JPEG 2000"));
    }
}

// At most 2 DC and 2 AC Huffman tables, and 3 for quantisation.
TEST(JpegInfo, MoreTablesThanTheDecoderHas) {
    const File good = make_jpeg({});
    const auto with = [&](uint8_t marker, File body) {
        File file = good;
        File segment = {0xFF, marker, 0, static_cast<uint8_t>(body.size() + 2)};
        segment.insert(segment.end(), body.begin(), body.end());
        file.insert(file.begin() + 2, segment.begin(), segment.end());
        return file;
    };
    const auto huffman = [](uint8_t id) {
        File table(18, 0);
        table[0] = id;
        table[1] = 1;
        return table;
    };
    for (const uint8_t id : {uint8_t{0x02}, uint8_t{0x12}}) {
        EXPECT_EQ(status_of(with(0xC4, huffman(id))).code(), ACL_ERROR_UNSUPPORTED_JPEG);
        EXPECT_THAT(status_of(with(0xC4, huffman(id))).message(), HasSubstr("Huffman tables"));
    }
    EXPECT_TRUE(status_of(with(0xC4, huffman(0x11))).ok());
    File quantisation(65, 1);
    quantisation[0] = 2;
    EXPECT_TRUE(status_of(with(0xDB, quantisation)).ok());
    File two(130, 1);
    two[0] = 2;
    two[65] = 3;
    EXPECT_EQ(status_of(with(0xDB, two)).code(), ACL_ERROR_UNSUPPORTED_JPEG);
    EXPECT_EQ(status_of(with(0xDB, File(64, 0))).code(), ACL_ERROR_PARSE_FILE);
    EXPECT_EQ(status_of(with(0xC4, File(16, 0))).code(), ACL_ERROR_PARSE_FILE);
}

TEST(JpegInfo, WhatIsNoJpeg) {
    for (const File& file : {File{}, File{0xFF}, File{0xFF, 0xD8}, File{0x89, 'P', 'N', 'G', 13, 10, 26, 10},
                             File{0xFF, 0xD8, 0xFF, 0xD9}, File(100, 0)}) {
        EXPECT_EQ(status_of(file).code(), ACL_ERROR_PARSE_FILE) << file.size();
        EXPECT_FALSE(status_of(file).message().empty());
    }
}

// Every length up to the begin of the data is refused, every other one is a JPEG.
TEST(JpegInfo, BreaksOff) {
    JpegSpec spec;
    spec.orientation = 6;
    const File good = make_jpeg(spec);
    const size_t scan = place_of(good, 0xDA);
    const size_t begin = scan + 2 + (size_t{good[scan + 2]} << 8 | good[scan + 3]);
    for (size_t length = 0; length < good.size(); ++length) {
        const File part(good.begin(), good.begin() + static_cast<ptrdiff_t>(length));
        EXPECT_EQ(status_of(part).code(), length <= begin ? ACL_ERROR_PARSE_FILE : 0) << length;
    }
}

TEST(JpegInfo, AComponentHasOneScan) {
    JpegSpec spec;
    spec.scan_each = true;
    File file = make_jpeg(spec);
    // The second scan begins with FF DA 00 08 01 <component>; make it the first component's again.
    const File mark = {0xFF, 0xDA, 0, 8, 1, 2};
    const auto second = std::search(file.begin(), file.end(), mark.begin(), mark.end());
    ASSERT_NE(second, file.end());
    second[5] = 1;
    EXPECT_EQ(status_of(file).code(), ACL_ERROR_PARSE_FILE);
    EXPECT_THAT(status_of(file).message(), HasSubstr("component 1"));
}

}  // namespace
}  // namespace softacl::media::testing
