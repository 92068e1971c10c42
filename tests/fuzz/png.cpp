// SPDX-License-Identifier: Apache-2.0
// PNG. The first byte chooses the format.
#include "media/still/png.h"

#include "picture_file.h"

using namespace softacl::media;

namespace {

struct Png {
    static constexpr int kCodes[] = {ACL_ERROR_PARSE_FILE, ACL_ERROR_INVALID_PARAM, ACL_ERROR_BAD_ALLOC};
    static constexpr int32_t kFormats[] = {12, 16, 10000};

    explicit Png(uint8_t choice) : format(kFormats[choice % 3]) {}
    auto info(Bytes file) const { return read_png_info(file); }
    auto layout(const PngInfo& info) const { return png_layout(info, format); }
    auto decode(Bytes file, const StillOutput& output) const { return decode_png(file, output); }

    const int32_t format;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    try_picture_file<Png>(data, size);
    return 0;
}
