// SPDX-License-Identifier: Apache-2.0
// Which numbers a kernel draws in its first run, and in those that follow.
#pragma once

#include "ops/op_def.h"
#include "ops/random/philox.h"

namespace softacl::ops {

/// The blocks of one run.
struct Stream {
    uint64_t key = 0;
    PhiloxCounter start;

    PhiloxBlock block(uint64_t index) const { return philox(key, start.plus(index)); }
};

/// What a prepared kernel keeps between its runs, each of which goes on where the one before it ended.
class Sequence {
   public:
    /// Two seeds choose one of 2^128 sequences. If both are 0 the system chooses one by chance.
    static Sequence of(int64_t seed, int64_t seed2);
    /// By the attributes seed and seed2.
    static Sequence of(const OpCall& call);

    Stream take(uint64_t blocks) {
        const Stream stream = {key_, next_};
        next_ = next_.plus(blocks);
        return stream;
    }

   private:
    Sequence(uint64_t key, uint64_t high) : key_(key), next_{0, high} {}
    uint64_t key_;
    PhiloxCounter next_;
};

}  // namespace softacl::ops
