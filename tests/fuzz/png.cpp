// SPDX-License-Identifier: Apache-2.0
// Any bytes given as a PNG are refused with a documented code and a sentence, or decoded within the memory given.
#include "media/still/png.h"

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
    require(code == 0 || code == ACL_ERROR_PARSE_FILE || code == ACL_ERROR_INVALID_PARAM ||
            code == ACL_ERROR_BAD_ALLOC);
    require(status.message().empty() == (code == 0));
}

}  // namespace

// The first byte chooses the format.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    if (size == 0) {
        return 0;
    }
    const std::vector<uint8_t> file(data + 1, data + size);
    const Bytes bytes{file.data(), file.size()};
    const auto info = read_png_info(bytes);
    check(info.status());
    if (!info.ok() || info->width > 512 || info->height > 512) {
        return 0;  // the largest take too long to find anything
    }
    constexpr int32_t kFormats[] = {12, 16, 10000};
    const int32_t format = kFormats[data[0] % 3];
    const auto layout = png_layout(*info, format);
    check(layout.status());
    if (layout.ok()) {
        std::vector<uint8_t> memory(layout->bytes());
        check(decode_png(bytes, {memory.data(), memory.size(), format, 0, 0}).status());
    }
    return 0;
}
