// SPDX-License-Identifier: Apache-2.0
#include "ops/random/sequence.h"

#include <random>

namespace softacl::ops {

Sequence Sequence::of(int64_t seed, int64_t seed2) {
    if (seed == 0 && seed2 == 0) {
        // Asked for each kernel, so that children of a process do not go on with its numbers.
        std::random_device device;
        const auto word = [&device] { return uint64_t{device()} << 32 | device(); };
        const uint64_t key = word();
        return {key, word()};
    }
    return {static_cast<uint64_t>(seed), static_cast<uint64_t>(seed2)};
}

Sequence Sequence::of(const OpCall& call) {
    return of(call.attrs.at<int64_t>("seed"), call.attrs.at<int64_t>("seed2"));
}

}  // namespace softacl::ops
