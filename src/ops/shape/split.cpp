// SPDX-License-Identifier: Apache-2.0
// One tensor becomes several.
#include <algorithm>

#include "ops/caffe/imports.h"
#include "ops/common/attribute_form.h"
#include "ops/common/copy.h"
#include "ops/common/importing.h"
#include "ops/common/infer.h"
#include "ops/common/values.h"

namespace softacl::ops {
namespace {

// The shape along the axis of each part, from its sizes; one size may be -1 for what remains.
Status set_parts(OpCall& call, size_t input, size_t axis, Ints sizes) {
    const TensorType& x = *call.inputs[input];
    const int64_t dim = x.shape[axis];
    const Ints given = sizes;
    int64_t sum = 0;
    size_t open = sizes.size();
    for (size_t i = 0; i < sizes.size(); ++i) {
        if (sizes[i] < -1 || sizes[i] > (int64_t{1} << 40) || (sizes[i] == -1 && open != sizes.size())) {
            return call.fail("the sizes ", Shape(given), " of the parts are not possible");
        }
        open = sizes[i] == -1 ? i : open;
        sum += std::max<int64_t>(sizes[i], 0);
    }
    if (open != sizes.size() && dim >= 0) {
        sizes[open] = dim - sum;
        sum = std::max(dim, sum);
    }
    if (dim >= 0 && (sum != dim || sizes.size() != call.outputs.size())) {
        return call.fail("parts of the sizes ", Shape(given), " are not the ", dim, " of dimension ", axis, " of ",
                         x.shape, " in ", call.outputs.size(), " outputs");
    }
    for (size_t i = 0; i < call.outputs.size(); ++i) {
        call.outputs[i] = x;
        call.outputs[i].shape[axis] = i < sizes.size() ? sizes[i] : -1;
    }
    return {};
}

Status check_output_count(const OpCall& call, const char* attr) {
    const auto count = call.attrs.at<int64_t>(attr);
    if (count != static_cast<int64_t>(call.outputs.size()) || count < 1) {
        return call.fail("the attribute ", attr, " is ", count, ", but there are ", call.outputs.size(), " outputs");
    }
    return {};
}

void set_unknown(OpCall& call, size_t input, size_t rank) {
    for (TensorType& output : call.outputs) {
        output = {call.inputs[input]->dtype, unknown_shape(rank)};
    }
}

// SplitV: x, size_splits, split_dim.
Status infer_split_v(OpCall& call) {
    SOFTACL_TRY(check_output_count(call, "num_split"));
    SOFTACL_ASSIGN(const auto dim, known_int(call, 2));
    const size_t rank = call.inputs[0]->shape.rank();
    auto sizes = known_ints(call, 1);
    if (!dim) {
        set_unknown(call, 0, rank);
        return {};
    }
    SOFTACL_ASSIGN(const size_t axis, normal_axis(call, *dim, rank));
    if (!sizes) {
        for (TensorType& output : call.outputs) {
            output = *call.inputs[0];
            output.shape[axis] = -1;
        }
        return {};
    }
    return set_parts(call, 0, axis, std::move(*sizes));
}

// Split: split_dim, x; equal parts.
Status infer_split(OpCall& call) {
    SOFTACL_TRY(check_output_count(call, "num_split"));
    SOFTACL_ASSIGN(const auto dim, known_int(call, 0));
    const Shape& x = call.inputs[1]->shape;
    if (!dim) {
        set_unknown(call, 1, x.rank());
        return {};
    }
    SOFTACL_ASSIGN(const size_t axis, normal_axis(call, *dim, x.rank()));
    const auto parts = static_cast<int64_t>(call.outputs.size());
    if (x[axis] >= 0 && x[axis] % parts != 0) {
        return call.fail("dimension ", axis, " of ", x, " does not split into ", parts, " equal parts");
    }
    return set_parts(call, 1, axis, Ints(call.outputs.size(), x[axis] < 0 ? 0 : x[axis] / parts));
}

Result<kernels::KernelPtr> make_parts(const OpCall& call, size_t input, size_t axis) {
    SOFTACL_TRY(require_known_shapes(call));
    const kernels::Strides from = kernels::row_strides(call.inputs[input]->shape);
    std::vector<StridedCopy> copies;
    int64_t offset = 0;
    for (size_t i = 0; i < call.outputs.size(); ++i) {
        const Shape& part = call.outputs[i].shape;
        copies.push_back({input, i, part, from, kernels::row_strides(part), offset * from[axis]});
        offset += part[axis];
    }
    return copy_kernel(call, copies);
}

Result<kernels::KernelPtr> make_split_v(const OpCall& call) {
    SOFTACL_ASSIGN(const int64_t dim, required_int(call, 2));
    SOFTACL_ASSIGN(const size_t axis, normal_axis(call, dim, call.inputs[0]->shape.rank()));
    return make_parts(call, 0, axis);
}
Result<kernels::KernelPtr> make_split(const OpCall& call) {
    SOFTACL_ASSIGN(const int64_t dim, required_int(call, 0));
    SOFTACL_ASSIGN(const size_t axis, normal_axis(call, dim, call.inputs[1]->shape.rank()));
    return make_parts(call, 1, axis);
}

Status infer_unpack(OpCall& call) {
    SOFTACL_TRY(check_output_count(call, "num"));
    const Shape& x = call.inputs[0]->shape;
    SOFTACL_ASSIGN(const size_t axis, normal_axis(call, call.attrs.at<int64_t>("axis"), x.rank()));
    if (x[axis] >= 0 && x[axis] != static_cast<int64_t>(call.outputs.size())) {
        return call.fail("dimension ", axis, " of ", x, " does not make ", call.outputs.size(), " outputs");
    }
    std::vector<int64_t> dims = x.dims();
    dims.erase(dims.begin() + static_cast<std::ptrdiff_t>(axis));
    for (TensorType& output : call.outputs) {
        output = {call.inputs[0]->dtype, Shape(dims)};
    }
    return {};
}

Result<kernels::KernelPtr> make_unpack(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    const Shape& x = call.inputs[0]->shape;
    SOFTACL_ASSIGN(const size_t axis, normal_axis(call, call.attrs.at<int64_t>("axis"), x.rank()));
    kernels::Strides from = kernels::row_strides(x);
    const int64_t slice = from[axis];
    from.erase(from.begin() + static_cast<std::ptrdiff_t>(axis));
    std::vector<StridedCopy> copies;
    for (size_t i = 0; i < call.outputs.size(); ++i) {
        const Shape& y = call.outputs[i].shape;
        copies.push_back({0, i, y, from, kernels::row_strides(y), static_cast<int64_t>(i) * slice});
    }
    return copy_kernel(call, copies);
}

// Without sizes the parts are equal; since opset 18 the last may be smaller.
Imported import_split(Importer& graph, const ForeignNode& node) {
    if (!node.has_input(0)) {
        return import_fail("the input is missing");
    }
    const Shape& x = graph.type(node.input(0)).shape;
    const int64_t axis = node.attrs.get<int64_t>("axis", 0);
    const ValueRef split_dim = graph.add_constant(Tensor::scalar(axis), "axis");
    const auto parts = static_cast<int64_t>(node.outputs);
    ValueRef sizes = node.input(1);
    if (const Ints* attr = node.attrs.find_as<Ints>("split"); attr != nullptr && sizes == kNoValue) {
        sizes = graph.add_constant(Tensor::list(*attr), "split");
    }
    if (sizes == kNoValue) {
        const auto rank = static_cast<int64_t>(x.rank());
        if (axis < -rank || axis >= rank) {
            return import_fail("axis ", axis, " is outside [", -rank, ", ", rank, ")");
        }
        const int64_t dim = x[static_cast<size_t>(axis < 0 ? axis + rank : axis)];
        if (dim % parts == 0 || dim < 0 || node.version < 18) {
            return graph.add_node("Split", {split_dim, node.input(0)}, {{"num_split", parts}}, node.outputs, "");
        }
        const int64_t part = (dim + parts - 1) / parts;
        Ints list(node.outputs, part);
        list.back() = dim - part * (parts - 1);
        sizes = graph.add_constant(Tensor::list(list), "split");
    }
    return graph.add_node("SplitV", {node.input(0), sizes, split_dim}, {{"num_split", parts}}, node.outputs, "");
}

constexpr AttributeForm kSplitV = {"SplitV"};
constexpr AttributeForm kSplit = {"Split"};

}  // namespace

OpDef declare_SplitV() {
    return OpDef("SplitV", "Parts of x along split_dim, size_splits long; one size may be -1.")
        .input("x", kAny)
        .input("size_splits", kIndexes)
        .input("split_dim", kIndexes)
        .output("y", kAny, Arity::kDynamic)
        .required_attr("num_split", int64_t{})
        .needs_value(1)
        .needs_value(2)
        .infer(infer_split_v)
        .kernel("reference", make_split_v)
        .onnx("Split", import_split)
        .caffe("Slice", import_caffe_slice);
}

OpDef declare_Split() {
    return OpDef("Split", "Equal parts of x along split_dim.")
        .input("split_dim", kIndexes)
        .input("x", kAny)
        .output("y", kAny, Arity::kDynamic)
        .required_attr("num_split", int64_t{})
        .needs_value(0)
        .infer(infer_split)
        .kernel("reference", make_split);
}

OpDef declare_SplitVD() {
    return attribute_form<kSplitV>(declare_SplitV(), OpDef("SplitVD", "SplitV whose sizes and axis are attributes.")
                                                         .input("x", kAny)
                                                         .output("y", kAny, Arity::kDynamic)
                                                         .required_attr("size_splits", Ints{})
                                                         .required_attr("split_dim", int64_t{})
                                                         .required_attr("num_split", int64_t{}));
}

OpDef declare_SplitD() {
    return attribute_form<kSplit>(declare_Split(), OpDef("SplitD", "Split whose axis is an attribute.")
                                                       .input("x", kAny)
                                                       .output("y", kAny, Arity::kDynamic)
                                                       .required_attr("split_dim", int64_t{})
                                                       .required_attr("num_split", int64_t{}));
}

OpDef declare_Unpack() {
    return OpDef("Unpack", "The slices of x along axis.")
        .input("x", kAny)
        .output("y", kAny, Arity::kDynamic)
        .required_attr("num", int64_t{})
        .attr("axis", int64_t{0})
        .infer(infer_unpack)
        .kernel("reference", make_unpack);
}

}  // namespace softacl::ops
