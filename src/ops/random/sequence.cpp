// SPDX-License-Identifier: Apache-2.0
#include "ops/random/sequence.h"

#include <atomic>
#include <random>

namespace softacl::ops {
namespace {

uint64_t entropy() {
    std::random_device device;
    const uint64_t low = device();
    return low | uint64_t{device()} << 32;
}

}  // namespace

Sequence Sequence::of(int64_t seed, int64_t seed2) {
    if (seed == 0 && seed2 == 0) {
        // One key for the process; the upper half of the counter tells its kernels apart.
        static const uint64_t key = entropy();
        static std::atomic<uint64_t> next{entropy()};
        return {key, next++};
    }
    return {static_cast<uint64_t>(seed), static_cast<uint64_t>(seed2)};
}

Sequence Sequence::of(const OpCall& call) {
    return of(call.attrs.at<int64_t>("seed"), call.attrs.at<int64_t>("seed2"));
}

}  // namespace softacl::ops
