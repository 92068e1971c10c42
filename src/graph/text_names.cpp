// SPDX-License-Identifier: Apache-2.0
#include "graph/text_names.h"

#include <algorithm>

namespace softacl::graph {

bool is_name_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
           c == '/';
}

void append_quoted(std::string& out, const std::string& name) {
    constexpr char kHex[] = "0123456789abcdef";
    out += '"';
    for (const char c : name) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (byte < 0x20 || byte == 0x7f) {
            out += {'\\', 'x', kHex[byte >> 4], kHex[byte & 15]};
        } else {
            out += c;
        }
    }
    out += '"';
}

void append_name(std::string& out, const std::string& name) {
    const bool is_comment = name.compare(0, 2, "//") == 0;
    if (!name.empty() && !is_comment && std::all_of(name.begin(), name.end(), is_name_character)) {
        out += name;
    } else {
        append_quoted(out, name);
    }
}

std::string default_node_name(const std::vector<std::string>& value_names) {
    if (value_names.empty()) {
        return "node";
    }
    const std::string& first = value_names.front();
    const bool numbered = value_names.size() > 1 && first.size() > 2 && first.compare(first.size() - 2, 2, ":0") == 0;
    return numbered ? first.substr(0, first.size() - 2) : first;
}

}  // namespace softacl::graph
