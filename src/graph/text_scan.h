// SPDX-License-Identifier: Apache-2.0
// The characters and words of the text form of graphs, for the parser only.
#pragma once

#include <algorithm>
#include <charconv>
#include <string>
#include <string_view>

#include "base/status.h"
#include "graph/text_names.h"
#include "tensor/dtype.h"

namespace softacl::graph {

/// Characters, tokens and positions.
class Scanner {
   public:
    explicit Scanner(std::string_view text) : text_(text) {}

    size_t position() const { return at_; }

    template <class... Parts>
    Status fail_at(size_t position, const Parts&... parts) const {
        const std::string_view before = text_.substr(0, position);
        const auto line = 1 + std::count(before.begin(), before.end(), '\n');
        const size_t newline = before.rfind('\n');
        const size_t column = newline == std::string_view::npos ? position + 1 : position - newline;
        return fail(ACL_ERROR_INVALID_PARAM, "line ", line, ", column ", column, ": ", softacl::text(parts...));
    }
    Status expected(const std::string& what) {
        if (at_end()) {
            return fail_at(at_, "expected ", what, ", found the end of the text");
        }
        std::string found;
        append_quoted(found, std::string(text_.substr(at_, 12)));
        return fail_at(at_, "expected ", what, ", found ", found);
    }

    void skip_space() {
        while (at_ < text_.size()) {
            if (text_.compare(at_, 2, "//") == 0) {
                at_ = std::min(text_.find('\n', at_), text_.size());
            } else if (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t' || text_[at_] == '\r') {
                ++at_;
            } else {
                return;
            }
        }
    }
    bool at_end() {
        skip_space();
        return at_ == text_.size();
    }
    bool sees(char c) {
        skip_space();
        return at_ < text_.size() && text_[at_] == c;
    }
    bool take(char c) {
        if (!sees(c)) {
            return false;
        }
        ++at_;
        return true;
    }
    Status need(char c) { return take(c) ? Status() : expected(std::string("'") + c + "'"); }

    bool sees_word(const char* word) {
        skip_space();
        return text_.substr(at_, word_length()) == word;
    }
    bool take_word(const char* word) {
        if (!sees_word(word)) {
            return false;
        }
        at_ += word_length();
        return true;
    }
    Status need_word(const char* word) { return take_word(word) ? Status() : expected("'" + std::string(word) + "'"); }
    Result<std::string> word(const std::string& what) {
        skip_space();
        const size_t length = word_length();
        if (length == 0) {
            return expected(what);
        }
        at_ += length;
        return std::string(text_.substr(at_ - length, length));
    }

    Result<std::string> quoted() {
        SOFTACL_TRY(need('"'));
        const size_t begin = at_;
        std::string result;
        for (; at_ < text_.size() && text_[at_] != '"'; ++at_) {
            if (text_[at_] != '\\') {
                result += text_[at_];
                continue;
            }
            ++at_;
            if (at_ < text_.size() && (text_[at_] == '"' || text_[at_] == '\\')) {
                result += text_[at_];
                continue;
            }
            unsigned byte = 0;
            const std::string_view digits = text_.substr(std::min(at_ + 1, text_.size()), 2);
            if (text_.substr(at_, 1) != "x" || digits.size() != 2 ||
                std::from_chars(digits.data(), digits.data() + 2, byte, 16).ptr != digits.data() + 2) {
                return fail_at(at_, "a \\ in quotes stands before \", \\ or x with two hexadecimal digits");
            }
            result += static_cast<char>(byte);
            at_ += 2;
        }
        if (at_ == text_.size()) {
            return fail_at(begin - 1, "the quotes are not closed");
        }
        ++at_;
        return result;
    }

    template <class T>
    Result<T> number() {
        skip_space();
        if constexpr (std::is_same_v<T, bool>) {
            if (take_word("true")) {
                return true;
            }
            return take_word("false") ? Result<T>(false) : expected("true or false");
        } else if constexpr (std::is_class_v<T>) {  // 16-bit floats
            SOFTACL_ASSIGN(const float value, number<float>());
            return T(value);
        } else {
            T value{};
            const char* begin = text_.data() + at_;
            const auto [end, error] = std::from_chars(begin, text_.data() + text_.size(), value);
            if (error == std::errc::invalid_argument) {
                return expected("a number");
            }
            if (error != std::errc()) {
                return fail_at(at_, "the number does not fit into ", name_of(dtype_of<T>()));
            }
            at_ += static_cast<size_t>(end - begin);
            return value;
        }
    }

    /// `item` (item, ...) until `close`, which is taken; the opening bracket was taken already.
    template <class Item>
    Status list(char close, Item item) {
        if (take(close)) {
            return {};
        }
        do {
            SOFTACL_TRY(item());
        } while (take(','));
        return need(close);
    }

   private:
    size_t word_length() const {
        size_t end = at_;
        while (end < text_.size() && is_name_character(text_[end])) {
            ++end;
        }
        return end - at_;
    }

    std::string_view text_;
    size_t at_ = 0;
};

}  // namespace softacl::graph
