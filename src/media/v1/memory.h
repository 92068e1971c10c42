// SPDX-License-Identifier: Apache-2.0
// Memory that a program names for media.
#pragma once

#include <cstddef>

#include "base/status.h"

namespace softacl::media {

/// Whether work may read and write `needed` bytes from `data` on, of which the program says that it has `size`. 100000
/// if the address is null or the size too small; 107000 if it is not device memory, or its block is smaller. Memory of
/// aclrtMalloc is as good as that of acldvppMalloc. `argument` names the description, or the address itself.
Status check_memory(const char* argument, const void* data, size_t size, size_t needed);

/// Whether `size` bytes of either side can be read, or written: 107000 if not.
Status check_readable(const char* argument, const void* data, size_t size);
Status check_writable(const char* argument, void* data, size_t size);

}  // namespace softacl::media
