// SPDX-License-Identifier: Apache-2.0
// Blocks of positions become batches, and batches become blocks again.
#include <cstring>

#include "kernels/ref/strided.h"
#include "ops/common/attribute_form.h"
#include "ops/common/copy.h"
#include "ops/common/infer.h"
#include "ops/common/reference.h"
#include "ops/common/values.h"

namespace softacl::ops {
namespace {

using kernels::Kernel;

// The batch is the first dimension; the blocks are in those behind it.
constexpr size_t kFirst = 1;
struct Blocks {
    Ints sizes;
    Ints borders;  // before and after each: what is added, or cut off
};

// Operators of four dimensions have one size of blocks.
bool is_flat(const OpCall& call) { return call.attrs.has("block_size"); }
size_t borders_input(const OpCall& call) { return call.op->inputs().size() - 1; }

Result<std::optional<Blocks>> blocks_of(const OpCall& call) {
    const Shape& x = call.inputs[0]->shape;
    Blocks blocks;
    if (is_flat(call)) {
        if (x.rank() != 4) {
            return call.fail("the input x has the shape ", x, "; expected four dimensions");
        }
        blocks.sizes = Ints(2, call.attrs.at<int64_t>("block_size"));
    } else {
        const auto sizes = known_ints(call, 1);
        if (!sizes) {
            return std::optional<Blocks>();
        }
        blocks.sizes = *sizes;
    }
    const auto borders = known_ints(call, borders_input(call));
    if (!borders) {
        return std::optional<Blocks>();
    }
    blocks.borders = *borders;
    const size_t count = blocks.sizes.size();
    if (blocks.borders.size() != 2 * count || kFirst + count > x.rank()) {
        return call.fail("there are ", count, " sizes of blocks and ", blocks.borders.size(), " ",
                         input_name(call, borders_input(call)), " for x of the shape ", x,
                         "; expected two for each size, and a batch before the blocks");
    }
    constexpr int64_t kLimit = int64_t{1} << 31;
    for (size_t i = 0; i < count; ++i) {
        const int64_t before = blocks.borders[2 * i];
        const int64_t after = blocks.borders[2 * i + 1];
        if (blocks.sizes[i] < 1 || blocks.sizes[i] > kLimit || before < 0 || before > kLimit || after < 0 ||
            after > kLimit) {
            return call.fail("blocks of ", blocks.sizes[i], " with ", before, " and ", after, " are not possible");
        }
    }
    return std::optional<Blocks>(std::move(blocks));
}

Result<int64_t> batches_of(const OpCall& call, const Blocks& blocks) {
    int64_t count = 1;
    for (const int64_t size : blocks.sizes) {
        if (__builtin_mul_overflow(count, size, &count) || count > int64_t{1} << 24) {
            return call.fail("blocks of ", Shape(blocks.sizes), " are too large");
        }
    }
    return count;
}

Status infer_to_batch(OpCall& call) {
    const Shape& x = call.inputs[0]->shape;
    call.outputs[0] = {call.inputs[0]->dtype, unknown_shape(x.rank()), call.inputs[0]->format};
    SOFTACL_ASSIGN(const auto blocks, blocks_of(call));
    if (!blocks) {
        return {};
    }
    SOFTACL_ASSIGN(const int64_t count, batches_of(call, *blocks));
    Shape& y = call.outputs[0].shape;
    y = x;
    y[0] = x[0] < 0 ? -1 : x[0] * count;
    for (size_t i = 0; i < blocks->sizes.size(); ++i) {
        const size_t axis = kFirst + i;
        const int64_t padded = x[axis] + blocks->borders[2 * i] + blocks->borders[2 * i + 1];
        if (x[axis] >= 0 && padded % blocks->sizes[i] != 0) {
            return call.fail("dimension ", axis, " of x ", x, " is ", padded,
                             " with its paddings, which is no multiple of ", blocks->sizes[i]);
        }
        y[axis] = x[axis] < 0 ? -1 : padded / blocks->sizes[i];
    }
    return {};
}

Status infer_to_space(OpCall& call) {
    const Shape& x = call.inputs[0]->shape;
    call.outputs[0] = {call.inputs[0]->dtype, unknown_shape(x.rank()), call.inputs[0]->format};
    SOFTACL_ASSIGN(const auto blocks, blocks_of(call));
    if (!blocks) {
        return {};
    }
    SOFTACL_ASSIGN(const int64_t count, batches_of(call, *blocks));
    if (x[0] >= 0 && x[0] % count != 0) {
        return call.fail("there are ", x[0], " batches, which is no multiple of ", count);
    }
    Shape& y = call.outputs[0].shape;
    y = x;
    y[0] = x[0] < 0 ? -1 : x[0] / count;
    for (size_t i = 0; i < blocks->sizes.size(); ++i) {
        const size_t axis = kFirst + i;
        if (x[axis] < 0) {
            continue;
        }
        const bool fits = Shape{x[axis], blocks->sizes[i]}.fits(1);
        y[axis] = fits ? x[axis] * blocks->sizes[i] - blocks->borders[2 * i] - blocks->borders[2 * i + 1] : -1;
        if (y[axis] < 0) {
            return call.fail("the crops ", blocks->borders[2 * i], " and ", blocks->borders[2 * i + 1],
                             " are not within blocks of ", blocks->sizes[i], " in dimension ", axis, " of x ", x);
        }
    }
    return {};
}

// Position (batch, p) of the side with blocks is position (batch of the block, p / size) of the other.
template <bool kToBatch>
Result<kernels::KernelPtr> make_blocks(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    SOFTACL_ASSIGN(const auto blocks, blocks_of(call));
    if (!blocks) {
        return call.fail("sizes and borders of the blocks must be known before the model runs");
    }
    const Shape& space = call.inputs[0]->shape;
    const Shape& wide = kToBatch ? space : call.outputs[0].shape;  // with the blocks in place
    const Shape& batched = kToBatch ? call.outputs[0].shape : space;
    const kernels::Strides wide_strides = kernels::row_strides(wide);
    const kernels::Strides batched_strides = kernels::row_strides(batched);
    // One copy for each place in a block: all positions that lie at that place of theirs.
    std::vector<StridedCopy> copies;
    SOFTACL_ASSIGN(const int64_t count, batches_of(call, *blocks));
    for (int64_t place = 0; place < count && wide.elements() != 0; ++place) {
        StridedCopy copy{0, 0, wide, wide_strides, batched_strides};
        copy.to_offset = place * wide[0] * batched_strides[0];
        int64_t rest = place;
        for (size_t i = blocks->sizes.size(); i-- > 0;) {
            const size_t axis = kFirst + i;
            const int64_t size = blocks->sizes[i];
            const int64_t shift = rest % size - blocks->borders[2 * i];  // of the first block's place in the wide one
            rest /= size;
            const int64_t first = shift >= 0 ? 0 : (-shift + size - 1) / size;  // the first block that is inside
            const int64_t begin = first * size + shift;
            copy.shape[axis] = begin >= wide[axis] ? 0 : (wide[axis] - 1 - begin) / size + 1;
            copy.from_offset += begin * wide_strides[axis];
            copy.to_offset += first * batched_strides[axis];
            copy.from[axis] = size * wide_strides[axis];
        }
        if (copy.shape.elements() == 0) {
            continue;
        }
        if (!kToBatch) {
            std::swap(copy.from, copy.to);
            std::swap(copy.from_offset, copy.to_offset);
        }
        copies.push_back(std::move(copy));
    }
    SOFTACL_ASSIGN(auto copy, copy_kernel(call, copies));
    const std::shared_ptr<Kernel> shared = std::move(copy);
    return function_kernel(call, [shared, bytes = call.outputs[0].bytes()](const Kernel::Buffers& b) -> Status {
        std::memset(b.outputs[0], 0, bytes);
        return shared->run(b);
    });
}

template <bool kToBatch>
OpDef declare_blocks(const char* name, const char* doc) {
    return OpDef(name, doc)
        .infer(kToBatch ? infer_to_batch : infer_to_space)
        .kernel("reference", make_blocks<kToBatch>);
}

template <bool kToBatch>
OpDef declare_nd(const char* name, const char* doc, const char* borders) {
    return declare_blocks<kToBatch>(name, doc)
        .input("x", kAny)
        .input("block_shape", kIndexes)
        .input(borders, kIndexes)
        .output("y", kAny)
        .needs_value(1)
        .needs_value(2);
}

template <bool kToBatch>
OpDef declare_flat(const char* name, const char* doc, const char* borders) {
    return declare_blocks<kToBatch>(name, doc)
        .input("x", kAny)
        .input(borders, kIndexes)
        .output("y", kAny)
        .required_attr("block_size", int64_t{})
        .needs_value(1);
}

template <const AttributeForm& kForm>
OpDef declare_d(const OpDef& base, const char* name, const char* sizes, const Attr& size, const char* borders) {
    return attribute_form<kForm>(base, OpDef(name, std::string(kForm.base) + " whose numbers are attributes.")
                                           .input("x", kAny)
                                           .output("y", kAny)
                                           .required_attr(sizes, size)
                                           .required_attr(borders, Ints{}));
}
constexpr AttributeForm kToBatchNd = {"SpaceToBatchND"};
constexpr AttributeForm kToSpaceNd = {"BatchToSpaceND"};
constexpr AttributeForm kToBatch = {"SpaceToBatch"};
constexpr AttributeForm kToSpace = {"BatchToSpace"};

}  // namespace

OpDef declare_SpaceToBatchND() {
    return declare_nd<true>("SpaceToBatchND", "The places of blocks of x, with zeros around it, as batches.",
                            "paddings");
}
OpDef declare_BatchToSpaceND() {
    return declare_nd<false>("BatchToSpaceND", "Batches of x as places of blocks, from which crops are cut off.",
                             "crops");
}
OpDef declare_SpaceToBatch() {
    return declare_flat<true>("SpaceToBatch", "The places of square blocks, with zeros around x, as batches.",
                              "paddings");
}
OpDef declare_BatchToSpace() {
    return declare_flat<false>("BatchToSpace", "Batches as places of square blocks, from which crops are cut off.",
                               "crops");
}
OpDef declare_SpaceToBatchNDD() {
    return declare_d<kToBatchNd>(declare_SpaceToBatchND(), "SpaceToBatchNDD", "block_shape", Ints{}, "paddings");
}
OpDef declare_BatchToSpaceNDD() {
    return declare_d<kToSpaceNd>(declare_BatchToSpaceND(), "BatchToSpaceNDD", "block_shape", Ints{}, "crops");
}
OpDef declare_SpaceToBatchD() {
    return declare_d<kToBatch>(declare_SpaceToBatch(), "SpaceToBatchD", "block_size", int64_t{}, "paddings");
}
OpDef declare_BatchToSpaceD() {
    return declare_d<kToSpace>(declare_BatchToSpace(), "BatchToSpaceD", "block_size", int64_t{}, "crops");
}

}  // namespace softacl::ops
