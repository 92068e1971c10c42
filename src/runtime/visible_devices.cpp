// SPDX-License-Identifier: Apache-2.0
#include "runtime/visible_devices.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <numeric>
#include <string_view>

namespace softacl::runtime {
namespace {

std::string_view trimmed(std::string_view entry) {
    const auto blank = [](char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; };
    while (!entry.empty() && blank(entry.front())) {
        entry.remove_prefix(1);
    }
    while (!entry.empty() && blank(entry.back())) {
        entry.remove_suffix(1);
    }
    return entry;
}

}  // namespace

std::vector<uint32_t> visible_devices(const char* list, size_t count) {
    std::vector<uint32_t> ids;
    if (list == nullptr) {
        ids.resize(count);
        std::iota(ids.begin(), ids.end(), 0U);
        return ids;
    }
    std::string_view rest(list);
    while (true) {
        const size_t comma = rest.find(',');
        const std::string_view entry = trimmed(rest.substr(0, comma));
        uint32_t id = 0;
        const auto parsed = std::from_chars(entry.data(), entry.data() + entry.size(), id);
        const bool is_number = parsed.ec == std::errc() && parsed.ptr == entry.data() + entry.size();
        if (!is_number || id >= count || std::find(ids.begin(), ids.end(), id) != ids.end()) {
            return ids;
        }
        ids.push_back(id);
        if (comma == std::string_view::npos) {
            return ids;
        }
        rest.remove_prefix(comma + 1);
    }
}

}  // namespace softacl::runtime
