// SPDX-License-Identifier: Apache-2.0
// JPEG. The first byte chooses the format and what is done with odd sizes.
#include "media/still/jpeg_decode.h"
#include "picture_file.h"

using namespace softacl::media;

namespace {

struct Jpeg {
    static constexpr int kCodes[] = {ACL_ERROR_PARSE_FILE, ACL_ERROR_UNSUPPORTED_JPEG, ACL_ERROR_INVALID_PARAM};
    static constexpr int32_t kFormats[] = {0, 1, 2, 3, 4, 5, 6, 1000, 1001, 10000};

    explicit Jpeg(uint8_t choice) : format(kFormats[choice % 10]), odd(static_cast<OddSizes>(choice / 10 % 3)) {}
    auto info(Bytes file) const { return read_jpeg_info(file); }
    auto layout(const JpegInfo& info) const { return jpeg_layout(info, format, odd); }
    auto decode(Bytes file, const StillOutput& output) const { return decode_jpeg(file, output, odd); }

    const int32_t format;
    const OddSizes odd;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    try_picture_file<Jpeg>(data, size);
    return 0;
}
