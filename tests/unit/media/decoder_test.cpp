// SPDX-License-Identifier: Apache-2.0
// Decoding of video: bit for bit what the encoder reconstructed (H.264) or
// took the checksums of, or libde265 decodes (H.265), and one answer for
// each packet whatever is sent.
#include "media/video/decoder.h"

#include <gtest/gtest.h>
#include <libde265/de265.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <random>
#include <set>

#include "media/video_clips.h"
#include "unit/media/pcm_video.h"

namespace softacl::media {
namespace {

using test::Bytes;
using test::Clip;
using test::ClipOptions;
using test::Coding;

FrameDecoderParams params_for(Coding coding) {
    FrameDecoderParams params;
    params.codec = coding == Coding::kH264 ? VideoCodec::kH264 : VideoCodec::kH265;
    params.threads = 2;
    return params;
}

// Planes without padding, samples as they are.
Bytes planes_of(const DecodedFrame& frame) {
    Bytes bytes;
    const size_t sample = frame.bits > 8 ? 2 : 1;
    for (int i = 0; i < 3; ++i) {
        const uint32_t width = i == 0 ? frame.width : (frame.width + 1) / 2;
        const uint32_t height = i == 0 ? frame.height : (frame.height + 1) / 2;
        for (uint32_t y = 0; y < height; ++y) {
            const uint8_t* row = frame.planes[i] + y * frame.strides[i];
            bytes.insert(bytes.end(), row, row + width * sample);
        }
    }
    return bytes;
}

struct Answer {
    uint64_t tag;
    int code;
    Bytes picture;
    uint32_t width;
    size_t at;  // packets that were sent by then
};

class Decoding {
   public:
    explicit Decoding(const FrameDecoderParams& params) {
        auto opened = VideoDecoder::open(params);
        EXPECT_TRUE(opened.ok()) << opened.status().message();
        decoder_ = std::move(*opened);
    }
    void send(const Bytes& packet) {
        ++sent_;
        decoder_->send(packet.data(), packet.size(), sent_ - 1, [this](const VideoAnswer& answer) { take(answer); });
    }
    void send(const std::vector<Bytes>& packets) {
        for (const Bytes& packet : packets) {
            send(packet);
        }
    }
    void flush() {
        decoder_->flush([this](const VideoAnswer& answer) { take(answer); });
        EXPECT_EQ(decoder_->unanswered(), 0U);
    }
    const std::vector<Answer>& answers() const { return answers_; }
    size_t sent() const { return sent_; }

    // Every packet was answered once.
    void expect_complete() const {
        std::set<uint64_t> tags;
        for (const Answer& answer : answers_) {
            EXPECT_TRUE(tags.insert(answer.tag).second) << answer.tag;
        }
        EXPECT_EQ(tags.size(), sent_);
        EXPECT_TRUE(tags.empty() || *tags.rbegin() == sent_ - 1);
    }
    Bytes pictures() const {
        Bytes bytes;
        for (const Answer& answer : answers_) {
            bytes.insert(bytes.end(), answer.picture.begin(), answer.picture.end());
        }
        return bytes;
    }
    void expect_whole() const {
        expect_complete();
        for (const Answer& answer : answers_) {
            EXPECT_EQ(answer.code, 0) << answer.tag;
            EXPECT_FALSE(answer.picture.empty()) << answer.tag;
        }
    }

   private:
    void take(const VideoAnswer& answer) {
        answers_.push_back({answer.tag, answer.code, answer.frame ? planes_of(*answer.frame) : Bytes(),
                            answer.frame ? answer.frame->width : 0, sent_});
    }
    std::unique_ptr<VideoDecoder> decoder_;
    std::vector<Answer> answers_;
    size_t sent_ = 0;
};

Bytes decode_by_de265(const std::vector<Bytes>& packets) {
    Bytes pictures;
    de265_decoder_context* decoder = de265_new_decoder();
    const auto take = [&] {
        for (int more = 1; more != 0;) {
            const de265_error error = de265_decode(decoder, &more);
            while (const de265_image* image = de265_get_next_picture(decoder)) {
                for (int i = 0; i < 3; ++i) {
                    int stride = 0;
                    const uint8_t* plane = de265_get_image_plane(image, i, &stride);
                    const int bytes = de265_get_bits_per_pixel(image, i) > 8 ? 2 : 1;
                    for (int y = 0; y < de265_get_image_height(image, i); ++y) {
                        const uint8_t* row = plane + static_cast<ptrdiff_t>(y) * stride;
                        pictures.insert(pictures.end(), row, row + de265_get_image_width(image, i) * bytes);
                    }
                }
            }
            if (error != DE265_OK) {
                return;
            }
        }
    };
    for (const Bytes& packet : packets) {
        de265_push_data(decoder, packet.data(), static_cast<int>(packet.size()), 0, nullptr);
        take();
    }
    de265_flush_data(decoder);
    take();
    de265_free_decoder(decoder);
    return pictures;
}

// What the encoder of H.265 says of each of its pictures: the checksums of the planes (H.265 D.3.19).
std::vector<std::array<uint32_t, 3>> told_checksums(const std::vector<Bytes>& packets) {
    std::vector<std::array<uint32_t, 3>> checksums;
    for (const Bytes& packet : packets) {
        const uint8_t kSuffix[] = {0, 0, 1, 40 << 1, 1, 132};
        auto at = std::search(packet.begin(), packet.end(), std::begin(kSuffix), std::end(kSuffix));
        EXPECT_NE(at, packet.end());
        at += std::size(kSuffix) + 1;  // behind the size
        EXPECT_EQ(*at++, 2) << "a checksum";
        std::array<uint32_t, 3> planes{};
        int zeros = 0;
        for (int i = 0; i < 12; ++i) {
            if (zeros >= 2 && *at == 3) {  // an emulation byte
                ++at;
                zeros = 0;
            }
            zeros = *at == 0 ? zeros + 1 : 0;
            planes[static_cast<size_t>(i / 4)] = planes[static_cast<size_t>(i / 4)] << 8 | *at++;
        }
        checksums.push_back(planes);
    }
    return checksums;
}

std::array<uint32_t, 3> checksum(const Bytes& picture, uint32_t width, uint32_t height, bool wide) {
    std::array<uint32_t, 3> planes{};
    const uint8_t* at = picture.data();
    for (size_t i = 0; i < 3; ++i) {
        for (uint32_t y = 0; y < height >> (i > 0); ++y) {
            for (uint32_t x = 0; x < width >> (i > 0); ++x) {
                const uint32_t mask = (x & 0xff) ^ (y & 0xff) ^ (x >> 8) ^ (y >> 8);
                planes[i] += *at++ ^ mask;
                if (wide) {
                    planes[i] += *at++ ^ mask;
                }
            }
        }
    }
    return planes;
}

struct NamedClip {
    const char* name;
    ClipOptions options;
};
std::string clip_name(const testing::TestParamInfo<NamedClip>& test) { return test.param.name; }

ClipOptions h264(const std::string& params, const std::string& more = "", int width = 320, int height = 240) {
    ClipOptions options;
    options.params = params;
    options.more = more;
    options.width = width;
    options.height = height;
    return options;
}
ClipOptions h265(const std::string& params, const std::string& pixels = "yuv420p", int width = 320, int height = 240) {
    ClipOptions options = h264(params, "", width, height);
    options.coding = Coding::kH265;
    options.pixels = pixels;
    return options;
}

class DecodesClip : public testing::TestWithParam<NamedClip> {};

TEST_P(DecodesClip, BitForBitInDisplayOrder) {
    if (!test::has_ffmpeg()) {
        GTEST_SKIP() << test::kNoFfmpeg;
    }
    const ClipOptions& options = GetParam().options;
    const Clip clip = make_clip(options);
    ASSERT_EQ(clip.packets.size(), static_cast<size_t>(options.frames));
    Decoding decoding(params_for(options.coding));
    decoding.send(clip.packets);
    decoding.flush();
    decoding.expect_whole();
    const auto width = static_cast<uint32_t>(options.width);
    const auto height = static_cast<uint32_t>(options.height);
    if (options.params.find("hash=3") != std::string::npos) {
        const auto told = told_checksums(clip.packets);
        for (const Answer& answer : decoding.answers()) {
            EXPECT_EQ(checksum(answer.picture, width, height, options.pixels != "yuv420p"), told[answer.tag])
                << answer.tag;
        }
        return;
    }
    const Bytes expected = options.coding == Coding::kH264 ? clip.encoders : decode_by_de265(clip.packets);
    ASSERT_EQ(expected.size(), size_t{width} * height * 3 / 2 * clip.packets.size());
    EXPECT_TRUE(decoding.pictures() == expected);
}

INSTANTIATE_TEST_SUITE_P(
    H264, DecodesClip,
    testing::Values(NamedClip{"Baseline", h264("", "-profile:v baseline")},
                    NamedClip{"MainWithB", h264("bframes=3:b-adapt=0", "-profile:v main")},
                    NamedClip{"HighPyramid", h264("bframes=4:b-adapt=0:b-pyramid=normal:ref=5:weightp=2:8x8dct=1")},
                    NamedClip{"Cavlc", h264("cabac=0:bframes=2")},
                    NamedClip{"Slices", h264("slices=5:bframes=1:b-adapt=0")}, NamedClip{"IntraOnly", h264("keyint=1")},
                    NamedClip{"OpenGop", h264("keyint=5:open-gop=1:bframes=2:b-adapt=0")},
                    NamedClip{"PeriodicIntraRefresh", h264("intra-refresh=1:keyint=6:bframes=0")},
                    NamedClip{"Interlaced", h264("interlaced=1:bframes=2:b-adapt=0")},
                    NamedClip{"Cropped", h264("bframes=2", "", 322, 246)},
                    NamedClip{"Smallest", h264("", "", 128, 128)}),
    clip_name);
INSTANTIATE_TEST_SUITE_P(
    H265, DecodesClip,
    testing::Values(NamedClip{"Default", h265("bframes=4:b-adapt=0")}, NamedClip{"NoB", h265("bframes=0")},
                    NamedClip{"Pyramid", h265("bframes=4:b-adapt=0:hash=3")},
                    NamedClip{"Slices", h265("slices=3:bframes=2:b-adapt=0:hash=3")},
                    NamedClip{"Wavefronts", h265("wpp=1:ctu=32:bframes=2:hash=3")},
                    NamedClip{"NoWavefronts", h265("wpp=0:no-sao=1:bframes=2")},
                    NamedClip{"IntraOnly", h265("keyint=1")},
                    NamedClip{"OpenGop", h265("keyint=5:min-keyint=5:open-gop=1:bframes=2:b-adapt=0:hash=3")},
                    NamedClip{"Cropped", h265("bframes=2", "yuv420p", 322, 246)},
                    NamedClip{"TenBits", h265("bframes=2:b-adapt=0:hash=3", "yuv420p10le")},
                    NamedClip{"TenBitSlices", h265("bframes=2:slices=2:hash=3", "yuv420p10le")}),
    clip_name);

class Decoder : public testing::Test {
   protected:
    void SetUp() override {
        if (!test::has_ffmpeg()) {
            GTEST_SKIP() << test::kNoFfmpeg;
        }
    }
};

TEST_F(Decoder, AnswersAtOnceWithoutReordering) {
    for (const ClipOptions& options : {h264("bframes=0"), h265("bframes=0")}) {
        const Clip clip = make_clip(options);
        Decoding decoding(params_for(options.coding));
        decoding.send(clip.packets);
        ASSERT_EQ(decoding.answers().size(), clip.packets.size());
        for (size_t i = 0; i < clip.packets.size(); ++i) {
            EXPECT_EQ(decoding.answers()[i].tag, i);
            EXPECT_EQ(decoding.answers()[i].at, i + 1);
        }
        decoding.expect_whole();
    }
}

// A program sends the same picture again and again and never says that the video ends.
TEST_F(Decoder, DecodesOnePictureTenTimes) {
    for (const ClipOptions& options : {h264("bframes=0"), h265("bframes=0")}) {
        const Clip clip = make_clip(options);
        Decoding decoding(params_for(options.coding));
        decoding.send(std::vector<Bytes>(10, clip.packets[0]));
        ASSERT_EQ(decoding.answers().size(), 10U);
        decoding.expect_whole();
        for (const Answer& answer : decoding.answers()) {
            EXPECT_TRUE(answer.picture == decoding.answers()[0].picture);
        }
    }
}

TEST_F(Decoder, FollowsTheSizeOfTheVideo) {
    for (const Coding coding : {Coding::kH264, Coding::kH265}) {
        ClipOptions small = h264("bframes=2:b-adapt=0");
        small.coding = coding;
        ClipOptions large = small;
        large.width = 400;
        large.height = 304;
        Decoding decoding(params_for(coding));
        Bytes expected;
        for (const ClipOptions& options : {small, large, small}) {
            const Clip clip = make_clip(options);
            const Bytes pictures = coding == Coding::kH264 ? clip.encoders : decode_by_de265(clip.packets);
            expected.insert(expected.end(), pictures.begin(), pictures.end());
            decoding.send(clip.packets);
        }
        decoding.flush();
        decoding.expect_whole();
        EXPECT_TRUE(decoding.pictures() == expected);
    }
}

TEST_F(Decoder, GoesOnAfterTheEnd) {
    const Clip clip = make_clip(h264("bframes=2:b-adapt=0"));
    Decoding decoding(params_for(Coding::kH264));
    Bytes expected;
    for (int i = 0; i < 3; ++i) {
        decoding.send(clip.packets);
        decoding.flush();
        decoding.flush();
        expected.insert(expected.end(), clip.encoders.begin(), clip.encoders.end());
    }
    decoding.expect_whole();
    EXPECT_TRUE(decoding.pictures() == expected);
}

int first_code(const FrameDecoderParams& params, const ClipOptions& options) {
    const Clip clip = make_clip(options);
    EXPECT_FALSE(clip.packets.empty());
    Decoding decoding(params);
    decoding.send(clip.packets);
    decoding.flush();
    decoding.expect_complete();
    for (const Answer& answer : decoding.answers()) {
        EXPECT_EQ(answer.code, decoding.answers()[0].code);
        EXPECT_TRUE(answer.picture.empty());
    }
    return decoding.answers()[0].code;
}

TEST_F(Decoder, SaysWhyItRefusesAVideo) {
    ClipOptions options = h264("bframes=0");
    options.pixels = "yuv422p";
    EXPECT_EQ(first_code(params_for(Coding::kH264), options), kVideoFormat);
    options.pixels = "yuv444p";
    EXPECT_EQ(first_code(params_for(Coding::kH264), options), kVideoFormat);
    options.pixels = "yuv420p10le";
    EXPECT_EQ(first_code(params_for(Coding::kH264), options), kVideoFormat);
    EXPECT_EQ(first_code(params_for(Coding::kH265), h265("bframes=0", "yuv422p")), kVideoFormat);
    FrameDecoderParams params = params_for(Coding::kH265);
    params.max_bits = 8;
    EXPECT_EQ(first_code(params, h265("bframes=0", "yuv420p10le")), kVideoFormat);
    EXPECT_EQ(first_code(params_for(Coding::kH264), h264("", "", 126, 128)), kVideoSizeOutOfRange);
    EXPECT_EQ(first_code(params_for(Coding::kH264), h264("", "", 128, 126)), kVideoSizeOutOfRange);
    params = params_for(Coding::kH264);
    params.max_width = 318;
    EXPECT_EQ(first_code(params, h264("bframes=0")), kVideoFrameSize);
    params.max_width = 320;
    params.max_height = 238;
    EXPECT_EQ(first_code(params, h264("bframes=0")), kVideoFrameSize);
}

TEST_F(Decoder, ParametersAreNoPicture) {
    const Clip clip = make_clip(h264("bframes=0"));
    // Up to the slice: what comes before it are parameters.
    const Bytes& first = clip.packets[0];
    const uint8_t kIdr[] = {0, 0, 1, 0x65};
    const auto slice = std::search(first.begin(), first.end(), std::begin(kIdr), std::end(kIdr));
    ASSERT_NE(slice, first.end());
    Decoding decoding(params_for(Coding::kH264));
    decoding.send(Bytes(first.begin(), slice));
    decoding.send(Bytes(slice, first.end()));
    ASSERT_EQ(decoding.answers().size(), 2U);
    EXPECT_EQ(decoding.answers()[0].code, kVideoNoPicture);
    EXPECT_EQ(decoding.answers()[1].code, 0);
    EXPECT_TRUE(decoding.answers()[1].picture ==
                Bytes(clip.encoders.begin(), clip.encoders.begin() + 320 * 240 * 3 / 2));
}

TEST_F(Decoder, AnswersForLostPictures) {
    for (const ClipOptions& options : {h264("bframes=3:b-adapt=0:keyint=6"), h265("bframes=3:b-adapt=0:keyint=6")}) {
        const Clip clip = make_clip(options);
        for (size_t lost = 0; lost < clip.packets.size(); ++lost) {
            Decoding decoding(params_for(options.coding));
            for (size_t i = 0; i < clip.packets.size(); ++i) {
                if (i != lost) {
                    decoding.send(clip.packets[i]);
                }
            }
            decoding.flush();
            decoding.expect_complete();
        }
    }
}

TEST_F(Decoder, OutlivesDamage) {
    for (const ClipOptions& options : {h264("bframes=2:b-adapt=0:slices=2"), h264("bframes=1:cabac=0"),
                                       h265("bframes=2:b-adapt=0"), h265("bframes=0:slices=2", "yuv420p10le")}) {
        const Clip clip = make_clip(options);
        Decoding undamaged(params_for(options.coding));
        undamaged.send(clip.packets);
        undamaged.flush();
        const Bytes whole = undamaged.pictures();
        std::mt19937 random(7);
        int codes = 0;
        for (int round = 0; round < 15; ++round) {
            Decoding decoding(params_for(options.coding));
            for (Bytes packet : clip.packets) {
                if (random() % 3 == 0) {
                    packet.resize(1 + random() % packet.size());
                }
                for (size_t flips = random() % 4; flips > 0; --flips) {
                    packet[random() % packet.size()] ^= static_cast<uint8_t>(1U << random() % 8);
                }
                decoding.send(packet);
            }
            decoding.flush();
            decoding.expect_complete();
            codes += static_cast<int>(std::count_if(decoding.answers().begin(), decoding.answers().end(),
                                                    [](const Answer& answer) { return answer.code != 0; }));
            const size_t damaged = decoding.answers().size();
            decoding.send(clip.packets);
            decoding.flush();
            decoding.expect_complete();
            Bytes after;
            for (size_t i = damaged; i < decoding.answers().size(); ++i) {
                EXPECT_EQ(decoding.answers()[i].code, 0);
                after.insert(after.end(), decoding.answers()[i].picture.begin(), decoding.answers()[i].picture.end());
            }
            EXPECT_TRUE(after == whole) << round;
        }
        EXPECT_GT(codes, 15) << "damage is told";
    }
}

// --- video written by hand

using test::PcmVideo;

struct Coded {
    uint32_t number;
    uint32_t frame_num;
    uint32_t order;
};

// Keys at frame_num 0.
void send_frames(Decoding& decoding, const PcmVideo& video, const std::vector<Coded>& frames) {
    for (const Coded& frame : frames) {
        Bytes packet = frame.frame_num == 0 ? video.parameters() : Bytes();
        const Bytes picture =
            video.picture(frame.number, PcmVideo::Part::kFrame, frame.frame_num == 0, frame.frame_num, frame.order);
        packet.insert(packet.end(), picture.begin(), picture.end());
        decoding.send(packet);
    }
}

const std::vector<Coded> kReordered = {{0, 0, 0}, {1, 1, 8}, {2, 2, 4}, {3, 3, 6}, {4, 4, 16}, {5, 5, 10}};
const std::vector<Coded> kInOrder = {{0, 0, 0}, {1, 1, 2}, {2, 2, 4}, {3, 3, 6}, {4, 4, 8}, {5, 5, 10}};

void expect_pictures(const Decoding& decoding, const std::vector<uint64_t>& tags) {
    decoding.expect_complete();
    ASSERT_EQ(decoding.answers().size(), tags.size());
    for (size_t i = 0; i < tags.size(); ++i) {
        EXPECT_EQ(decoding.answers()[i].tag, tags[i]);
        EXPECT_EQ(decoding.answers()[i].code, 0);
        EXPECT_TRUE(decoding.answers()[i].picture == PcmVideo::planes(static_cast<uint32_t>(tags[i]))) << i;
    }
}

TEST(HandmadeVideo, IsDisplayedInOrderThoughItDoesNotSaySo) {
    Decoding decoding(params_for(Coding::kH264));
    send_frames(decoding, PcmVideo({}), kReordered);
    decoding.flush();
    expect_pictures(decoding, {0, 2, 3, 1, 5, 4});
}

TEST(HandmadeVideo, ComesAtOnceWhereItCannotReorder) {
    PcmVideo::Options baseline;
    baseline.profile = 66;
    PcmVideo::Options in_order;
    in_order.order_type = 2;
    for (const PcmVideo::Options& options : {baseline, in_order}) {
        Decoding decoding(params_for(Coding::kH264));
        send_frames(decoding, PcmVideo(options), kInOrder);
        expect_pictures(decoding, {0, 1, 2, 3, 4, 5});
        for (const Answer& answer : decoding.answers()) {
            EXPECT_EQ(answer.at, answer.tag + 1);
        }
    }
}

TEST(HandmadeVideo, ComesAtOnceIfItIsToldTo) {
    FrameDecoderParams params = params_for(Coding::kH264);
    params.immediate = true;
    for (const auto& frames : {kInOrder, kReordered}) {
        Decoding decoding(params);
        send_frames(decoding, PcmVideo({}), frames);
        expect_pictures(decoding, {0, 1, 2, 3, 4, 5});
        decoding.flush();
        EXPECT_EQ(decoding.answers().size(), 6U);
    }
}

// Two packets for each picture: it belongs to the first one, the second one has none (10.7.9.3).
TEST(HandmadeVideo, MayComeAsFields) {
    PcmVideo::Options options;
    options.fields = true;
    const PcmVideo video(options);
    for (const bool bottom_first : {false, true}) {
        const auto first = bottom_first ? PcmVideo::Part::kBottom : PcmVideo::Part::kTop;
        const auto second = bottom_first ? PcmVideo::Part::kTop : PcmVideo::Part::kBottom;
        for (const bool immediate : {false, true}) {
            FrameDecoderParams params = params_for(Coding::kH264);
            params.immediate = immediate;
            Decoding decoding(params);
            for (uint32_t i = 0; i < 6; ++i) {
                Bytes packet = i == 0 ? video.parameters() : Bytes();
                const Bytes field = video.picture(i, first, i == 0, i, 2 * i);
                packet.insert(packet.end(), field.begin(), field.end());
                decoding.send(packet);
                decoding.send(video.picture(i, second, false, i, 2 * i + 1));
            }
            decoding.flush();
            decoding.expect_complete();
            ASSERT_EQ(decoding.answers().size(), 12U);
            for (size_t i = 0; i < 12; ++i) {
                const Answer& answer = decoding.answers()[i];
                EXPECT_EQ(answer.tag, i);
                if (i % 2 == 0) {
                    EXPECT_EQ(answer.code, 0);
                    EXPECT_TRUE(answer.picture == PcmVideo::planes(static_cast<uint32_t>(i / 2))) << i;
                } else {
                    EXPECT_EQ(answer.code, kVideoNoPicture);
                    EXPECT_TRUE(answer.picture.empty());
                }
            }
        }
    }
}

// The encoder says that it may reorder, but does not.
TEST_F(Decoder, AnswersAtOnceIfItIsToldTo) {
    for (const ClipOptions& options : {h264("bframes=2:b-adapt=2:scenecut=0:keyint=1"), h265("bframes=2:keyint=1"),
                                       h264("bframes=0"), h265("bframes=0", "yuv420p", 322, 246)}) {
        const Clip clip = make_clip(options);
        FrameDecoderParams params = params_for(options.coding);
        params.immediate = true;
        Decoding decoding(params);
        decoding.send(clip.packets);
        ASSERT_EQ(decoding.answers().size(), clip.packets.size());
        decoding.expect_whole();
        const Bytes expected = options.coding == Coding::kH264 ? clip.encoders : decode_by_de265(clip.packets);
        EXPECT_TRUE(decoding.pictures() == expected);
        decoding.flush();
        EXPECT_EQ(decoding.answers().size(), clip.packets.size());
    }
}

TEST(DecoderWithoutVideo, RefusesWhatIsNone) {
    std::mt19937 random(3);
    for (const Coding coding : {Coding::kH264, Coding::kH265}) {
        Decoding decoding(params_for(coding));
        decoding.flush();
        decoding.send(Bytes(1, 0));
        decoding.send(Bytes{0, 0, 1});
        decoding.send(Bytes{0, 0, 0, 1, 0x65});
        decoding.send(Bytes{0, 0, 1, 0x26, 1});
        for (int i = 0; i < 100; ++i) {
            Bytes noise(1 + random() % 300);
            std::generate(noise.begin(), noise.end(), [&] { return static_cast<uint8_t>(random()); });
            decoding.send(noise);
            noise.insert(noise.begin(), {0, 0, 1});
            decoding.send(noise);
        }
        decoding.flush();
        decoding.expect_complete();
        for (const Answer& answer : decoding.answers()) {
            EXPECT_NE(answer.code, 0);
        }
    }
}

}  // namespace
}  // namespace softacl::media
