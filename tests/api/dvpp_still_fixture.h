// SPDX-License-Identifier: Apache-2.0
// What tests of JPEG and PNG share: files, media memory, descriptions, and a channel with a stream.
#pragma once

#include <png.h>

#include "acl/ops/acl_dvpp.h"
#include "api/fixture.h"
#include "pictures/make_jpeg.h"

namespace softacl::test {

using pictures::File;
using pictures::JpegSpec;
using pictures::Kind;
using pictures::make_jpeg;

// Of this size, with chroma sampled half as often.
inline JpegSpec picture(uint32_t width, uint32_t height, int luma_h = 2, int luma_v = 2) {
    JpegSpec spec;
    spec.width = width;
    spec.height = height;
    spec.luma_h = luma_h;
    spec.luma_v = luma_v;
    return spec;
}

inline File make_png(uint32_t width, uint32_t height, uint32_t format) {
    File pixels(size_t{width} * height * PNG_IMAGE_SAMPLE_CHANNELS(format));
    for (size_t i = 0; i < pixels.size(); ++i) {
        pixels[i] = static_cast<uint8_t>(i * 7);
    }
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    image.width = width;
    image.height = height;
    image.format = format;
    File file(pixels.size() * 2 + 4096);
    png_alloc_size_t size = file.size();
    EXPECT_NE(png_image_write_to_memory(&image, file.data(), &size, 0, pixels.data(), 0, nullptr), 0);
    file.resize(size);
    return file;
}

inline uint32_t size_of(const File& file) { return static_cast<uint32_t>(file.size()); }

inline uint8_t* media_memory(size_t size) {
    void* memory = nullptr;
    EXPECT_OK(acldvppMalloc(&memory, size));
    return static_cast<uint8_t*>(memory);
}

inline uint8_t* upload(const File& file) {
    uint8_t* const memory = media_memory(file.size());
    EXPECT_OK(aclrtMemcpy(memory, file.size(), file.data(), file.size(), ACL_MEMCPY_HOST_TO_DEVICE));
    return memory;
}

struct Pic {
    acldvppPixelFormat format = PIXEL_FORMAT_YUV_SEMIPLANAR_420;
    uint32_t width = 0;
    uint32_t height = 0;
    uint32_t width_stride = 0;
    uint32_t height_stride = 0;
    void* data = nullptr;
    uint32_t size = 0;
};

inline acldvppPicDesc* describe(const Pic& pic) {
    acldvppPicDesc* const desc = acldvppCreatePicDesc();
    EXPECT_OK(acldvppSetPicDescData(desc, pic.data));
    EXPECT_OK(acldvppSetPicDescSize(desc, pic.size));
    EXPECT_OK(acldvppSetPicDescFormat(desc, pic.format));
    EXPECT_OK(acldvppSetPicDescWidth(desc, pic.width));
    EXPECT_OK(acldvppSetPicDescHeight(desc, pic.height));
    EXPECT_OK(acldvppSetPicDescWidthStride(desc, pic.width_stride));
    EXPECT_OK(acldvppSetPicDescHeightStride(desc, pic.height_stride));
    return desc;
}

inline Pic told(acldvppPicDesc* desc) {
    return {acldvppGetPicDescFormat(desc),      acldvppGetPicDescWidth(desc),        acldvppGetPicDescHeight(desc),
            acldvppGetPicDescWidthStride(desc), acldvppGetPicDescHeightStride(desc), acldvppGetPicDescData(desc),
            acldvppGetPicDescSize(desc)};
}

// A channel for everything, and a stream.
class Still : public Runtime {
   protected:
    Still() { EXPECT_OK(acldvppCreateChannel(channel_)); }

    aclError decode(const File& file, acldvppPicDesc* output) {
        return acldvppJpegDecodeAsync(channel_, upload(file), size_of(file), output, stream_);
    }

    acldvppChannelDesc* channel_ = acldvppCreateChannelDesc();
    aclrtStream stream_ = new_stream();
};

}  // namespace softacl::test
