// SPDX-License-Identifier: Apache-2.0
#include "aipp/format.h"

#include <algorithm>

namespace softacl::aipp {

const std::vector<FormatFacts>& all_formats() {
    static const auto& kFormats = *new std::vector<FormatFacts>{
        {Format::kYuv420Sp, "YUV420SP_U8", 3, 1, 3, true, true, true},
        {Format::kXrgb8888, "XRGB8888_U8", 4, 4, 2, false, false, false},
        {Format::kRgb888, "RGB888_U8", 3, 3, 2, false, false, false},
        {Format::kYuv400, "YUV400_U8", 1, 1, 2, false, false, true},
        {Format::kArgb8888, "ARGB8888_U8", 4, 4, 2, false, false, false},
        {Format::kYuyv, "YUYV_U8", 3, 2, 2, true, false, true},
        {Format::kYuv422Sp, "YUV422SP_U8", 3, 1, 4, true, false, true},
        {Format::kAyuv444, "AYUV444_U8", 4, 4, 2, false, false, true},
    };
    return kFormats;
}

const FormatFacts& facts_of(Format format) {
    const auto& all = all_formats();
    const auto at = std::find_if(all.begin(), all.end(), [&](const FormatFacts& row) { return row.format == format; });
    return at == all.end() ? all.front() : *at;
}

std::optional<Format> format_named(const std::string& name) {
    for (const FormatFacts& row : all_formats()) {
        if (name == row.name) {
            return row.format;
        }
    }
    return std::nullopt;
}

std::string format_names() {
    std::string names;
    for (const FormatFacts& row : all_formats()) {
        names += (names.empty() ? "" : ", ") + std::string(row.name);
    }
    return names;
}

Shape memory_shape(Format format, int64_t count, int64_t height, int64_t width) {
    const FormatFacts& facts = facts_of(format);
    return {count, height * facts.half_heights / 2, width, facts.row_elements};
}

Shape picture_shape(Format format, int64_t count, int64_t height, int64_t width) {
    return {count, height, width, facts_of(format).channels};
}

}  // namespace softacl::aipp
