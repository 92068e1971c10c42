// SPDX-License-Identifier: Apache-2.0
#include "aipp/params.h"

#include <charconv>
#include <cstring>
#include <map>
#include <tuple>

#include "acl/acl_base.h"

namespace softacl::aipp {
namespace {

std::string shown(bool value) { return value ? "true" : "false"; }
std::string shown(int32_t value) { return std::to_string(value); }
std::string shown(float value) {
    char digits[32];
    const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;  // whatever the locale
    return {digits, end};
}

bool read(const std::string& word, bool& value) {
    value = word == "true";
    return value || word == "false";
}
template <class Number>
bool read(const std::string& word, Number& value) {
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
    return error == std::errc() && end == word.data() + word.size();
}

class Checker {
   public:
    explicit Checker(const Params& params) : p_(params), facts_(facts_of(params.format)) {}

    std::vector<Complaint> run() {
        ranges();
        if (!complaints_.empty()) {
            return std::move(complaints_);  // further sentences would be about nonsense
        }
        evenness();
        if (p_.crop) {
            crop("load_start_pos_w", p_.crop_x, "crop_size_w", p_.crop_width, "src_image_size_w", p_.source_width);
            crop("load_start_pos_h", p_.crop_y, "crop_size_h", p_.crop_height, "src_image_size_h", p_.source_height);
        }
        if (p_.csc && p_.format == Format::kYuv400) {
            add("csc_switch", "is on, but pictures in YUV400_U8 have no colours to convert");
        }
        return std::move(complaints_);
    }

   private:
    template <class... Parts>
    void add(const char* field, const Parts&... parts) {
        complaints_.push_back({field, text(field, " ", parts...)});
    }

    void ranges() {
        for_each_field(p_, [&](const char* name, auto value, double lowest, double highest, bool active) {
            const auto number = static_cast<double>(value);
            if (active && !(number >= lowest && number <= highest)) {
                add(name, "[", shown(value), "] is outside of ", lowest, " to ", highest);
            }
        });
    }

    void even(const char* field, int32_t value, bool must) {
        if (must && value % 2 != 0) {
            add(field, "[", value, "] is odd; pictures in ", facts_.name, " need an even number");
        }
    }

    void evenness() {
        even("src_image_size_w", p_.source_width, facts_.even_width);
        even("src_image_size_h", p_.source_height, facts_.even_height);
        if (p_.crop) {
            even("load_start_pos_w", p_.crop_x, facts_.even_width);
            even("load_start_pos_h", p_.crop_y, facts_.even_height);
            even("crop_size_w", p_.crop_width, facts_.even_height);  // so the manual: of 4:2:0 only
            even("crop_size_h", p_.crop_height, facts_.even_height);
        }
    }

    void crop(const char* start_field, int32_t start, const char* field, int32_t length, const char* source_field,
              int32_t source) {
        if (start + length > source) {
            add(field, "[", length, "] from ", start_field, " [", start, "] on reaches beyond ", source_field, " [",
                source, "]");
        }
    }

    const Params& p_;
    const FormatFacts& facts_;
    std::vector<Complaint> complaints_;
};

}  // namespace

bool Params::operator==(const Params& other) const {
    const auto whole = [](const Params& p) {
        return std::tie(p.format, p.source_width, p.source_height, p.rbuv_swap, p.ax_swap, p.crop, p.crop_x, p.crop_y,
                        p.crop_width, p.crop_height, p.resize, p.resize_width, p.resize_height, p.csc, p.matrix,
                        p.input_bias, p.output_bias, p.mean, p.padding, p.pad_left, p.pad_right, p.pad_top,
                        p.pad_bottom);
    };
    // Bits and not values, so that NaN is itself and -0 is not 0.
    const auto same_bits = [](const auto& a, const auto& b) {
        return std::memcmp(&a, &b, sizeof a) == 0;  // NOLINT(bugprone-suspicious-memory-comparison)
    };
    return whole(*this) == whole(other) && same_bits(min, other.min) && same_bits(var_reci, other.var_reci) &&
           same_bits(padding_value, other.padding_value);
}

Size cropped_size(const Params& params) {
    return params.crop ? Size{params.crop_width, params.crop_height} : Size{params.source_width, params.source_height};
}

Size content_size(const Params& params) {
    return params.resize ? Size{params.resize_width, params.resize_height} : cropped_size(params);
}

Size result_size(const Params& params) {
    Size size = content_size(params);
    if (params.padding) {
        size.width += int64_t{params.pad_left} + params.pad_right;
        size.height += int64_t{params.pad_top} + params.pad_bottom;
    }
    return size;
}

bool takes_any_size(const Params& params) { return params.source_width == 0 && params.source_height == 0; }

void set_source(Params& params, int64_t height, int64_t width) {
    const auto side = [](int64_t value) {
        return value < 0 || value > kMostSide ? int32_t{-1} : static_cast<int32_t>(value);
    };
    params.source_height = side(height);
    params.source_width = side(width);
}

std::vector<Complaint> check(const Params& params) { return Checker(params).run(); }

std::string to_text(const Params& params) {
    std::string list = text("aipp_mode:static,input_format:", facts_of(params.format).name);
    for_each_field(params, [&](const char* name, auto value, double, double, bool) {
        list += text(",", name, ":", shown(value));
    });
    return list;
}

std::string to_json(const Params& params) {
    std::string object = text("{\"aipp_mode\":\"static\",\"input_format\":\"", facts_of(params.format).name, "\"");
    for_each_field(params, [&](const char* name, auto value, double, double, bool) {
        object += text(",\"", name, "\":", shown(value));
    });
    return object + "}";
}

Result<Params> from_text(const std::string& list) {
    std::map<std::string, std::string> words;
    for (size_t begin = 0, end = 0; end != std::string::npos; begin = end + 1) {
        end = list.find(',', begin);
        const std::string item = list.substr(begin, end - begin);
        const size_t colon = item.find(':');
        if (colon == std::string::npos || !words.emplace(item.substr(0, colon), item.substr(colon + 1)).second) {
            return fail(ACL_ERROR_INVALID_PARAM, "'", item.substr(0, 80), "' is not one field with its value");
        }
    }
    const std::string mode = words["aipp_mode"];
    const std::string name = words["input_format"];
    const auto format = format_named(name);
    if (mode != "static" || !format) {
        return fail(ACL_ERROR_INVALID_PARAM, "aipp_mode is '", mode, "' and input_format is '", name,
                    "'; expected static and one of ", format_names());
    }
    words.erase("aipp_mode");
    words.erase("input_format");
    Params params;
    params.format = *format;
    std::string bad;
    for_each_field(params, [&](const char* field, auto& value, double, double, bool) {
        const auto at = words.find(field);
        if (at != words.end()) {
            bad = read(at->second, value) ? bad : field;
            words.erase(at);
        }
    });
    if (!bad.empty() || !words.empty()) {
        return fail(ACL_ERROR_INVALID_PARAM, "the field '", bad.empty() ? words.begin()->first : bad, "' ",
                    bad.empty() ? "is not known" : "has a value that cannot be read");
    }
    return params;
}

}  // namespace softacl::aipp
