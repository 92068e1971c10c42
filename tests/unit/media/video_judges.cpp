// SPDX-License-Identifier: Apache-2.0
#include "video_judges.h"

#include <libde265/de265.h>
#include <wels/codec_api.h>

#include <cmath>
#include <cstring>

namespace softacl::media {
namespace {

Bytes compact(const uint8_t* data, int stride, uint32_t width, uint32_t height) {
    Bytes plane(size_t{width} * height);
    for (uint32_t y = 0; y < height; ++y) {
        std::memcpy(&plane[size_t{y} * width], data + static_cast<ptrdiff_t>(y) * stride, width);
    }
    return plane;
}

void take(de265_decoder_context* decoder, std::vector<PlanarPicture>& pictures) {
    for (int more = 1; more != 0;) {
        const de265_error error = de265_decode(decoder, &more);
        while (const de265_image* image = de265_get_next_picture(decoder)) {
            PlanarPicture picture;
            picture.width = static_cast<uint32_t>(de265_get_image_width(image, 0));
            picture.height = static_cast<uint32_t>(de265_get_image_height(image, 0));
            for (int i = 0; i < 3; ++i) {
                int stride = 0;
                const uint8_t* data = de265_get_image_plane(image, i, &stride);
                picture.planes[i] = compact(data, stride, static_cast<uint32_t>(de265_get_image_width(image, i)),
                                            static_cast<uint32_t>(de265_get_image_height(image, i)));
            }
            pictures.push_back(std::move(picture));
        }
        if (error != DE265_OK) {
            return;  // it waits for more, or refuses what it has
        }
    }
}

void take(uint8_t* const (&planes)[3], const SBufferInfo& info, std::vector<PlanarPicture>& pictures) {
    if (info.iBufferStatus != 1) {
        return;
    }
    const SSysMEMBuffer& buffer = info.UsrData.sSystemBuffer;
    PlanarPicture picture;
    picture.width = static_cast<uint32_t>(buffer.iWidth);
    picture.height = static_cast<uint32_t>(buffer.iHeight);
    for (int i = 0; i < 3; ++i) {
        const int shift = i == 0 ? 0 : 1;
        picture.planes[i] = compact(planes[i], buffer.iStride[shift], picture.width >> shift, picture.height >> shift);
    }
    pictures.push_back(std::move(picture));
}

}  // namespace

std::vector<PlanarPicture> decode_h265(const std::vector<Bytes>& units) {
    std::vector<PlanarPicture> pictures;
    de265_decoder_context* decoder = de265_new_decoder();
    for (const Bytes& unit : units) {
        de265_push_data(decoder, unit.data(), static_cast<int>(unit.size()), 0, nullptr);
        take(decoder, pictures);
    }
    de265_flush_data(decoder);
    take(decoder, pictures);
    de265_free_decoder(decoder);
    return pictures;
}

std::vector<PlanarPicture> decode_h264(const std::vector<Bytes>& units) {
    std::vector<PlanarPicture> pictures;
    ISVCDecoder* decoder = nullptr;
    WelsCreateDecoder(&decoder);
    int silence = WELS_LOG_QUIET;
    decoder->SetOption(DECODER_OPTION_TRACE_LEVEL, &silence);
    SDecodingParam param{};
    param.sVideoProperty.eVideoBsType = VIDEO_BITSTREAM_AVC;
    param.eEcActiveIdc = ERROR_CON_DISABLE;
    decoder->Initialize(&param);
    for (const Bytes& unit : units) {
        uint8_t* planes[3] = {};
        SBufferInfo info{};
        if (decoder->DecodeFrameNoDelay(unit.data(), static_cast<int>(unit.size()), planes, &info) == dsErrorFree) {
            take(planes, info, pictures);
        }
    }
    int held = 0;  // it holds some back in higher profiles, whatever a stream says
    decoder->GetOption(DECODER_OPTION_NUM_OF_FRAMES_REMAINING_IN_BUFFER, &held);
    for (; held > 0; --held) {
        uint8_t* planes[3] = {};
        SBufferInfo info{};
        decoder->FlushFrame(planes, &info);
        take(planes, info, pictures);
    }
    decoder->Uninitialize();
    WelsDestroyDecoder(decoder);
    return pictures;
}

double psnr(const PlanarPicture& a, const PlanarPicture& b) {
    if (a.width != b.width || a.height != b.height) {
        return 0;
    }
    double squares = 0;
    size_t count = 0;
    for (int i = 0; i < 3; ++i) {
        for (size_t at = 0; at < a.planes[i].size(); ++at) {
            const int difference = a.planes[i][at] - b.planes[i][at];
            squares += difference * difference;
        }
        count += a.planes[i].size();
    }
    return squares == 0 ? 100 : 10 * std::log10(255.0 * 255.0 * static_cast<double>(count) / squares);
}

PlanarPicture scene(uint32_t width, uint32_t height, uint32_t number) {
    PlanarPicture picture;
    picture.width = width;
    picture.height = height;
    const auto wave = [](uint32_t at) { return static_cast<int>(at % 64 < 32 ? at % 32 : 31 - at % 32); };
    picture.planes[0].resize(size_t{width} * height);
    for (uint32_t y = 0; y < height; ++y) {
        for (uint32_t x = 0; x < width; ++x) {
            const bool square = (x + 2 * number) % 160 < 48 && (y + number) % 120 < 40;
            const int grain = static_cast<int>((x * 7 + y * 13) % 11);
            const int value = 40 + 2 * wave(x + 3 * number) + 2 * wave(y + number + x / 4) + (square ? 60 : 0) + grain;
            picture.planes[0][size_t{y} * width + x] = static_cast<uint8_t>(value);
        }
    }
    for (int i = 1; i < 3; ++i) {
        picture.planes[i].resize(size_t{width / 2} * (height / 2));
        for (uint32_t y = 0; y < height / 2; ++y) {
            for (uint32_t x = 0; x < width / 2; ++x) {
                const int value = i == 1 ? 90 + 2 * wave(x + number) : 150 - 2 * wave(y + number);
                picture.planes[i][size_t{y} * (width / 2) + x] = static_cast<uint8_t>(value);
            }
        }
    }
    return picture;
}

SemiPlanar::SemiPlanar(const PlanarPicture& picture, PixelFormat format, uint32_t stride, uint32_t height_stride)
    : bytes(size_t{stride} * height_stride * 3 / 2), view{&format_info(format), nullptr, picture.width,
                                                          picture.height,       stride,  height_stride} {
    for (size_t i = 0; i < bytes.size(); ++i) {
        bytes[i] = static_cast<uint8_t>(i * 2654435761U >> 24);
    }
    for (uint32_t y = 0; y < picture.height; ++y) {
        std::memcpy(&bytes[size_t{y} * stride], &picture.planes[0][size_t{y} * picture.width], picture.width);
    }
    const int first = format == PixelFormat::kYuv420Sp ? 1 : 2;
    for (uint32_t y = 0; y < picture.height / 2; ++y) {
        uint8_t* row = &bytes[(size_t{height_stride} + y) * stride];
        for (uint32_t x = 0; x < picture.width / 2; ++x) {
            const size_t at = size_t{y} * (picture.width / 2) + x;
            row[2 * x] = picture.planes[first][at];
            row[2 * x + 1] = picture.planes[3 - first][at];
        }
    }
    view.data = bytes.data();
}

}  // namespace softacl::media
