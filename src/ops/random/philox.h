// SPDX-License-Identifier: Apache-2.0
// The generator of all random numbers: Philox 4x32 of ten rounds (Salmon, Moraes, Dror, Shaw: Parallel Random Numbers:
// As Easy as 1, 2, 3; 2011).
//
// It has no state: a key and a counter of 128 bits become four words. So any part of a sequence can be computed alone,
// and results depend neither on the number of threads nor on who computes which part.
#pragma once

#include <array>
#include <cstdint>

namespace softacl::ops {

struct PhiloxCounter {
    uint64_t low = 0;
    uint64_t high = 0;

    /// The counter so many blocks later.
    PhiloxCounter plus(uint64_t blocks) const {
        const uint64_t sum = low + blocks;
        return {sum, high + (sum < low ? 1U : 0U)};
    }
};

using PhiloxBlock = std::array<uint32_t, 4>;

/// Words of counter and key: the low halves first.
inline PhiloxBlock philox(uint64_t key, PhiloxCounter counter) {
    constexpr uint64_t kFactor0 = 0xD2511F53U;
    constexpr uint64_t kFactor2 = 0xCD9E8D57U;
    constexpr uint32_t kStep0 = 0x9E3779B9U;
    constexpr uint32_t kStep1 = 0xBB67AE85U;
    constexpr int kRounds = 10;
    PhiloxBlock x = {static_cast<uint32_t>(counter.low), static_cast<uint32_t>(counter.low >> 32),
                     static_cast<uint32_t>(counter.high), static_cast<uint32_t>(counter.high >> 32)};
    auto key0 = static_cast<uint32_t>(key);
    auto key1 = static_cast<uint32_t>(key >> 32);
    for (int round = 0; round < kRounds; ++round) {
        const uint64_t product0 = kFactor0 * x[0];
        const uint64_t product2 = kFactor2 * x[2];
        x = {static_cast<uint32_t>(product2 >> 32) ^ x[1] ^ key0, static_cast<uint32_t>(product2),
             static_cast<uint32_t>(product0 >> 32) ^ x[3] ^ key1, static_cast<uint32_t>(product0)};
        key0 += kStep0;
        key1 += kStep1;
    }
    return x;
}

}  // namespace softacl::ops
