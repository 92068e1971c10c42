// SPDX-License-Identifier: Apache-2.0
// JPEG through the interface, against TurboJPEG's own way to and from planes: the same work but for the weaving of
// chroma into pairs, the stream, and the zeros behind an encoded file.
#include <acl/acl.h>
#include <acl/ops/acl_dvpp.h>
#include <turbojpeg.h>

#include <cmath>
#include <cstring>
#include <random>
#include <vector>

#include "lib/paired.h"
#include "lib/session.h"

namespace {

using bench::must;

constexpr uint32_t kWidth = 1920;
constexpr uint32_t kHeight = 1080;
constexpr int kCalls = 10;  // between two synchronisations, as the manual measures

struct Channel : bench::Session {
    Channel() { must(acldvppCreateChannel(desc)); }
    acldvppChannelDesc* const desc = acldvppCreateChannelDesc();
};

uint8_t* media_memory(size_t size) {
    void* memory = nullptr;
    must(acldvppMalloc(&memory, size));
    return static_cast<uint8_t*>(memory);
}

// Planes of 4:2:0: waves of several lengths and some grain, which cost about what photographs do.
struct Planes {
    std::vector<uint8_t> y = plane(kWidth, kHeight, 1);
    std::vector<uint8_t> u = plane(kWidth / 2, kHeight / 2, 2);
    std::vector<uint8_t> v = plane(kWidth / 2, kHeight / 2, 3);

    static std::vector<uint8_t> plane(uint32_t width, uint32_t height, uint32_t seed) {
        std::mt19937 random(seed);
        std::vector<uint8_t> samples(size_t{width} * height);
        for (uint32_t j = 0; j < height; ++j) {
            for (uint32_t i = 0; i < width; ++i) {
                const double value = 128 + 50 * std::sin(i * 0.011 * seed) + 30 * std::sin(j * 0.037 + i * 0.05) +
                                     (i / 37 + j / 23) % 5 * 6;
                samples[size_t{j} * width + i] = static_cast<uint8_t>(value + random() % 7);
            }
        }
        return samples;
    }
};

struct Turbo {
    Turbo() {
        const unsigned char* planes[] = {picture.y.data(), picture.u.data(), picture.v.data()};
        unsigned char* out = nullptr;
        must(tjCompressFromYUVPlanes(encoder, planes, kWidth, nullptr, kHeight, TJSAMP_420, &out, &size, 90, 0));
        file.assign(out, out + size);
        tjFree(out);
    }
    ~Turbo() {
        tjDestroy(encoder);
        tjDestroy(decoder);
    }
    tjhandle encoder = tjInitCompress();
    tjhandle decoder = tjInitDecompress();
    Planes picture;
    unsigned long size = 0;
    std::vector<uint8_t> file;
};

acldvppPicDesc* describe(uint8_t* data) {
    acldvppPicDesc* const desc = acldvppCreatePicDesc();
    must(acldvppSetPicDescData(desc, data));
    must(acldvppSetPicDescSize(desc, kWidth * 1088 * 3 / 2));
    must(acldvppSetPicDescFormat(desc, PIXEL_FORMAT_YUV_SEMIPLANAR_420));
    must(acldvppSetPicDescWidth(desc, kWidth));
    must(acldvppSetPicDescHeight(desc, kHeight));
    must(acldvppSetPicDescWidthStride(desc, kWidth));
    must(acldvppSetPicDescHeightStride(desc, 1088));
    return desc;
}

void decode_1080p(benchmark::State& state) {
    const Channel channel;
    Turbo turbo;
    uint8_t* const file = media_memory(turbo.file.size());
    std::memcpy(file, turbo.file.data(), turbo.file.size());
    acldvppPicDesc* const desc = describe(media_memory(kWidth * 1088 * 3 / 2));
    Planes result;
    paired::compare(
        state, 1,
        [&] {
            for (int i = 0; i < kCalls; ++i) {
                must(acldvppJpegDecodeAsync(channel.desc, file, static_cast<uint32_t>(turbo.file.size()), desc,
                                            channel.stream));
            }
            must(aclrtSynchronizeStream(channel.stream));
        },
        [&] {
            for (int i = 0; i < kCalls; ++i) {
                unsigned char* planes[] = {result.y.data(), result.u.data(), result.v.data()};
                must(tjDecompressToYUVPlanes(turbo.decoder, turbo.file.data(),
                                             static_cast<unsigned long>(turbo.file.size()), planes, kWidth, nullptr,
                                             kHeight, 0));
            }
        });
    state.counters["pictures_per_second"] = kCalls * 1e6 / state.counters["ours_us"];
}
BENCHMARK(decode_1080p)->Iterations(1)->Unit(benchmark::kMillisecond);

void encode_1080p(benchmark::State& state) {
    const Channel channel;
    Turbo turbo;
    const auto level = static_cast<uint32_t>(state.range(0));
    uint8_t* const memory = media_memory(kWidth * 1088 * 3 / 2);
    std::memcpy(memory, turbo.picture.y.data(), turbo.picture.y.size());
    for (size_t i = 0; i < turbo.picture.u.size(); ++i) {
        memory[kWidth * 1088 + 2 * i] = turbo.picture.u[i];
        memory[kWidth * 1088 + 2 * i + 1] = turbo.picture.v[i];
    }
    acldvppPicDesc* const desc = describe(memory);
    acldvppJpegeConfig* const config = acldvppCreateJpegeConfig();
    must(acldvppSetJpegeConfigLevel(config, level));
    uint32_t predicted = 0;
    must(acldvppJpegPredictEncSize(desc, config, &predicted));
    uint8_t* const file = media_memory(predicted);
    std::vector<unsigned char> out(tjBufSize(kWidth, kHeight, TJSAMP_420));
    paired::compare(
        state, 1,
        [&] {
            uint32_t sizes[kCalls];
            for (uint32_t& size : sizes) {
                size = predicted;
                must(acldvppJpegEncodeAsync(channel.desc, desc, file, &size, config, channel.stream));
            }
            must(aclrtSynchronizeStream(channel.stream));
        },
        [&] {
            for (int i = 0; i < kCalls; ++i) {
                const unsigned char* planes[] = {turbo.picture.y.data(), turbo.picture.u.data(),
                                                 turbo.picture.v.data()};
                unsigned char* data = out.data();
                unsigned long size = out.size();
                must(tjCompressFromYUVPlanes(turbo.encoder, planes, kWidth, nullptr, kHeight, TJSAMP_420, &data, &size,
                                             static_cast<int>(level), TJFLAG_NOREALLOC | TJFLAG_ACCURATEDCT));
            }
        });
    state.counters["pictures_per_second"] = kCalls * 1e6 / state.counters["ours_us"];
}
BENCHMARK(encode_1080p)->ArgName("level")->Arg(90)->Arg(100)->Iterations(1)->Unit(benchmark::kMillisecond);

}  // namespace
