// SPDX-License-Identifier: Apache-2.0
// Elements in the opposite order: along whole axes, or in each row as far as it is long.
#include <algorithm>
#include <cstring>

#include "ops/common/attribute_form.h"
#include "ops/common/copy.h"
#include "ops/common/importing.h"
#include "ops/common/indexes.h"
#include "ops/common/infer.h"
#include "ops/common/reference.h"
#include "ops/common/values.h"

namespace softacl::ops {
namespace {

using kernels::Kernel;

Status infer_reverse(OpCall& call) {
    if (const auto axes = known_ints(call, 1)) {
        SOFTACL_TRY(normal_axes(call, *axes, call.inputs[0]->shape.rank()).status());
    }
    return same_as_first(call);
}

Result<kernels::KernelPtr> make_reverse(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    const Shape& x = call.inputs[0]->shape;
    SOFTACL_ASSIGN(const Ints values, required_ints(call, 1));
    SOFTACL_ASSIGN(const auto axes, normal_axes(call, values, x.rank()));
    StridedCopy copy{0, 0, x, kernels::row_strides(x), kernels::row_strides(x)};
    for (const size_t axis : axes) {
        copy.from_offset += x[axis] > 0 ? (x[axis] - 1) * copy.from[axis] : 0;
        copy.from[axis] = -copy.from[axis];
    }
    return copy_kernel(call, {copy});
}

Status infer_reverse_sequence(OpCall& call) {
    const Shape& x = call.inputs[0]->shape;
    const Shape& lengths = call.inputs[1]->shape;
    SOFTACL_ASSIGN(const size_t along, normal_axis(call, call.attrs.at<int64_t>("seq_dim"), x.rank()));
    SOFTACL_ASSIGN(const size_t batch, normal_axis(call, call.attrs.at<int64_t>("batch_dim"), x.rank()));
    if (along == batch) {
        return call.fail("the attributes seq_dim and batch_dim are both ", along);
    }
    if (lengths.rank() != 1 || (lengths[0] != x[batch] && lengths[0] >= 0 && x[batch] >= 0)) {
        return call.fail("the input seq_lengths has the shape ", lengths, "; expected one number for each of ",
                         x[batch], " rows");
    }
    return same_as_first(call);
}

Result<kernels::KernelPtr> make_reverse_sequence(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    const Shape& x = call.inputs[0]->shape;
    SOFTACL_ASSIGN(const size_t along, normal_axis(call, call.attrs.at<int64_t>("seq_dim"), x.rank()));
    SOFTACL_ASSIGN(const size_t batch, normal_axis(call, call.attrs.at<int64_t>("batch_dim"), x.rank()));
    const kernels::Strides strides = kernels::row_strides(x);
    // Every axis but these two, and the batch, as one walk per row.
    Shape others = x;
    others[along] = others[batch] = 1;
    const kernels::StridedLoop<1> loop(others, {strides});
    kernels::KernelPtr kernel;
    visit_size(call.inputs[0]->dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        kernel = function_kernel(call,
                                 [=, type = call.inputs[1]->dtype, row = strides[batch],
                                  step = strides[along]](const Kernel::Buffers& buffers) -> Status {
                                     const Indexes lengths(buffers.inputs[1], type);
                                     for (int64_t i = 0; i < x[batch]; ++i) {
                                         const int64_t length = lengths[i];
                                         if (length < 0 || length > x[along]) {
                                             return import_fail("length ", length, " of row ", i,
                                                                " is not within a dimension of ", x[along]);
                                         }
                                         loop.run([&](const auto& at, int64_t count, const auto& steps) {
                                             for (int64_t j = 0; j < count; ++j) {
                                                 const int64_t offset = at[0] + j * steps[0] + i * row;
                                                 const T* from = static_cast<const T*>(buffers.inputs[0]) + offset;
                                                 T* to = static_cast<T*>(buffers.outputs[0]) + offset;
                                                 for (int64_t k = 0; k < x[along]; ++k) {
                                                     to[k * step] = from[(k < length ? length - 1 - k : k) * step];
                                                 }
                                             }
                                         });
                                     }
                                     return {};
                                 });
    });
    return kernel;
}

Imported import_reverse_sequence(Importer& graph, const ForeignNode& node) {
    return one(graph.add("ReverseSequence", node.inputs,
                         {{"seq_dim", node.attrs.get<int64_t>("time_axis", 0)},
                          {"batch_dim", node.attrs.get<int64_t>("batch_axis", 1)}}));
}

constexpr AttributeForm kReverseV2 = {"ReverseV2"};

}  // namespace

OpDef declare_ReverseV2() {
    return OpDef("ReverseV2", "x in the opposite order along the axes.")
        .input("x", kAny)
        .input("axis", kIndexes)
        .output("y", kAny)
        .needs_value(1)
        .infer(infer_reverse)
        .kernel("reference", make_reverse);
}

OpDef declare_ReverseSequence() {
    return OpDef("ReverseSequence", "The first seq_lengths[i] elements along seq_dim of each row i in opposite order.")
        .input("x", kAny)
        .input("seq_lengths", kIndexes)
        .output("y", kAny)
        .required_attr("seq_dim", int64_t{})
        .attr("batch_dim", int64_t{0})
        .infer(infer_reverse_sequence)
        .kernel("reference", make_reverse_sequence)
        .onnx("ReverseSequence", import_reverse_sequence);
}

OpDef declare_ReverseV2D() {
    return attribute_form<kReverseV2>(declare_ReverseV2(), OpDef("ReverseV2D", "ReverseV2 whose axes are an attribute.")
                                                               .input("x", kAny)
                                                               .output("y", kAny)
                                                               .required_attr("axis", Ints{}));
}

}  // namespace softacl::ops
