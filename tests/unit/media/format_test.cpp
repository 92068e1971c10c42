// SPDX-License-Identifier: Apache-2.0
// Pixel formats: the sizes of manual 10.7.6.2, tables 10-8 and 10-9.
#include <gtest/gtest.h>

#include <vector>

#include "media/image/picture.h"

namespace softacl::media {
namespace {

// Bytes of a picture in twelfths of width stride x height stride, and what width and height are multiples of.
struct Documented {
    std::vector<int> formats;
    uint64_t twelfths;
    uint32_t width_multiple;
    uint32_t height_multiple;
    uint32_t pixel_bytes;
};
const Documented kDocumented[] = {
    {{0}, 12, 1, 1, 1},
    {{1, 2}, 18, 2, 2, 1},
    {{3, 4}, 24, 2, 1, 1},
    {{5, 6}, 36, 1, 1, 1},
    {{7, 8, 9, 10}, 12, 2, 1, 2},
    {{11, 12, 13}, 12, 1, 1, 3},
    {{14, 15, 16, 17}, 12, 1, 1, 4},
    {{1000, 1001}, 24, 1, 2, 1},
};

TEST(PixelFormat, HasTheDocumentedSizes) {
    for (const Documented& row : kDocumented) {
        for (const int value : row.formats) {
            const FormatInfo* info = find_format(value);
            ASSERT_NE(info, nullptr) << value;
            EXPECT_EQ(static_cast<int>(info->format), value);
            EXPECT_EQ(info->bytes(512, 384), 512 * 384 * row.twelfths / 12) << value;
            EXPECT_EQ(info->width_multiple(), row.width_multiple) << value;
            EXPECT_EQ(info->height_multiple(), row.height_multiple) << value;
            EXPECT_EQ(info->row_bytes(100), 100 * row.pixel_bytes) << value;
        }
    }
}

TEST(PixelFormat, OthersDoNotExist) {
    for (const int value : {-1, 18, 19, 20, 40, 41, 70, 1002, 1012, 10000, 10001}) {
        EXPECT_EQ(find_format(value), nullptr) << value;
    }
}

TEST(Picture, HasItsChromaBehindTheRowsOfLuma) {
    std::vector<uint8_t> bytes(16 * 8 * 2);
    uint8_t* const memory = bytes.data();
    const Picture picture{&format_info(PixelFormat::kYuv420Sp), memory, 10, 6, 16, 8};
    EXPECT_EQ(picture.chroma().data, memory + 16 * 8);
    EXPECT_EQ(picture.chroma().stride, 16U);
    EXPECT_EQ(picture.chroma().width, 5U);
    EXPECT_EQ(picture.chroma().height, 3U);
    const Picture full{&format_info(PixelFormat::kYvu440Sp), memory, 10, 6, 16, 8};
    EXPECT_EQ(full.chroma().stride, 32U);
    EXPECT_EQ(full.chroma().width, 10U);
    EXPECT_EQ(full.chroma().height, 3U);
}

}  // namespace
}  // namespace softacl::media
