// SPDX-License-Identifier: Apache-2.0
// Decoding of video by a channel, against libavcodec alone with as many threads for slices. The rival leaves its
// pictures where they are ("bare") or puts them into one buffer as NV12, as the channel does.
#include <benchmark/benchmark.h>
#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include "acl/acl.h"
#include "acl/ops/acl_dvpp.h"
#include "lib/paired.h"

extern "C" {
#include <libavcodec/avcodec.h>
}

namespace {

using Bytes = std::vector<uint8_t>;

constexpr int kWidth = 1920;
constexpr int kHeight = 1080;
constexpr uint32_t kPictureSize = 1920 * 1080 * 3 / 2;
constexpr int kFrames = 50;

struct Video {
    bool h264;
    std::vector<Bytes> packets;
};

// A packet for each picture: what encoders write begins each with a delimiter.
Video make_video(bool h264, const std::string& params) {
    const std::string path = std::filesystem::temp_directory_path() / ("softacl-bench-" + std::to_string(getpid()));
    const std::string command = "ffmpeg -nostdin -v error -y -f lavfi -i testsrc2=size=1920x1080:rate=25 -frames:v " +
                                std::to_string(kFrames) + " -vf noise=alls=6:allf=t -pix_fmt yuv420p -c:v " +
                                (h264 ? "libx264 -preset fast -x264-params aud=1:"
                                      : "libx265 -preset superfast -x265-params log-level=none:aud=1:") +
                                params + (h264 ? " -f h264 " : " -f hevc ") + path + " 2>/dev/null";
    Video video{h264, {}};
    if (std::system(command.c_str()) != 0) {
        return video;
    }
    std::ifstream file(path, std::ios::binary);
    const Bytes stream((std::istreambuf_iterator<char>(file)), {});
    std::filesystem::remove(path);
    const uint8_t delimiter = h264 ? 9 : 35 << 1;
    size_t begin = 0;
    for (size_t i = 1; i + 4 < stream.size(); ++i) {
        if (stream[i] == 0 && stream[i + 1] == 0 && stream[i + 2] == 0 && stream[i + 3] == 1 &&
            stream[i + 4] == delimiter) {
            video.packets.emplace_back(stream.begin() + static_cast<ptrdiff_t>(begin),
                                       stream.begin() + static_cast<ptrdiff_t>(i));
            begin = i;
        }
    }
    video.packets.emplace_back(stream.begin() + static_cast<ptrdiff_t>(begin), stream.end());
    return video;
}

std::atomic<int> g_pictures{0};
std::atomic<int> g_failures{0};
void count(acldvppStreamDesc*, acldvppPicDesc* picture, void*) {
    ++g_pictures;
    g_failures += acldvppGetPicDescRetCode(picture) != 0;
}

class Ours {
   public:
    explicit Ours(const Video& video) {
        aclInit(nullptr);
        aclrtSetDevice(0);
        server_ = std::thread([this] {
            id_ = pthread_self();
            while (!ending_) {
                aclrtProcessReport(10);
            }
        });
        while (id_ == 0) {
            std::this_thread::yield();
        }
        channel_ = aclvdecCreateChannelDesc();
        aclvdecSetChannelDescThreadId(channel_, id_);
        aclvdecSetChannelDescCallback(channel_, count);
        aclvdecSetChannelDescEnType(channel_, video.h264 ? H264_HIGH_LEVEL : H265_MAIN_LEVEL);
        aclvdecCreateChannel(channel_);
        void* memory = nullptr;
        acldvppMalloc(&memory, kPictureSize);
        for (const Bytes& packet : video.packets) {
            void* bytes = nullptr;
            acldvppMalloc(&bytes, packet.size());
            std::memcpy(bytes, packet.data(), packet.size());
            inputs_.push_back(acldvppCreateStreamDesc());
            acldvppSetStreamDescData(inputs_.back(), bytes);
            acldvppSetStreamDescSize(inputs_.back(), static_cast<uint32_t>(packet.size()));
            outputs_.push_back(acldvppCreatePicDesc());
            acldvppSetPicDescData(outputs_.back(), memory);
            acldvppSetPicDescSize(outputs_.back(), kPictureSize);
        }
        end_ = acldvppCreateStreamDesc();
        acldvppSetStreamDescEos(end_, 1);
    }
    ~Ours() {
        aclvdecDestroyChannel(channel_);
        ending_ = true;
        server_.join();
        aclFinalize();
    }
    void decode() {
        for (size_t i = 0; i < inputs_.size(); ++i) {
            aclvdecSendFrame(channel_, inputs_[i], outputs_[i], nullptr, nullptr);
        }
        aclvdecSendFrame(channel_, end_, nullptr, nullptr, nullptr);
    }

   private:
    std::thread server_;
    std::atomic<uint64_t> id_{0};
    std::atomic<bool> ending_{false};
    aclvdecChannelDesc* channel_ = nullptr;
    std::vector<acldvppStreamDesc*> inputs_;
    std::vector<acldvppPicDesc*> outputs_;
    acldvppStreamDesc* end_ = nullptr;
};

class Rival {
   public:
    Rival(const Video& video, bool copies) : video_(video), copies_(copies) {}
    int decode() {
        AVCodecContext* context = avcodec_alloc_context3(avcodec_find_decoder_by_name(video_.h264 ? "h264" : "hevc"));
        context->thread_type = FF_THREAD_SLICE;
        context->thread_count = static_cast<int>(std::thread::hardware_concurrency());
        avcodec_open2(context, nullptr, nullptr);
        AVPacket* packet = av_packet_alloc();
        AVFrame* frame = av_frame_alloc();
        int pictures = 0;
        const auto take = [&] {
            while (avcodec_receive_frame(context, frame) == 0) {
                ++pictures;
                if (copies_) {
                    copy(*frame);
                }
                av_frame_unref(frame);
            }
        };
        for (const Bytes& bytes : video_.packets) {
            av_new_packet(packet, static_cast<int>(bytes.size()));
            std::memcpy(packet->data, bytes.data(), bytes.size());
            avcodec_send_packet(context, packet);
            av_packet_unref(packet);
            take();
        }
        avcodec_send_packet(context, nullptr);
        take();
        av_frame_free(&frame);
        av_packet_free(&packet);
        avcodec_free_context(&context);
        return pictures;
    }

   private:
    void copy(const AVFrame& frame) {
        for (int y = 0; y < kHeight; ++y) {
            std::memcpy(&picture_[static_cast<size_t>(y) * kWidth], frame.data[0] + y * frame.linesize[0], kWidth);
        }
        for (int y = 0; y < kHeight / 2; ++y) {
            const uint8_t* __restrict u = frame.data[1] + y * frame.linesize[1];
            const uint8_t* __restrict v = frame.data[2] + y * frame.linesize[2];
            uint8_t* __restrict out = &picture_[static_cast<size_t>(kHeight + y) * kWidth];
            for (int x = 0; x < kWidth / 2; ++x) {
                out[2 * x] = u[x];
                out[2 * x + 1] = v[x];
            }
        }
    }
    const Video& video_;
    const bool copies_;
    Bytes picture_ = Bytes(kPictureSize);
};

void decode(benchmark::State& state, bool h264, const char* params, bool copies) {
    const Video video = make_video(h264, params);
    if (video.packets.size() != kFrames) {
        state.SkipWithError("ffmpeg made no clip");
        return;
    }
    Ours ours(video);
    Rival rival(video, copies);
    g_pictures = 0;
    g_failures = 0;
    ours.decode();
    if (g_pictures != kFrames || g_failures != 0 || rival.decode() != kFrames) {
        state.SkipWithError("not all pictures were decoded");
        return;
    }
    paired::compare<3>(
        state, 1, [&] { ours.decode(); }, [&] { rival.decode(); });
    state.counters["ours_fps"] = kFrames / state.counters["ours_us"] * 1e6;
}

#define DECODE(name, h264, params)                                                                             \
    BENCHMARK_CAPTURE(decode, name##_bare, h264, params, false)->Iterations(1)->Unit(benchmark::kMillisecond); \
    BENCHMARK_CAPTURE(decode, name##_nv12, h264, params, true)->Iterations(1)->Unit(benchmark::kMillisecond)
DECODE(h264_1080p, true, "bframes=2");
DECODE(h264_1080p_4_slices, true, "bframes=0:slices=4");
DECODE(h265_1080p, false, "bframes=2");
DECODE(h265_1080p_4_slices, false, "bframes=0:slices=4");

}  // namespace
