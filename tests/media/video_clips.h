// SPDX-License-Identifier: Apache-2.0
// Pieces of video for tests, made by the command ffmpeg: test pictures, coded by x264 or x265.
#pragma once

#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace softacl::test {

using Bytes = std::vector<uint8_t>;

enum class Coding { kH264, kH265 };

// Tests that need clips skip without it.
inline bool has_ffmpeg() {
    static const bool kHas = std::system("ffmpeg -version >/dev/null 2>&1") == 0;
    return kHas;
}
constexpr const char* kNoFfmpeg = "the command ffmpeg, which makes the clips, is not installed";

inline Bytes read_bytes(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return Bytes(std::istreambuf_iterator<char>(file), {});
}

// One packet for each coded picture, or field, with the parameters before it. Written for well-formed streams only.
inline std::vector<Bytes> split_packets(const Bytes& stream, Coding coding) {
    std::vector<size_t> units;  // where start codes are
    for (size_t i = 0; i + 3 < stream.size(); ++i) {
        if (stream[i] == 0 && stream[i + 1] == 0 && stream[i + 2] == 1) {
            units.push_back(i > 0 && stream[i - 1] == 0 ? i - 1 : i);
            i += 2;
        }
    }
    units.push_back(stream.size());
    std::vector<Bytes> packets;
    bool has_slice = true;
    for (size_t i = 0; i + 1 < units.size(); ++i) {
        const uint8_t* header = &stream[units[i] + (stream[units[i] + 2] == 0 ? 4 : 3)];
        const int type = coding == Coding::kH264 ? header[0] & 31 : header[0] >> 1;
        const bool slice = coding == Coding::kH264 ? type >= 1 && type <= 5 : type < 32;
        const bool first_slice = slice && (header[coding == Coding::kH264 ? 1 : 2] & 0x80) != 0;
        const bool before_slices = coding == Coding::kH264 ? type >= 6 && type <= 9 : type >= 32 && type <= 39;
        if (has_slice && (first_slice || before_slices)) {
            packets.emplace_back();
            has_slice = false;
        }
        has_slice = has_slice || slice;
        packets.back().insert(packets.back().end(), stream.begin() + static_cast<ptrdiff_t>(units[i]),
                              stream.begin() + static_cast<ptrdiff_t>(units[i + 1]));
    }
    return packets;
}

struct ClipOptions {
    Coding coding = Coding::kH264;
    int width = 320;
    int height = 240;
    int frames = 12;
    std::string params;               // of x264 or x265
    std::string pixels = "yuv420p";   // ffmpeg's name
    std::string more = "";            // ffmpeg's options
    std::string source = "testsrc2";  // of pictures
};

struct Clip {
    Coding coding = Coding::kH264;
    Bytes stream;
    std::vector<Bytes> packets;
    Bytes encoders;  // H.264: the encoder's own reconstruction, planes of pictures in display order
};

inline Clip make_clip(const ClipOptions& options) {
    namespace fs = std::filesystem;
    const fs::path folder = fs::temp_directory_path() / ("softacl-clip-" + std::to_string(::getpid()));
    fs::create_directories(folder);
    const std::string coded = folder / "coded";
    const std::string reconstruction = folder / "pictures";
    const bool h264 = options.coding == Coding::kH264;
    const std::string params = (h264 ? "-x264-params threads=1:dump-yuv=" + reconstruction
                                     : "-x265-params log-level=none:pools=1:frame-threads=1") +
                               (options.params.empty() ? "" : ":" + options.params);
    const std::string command =
        "ffmpeg -nostdin -v error -y -f lavfi -i " + options.source + "=size=" + std::to_string(options.width) + "x" +
        std::to_string(options.height) + ":rate=25 -frames:v " + std::to_string(options.frames) + " -c:v " +
        (h264 ? "libx264" : "libx265") + " -preset veryfast -pix_fmt " + options.pixels + " " + options.more + " " +
        params + " -f " + (h264 ? "h264 " : "hevc ") + coded + " 2>/dev/null";
    Clip clip;
    clip.coding = options.coding;
    if (std::system(command.c_str()) == 0) {
        clip.stream = read_bytes(coded);
        clip.packets = split_packets(clip.stream, options.coding);
        clip.encoders = read_bytes(reconstruction);
    }
    fs::remove_all(folder);
    return clip;
}

}  // namespace softacl::test
