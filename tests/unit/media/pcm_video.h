// SPDX-License-Identifier: Apache-2.0
// Video that no encoder at hand makes: H.264 pictures of 128x128 raw samples, as frames or as two fields, in any order.
// Written from the standard (7.3); every macroblock is I_PCM, so what a decoder must give is known without one.
#pragma once

#include <cstdint>
#include <vector>

namespace softacl::test {

class PcmVideo {
   public:
    static constexpr uint32_t kSide = 128;
    using Bytes = std::vector<uint8_t>;

    struct Options {
        uint32_t profile = 77;
        bool fields = false;      // pictures may be two fields
        uint32_t order_type = 0;  // pic_order_cnt_type: 0 or 2
    };
    explicit PcmVideo(const Options& options) : options_(options) {}

    Bytes parameters() const {
        Bits sps;
        sps.fixed(options_.profile, 8);
        sps.fixed(0, 8);
        sps.fixed(30, 8);  // level 3: room for many pictures of this size
        sps.golomb(0);
        sps.golomb(0);  // frame_num has 4 bits
        sps.golomb(options_.order_type);
        if (options_.order_type == 0) {
            sps.golomb(4);  // order counts have 8 bits
        }
        sps.golomb(4);  // reference pictures
        sps.fixed(0, 1);
        sps.golomb(kSide / 16 - 1);
        sps.golomb(kSide / 16 / (options_.fields ? 2 : 1) - 1);
        sps.fixed(options_.fields ? 0 : 1, 1);
        if (options_.fields) {
            sps.fixed(0, 1);
        }
        sps.fixed(1, 1);
        sps.fixed(0, 2);  // no cropping, and not a word about reordering
        Bits pps;
        pps.golomb(0);
        pps.golomb(0);
        pps.fixed(0, 2);
        pps.golomb(0);
        pps.golomb(0);
        pps.golomb(0);
        pps.fixed(0, 3);
        pps.golomb(0);
        pps.golomb(0);
        pps.golomb(0);
        pps.fixed(0, 3);
        Bytes bytes = sps.unit(0x67);
        const Bytes second = pps.unit(0x68);
        bytes.insert(bytes.end(), second.begin(), second.end());
        return bytes;
    }

    enum class Part { kFrame, kTop, kBottom };

    // What the sample at a place of a plane is.
    static uint8_t sample(uint32_t number, int plane, uint32_t x, uint32_t y) {
        return static_cast<uint8_t>(16 + (number * 31 + static_cast<uint32_t>(plane) * 57 + x * 3 + y * 5) % 200);
    }

    // A picture, or a field of it. `frame_num` counts reference pictures since the last key; `order` is where it is
    // displayed. `key` begins the video again; it is for a frame or the first field.
    Bytes picture(uint32_t number, Part part, bool key, uint32_t frame_num, uint32_t order) const {
        Bits bits;
        bits.golomb(0);
        bits.golomb(7);
        bits.golomb(0);
        bits.fixed(frame_num, 4);
        if (options_.fields) {
            bits.fixed(part == Part::kFrame ? 0 : 1, 1);
            if (part != Part::kFrame) {
                bits.fixed(part == Part::kBottom ? 1 : 0, 1);
            }
        }
        if (key) {
            bits.golomb(number % 16);
        }
        if (options_.order_type == 0) {
            bits.fixed(order, 8);
        }
        bits.fixed(0, key ? 2 : 1);
        bits.golomb(0);
        const uint32_t step = part == Part::kFrame ? 1 : 2;
        const uint32_t first = part == Part::kBottom ? 1 : 0;
        for (uint32_t row = 0; row < kSide / 16 / step; ++row) {
            for (uint32_t column = 0; column < kSide / 16; ++column) {
                bits.golomb(25);
                bits.align();
                for (int plane = 0; plane < 3; ++plane) {
                    const uint32_t side = plane == 0 ? 16 : 8;
                    for (uint32_t i = 0; i < side * side; ++i) {
                        bits.fixed(
                            sample(number, plane, column * side + i % side, (row * side + i / side) * step + first), 8);
                    }
                }
            }
        }
        return bits.unit(key ? 0x65 : 0x61);
    }

    // The planes of a whole picture.
    static Bytes planes(uint32_t number) {
        Bytes bytes;
        for (int plane = 0; plane < 3; ++plane) {
            const uint32_t side = plane == 0 ? kSide : kSide / 2;
            for (uint32_t i = 0; i < side * side; ++i) {
                bytes.push_back(sample(number, plane, i % side, i / side));
            }
        }
        return bytes;
    }

   private:
    class Bits {
       public:
        void fixed(uint32_t value, int count) {
            while (count-- > 0) {
                if (used_ == 0) {
                    bytes_.push_back(0);
                }
                bytes_.back() = static_cast<uint8_t>(bytes_.back() | (value >> count & 1) << (7 - used_));
                used_ = (used_ + 1) % 8;
            }
        }
        void golomb(uint32_t value) {
            int bits = 0;
            while ((value + 1) >> (bits + 1) != 0) {
                ++bits;
            }
            fixed(0, bits);
            fixed(value + 1, bits + 1);
        }
        void align() { used_ = 0; }
        // With a start code, the bit that stops it and emulation bytes.
        Bytes unit(uint8_t header) {
            fixed(1, 1);
            Bytes out = {0, 0, 0, 1, header};
            int zeros = 0;
            for (const uint8_t byte : bytes_) {
                if (zeros >= 2 && byte <= 3) {
                    out.push_back(3);
                    zeros = 0;
                }
                zeros = byte == 0 ? zeros + 1 : 0;
                out.push_back(byte);
            }
            return out;
        }

       private:
        Bytes bytes_;
        int used_ = 0;
    };

    const Options options_;
};

}  // namespace softacl::test
