// SPDX-License-Identifier: Apache-2.0
// Rows in another order.
#include <cstring>

#include "ops/common/infer.h"
#include "ops/common/reference.h"
#include "ops/common/values.h"
#include "ops/random/draw.h"

namespace softacl::ops {
namespace {

using kernels::Kernel;

constexpr DTypes kShuffled = {ACL_INT64, ACL_INT32,   ACL_UINT16, ACL_INT16,  ACL_UINT8,
                              ACL_INT8,  ACL_FLOAT16, ACL_FLOAT,  ACL_DOUBLE, ACL_BOOL};

// Fisher and Yates: each row, from the last one, changes places with one up to itself.
Result<kernels::KernelPtr> make_shuffle(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    const Shape& x = call.inputs[0]->shape;
    const int64_t rows = x.elements() == 0 ? 0 : x.rank() == 0 ? 1 : x[0];
    const size_t bytes = rows == 0 ? 0 : call.outputs[0].bytes() / static_cast<size_t>(rows);
    auto kernel = function_kernel(call, [=, sequence = Sequence::of(call)](const Kernel::Buffers& b) mutable -> Status {
        auto* const order = static_cast<int64_t*>(b.scratch);
        for (int64_t i = 0; i < rows; ++i) {
            order[i] = i;
        }
        const Stream stream = sequence.take((static_cast<uint64_t>(rows) + 1) / 2);
        for (int64_t i = rows - 1; i > 0; --i) {
            const PhiloxBlock words = stream.block(static_cast<uint64_t>(i) / 2);
            const uint64_t word = i % 2 == 0 ? joined(words[0], words[1]) : joined(words[2], words[3]);
            std::swap(order[i], order[scaled(word, static_cast<uint64_t>(i) + 1)]);
        }
        const auto* const from = static_cast<const char*>(b.inputs[0]);
        auto* const to = static_cast<char*>(b.outputs[0]);
        for (int64_t i = 0; i < rows; ++i) {
            std::memcpy(to + static_cast<size_t>(i) * bytes, from + static_cast<size_t>(order[i]) * bytes, bytes);
        }
        return {};
    });
    kernel->scratch_bytes = static_cast<size_t>(rows) * sizeof(int64_t);
    return kernel;
}

}  // namespace

OpDef declare_RandomShuffle() {
    return OpDef("RandomShuffle", "The rows of x in another order.")
        .input("x", kShuffled)
        .output("y", kShuffled)
        .attr("seed", int64_t{0})
        .attr("seed2", int64_t{0})
        .random()
        .infer(same_as_first)
        .kernel("reference", make_shuffle);
}

}  // namespace softacl::ops
