// SPDX-License-Identifier: Apache-2.0
// Names are UTF-8: other readers of the format refuse or mangle anything else.
#pragma once

#include <string>

namespace softacl::model {

bool is_utf8(const std::string& text);

/// The characters U+0000 to U+00FF, one for each byte.
std::string utf8_of_bytes(const std::string& bytes);

/// At most `size` bytes, without a torn character at the end. The text must be UTF-8.
std::string cut_utf8(const std::string& text, size_t size);

}  // namespace softacl::model
