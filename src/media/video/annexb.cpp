// SPDX-License-Identifier: Apache-2.0
#include "media/video/annexb.h"

#include <cstring>

namespace softacl::media {
namespace {

constexpr size_t kCode = 3;  // 00 00 01; a fourth zero before it belongs to it as well

// The next start code at or behind `at`, or `end`.
const uint8_t* find_code(const uint8_t* at, const uint8_t* end) {
    while (end - at >= static_cast<ptrdiff_t>(kCode)) {
        const auto* one = static_cast<const uint8_t*>(std::memchr(at + 2, 1, static_cast<size_t>(end - at) - 2));
        if (one == nullptr) {
            return end;
        }
        if (one[-1] == 0 && one[-2] == 0) {
            return one - 2;
        }
        at = one - 1;
    }
    return end;
}

}  // namespace

NalReader::NalReader(const uint8_t* data, size_t size) : at_(data), end_(data + size) {
    at_ = find_code(data, end_);
    at_ += at_ == end_ ? 0 : kCode;
}

bool NalReader::next(NalUnit& nal) {
    while (at_ < end_) {
        const uint8_t* const begin = at_;
        const uint8_t* const code = find_code(begin, end_);
        at_ = code == end_ ? end_ : code + kCode;
        const uint8_t* last = code;
        while (last > begin && last[-1] == 0) {
            --last;
        }
        if (last > begin) {
            nal = {begin, static_cast<size_t>(last - begin)};
            return true;
        }
    }
    return false;
}

}  // namespace softacl::media
