// SPDX-License-Identifier: Apache-2.0
// Dimensions in another order.
#include <algorithm>

#include "kernels/fast.h"
#include "ops/caffe/imports.h"
#include "ops/common/copy.h"
#include "ops/common/importing.h"
#include "ops/common/infer.h"
#include "ops/common/reference.h"
#include "ops/common/values.h"

namespace softacl::ops {
namespace {

// TransposeD and Permute have the permutation as attribute, Transpose as input. Nothing if not known yet.
Result<std::optional<std::vector<size_t>>> permutation(const OpCall& call) {
    Ints order;
    if (const Ints* attr = call.attrs.find_as<Ints>("perm")) {
        order = *attr;
    } else if (const Ints* list = call.attrs.find_as<Ints>("order")) {
        order = *list;
    } else if (auto value = known_ints(call, 1)) {
        order = std::move(*value);
    } else {
        return std::optional<std::vector<size_t>>();
    }
    const size_t rank = call.inputs[0]->shape.rank();
    if (order.size() != rank) {
        return call.fail("the permutation ", Shape(order), " has ", order.size(), " axes; the input has ", rank);
    }
    SOFTACL_ASSIGN(auto axes, normal_axes(call, order, rank));
    return std::optional<std::vector<size_t>>(std::move(axes));
}

Status infer_transpose(OpCall& call) {
    const Shape& x = call.inputs[0]->shape;
    call.outputs[0] = {call.inputs[0]->dtype, unknown_shape(x.rank())};
    SOFTACL_ASSIGN(const auto axes, permutation(call));
    for (size_t i = 0; axes && i < x.rank(); ++i) {
        call.outputs[0].shape[i] = x[(*axes)[i]];
    }
    return {};
}

// No kernel, but another name, if only dimensions of 1 change their places.
Result<kernels::KernelPtr> make_transpose_view(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    SOFTACL_ASSIGN(const auto axes, permutation(call));
    if (!axes) {
        return call.fail("the permutation is not known");
    }
    size_t last = 0;
    for (const size_t axis : *axes) {
        if (call.inputs[0]->shape[axis] != 1) {
            if (axis < last) {
                return call.fail("elements move");
            }
            last = axis;
        }
    }
    return make_view(call);
}

Result<kernels::KernelPtr> make_transpose_fast(const OpCall& call) {
    SOFTACL_ASSIGN(const auto* fast, kernels::fast_kernels());
    SOFTACL_TRY(require_known_shapes(call));
    if (call.inputs[0]->dtype != ACL_FLOAT) {
        return call.fail("float32 only");
    }
    SOFTACL_ASSIGN(const auto axes, permutation(call));
    if (!axes) {
        return call.fail("the permutation is not known");
    }
    SOFTACL_ASSIGN(auto kernel, fast->transpose(*call.inputs[0], std::vector<int64_t>(axes->begin(), axes->end())));
    if (kernel->input_layouts.size() < call.inputs.size()) {  // the permutation may be an input
        kernel->input_layouts.resize(call.inputs.size());
        kernel->packs_input.resize(call.inputs.size());
    }
    return Result<kernels::KernelPtr>(std::move(kernel));
}

Result<kernels::KernelPtr> make_transpose_reference(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    SOFTACL_ASSIGN(const auto axes, permutation(call));
    if (!axes) {
        return call.fail("the permutation is not known");
    }
    const Shape& y = call.outputs[0].shape;
    const kernels::Strides strides = kernels::row_strides(call.inputs[0]->shape);
    StridedCopy copy{0, 0, y, kernels::Strides(y.rank()), kernels::row_strides(y)};
    for (size_t i = 0; i < y.rank(); ++i) {
        copy.from[i] = strides[(*axes)[i]];
    }
    return copy_kernel(call, {copy});
}

Imported import_transpose(Importer& graph, const ForeignNode& node) {
    if (!node.has_input(0)) {
        return import_fail("the input data is missing");
    }
    Ints perm = node.attrs.get<Ints>("perm", {});
    const auto rank = static_cast<int64_t>(graph.type(node.input(0)).shape.rank());
    for (int64_t i = 0; perm.size() < static_cast<size_t>(rank) && !node.attrs.has("perm"); ++i) {
        perm.push_back(rank - 1 - i);
    }
    return one(graph.add("TransposeD", node.inputs, {{"perm", std::move(perm)}}));
}

/// The layer names the first axes; the others keep their places behind them.
Imported import_permute(Importer& graph, const ForeignNode& node) {
    Ints order = node.attrs.get<Ints>("order", {});
    const auto rank = static_cast<int64_t>(graph.type(node.input(0)).shape.rank());
    for (int64_t axis = 0; axis < rank; ++axis) {
        if (std::find(order.begin(), order.end(), axis) == order.end()) {
            order.push_back(axis);
        }
    }
    return one(graph.add("Permute", {node.input(0)}, {{"order", std::move(order)}}));
}

OpDef& finish(OpDef& op) {
    return op.infer(infer_transpose)
        .kernel("view", make_transpose_view)
        .kernel("onednn", make_transpose_fast)
        .kernel("reference", make_transpose_reference);
}

}  // namespace

OpDef declare_TransposeD() {
    OpDef op("TransposeD", "Dimension i of the result is dimension perm[i] of x.");
    op.input("x", kAny).output("y", kAny).required_attr("perm", Ints{}).onnx("Transpose", import_transpose);
    return finish(op).caffe("ShuffleChannel", import_caffe_shuffle_channel);
}

OpDef declare_Transpose() {
    OpDef op("Transpose", "Dimension i of the result is dimension perm[i] of x.");
    op.input("x", kAny).input("perm", kIndexes).output("y", kAny).needs_value(1);
    return finish(op);
}

OpDef declare_Permute() {
    OpDef op("Permute", "Dimension i of the result is dimension order[i] of x.");
    op.input("x", kAny).output("y", kAny).attr("order", Ints{0}).caffe("Permute", import_permute);
    return finish(op);
}

}  // namespace softacl::ops
