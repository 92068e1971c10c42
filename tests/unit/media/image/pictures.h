// SPDX-License-Identifier: Apache-2.0
// Pictures with guards around them, and the plainest possible access to single pixels.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <random>
#include <vector>

#include "media/image/picture.h"

namespace softacl::media::test {

inline const std::vector<int> kAllFormats = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 1000, 1001};

class Random {
   public:
    explicit Random(uint32_t seed) : engine_(seed) {}
    uint32_t between(uint32_t low, uint32_t high) {
        return std::uniform_int_distribution<uint32_t>(low, high)(engine_);
    }
    bool chance(uint32_t one_in) { return between(1, one_in) == 1; }
    void fill(std::vector<uint8_t>& bytes) {
        for (uint8_t& byte : bytes) {
            byte = static_cast<uint8_t>(engine_());
        }
    }

   private:
    std::mt19937 engine_;
};

/// A picture with random strides in memory of its own, random at first.
class TestPicture {
   public:
    TestPicture(int format, uint32_t width, uint32_t height, Random& random)
        : info_(format_info(static_cast<PixelFormat>(format))) {
        stride_ = static_cast<uint32_t>(info_.row_bytes(width)) + random.between(0, 19);
        rows_ = height + 2 * random.between(0, 2);
        bytes_.resize(info_.bytes(stride_, rows_) + 2 * kGuard);
        random.fill(bytes_);
        view_ = {&info_, bytes_.data() + kGuard, width, height, stride_, rows_};
    }
    TestPicture(const TestPicture& other) : info_(other.info_), bytes_(other.bytes_), view_(other.view_) {
        view_.data = bytes_.data() + kGuard;
    }
    TestPicture& operator=(const TestPicture&) = delete;

    const Picture& view() const { return view_; }
    std::vector<uint8_t>& bytes() { return bytes_; }
    const std::vector<uint8_t>& bytes() const { return bytes_; }

    /// The byte of component `c` (Y, U, V or R, G, B, A) of pixel (x, y).
    uint8_t& at(uint32_t c, uint32_t x, uint32_t y) {
        uint8_t* data = view_.data;
        const size_t ws = view_.width_stride;
        const size_t hs = view_.height_stride;
        const int value = static_cast<int>(info_.format);
        if (value == 0 || (c == 0 && (value < 7 || value >= 1000))) {
            return data[y * ws + x];
        }
        switch (value) {
            case 1: return data[ws * hs + y / 2 * ws + x / 2 * 2 + (c == 2 ? 1 : 0)];
            case 2: return data[ws * hs + y / 2 * ws + x / 2 * 2 + (c == 1 ? 1 : 0)];
            case 3: return data[ws * hs + y * ws + x / 2 * 2 + (c == 2 ? 1 : 0)];
            case 4: return data[ws * hs + y * ws + x / 2 * 2 + (c == 1 ? 1 : 0)];
            case 5: return data[ws * hs + y * 2 * ws + 2 * x + (c == 2 ? 1 : 0)];
            case 6: return data[ws * hs + y * 2 * ws + 2 * x + (c == 1 ? 1 : 0)];
            case 1000: return data[ws * hs + y / 2 * 2 * ws + 2 * x + (c == 2 ? 1 : 0)];
            case 1001: return data[ws * hs + y / 2 * 2 * ws + 2 * x + (c == 1 ? 1 : 0)];
            default: break;
        }
        static const char* const kNames[] = {"YUYV", "UYVY", "YVYU", "VYUY", "YUV", "RGB",
                                             "BGR",  "ARGB", "ABGR", "RGBA", "BGRA"};
        const char* name = kNames[value - 7];
        const char wanted = (value <= 11 ? "YUV" : "RGBA")[c];
        const auto place = static_cast<size_t>(std::strchr(name, wanted) - name);
        if (value <= 10) {
            return data[y * ws + x / 2 * 4 + place + (c == 0 ? x % 2 * 2 : 0)];
        }
        return data[y * ws + x * std::strlen(name) + place];
    }
    uint8_t get(uint32_t c, uint32_t x, uint32_t y) const { return const_cast<TestPicture*>(this)->at(c, x, y); }

   private:
    static constexpr size_t kGuard = 64;
    const FormatInfo& info_;
    uint32_t stride_ = 0;
    uint32_t rows_ = 0;
    std::vector<uint8_t> bytes_;
    Picture view_{};
};

}  // namespace softacl::media::test
