// SPDX-License-Identifier: Apache-2.0
#include "media/image/format.h"

#include <algorithm>

namespace softacl::media {
namespace {

using F = PixelFormat;
using L = Layout;
using C = Colour;

constexpr FormatInfo kFormats[] = {
    {F::kYuv400, "YUV_400", L::kPlanar, C::kGray, 0, 0, 1, {0}, false},
    {F::kYuv420Sp, "YUV_SEMIPLANAR_420", L::kSemiPlanar, C::kYuv, 1, 1, 1, {0, 0, 1}, false},
    {F::kYvu420Sp, "YVU_SEMIPLANAR_420", L::kSemiPlanar, C::kYuv, 1, 1, 1, {0, 1, 0}, false},
    {F::kYuv422Sp, "YUV_SEMIPLANAR_422", L::kSemiPlanar, C::kYuv, 1, 0, 1, {0, 0, 1}, false},
    {F::kYvu422Sp, "YVU_SEMIPLANAR_422", L::kSemiPlanar, C::kYuv, 1, 0, 1, {0, 1, 0}, false},
    {F::kYuv444Sp, "YUV_SEMIPLANAR_444", L::kSemiPlanar, C::kYuv, 0, 0, 1, {0, 0, 1}, false},
    {F::kYvu444Sp, "YVU_SEMIPLANAR_444", L::kSemiPlanar, C::kYuv, 0, 0, 1, {0, 1, 0}, false},
    {F::kYuyv, "YUYV_PACKED_422", L::kPacked, C::kYuv, 1, 0, 2, {0, 1, 3}, false},
    {F::kUyvy, "UYVY_PACKED_422", L::kPacked, C::kYuv, 1, 0, 2, {1, 0, 2}, false},
    {F::kYvyu, "YVYU_PACKED_422", L::kPacked, C::kYuv, 1, 0, 2, {0, 3, 1}, false},
    {F::kVyuy, "VYUY_PACKED_422", L::kPacked, C::kYuv, 1, 0, 2, {1, 2, 0}, false},
    {F::kYuv444Packed, "YUV_PACKED_444", L::kPacked, C::kYuv, 0, 0, 3, {0, 1, 2}, false},
    {F::kRgb, "RGB_888", L::kPacked, C::kRgb, 0, 0, 3, {0, 1, 2}, false},
    {F::kBgr, "BGR_888", L::kPacked, C::kRgb, 0, 0, 3, {2, 1, 0}, false},
    {F::kArgb, "ARGB_8888", L::kPacked, C::kRgb, 0, 0, 4, {1, 2, 3, 0}, true},
    {F::kAbgr, "ABGR_8888", L::kPacked, C::kRgb, 0, 0, 4, {3, 2, 1, 0}, true},
    {F::kRgba, "RGBA_8888", L::kPacked, C::kRgb, 0, 0, 4, {0, 1, 2, 3}, true},
    {F::kBgra, "BGRA_8888", L::kPacked, C::kRgb, 0, 0, 4, {2, 1, 0, 3}, true},
    {F::kYuv440Sp, "YUV_SEMIPLANAR_440", L::kSemiPlanar, C::kYuv, 0, 1, 1, {0, 0, 1}, false},
    {F::kYvu440Sp, "YVU_SEMIPLANAR_440", L::kSemiPlanar, C::kYuv, 0, 1, 1, {0, 1, 0}, false},
};

}  // namespace

uint64_t FormatInfo::bytes(uint32_t width_stride, uint32_t height_stride) const {
    const uint64_t first = uint64_t{width_stride} * height_stride;
    return layout == Layout::kSemiPlanar ? first + ((2 * first) >> (chroma_x + chroma_y)) : first;
}

const FormatInfo* find_format(int32_t value) {
    const auto* found = std::find_if(std::begin(kFormats), std::end(kFormats), [value](const FormatInfo& info) {
        return static_cast<int32_t>(info.format) == value;
    });
    return found == std::end(kFormats) ? nullptr : found;
}

const FormatInfo& format_info(PixelFormat format) { return *find_format(static_cast<int32_t>(format)); }

}  // namespace softacl::media
