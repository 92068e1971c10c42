// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "place.h"

namespace softacl::python {

// An attribute of NumPy, which is imported at use only: most programs get by without it.
Ref numpy(const char* attribute);

// Rejects an address from which `size` bytes cannot be read.
Verdict check_readable(const void* address, std::size_t size, const Place& place);

}  // namespace softacl::python
