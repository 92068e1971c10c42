// SPDX-License-Identifier: Apache-2.0
#include "media/still/exif.h"

#include <cstring>

namespace softacl::media {
namespace {

constexpr int kUpright = 1;

/// TIFF data: numbers in the order of bytes that the first two tell. Beyond the end all is 0.
class Tiff {
   public:
    explicit Tiff(Bytes bytes) : bytes_(bytes), big_endian_(bytes.size > 0 && bytes.data[0] == 'M') {}

    uint32_t at(uint64_t offset, unsigned count) const {
        uint32_t value = 0;
        for (unsigned i = 0; i < count && offset + count <= bytes_.size; ++i) {
            const uint32_t byte = bytes_.data[offset + i];
            value |= byte << (8 * (big_endian_ ? count - 1 - i : i));
        }
        return value;
    }
    bool valid() const {
        return bytes_.size >= 8 && (std::memcmp(bytes_.data, "II", 2) == 0 || std::memcmp(bytes_.data, "MM", 2) == 0) &&
               at(2, 2) == 42;
    }

   private:
    Bytes bytes_;
    bool big_endian_;
};

}  // namespace

int exif_orientation(Bytes body) {
    constexpr size_t kMark = 6;
    if (body.size < kMark || std::memcmp(body.data, "Exif\0\0", kMark) != 0) {
        return kUpright;
    }
    const Tiff tiff(Bytes{body.data + kMark, body.size - kMark});
    if (!tiff.valid()) {
        return kUpright;
    }
    constexpr uint32_t kEntryBytes = 12;
    constexpr uint32_t kOrientation = 0x0112;
    constexpr uint32_t kShort = 3;
    const uint64_t directory = tiff.at(4, 4);
    const uint32_t entries = tiff.at(directory, 2);
    for (uint32_t i = 0; i < entries; ++i) {
        const uint64_t entry = directory + 2 + uint64_t{i} * kEntryBytes;
        if (tiff.at(entry, 2) == kOrientation && tiff.at(entry + 2, 2) == kShort) {
            const uint32_t value = tiff.at(entry + 8, 2);
            return value >= 1 && value <= 8 ? static_cast<int>(value) : kUpright;
        }
    }
    return kUpright;
}

}  // namespace softacl::media
