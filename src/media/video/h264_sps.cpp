// SPDX-License-Identifier: Apache-2.0
#include "media/video/h264_sps.h"

#include <algorithm>
#include <iterator>
#include <vector>

namespace softacl::media {
namespace {

// Bits of a unit without its emulation bytes. Beyond the end there are zeros, and it is damaged.
class Bits {
   public:
    explicit Bits(const NalUnit& nal) {
        int zeros = 0;
        for (size_t i = 0; i < nal.size; ++i) {
            if (zeros >= 2 && nal.data[i] == 3) {
                zeros = 0;
                continue;
            }
            zeros = nal.data[i] == 0 ? zeros + 1 : 0;
            bytes_.push_back(nal.data[i]);
        }
    }
    bool damaged() const { return at_ > bytes_.size() * 8; }

    uint32_t fixed(int count) {
        uint32_t value = 0;
        for (; count > 0; --count, ++at_) {
            const bool bit = at_ < bytes_.size() * 8 && (bytes_[at_ / 8] >> (7 - at_ % 8) & 1) != 0;
            value = value << 1 | (bit ? 1U : 0U);
        }
        return value;
    }
    bool flag() { return fixed(1) != 0; }
    /// Exp-Golomb codes: ue(v), and se(v) as the number from which it is made.
    uint32_t golomb() {
        int zeros = 0;
        while (!flag() && zeros < 32 && !damaged()) {
            ++zeros;
        }
        return zeros >= 32 ? 0 : (1U << zeros) - 1 + fixed(zeros);
    }
    void skip_golombs(uint32_t count) {
        for (; count > 0 && !damaged(); --count) {
            golomb();
        }
    }

   private:
    std::vector<uint8_t> bytes_;
    size_t at_ = 0;
};

int32_t as_signed(uint32_t code) {
    return code % 2 == 0 ? -static_cast<int32_t>(code / 2) : static_cast<int32_t>(code / 2 + 1);
}

bool has_chroma_format(uint32_t profile) {
    constexpr uint32_t kProfiles[] = {100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135};
    return std::find(std::begin(kProfiles), std::end(kProfiles), profile) != std::end(kProfiles);
}

void skip_scaling_list(Bits& bits, int size) {
    int32_t last = 8;
    int32_t next = 8;
    for (int i = 0; i < size; ++i) {
        next = next == 0 ? 0 : (last + as_signed(bits.golomb()) + 256) % 256;
        last = next == 0 ? last : next;
    }
}

void skip_chroma_format(Bits& bits) {
    constexpr uint32_t k444 = 3;
    const uint32_t chroma = bits.golomb();
    if (chroma == k444) {
        bits.flag();
    }
    bits.skip_golombs(2);
    bits.flag();
    if (bits.flag()) {
        for (int i = 0; i < (chroma == k444 ? 12 : 8); ++i) {
            if (bits.flag()) {
                skip_scaling_list(bits, i < 6 ? 16 : 64);
            }
        }
    }
}

void skip_rates(Bits& bits) {
    const uint32_t count = bits.golomb() + 1;
    bits.fixed(8);
    for (uint32_t i = 0; i < count && !bits.damaged(); ++i) {
        bits.skip_golombs(2);
        bits.flag();
    }
    bits.fixed(20);
}

// Up to bitstream_restriction_flag, which it returns.
bool usability_restricts(Bits& bits) {
    constexpr uint32_t kExtendedRatio = 255;
    if (bits.flag() && bits.fixed(8) == kExtendedRatio) {
        bits.fixed(32);
    }
    if (bits.flag()) {
        bits.flag();
    }
    if (bits.flag()) {
        bits.fixed(4);
        if (bits.flag()) {
            bits.fixed(24);
        }
    }
    if (bits.flag()) {
        bits.skip_golombs(2);
    }
    if (bits.flag()) {
        bits.fixed(32);
        bits.fixed(32);
        bits.flag();
    }
    bool rates = false;
    for (int i = 0; i < 2; ++i) {
        if (bits.flag()) {
            rates = true;
            skip_rates(bits);
        }
    }
    if (rates) {
        bits.flag();
    }
    bits.flag();
    return bits.flag();
}

}  // namespace

std::optional<H264Sps> read_h264_sps(const NalUnit& sps) {
    constexpr uint32_t kBaseline = 66;
    Bits bits(sps);
    bits.fixed(8);
    const uint32_t profile = bits.fixed(8);
    bits.fixed(16);
    bits.golomb();
    if (has_chroma_format(profile)) {
        skip_chroma_format(bits);
    }
    bits.golomb();
    const uint32_t order_type = bits.golomb();
    if (order_type == 0) {
        bits.golomb();
    } else if (order_type == 1) {
        bits.flag();
        bits.skip_golombs(2);
        bits.skip_golombs(bits.golomb());
    }
    const uint32_t references = bits.golomb();
    bits.flag();
    bits.skip_golombs(2);
    H264Sps result{};
    result.frames_only = bits.flag();
    if (!result.frames_only) {
        bits.flag();
    }
    bits.flag();
    if (bits.flag()) {
        bits.skip_golombs(4);
    }
    result.may_reorder = profile != kBaseline && order_type != 2 && references != 0;
    result.states_reordering = bits.flag() && usability_restricts(bits);
    return bits.damaged() ? std::nullopt : std::make_optional(result);
}

}  // namespace softacl::media
