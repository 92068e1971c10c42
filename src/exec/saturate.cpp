// SPDX-License-Identifier: Apache-2.0
#include "exec/saturate.h"

#include <algorithm>
#include <atomic>

#include "base/parallel.h"

namespace softacl::exec {
namespace {

constexpr size_t kLine = 2048;  // numbers that stay in the cache nearest to the processor
constexpr int64_t kWorth = 16;  // lines that are worth a thread

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
    std::atomic<size_t> infinite{0};
    parallel_for(static_cast<int64_t>((count + kLine - 1) / kLine), kWorth, [&](int64_t begin, int64_t end) {
        size_t here = 0;
        const size_t last = std::min(static_cast<size_t>(end) * kLine, count);
        for (size_t done = static_cast<size_t>(begin) * kLine; done < last; done += kLine) {
            here += saturate_line(numbers + done, std::min(kLine, last - done));
        }
        infinite.fetch_add(here, std::memory_order_relaxed);
    });
    return infinite;
}

}  // namespace softacl::exec
