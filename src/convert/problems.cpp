// SPDX-License-Identifier: Apache-2.0
#include "convert/problems.h"

#include <cstdio>

#include "acl/acl_base.h"
#include "model/utf8.h"

namespace softacl::convert {
namespace {

constexpr size_t kMostLines = 500;
constexpr size_t kLongestLine = 4000;

}  // namespace

std::string printable(const std::string& line) {
    const bool is_text = model::is_utf8(line);
    std::string out;
    for (const char letter : line) {
        const auto byte = static_cast<unsigned char>(letter);
        if (byte >= 0x20 && byte != 0x7f && (byte < 0x80 || is_text)) {
            out += letter;
        } else {
            char escaped[8];
            std::snprintf(escaped, sizeof escaped, "\\x%02x", byte);
            out += escaped;
        }
    }
    return out;
}

void Problems::append(std::vector<Problem>& to, const char* code, const std::string& line) {
    if (to.size() >= kMostLines) {
        ++left_out_;
        return;
    }
    std::string shown = printable(line);
    if (shown.size() > kLongestLine) {
        shown = model::cut_utf8(shown, kLongestLine) + "...";
    }
    to.push_back({code, std::move(shown), node_});
}

Status Problems::status() const {
    if (list_.empty()) {
        return {};
    }
    std::string lines;
    for (const Problem& problem : list_) {
        lines += (lines.empty() ? "" : "\n") + problem.code + ": " + problem.text;
    }
    if (left_out_ != 0) {
        lines += text("\n... and ", left_out_, " more");
    }
    return Status(ACL_ERROR_PARSE_MODEL, lines);
}

}  // namespace softacl::convert
