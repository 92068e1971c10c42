// SPDX-License-Identifier: Apache-2.0
#include "exec/saturate.h"

#include <algorithm>

namespace softacl::exec {
namespace {

constexpr size_t kLine = 2048;  // numbers that stay in the cache nearest to the processor

// No branch, and a counter as narrow as the numbers: the compiler makes vectors of it.
uint16_t saturate_line(uint16_t* numbers, size_t count) {
    uint16_t infinite = 0;
    for (size_t i = 0; i < count; ++i) {
        const auto is_infinite = static_cast<uint16_t>((numbers[i] & 0x7fff) == 0x7c00 ? 1 : 0);
        numbers[i] = static_cast<uint16_t>(numbers[i] - is_infinite);
        infinite = static_cast<uint16_t>(infinite + is_infinite);
    }
    return infinite;
}

}  // namespace

size_t saturate_float16(uint16_t* numbers, size_t count) {
    size_t infinite = 0;
    for (size_t done = 0; done < count; done += kLine) {
        infinite += saturate_line(numbers + done, std::min(kLine, count - done));
    }
    return infinite;
}

}  // namespace softacl::exec
