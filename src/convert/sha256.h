// SPDX-License-Identifier: Apache-2.0
// SHA-256, which says which file a model was made from.
#pragma once

#include <cstddef>
#include <string>

namespace softacl::convert {

/// 64 hexadecimal digits; empty if the library refuses.
std::string sha256(const void* data, size_t size);

}  // namespace softacl::convert
