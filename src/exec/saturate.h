// SPDX-License-Identifier: Apache-2.0
// Saturation: what a processor without infinities makes of numbers that are too large.
#pragma once

#include <cstddef>
#include <cstdint>

namespace softacl::exec {

/// Replaces infinities among float16 numbers by the largest finite number of their sign; how many there were. NaN
/// stays.
size_t saturate_float16(uint16_t* numbers, size_t count);

}  // namespace softacl::exec
