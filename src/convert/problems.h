// SPDX-License-Identifier: Apache-2.0
// What is wrong with a conversion, as coded messages: all of it, not the first.
#pragma once

#include <string>
#include <vector>

#include "base/status.h"

namespace softacl::convert {

/// The codes of messages. They are stable: scripts look for them.
namespace code {
inline constexpr const char* kOptionValue = "CPU-101";
inline constexpr const char* kInputShape = "CPU-102";
inline constexpr const char* kOptionMissing = "CPU-103";
inline constexpr const char* kOptionUnknown = "CPU-104";
inline constexpr const char* kOptionsExclude = "CPU-105";
inline constexpr const char* kNameUnknown = "CPU-106";
inline constexpr const char* kGearDims = "CPU-110";
inline constexpr const char* kGears = "CPU-111";
inline constexpr const char* kAipp = "CPU-120";
inline constexpr const char* kOpListSyntax = "CPU-130";
inline constexpr const char* kOpList = "CPU-131";
inline constexpr const char* kFile = "CPU-140";
inline constexpr const char* kCaffe = "CPU-150";
inline constexpr const char* kTensorFlow = "CPU-151";
inline constexpr const char* kOnnx = "CPU-152";
inline constexpr const char* kNotSupported = "CPU-160";
inline constexpr const char* kInternal = "CPU-900";
inline constexpr const char* kNoParser = "E19010";
}  // namespace code

struct Problem {
    std::string code;
    std::string text;  ///< one line: what, which value, why, and how to mend it
    std::string node;  ///< whose conversion it was; empty: none
};

/// Collects problems and warnings. One thread.
class Problems {
   public:
    template <class... Parts>
    void add(const char* code, const Parts&... parts) {
        append(list_, code, text(parts...));
    }
    /// For what may well be meant so.
    template <class... Parts>
    void warn(const char* code, const Parts&... parts) {
        append(warnings_, code, text(parts...));
    }

    /// What comes next is about this node, until another one, or none (""), is named.
    void set_node(const std::string& name) { node_ = name; }

    bool empty() const { return list_.empty(); }
    const std::vector<Problem>& list() const { return list_; }
    const std::vector<Problem>& warnings() const { return warnings_; }
    /// All of them, those that were left out as well.
    size_t count() const { return list_.size() + left_out_; }
    /// How many were left out, because nobody reads so many.
    size_t left_out() const { return left_out_; }

    /// Success, or everything as one message of lines "CODE: text".
    Status status() const;

   private:
    void append(std::vector<Problem>& to, const char* code, const std::string& line);

    std::vector<Problem> list_;
    std::vector<Problem> warnings_;
    size_t left_out_ = 0;
    std::string node_;
};

/// Names come from files: control characters are written as "\x0a", so that a message stays one line, and bytes above
/// 127, too, unless the line is UTF-8.
std::string printable(const std::string& line);

}  // namespace softacl::convert
