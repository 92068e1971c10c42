// SPDX-License-Identifier: Apache-2.0
// Encoding of video: a channel, with its streams and callbacks, beside the codecs alone with the same settings.
#include <acl/acl.h>
#include <acl/ops/acl_dvpp.h>
#include <pthread.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <thread>
#include <vector>

#include "lib/paired.h"

// x264.h wants the integer types before it.
#include <x264.h>
#include <x265.h>

namespace {

constexpr int kPictures = 20;
constexpr int kRate = 2000;  // 1000 bits a second
constexpr int kFrames = 30;  // a second

void check(bool ok) {
    if (!ok) {
        std::abort();
    }
}

// Moving shapes and standing grain, as NV12.
std::vector<std::vector<uint8_t>> scene(int width, int height) {
    std::vector<std::vector<uint8_t>> pictures(kPictures);
    for (int number = 0; number < kPictures; ++number) {
        std::vector<uint8_t>& picture = pictures[number];
        picture.resize(static_cast<size_t>(width) * height * 3 / 2);
        for (int y = 0; y < height * 3 / 2; ++y) {
            for (int x = 0; x < width; ++x) {
                const int waves = ((x + 3 * number) % 64 + (y + 2 * number + x / 4) % 64) + (x * 7 + y * 13) % 11;
                picture[static_cast<size_t>(y) * width + x] =
                    static_cast<uint8_t>(y < height ? 40 + waves : 100 + waves / 4);
            }
        }
    }
    return pictures;
}

class Channel {
   public:
    Channel(acldvppStreamFormat coding, int width, int height, const std::vector<std::vector<uint8_t>>& pictures) {
        std::atomic<uint64_t> id{0};
        thread_ = std::thread([this, &id] {
            id = pthread_self();
            while (!ending_) {
                aclrtProcessReport(10);
            }
        });
        while (id == 0) {
            std::this_thread::yield();
        }
        check(aclvencSetChannelDescThreadId(desc_, id) == ACL_SUCCESS);
        aclvencSetChannelDescCallback(desc_, [](acldvppPicDesc*, acldvppStreamDesc* coded, void* bytes) {
            *static_cast<std::atomic<size_t>*>(bytes) += acldvppGetStreamDescSize(coded);
        });
        aclvencSetChannelDescEnType(desc_, coding);
        aclvencSetChannelDescPicWidth(desc_, static_cast<uint32_t>(width));
        aclvencSetChannelDescPicHeight(desc_, static_cast<uint32_t>(height));
        aclvencSetChannelDescRcMode(desc_, 2);
        check(aclvencCreateChannel(desc_) == ACL_SUCCESS);
        for (const auto& picture : pictures) {
            void* memory = nullptr;
            check(acldvppMalloc(&memory, picture.size()) == ACL_SUCCESS);
            aclrtMemcpy(memory, picture.size(), picture.data(), picture.size(), ACL_MEMCPY_HOST_TO_DEVICE);
            pictures_.push_back(acldvppCreatePicDesc());
            acldvppSetPicDescData(pictures_.back(), memory);
            acldvppSetPicDescSize(pictures_.back(), static_cast<uint32_t>(picture.size()));
        }
    }
    ~Channel() {
        aclvencDestroyChannel(desc_);
        ending_ = true;
        thread_.join();
    }

    // Sends all, the first as an I frame, and waits until they are encoded.
    void encode() {
        for (size_t i = 0; i < pictures_.size(); ++i) {
            aclvencSetFrameConfigForceIFrame(config_, i == 0);
            aclvencSetFrameConfigEos(config_, i + 1 == pictures_.size());
            check(aclvencSendFrame(desc_, pictures_[i], nullptr, config_, &bytes_) == ACL_SUCCESS);
        }
    }

   private:
    std::atomic<bool> ending_{false};
    std::atomic<size_t> bytes_{0};
    std::thread thread_;
    aclvencChannelDesc* desc_ = aclvencCreateChannelDesc();
    aclvencFrameConfig* config_ = aclvencCreateFrameConfig();
    std::vector<acldvppPicDesc*> pictures_;
};

class X264 {
   public:
    X264(int width, int height, int threads) : width_(width), height_(height) {
        x264_param_t param;
        x264_param_default_preset(&param, "superfast", "zerolatency");
        param.i_log_level = X264_LOG_NONE;
        param.i_width = width;
        param.i_height = height;
        param.i_csp = X264_CSP_NV12;
        param.i_threads = threads;
        param.i_fps_num = kFrames;
        param.i_fps_den = 1;
        param.b_vfr_input = 0;
        param.i_keyint_max = X264_KEYINT_MAX_INFINITE;
        param.i_scenecut_threshold = 0;
        param.b_repeat_headers = 1;
        param.rc.i_rc_method = X264_RC_ABR;
        param.rc.i_bitrate = kRate;
        param.rc.i_vbv_max_bitrate = kRate;
        param.rc.i_vbv_buffer_size = kRate / 2;
        x264_param_apply_profile(&param, "main");
        encoder_ = x264_encoder_open(&param);
        check(encoder_ != nullptr);
    }
    ~X264() { x264_encoder_close(encoder_); }

    void encode(const std::vector<std::vector<uint8_t>>& pictures) {
        for (const auto& picture : pictures) {
            x264_picture_t in;
            x264_picture_t out;
            x264_picture_init(&in);
            in.img.i_csp = X264_CSP_NV12;
            in.img.i_plane = 2;
            auto* const data = const_cast<uint8_t*>(picture.data());
            in.img.plane[0] = data;
            in.img.plane[1] = data + static_cast<ptrdiff_t>(width_) * height_;
            in.img.i_stride[0] = in.img.i_stride[1] = width_;
            in.i_type = &picture == pictures.data() ? X264_TYPE_IDR : X264_TYPE_P;
            in.i_pts = count_++;
            x264_nal_t* units = nullptr;
            int number = 0;
            check(x264_encoder_encode(encoder_, &units, &number, &in, &out) > 0);
        }
    }

   private:
    const int width_;
    const int height_;
    x264_t* encoder_ = nullptr;
    int64_t count_ = 0;
};

// Takes planar pictures, which it is given: taking pairs of chroma apart is part of what is measured of ours only.
class X265 {
   public:
    X265(int width, int height) : width_(width), height_(height), param_(x265_param_alloc()) {
        x265_param_default_preset(param_, "ultrafast", "zerolatency");
        param_->logLevel = X265_LOG_NONE;
        param_->sourceWidth = width;
        param_->sourceHeight = height;
        param_->fpsNum = kFrames;
        param_->fpsDenom = 1;
        param_->bRepeatHeaders = 1;
        param_->bEmitInfoSEI = 0;
        param_->keyframeMax = -1;
        param_->scenecutThreshold = 0;
        param_->bOpenGOP = 0;
        param_->frameNumThreads = 1;
        param_->bEnableWavefront = 0;
        x265_param_parse(param_, "pools", "none");
        param_->rc.rateControlMode = X265_RC_ABR;
        param_->rc.bitrate = kRate;
        param_->rc.vbvMaxBitrate = kRate;
        param_->rc.vbvBufferSize = kRate / 2;
        x265_param_apply_profile(param_, "main");
        encoder_ = x265_encoder_open(param_);
        check(encoder_ != nullptr);
    }
    ~X265() {
        x265_encoder_close(encoder_);
        x265_param_free(param_);
    }

    void encode(const std::vector<std::vector<uint8_t>>& pictures) {
        for (const auto& picture : pictures) {
            x265_picture in;
            x265_picture out;
            x265_picture_init(param_, &in);
            x265_picture_init(param_, &out);
            auto* const data = const_cast<uint8_t*>(picture.data());
            in.planes[0] = data;
            in.planes[1] = data + static_cast<ptrdiff_t>(width_) * height_;
            in.planes[2] = static_cast<uint8_t*>(in.planes[1]) + static_cast<ptrdiff_t>(width_) * height_ / 4;
            in.stride[0] = width_;
            in.stride[1] = in.stride[2] = width_ / 2;
            in.sliceType = &picture == pictures.data() ? X265_TYPE_IDR : X265_TYPE_P;
            in.pts = count_++;
            x265_nal* units = nullptr;
            uint32_t number = 0;
            check(x265_encoder_encode(encoder_, &units, &number, &in, &out) == 1);
        }
    }

   private:
    const int width_;
    const int height_;
    x265_param* const param_;
    x265_encoder* encoder_ = nullptr;
    int64_t count_ = 0;
};

std::vector<std::vector<uint8_t>> planar(std::vector<std::vector<uint8_t>> pictures, size_t luma) {
    for (auto& picture : pictures) {
        const std::vector<uint8_t> pairs(picture.begin() + static_cast<ptrdiff_t>(luma), picture.end());
        for (size_t i = 0; i < pairs.size() / 2; ++i) {
            picture[luma + i] = pairs[2 * i];
            picture[luma + pairs.size() / 2 + i] = pairs[2 * i + 1];
        }
    }
    return pictures;
}

void start() {
    static const bool kStarted = aclInit(nullptr) == ACL_SUCCESS;
    check(kStarted && aclrtSetDevice(0) == ACL_SUCCESS);
}

template <class Run>
void run(benchmark::State& state, acldvppStreamFormat coding, Run rival) {
    const int width = static_cast<int>(state.range(0));
    const int height = static_cast<int>(state.range(1));
    start();
    const auto pictures = scene(width, height);
    Channel channel(coding, width, height, pictures);
    rival(pictures, width, height, [&](auto work) {
        paired::compare<3>(
            state, 1, [&] { channel.encode(); }, work);
    });
    state.counters["ours_fps"] = kPictures * 1e6 / state.counters["ours_us"];
    state.counters["rival_fps"] = kPictures * 1e6 / state.counters["rival_us"];
}

void h264_main(benchmark::State& state) {
    run(state, H264_MAIN_LEVEL, [](const auto& pictures, int width, int height, auto measure) {
        // As many threads as a channel takes.
        const int threads =
            std::max(1, std::min({height / 180, 8, static_cast<int>(std::thread::hardware_concurrency())}));
        X264 encoder(width, height, threads);
        measure([&] { encoder.encode(pictures); });
    });
}
void h265_main(benchmark::State& state) {
    run(state, H265_MAIN_LEVEL, [](const auto& pictures, int width, int height, auto measure) {
        const auto planes = planar(pictures, static_cast<size_t>(width) * static_cast<size_t>(height));
        X265 encoder(width, height);
        measure([&] { encoder.encode(planes); });
    });
}
BENCHMARK(h264_main)
    ->Args({640, 360})
    ->Args({1280, 720})
    ->Args({1920, 1080})
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond);
BENCHMARK(h265_main)
    ->Args({640, 360})
    ->Args({1280, 720})
    ->Args({1920, 1080})
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond);

}  // namespace
