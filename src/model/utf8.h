// SPDX-License-Identifier: Apache-2.0
// Names are UTF-8: other readers of the format refuse or mangle anything else.
#pragma once

#include <string>

namespace softacl::model {

bool is_utf8(const std::string& text);

/// At most `size` bytes, without a torn character at the end. The text must be UTF-8.
std::string cut_utf8(const std::string& text, size_t size);

}  // namespace softacl::model
