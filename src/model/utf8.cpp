// SPDX-License-Identifier: Apache-2.0
#include "model/utf8.h"

#include <cstdint>

namespace softacl::model {
namespace {

bool continues(char byte) { return (static_cast<unsigned char>(byte) & 0xc0U) == 0x80U; }

}  // namespace

bool is_utf8(const std::string& text) {
    for (size_t i = 0; i < text.size();) {
        const auto first = static_cast<unsigned char>(text[i]);
        const size_t length = first < 0x80          ? 1
                              : (first >> 5U) == 6  ? 2
                              : (first >> 4U) == 14 ? 3
                              : (first >> 3U) == 30 ? 4
                                                    : 0;
        if (length == 0 || i + length > text.size()) {
            return false;
        }
        uint32_t code = length == 1 ? first : first & (0x7fU >> length);
        for (size_t k = 1; k < length; ++k) {
            if (!continues(text[i + k])) {
                return false;
            }
            code = (code << 6U) | (static_cast<unsigned char>(text[i + k]) & 0x3fU);
        }
        // The shortest spelling only, no surrogates, nothing beyond the last code point.
        constexpr uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
        if (code < kLeast[length] || (code >= 0xd800 && code < 0xe000) || code > 0x10ffff) {
            return false;
        }
        i += length;
    }
    return true;
}

std::string utf8_of_bytes(const std::string& bytes) {
    std::string text;
    for (const char letter : bytes) {
        const auto byte = static_cast<unsigned char>(letter);
        if (byte >= 0x80) {
            text += static_cast<char>(0xc0U | (byte >> 6U));
        }
        text += static_cast<char>(byte < 0x80 ? byte : 0x80U | (byte & 0x3fU));
    }
    return text;
}

std::string cut_utf8(const std::string& text, size_t size) {
    if (text.size() <= size) {
        return text;
    }
    while (size > 0 && continues(text[size])) {
        --size;
    }
    return text.substr(0, size);
}

}  // namespace softacl::model
