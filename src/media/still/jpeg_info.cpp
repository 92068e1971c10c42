// SPDX-License-Identifier: Apache-2.0
#include "media/still/jpeg_info.h"

#include <algorithm>
#include <bitset>
#include <cstring>

#include "acl/acl_base.h"
#include "media/still/exif.h"

namespace softacl::media {
namespace {

enum Marker : uint8_t {
    kSof0 = 0xC0,
    kSof1 = 0xC1,
    kSof2 = 0xC2,
    kSof3 = 0xC3,
    kDht = 0xC4,
    kJpg = 0xC8,
    kDac = 0xCC,
    kSof15 = 0xCF,
    kRst0 = 0xD0,
    kRst7 = 0xD7,
    kSoi = 0xD8,
    kEoi = 0xD9,
    kSos = 0xDA,
    kDqt = 0xDB,
    kDhp = 0xDE,
    kApp0 = 0xE0,
    kApp1 = 0xE1,
    kApp14 = 0xEE,
    kTem = 0x01,
};

struct Component {
    uint8_t id;
    uint8_t horizontal;
    uint8_t vertical;
};

enum class Colours : uint8_t { kNotTold, kYuv, kRgb };

template <class... Parts>
Status unsupported(const Parts&... parts) {
    return fail(ACL_ERROR_UNSUPPORTED_JPEG, "the JPEG ", parts...,
                "; expected baseline Huffman coding with 8 bits in 4:4:4, 4:2:2, 4:2:0, 4:4:0 or gray");
}

template <class... Parts>
Status broken(const Parts&... parts) {
    return fail(ACL_ERROR_PARSE_FILE, parts...);
}

/// Walks over the segments of a file up to the data of its first scan, or, where that does not hold all components, to
/// the end of the file.
class Reader {
   public:
    explicit Reader(Bytes file) : file_(file) {}

    Result<JpegInfo> read() {
        SOFTACL_TRY(begin());
        while (scans_ == 0 || (scanned_.count() < components_ && at_ < file_.size)) {
            SOFTACL_ASSIGN(const uint8_t marker, next_marker());
            if (marker == kEoi) {
                break;
            }
            if (marker == kTem || (marker >= kRst0 && marker <= kSoi)) {
                continue;
            }
            SOFTACL_ASSIGN(const Bytes body, next_body(marker));
            if (scans_ > 0 && body.data == nullptr) {
                break;  // the file breaks off between two scans
            }
            SOFTACL_TRY(segment(marker, body));
        }
        return finish();
    }

   private:
    Status begin() {
        constexpr uint8_t kBox[] = {0, 0, 0, 12, 'j', 'P', ' ', ' '};
        constexpr uint8_t kCodestream[] = {0xFF, 0x4F, 0xFF, 0x51};
        if ((file_.size >= sizeof kBox && std::memcmp(file_.data, kBox, sizeof kBox) == 0) ||
            (file_.size >= sizeof kCodestream && std::memcmp(file_.data, kCodestream, sizeof kCodestream) == 0)) {
            return unsupported("is a JPEG 2000");
        }
        if (file_.size < 2 || file_.data[0] != 0xFF || file_.data[1] != kSoi) {
            return broken("the data are no JPEG: they do not begin with its marker FF D8");
        }
        at_ = 2;
        return {};
    }

    /// Marks of restarts and zeros behind FF belong to a scan's data; what else is between segments is skipped.
    Result<uint8_t> next_marker() {
        while (at_ < file_.size) {
            const void* found = std::memchr(file_.data + at_, 0xFF, file_.size - at_);
            if (found == nullptr) {
                break;
            }
            at_ = static_cast<size_t>(static_cast<const uint8_t*>(found) - file_.data);
            while (at_ < file_.size && file_.data[at_] == 0xFF) {
                ++at_;
            }
            if (at_ < file_.size && file_.data[at_++] != 0) {
                return file_.data[at_ - 1];
            }
        }
        at_ = file_.size;
        if (scans_ > 0) {
            return uint8_t{kEoi};
        }
        return broken("the JPEG breaks off in its header, after ", file_.size, " bytes");
    }

    /// Null data behind the first scan if the file ends in it.
    Result<Bytes> next_body(uint8_t marker) {
        const size_t left = file_.size - at_;
        const size_t length = left < 2 ? 0 : size_t{file_.data[at_]} << 8 | file_.data[at_ + 1];
        if (left < 2 || length > left) {
            if (scans_ > 0) {
                at_ = file_.size;
                return Bytes{nullptr, 0};
            }
            return broken("the JPEG breaks off in its header, in the segment FF ", hex(marker), " at byte ", at_ - 2);
        }
        if (length < 2) {
            return broken("the JPEG's segment FF ", hex(marker), " at byte ", at_ - 2, " has the length ", length,
                          "; expected at least 2");
        }
        const Bytes body{file_.data + at_ + 2, length - 2};
        at_ += length;
        return body;
    }

    Status segment(uint8_t marker, Bytes body) {
        const bool is_frame = marker >= kSof0 && marker <= kSof15 && marker != kDht && marker != kJpg && marker != kDac;
        if (is_frame || marker == kDhp) {
            return frame(marker, body);
        }
        switch (marker) {
            case kDht: return huffman_tables(body);
            case kDqt: return quantisation_tables(body);
            case kSos: return scan(body);
            case kApp0: has_jfif_ = has_jfif_ || begins_with(body, "JFIF"); break;
            case kApp1:
                if (orientation_ == 0 && begins_with(body, "Exif")) {
                    orientation_ = exif_orientation(body);
                }
                break;
            case kApp14: adobe(body); break;
            default: break;
        }
        return {};
    }

    Status frame(uint8_t marker, Bytes body) {
        if (marker != kSof0 && marker != kSof1) {
            if (marker == kSof2) {
                return unsupported("is progressive");
            }
            if (marker == kSof3) {
                return unsupported("is lossless");
            }
            if (marker == kDhp || marker < kJpg) {
                return unsupported("is hierarchical");
            }
            return unsupported("is coded arithmetically");
        }
        if (components_ != 0) {
            return broken("the JPEG has two frames");
        }
        if (body.size < 6 || body.size < size_t{6} + size_t{3} * body.data[5] || body.data[5] == 0) {
            return broken("the JPEG's frame header has ", body.size, " bytes, too few for its components");
        }
        if (body.data[0] != 8) {
            return unsupported("has ", int{body.data[0]}, " bits a sample");
        }
        height_ = uint32_t{body.data[1]} << 8 | body.data[2];
        width_ = uint32_t{body.data[3]} << 8 | body.data[4];
        if (width_ == 0) {
            return broken("the JPEG is 0 pixels wide");
        }
        if (height_ == 0) {
            return unsupported("tells its height behind the picture");
        }
        components_ = body.data[5];
        if (components_ != 1 && components_ != 3) {
            return unsupported("has ", components_, " components");
        }
        for (size_t i = 0; i < components_; ++i) {
            const uint8_t* entry = body.data + 6 + 3 * i;
            parts_[i] = {entry[0], static_cast<uint8_t>(entry[1] >> 4), static_cast<uint8_t>(entry[1] & 15)};
            if (parts_[i].horizontal < 1 || parts_[i].horizontal > 4 || parts_[i].vertical < 1 ||
                parts_[i].vertical > 4) {
                return broken("the JPEG's component ", i, " has the sampling ", int{parts_[i].horizontal}, "x",
                              int{parts_[i].vertical}, "; expected 1x1 to 4x4");
            }
        }
        return find_sampling();
    }

    Status find_sampling() {
        sampling_ = JpegSampling::kGray;
        if (components_ == 1) {
            return {};
        }
        const auto& [luma, u, v] = parts_;
        const bool is_regular = u.horizontal == v.horizontal && u.vertical == v.vertical &&
                                luma.horizontal % u.horizontal == 0 && luma.vertical % u.vertical == 0;
        const int across = luma.horizontal / u.horizontal;
        const int down = luma.vertical / u.vertical;
        if (!is_regular || across > 2 || down > 2) {
            return unsupported("has components sampled ", int{luma.horizontal}, "x", int{luma.vertical}, ", ",
                               int{u.horizontal}, "x", int{u.vertical}, ", ", int{v.horizontal}, "x", int{v.vertical});
        }
        constexpr JpegSampling kSamplings[2][2] = {{JpegSampling::k444, JpegSampling::k440},
                                                   {JpegSampling::k422, JpegSampling::k420}};
        sampling_ = kSamplings[across - 1][down - 1];
        return {};
    }

    Status huffman_tables(Bytes body) {
        for (size_t at = 0; at < body.size;) {
            constexpr size_t kCounts = 17;
            size_t bytes = kCounts;
            for (size_t i = 1; i < kCounts && at + i < body.size; ++i) {
                bytes += body.data[at + i];
            }
            if (body.size - at < bytes) {
                return broken("the JPEG's Huffman table has ", body.size - at, " bytes; expected ", bytes);
            }
            huffman_.set(body.data[at] & 31);
            at += bytes;
        }
        // Bit 4 of a table's number tells AC from DC.
        const auto direct = (huffman_ & std::bitset<32>(0x0000FFFF)).count();
        const auto alternating = huffman_.count() - direct;
        if (direct > 2 || alternating > 2) {
            return unsupported("has ", direct, " DC and ", alternating, " AC Huffman tables, more than 2 of each");
        }
        return {};
    }

    Status quantisation_tables(Bytes body) {
        for (size_t at = 0; at < body.size;) {
            const size_t bytes = 1 + size_t{64} * (body.data[at] >> 4 == 0 ? 1 : 2);
            if (body.size - at < bytes) {
                return broken("the JPEG's quantisation table has ", body.size - at, " bytes; expected ", bytes);
            }
            quantisation_.set(body.data[at] & 15);
            at += bytes;
        }
        if (quantisation_.count() > 3) {
            return unsupported("has ", quantisation_.count(), " quantisation tables, more than 3");
        }
        return {};
    }

    Status scan(Bytes body) {
        if (components_ == 0) {
            return broken("the JPEG has a scan before its frame header");
        }
        const size_t count = body.size > 0 ? body.data[0] : 0;
        if (count == 0 || count > components_ || body.size < 4 + 2 * count) {
            return broken("the JPEG's scan has ", count, " components in ", body.size, " bytes");
        }
        if (count == components_) {
            scanned_.set();
        } else {
            for (size_t i = 0; i < count; ++i) {
                const auto* part = std::find_if(parts_, parts_ + components_,
                                                [&](const Component& each) { return each.id == body.data[1 + 2 * i]; });
                const auto index = static_cast<size_t>(part - parts_);
                if (index == components_ || scanned_[index]) {
                    return broken("the JPEG's scan ", scans_, " has component ", int{body.data[1 + 2 * i]},
                                  ", which does not exist or is in another scan");
                }
                scanned_.set(index);
            }
        }
        if (scans_++ == 0) {
            data_begin_ = at_;
        }
        return {};
    }

    void adobe(Bytes body) {
        constexpr size_t kTransform = 11;
        if (begins_with(body, "Adobe") && body.size > kTransform) {
            colours_ = body.data[kTransform] == 0 ? Colours::kRgb : Colours::kYuv;
        }
    }

    Result<JpegInfo> finish() const {
        if (scans_ == 0 || data_begin_ >= file_.size) {
            return broken("the JPEG ends before its picture begins, after ", file_.size, " bytes");
        }
        if (components_ == 3 && is_rgb()) {
            return unsupported("is coded in RGB");
        }
        return JpegInfo{width_, height_, static_cast<int>(components_), sampling_, std::max(orientation_, 1), scans_};
    }

    bool is_rgb() const {
        if (has_jfif_ || colours_ != Colours::kNotTold) {
            return !has_jfif_ && colours_ == Colours::kRgb;
        }
        return parts_[0].id == 'R' && parts_[1].id == 'G' && parts_[2].id == 'B';
    }

    static bool begins_with(Bytes body, const char* word) {
        const size_t length = std::strlen(word);
        return body.size >= length && std::memcmp(body.data, word, length) == 0;
    }
    static std::string hex(uint8_t byte) {
        constexpr char kDigits[] = "0123456789ABCDEF";
        return {kDigits[byte >> 4], kDigits[byte & 15]};
    }

    Bytes file_;
    size_t at_ = 0;
    size_t data_begin_ = 0;
    uint32_t width_ = 0;
    uint32_t height_ = 0;
    size_t components_ = 0;
    Component parts_[3] = {};
    JpegSampling sampling_ = JpegSampling::kGray;
    int orientation_ = 0;
    int scans_ = 0;
    std::bitset<3> scanned_;
    std::bitset<32> huffman_;
    std::bitset<16> quantisation_;
    bool has_jfif_ = false;
    Colours colours_ = Colours::kNotTold;
};

}  // namespace

Result<JpegInfo> read_jpeg_info(Bytes file) { return Reader(file).read(); }

PixelFormat native_format(JpegSampling sampling) {
    switch (sampling) {
        case JpegSampling::k444: return PixelFormat::kYvu444Sp;
        case JpegSampling::k422: return PixelFormat::kYvu422Sp;
        case JpegSampling::k420: return PixelFormat::kYvu420Sp;
        case JpegSampling::k440: return PixelFormat::kYvu440Sp;
        case JpegSampling::kGray: break;
    }
    return PixelFormat::kYuv400;
}

const char* name_of(JpegSampling sampling) {
    switch (sampling) {
        case JpegSampling::k444: return "4:4:4";
        case JpegSampling::k422: return "4:2:2";
        case JpegSampling::k420: return "4:2:0";
        case JpegSampling::k440: return "4:4:0";
        case JpegSampling::kGray: break;
    }
    return "gray";
}

}  // namespace softacl::media
