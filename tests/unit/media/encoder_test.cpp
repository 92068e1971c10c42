// SPDX-License-Identifier: Apache-2.0
// What the video encoders make, judged by decoders of others.
#include "media/video/encoder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <thread>

#include "media/video/codecs.h"
#include "video_judges.h"

namespace softacl::media {
namespace {

struct Encoded {
    std::vector<Bytes> units;
    std::vector<bool> keys;

    size_t bits() const {
        return 8 * std::accumulate(units.begin(), units.end(), size_t{0},
                                   [](size_t sum, const Bytes& unit) { return sum + unit.size(); });
    }
};

std::unique_ptr<VideoEncoder> open(const VideoEncoderParams& params) {
    const auto library = codecs();
    EXPECT_TRUE(library.ok()) << library.status().message();
    const auto opening =
        params.profile == VideoProfile::kH265Main ? (*library)->open_h265_encoder : (*library)->open_h264_encoder;
    auto encoder = opening(params);
    EXPECT_TRUE(encoder.ok()) << encoder.status().message();
    return encoder.ok() ? std::move(*encoder) : nullptr;
}

struct Sending {
    uint32_t count = 10;
    std::vector<uint32_t> forced = {};
    PixelFormat format = PixelFormat::kYuv420Sp;
    uint32_t padding = 0;
};

Encoded encode(const VideoEncoderParams& params, const Sending& sending) {
    const auto encoder = open(params);
    Encoded result;
    for (uint32_t i = 0; encoder != nullptr && i < sending.count; ++i) {
        const SemiPlanar picture(scene(params.width, params.height, i), sending.format,
                                 (params.width + 15) / 16 * 16 + sending.padding, params.height + sending.padding);
        const bool force = std::count(sending.forced.begin(), sending.forced.end(), i) != 0;
        const auto unit = encoder->encode(picture.view, force);
        EXPECT_TRUE(unit.ok()) << unit.status().message();
        if (!unit.ok()) {
            break;
        }
        result.units.emplace_back(unit->data, unit->data + unit->size);
        result.keys.push_back(unit->is_key);
    }
    return result;
}

class Encoder : public testing::TestWithParam<VideoProfile> {
   protected:
    VideoEncoderParams params(uint32_t width, uint32_t height) const {
        VideoEncoderParams params;
        params.profile = GetParam();
        params.width = width;
        params.height = height;
        params.key_frame_interval = 65536;
        return params;
    }
    bool is_h265() const { return GetParam() == VideoProfile::kH265Main; }
    std::vector<PlanarPicture> decode(const std::vector<Bytes>& units) const {
        return is_h265() ? decode_h265(units) : decode_h264(units);
    }
    /// How many pictures libavcodec finds: OpenH264 refuses the levels of the highest bit rates.
    size_t decode_by_ffmpeg(const std::vector<Bytes>& units) const {
        FrameDecoderParams decoding;
        decoding.codec = is_h265() ? VideoCodec::kH265 : VideoCodec::kH264;
        const auto library = codecs();
        const auto decoder = (*library)->open_decoder(decoding);
        EXPECT_TRUE(decoder.ok());
        size_t pictures = 0;
        const auto take = [&] {
            while (const auto frame = (*decoder)->receive()) {
                EXPECT_FALSE(frame->damaged);
                ++pictures;
            }
        };
        for (const Bytes& unit : units) {
            EXPECT_TRUE((*decoder)->send(unit.data(), unit.size(), 0).ok());
            take();
        }
        (*decoder)->flush();
        take();
        return pictures;
    }
    /// Compares with the pictures from number `first` on.
    void expect_scene(const std::vector<Bytes>& units, const VideoEncoderParams& params, uint32_t first = 0) const {
        const auto pictures = decode(units);
        ASSERT_EQ(pictures.size(), units.size());
        for (size_t i = 0; i < pictures.size(); ++i) {
            EXPECT_EQ(pictures[i].width, params.width);
            EXPECT_EQ(pictures[i].height, params.height);
            EXPECT_GT(psnr(pictures[i], scene(params.width, params.height, first + static_cast<uint32_t>(i))), 35)
                << "picture " << first + i;
        }
    }
};

TEST_P(Encoder, IsDecodedByOthersToThePicturesThatWereSent) {
    for (const PixelFormat format : {PixelFormat::kYuv420Sp, PixelFormat::kYvu420Sp}) {
        for (const RateMode mode : {RateMode::kVariable, RateMode::kConstant}) {
            VideoEncoderParams params = this->params(320, 240);
            params.rate_mode = mode;
            Sending sending;
            sending.count = 20;
            sending.format = format;
            expect_scene(encode(params, sending).units, params);
        }
    }
}

TEST_P(Encoder, TakesAllKindsOfSizes) {
    for (const auto& [width, height] : std::vector<std::pair<uint32_t, uint32_t>>{
             {114, 114}, {116, 130}, {130, 116}, {142, 218}, {176, 144}, {1030, 114}, {114, 1030}}) {
        const VideoEncoderParams params = this->params(width, height);
        Sending sending;
        sending.count = 3;
        expect_scene(encode(params, sending).units, params);
    }
}

TEST_P(Encoder, BeginsAgainAtEveryIntervalAndWhereItIsForced) {
    VideoEncoderParams params = this->params(128, 128);
    params.key_frame_interval = 5;
    Sending sending;
    sending.count = 20;
    sending.forced = {0, 7, 8};
    const Encoded encoded = encode(params, sending);
    std::vector<size_t> keys;
    for (size_t i = 0; i < encoded.keys.size(); ++i) {
        if (encoded.keys[i]) {
            keys.push_back(i);
        }
    }
    EXPECT_EQ(keys, (std::vector<size_t>{0, 5, 7, 8, 13, 18}));
    // Each can be the first that a decoder sees; no other can.
    for (size_t i = 0; i < encoded.units.size(); ++i) {
        const std::vector<Bytes> rest(encoded.units.begin() + static_cast<ptrdiff_t>(i), encoded.units.end());
        if (encoded.keys[i]) {
            expect_scene(rest, params, static_cast<uint32_t>(i));
        } else {
            EXPECT_TRUE(decode({rest.front()}).empty()) << i;
        }
    }
}

TEST_P(Encoder, MakesIFramesOnlyWithAnIntervalOfOne) {
    VideoEncoderParams params = this->params(128, 128);
    params.key_frame_interval = 1;
    const Encoded encoded = encode(params, {});
    EXPECT_EQ(encoded.keys, std::vector<bool>(encoded.keys.size(), true));
    expect_scene(encoded.units, params);
}

TEST_P(Encoder, SaysItsProfileInTheParameterSet) {
    const Bytes unit = encode(params(128, 128), {1}).units.at(0);
    // The parameter set behind its start code: type, then for H.265 two more bytes, then the profile.
    for (size_t i = 0; i + 8 < unit.size(); ++i) {
        if (unit[i] != 0 || unit[i + 1] != 0 || unit[i + 2] != 1) {
            continue;
        }
        if (is_h265() && (unit[i + 3] >> 1 & 63) == 33) {
            EXPECT_EQ(unit[i + 6] & 31, 1);  // main
            return;
        }
        if (!is_h265() && (unit[i + 3] & 31) == 7) {
            const int expected[] = {0, 66, 77, 100};
            EXPECT_EQ(unit[i + 4], expected[static_cast<int>(GetParam())]);
            return;
        }
    }
    FAIL() << "no parameter set";
}

TEST_P(Encoder, KeepsAConstantBitRate) {
    for (const uint32_t interval : {15U, 65536U}) {
        VideoEncoderParams params = this->params(320, 180);
        params.rate_mode = RateMode::kConstant;
        params.bit_rate = 250;
        params.key_frame_interval = interval;
        Sending sending;
        sending.count = 90;
        const double rate = static_cast<double>(encode(params, sending).bits()) / 3 / 1000;
        EXPECT_NEAR(rate, params.bit_rate, params.bit_rate * 0.15) << "interval " << interval;
    }
}

TEST_P(Encoder, StaysBelowTheLargestBitRate) {
    VideoEncoderParams params = this->params(320, 180);
    params.bit_rate = 100;  // the scene would take more
    Sending sending;
    sending.count = 90;
    const double bits = static_cast<double>(encode(params, sending).bits());
    EXPECT_LT(bits, params.bit_rate * 1000 * (3 + 1));  // and what the decoder's buffer may hold ahead: a second
    params.bit_rate = 600000;
    EXPECT_GT(static_cast<double>(encode(params, sending).bits()), bits);
}

TEST_P(Encoder, LimitsIFramesByTheProportion) {
    VideoEncoderParams params = this->params(320, 180);
    params.rate_mode = RateMode::kConstant;
    params.bit_rate = 400;
    params.key_frame_interval = 10;
    Sending sending;
    sending.count = 60;
    const auto largest_key = [&](uint32_t proportion) {
        params.max_ip_proportion = proportion;
        const Encoded encoded = encode(params, sending);
        size_t largest = 0;
        for (size_t i = 30; i < encoded.units.size(); ++i) {
            largest = encoded.keys[i] ? std::max(largest, encoded.units[i].size()) : largest;
        }
        return static_cast<double>(largest) * 8;
    };
    const double share = 1000.0 * params.bit_rate / params.frame_rate;
    const double free = largest_key(100);
    EXPECT_GT(free, 3 * share);
    EXPECT_LT(largest_key(2), 2 * share * 1.25);
}

TEST_P(Encoder, MakesTheSameBytesEveryTimeAndWhateverLiesBetweenRows) {
    for (const unsigned threads : {1U, 3U}) {
        VideoEncoderParams params = this->params(320, 368);
        params.threads = threads;
        params.rate_mode = RateMode::kConstant;
        const Encoded once = encode(params, {});
        for (int i = 0; i < 3; ++i) {
            EXPECT_EQ(encode(params, {}).units, once.units) << threads << " threads";
        }
        Sending padded;
        padded.padding = 32;
        EXPECT_EQ(encode(params, padded).units, once.units);
        expect_scene(once.units, params);
    }
}

TEST_P(Encoder, WorksBesideOthers) {
    const VideoEncoderParams params = this->params(160, 128);
    const Encoded expected = encode(params, {});
    std::vector<Encoded> got(4);
    std::vector<std::thread> threads;
    for (Encoded& mine : got) {
        threads.emplace_back([&mine, &params] { mine = encode(params, {}); });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    for (const Encoded& one : got) {
        EXPECT_EQ(one.units, expected.units);
    }
}

TEST_P(Encoder, TakesTheBoundsOfItsRates) {
    for (const uint32_t bit_rate : {VideoEncoderParams::kLowestBitRate, VideoEncoderParams::kHighestBitRate}) {
        for (const uint32_t frame_rate : {1U, VideoEncoderParams::kHighestFrameRate}) {
            for (const RateMode mode : {RateMode::kVariable, RateMode::kConstant}) {
                VideoEncoderParams params = this->params(160, 128);
                params.bit_rate = bit_rate;
                params.frame_rate = frame_rate;
                params.rate_mode = mode;
                params.max_ip_proportion = 1;
                EXPECT_EQ(decode_by_ffmpeg(encode(params, {4}).units), 4U) << bit_rate << " " << frame_rate;
            }
        }
    }
}

std::string profile_name(const testing::TestParamInfo<VideoProfile>& info) {
    const char* const names[] = {"H265Main", "H264Baseline", "H264Main", "H264High"};
    return names[static_cast<int>(info.param)];
}
INSTANTIATE_TEST_SUITE_P(Profiles, Encoder,
                         testing::Values(VideoProfile::kH265Main, VideoProfile::kH264Baseline, VideoProfile::kH264Main,
                                         VideoProfile::kH264High),
                         profile_name);

}  // namespace
}  // namespace softacl::media
