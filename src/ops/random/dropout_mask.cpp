// SPDX-License-Identifier: Apache-2.0
// Dropout in two steps: a bit for each element, the first one in the lowest bit of a byte, and what it does to them.
#include "acl/acl_base.h"
#include "kernels/ref/real.h"
#include "ops/common/reference.h"
#include "ops/common/values.h"
#include "ops/random/common.h"
#include "ops/random/draw.h"

namespace softacl::ops {
namespace {

namespace ref = kernels::ref;
using kernels::Kernel;

constexpr int64_t kBitsInARow = 128;  // masks are filled up to whole rows

// Eight bits, each set with the probability threshold / 2^32.
struct Bits {
    static constexpr int kAtOnce = 1;
    static constexpr int kBlocks = 2;
    uint64_t threshold = 0;

    std::array<unsigned, kAtOnce> operator()(const Stream& stream, uint64_t group) const {
        unsigned byte = 0;
        for (unsigned bit = 0; bit < 8; ++bit) {
            const uint32_t word = stream.block(group * kBlocks + bit / 4)[bit % 4];
            byte |= word < threshold ? 1U << bit : 0U;
        }
        return {byte};
    }
};

Status infer_mask(OpCall& call) {
    SOFTACL_TRY(require_single(call, {1}));
    SOFTACL_TRY(infer_drawn(call, 0, ACL_UINT8));
    const Shape shape = call.outputs[0].shape;
    if (!shape.fits(1)) {
        return call.fail("the input shape ", shape, " is too large");
    }
    const int64_t rows = shape.is_known() ? (shape.elements() + kBitsInARow - 1) / kBitsInARow : -1;
    call.outputs[0].shape = {rows < 0 ? -1 : rows * kBitsInARow / 8};
    return {};
}

Result<kernels::KernelPtr> make_mask(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    SOFTACL_ASSIGN(const Ints dims, required_ints(call, 0));
    return function_kernel(
        call,
        [count = Shape(dims).elements(), bytes = call.outputs[0].shape[0], dtype = call.inputs[1]->dtype,
         sequence = Sequence::of(call)](const Kernel::Buffers& b) mutable -> Status {
            double prob = 0;
            SOFTACL_TRY(read_probabilities(b.inputs[1], dtype, 1, "prob", &prob));
            const Bits bits = {static_cast<uint64_t>(std::llround(prob * 0x1p32))};
            auto* const mask = static_cast<uint8_t*>(b.outputs[0]);
            draw(sequence.take(blocks_for<Bits>(bytes)), bytes, bits, [=](int64_t i, unsigned byte) {
                const int64_t left = std::clamp<int64_t>(count - i * 8, 0, 8);
                mask[i] = static_cast<uint8_t>(byte & ((1U << left) - 1));  // there are no elements beyond
            });
            return {};
        });
}

Status infer_masked(OpCall& call) {
    SOFTACL_TRY(require_single(call, {2}));
    const Shape& x = call.inputs[0]->shape;
    const Shape& mask = call.inputs[1]->shape;
    if (x.is_known() && mask.is_known() && mask.elements() < (x.elements() + 7) / 8) {
        return call.fail("the input mask has ", mask.elements(), " bytes; the ", x.elements(), " elements of x need ",
                         (x.elements() + 7) / 8);
    }
    call.outputs[0] = *call.inputs[0];
    return {};
}

Result<kernels::KernelPtr> make_masked(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    kernels::KernelPtr kernel;
    ref::visit_floats(call.outputs[0].dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        kernel = function_kernel(call,
                                 [count = call.outputs[0].shape.elements(),
                                  dtype = call.inputs[2]->dtype](const Kernel::Buffers& b) -> Status {
                                     double keep = 0;
                                     SOFTACL_TRY(read_probabilities(b.inputs[2], dtype, 1, "keep_prob", &keep));
                                     const auto* const x = static_cast<const T*>(b.inputs[0]);
                                     const auto* const mask = static_cast<const uint8_t*>(b.inputs[1]);
                                     auto* const y = static_cast<T*>(b.outputs[0]);
                                     const auto divisor = static_cast<ref::Real<T>>(keep);
                                     for (int64_t i = 0; i < count; ++i) {
                                         const bool kept = (mask[i / 8] >> (i % 8) & 1U) != 0;
                                         y[i] = kept ? static_cast<T>(static_cast<ref::Real<T>>(x[i]) / divisor) : T();
                                     }
                                     return {};
                                 });
        kernel->reuses_input = 0;
    });
    return kernel;
}

}  // namespace

OpDef declare_DropOutGenMask() {
    return OpDef(
               "DropOutGenMask",
               "A bit for each element of a tensor of this shape, set with the probability prob; zeros follow, up to a "
               "multiple of 128.")
        .input("shape", kIndexes)
        .input("prob", {ACL_FLOAT16, ACL_FLOAT})
        .output("y", {ACL_UINT8})
        .attr("seed", int64_t{0})
        .attr("seed2", int64_t{0})
        .needs_value(0)
        .random()
        .infer(infer_mask)
        .kernel("reference", make_mask);
}

OpDef declare_DropOutDoMask() {
    constexpr DTypes kTypes = {ACL_FLOAT, ACL_FLOAT16, ACL_BF16};
    return OpDef("DropOutDoMask", "x / keep_prob where the bit of mask is set, else 0.")
        .input("x", kTypes)
        .input("mask", {ACL_UINT8})
        .input("keep_prob", kTypes)
        .output("y", kTypes)
        .infer(infer_masked)
        .kernel("reference", make_masked);
}

}  // namespace softacl::ops
