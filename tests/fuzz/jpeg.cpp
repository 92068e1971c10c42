// SPDX-License-Identifier: Apache-2.0
// Any bytes given as a JPEG are refused with a documented code and a sentence, or decoded within the memory given.
#include "media/still/jpeg_decode.h"

#include <cstdint>
#include <cstdlib>
#include <vector>

#include "acl/acl_base.h"

using namespace softacl;
using namespace softacl::media;

namespace {

void require(bool holds) {
    if (!holds) {
        std::abort();
    }
}

void check(const Status& status) {
    const int code = status.code();
    require(code == 0 || code == ACL_ERROR_PARSE_FILE || code == ACL_ERROR_UNSUPPORTED_JPEG ||
            code == ACL_ERROR_INVALID_PARAM);
    require(status.message().empty() == (code == 0));
}

}  // namespace

// The first byte chooses the format and what is done with odd sizes.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    if (size == 0) {
        return 0;
    }
    const std::vector<uint8_t> file(data + 1, data + size);
    const Bytes bytes{file.data(), file.size()};
    const auto info = read_jpeg_info(bytes);
    check(info.status());
    if (!info.ok() || info->width > 512 || info->height > 512) {
        return 0;  // the largest take too long to find anything
    }
    constexpr int32_t kFormats[] = {0, 1, 2, 3, 4, 5, 6, 1000, 1001, 10000};
    const int32_t format = kFormats[data[0] % 10];
    const auto odd = static_cast<OddSizes>(data[0] / 10 % 3);
    const auto layout = jpeg_layout(*info, format, odd);
    check(layout.status());
    if (layout.ok()) {
        // A block of its own, so that the sanitizer sees every access beyond it.
        std::vector<uint8_t> memory(layout->bytes());
        check(decode_jpeg(bytes, {memory.data(), memory.size(), format, 0, 0}, odd).status());
    }
    return 0;
}
