// SPDX-License-Identifier: Apache-2.0
// Asks the kernel whether memory can be touched, so that a bad address becomes a code and not a crash.
#pragma once

#include <cstddef>

namespace softacl {

/// How many of the `size` bytes from `address` on can be read.
size_t readable_bytes(const void* address, size_t size);

/// How many of the `size` bytes from `address` on can be written. Nothing is written.
size_t writable_bytes(void* address, size_t size);

}  // namespace softacl
