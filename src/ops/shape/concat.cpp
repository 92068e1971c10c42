// SPDX-License-Identifier: Apache-2.0
// Several tensors become one.
#include <algorithm>

#include "kernels/fast.h"
#include "ops/caffe/imports.h"
#include "ops/common/copy.h"
#include "ops/common/importing.h"
#include "ops/common/infer.h"
#include "ops/common/values.h"

namespace softacl::ops {
namespace {

Status infer_concat(OpCall& call) {
    const auto n = call.attrs.at<int64_t>("N");
    if (n != 1 && n != static_cast<int64_t>(call.inputs.size())) {
        return call.fail("the attribute N is ", n, ", but there are ", call.inputs.size(), " tensors");
    }
    const Shape& first = call.inputs[0]->shape;
    SOFTACL_ASSIGN(const size_t axis, normal_axis(call, call.attrs.at<int64_t>("concat_dim"), first.rank()));
    Shape shape = first;
    for (size_t i = 1; i < call.inputs.size(); ++i) {
        const Shape& part = call.inputs[i]->shape;
        SOFTACL_TRY(require_same_dtype(call, 0, i));
        bool fits = part.rank() == shape.rank();
        for (size_t dim = 0; fits && dim < shape.rank(); ++dim) {
            if (dim == axis) {
                shape[dim] = shape[dim] < 0 || part[dim] < 0 ? -1 : shape[dim] + part[dim];
            } else {
                fits = shape[dim] == part[dim] || shape[dim] < 0 || part[dim] < 0;
                shape[dim] = std::max(shape[dim], part[dim]);
            }
        }
        if (!fits) {
            return call.fail("tensors of the shapes ", first, " and ", part, " cannot be joined along axis ", axis);
        }
    }
    call.outputs[0] = {call.inputs[0]->dtype, std::move(shape), call.inputs[0]->format};
    return {};
}

Result<kernels::KernelPtr> make_concat_fast(const OpCall& call) {
    SOFTACL_ASSIGN(const auto* fast, kernels::fast_kernels());
    SOFTACL_TRY(require_known_shapes(call));
    if (call.outputs[0].dtype != ACL_FLOAT) {
        return call.fail("float32 only");
    }
    kernels::ConcatParams params;
    SOFTACL_ASSIGN(params.axis, normal_axis(call, call.attrs.at<int64_t>("concat_dim"), call.outputs[0].shape.rank()));
    for (size_t i = 0; i < call.inputs.size(); ++i) {
        params.inputs.push_back(call.inputs[i]->shape);
        params.layouts.push_back(call.layout(i));
    }
    return fast->concat(params);
}

Result<kernels::KernelPtr> make_concat_reference(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    const Shape& y = call.outputs[0].shape;
    SOFTACL_ASSIGN(const size_t axis, normal_axis(call, call.attrs.at<int64_t>("concat_dim"), y.rank()));
    const kernels::Strides to = kernels::row_strides(y);
    std::vector<StridedCopy> copies;
    int64_t offset = 0;
    for (size_t i = 0; i < call.inputs.size(); ++i) {
        const Shape& part = call.inputs[i]->shape;
        copies.push_back({i, 0, part, kernels::row_strides(part), to, 0, offset * to[axis]});
        offset += part[axis];
    }
    return copy_kernel(call, copies);
}

// A new axis: each input is one slice of it.
Status infer_pack(OpCall& call) {
    Shape shape = call.inputs[0]->shape;
    for (size_t i = 1; i < call.inputs.size(); ++i) {
        SOFTACL_TRY(require_same_dtype(call, 0, i));
        const Shape& part = call.inputs[i]->shape;
        bool fits = part.rank() == shape.rank();
        for (size_t dim = 0; fits && dim < shape.rank(); ++dim) {
            fits = shape[dim] == part[dim] || shape[dim] < 0 || part[dim] < 0;
            shape[dim] = std::max(shape[dim], part[dim]);
        }
        if (!fits) {
            return call.fail("tensors of the shapes ", call.inputs[0]->shape, " and ", part, " cannot be stacked");
        }
    }
    SOFTACL_ASSIGN(const size_t axis, normal_axis(call, call.attrs.at<int64_t>("axis"), shape.rank() + 1));
    std::vector<int64_t> dims = shape.dims();
    dims.insert(dims.begin() + static_cast<std::ptrdiff_t>(axis), static_cast<int64_t>(call.inputs.size()));
    call.outputs[0] = {call.inputs[0]->dtype, Shape(std::move(dims))};
    return {};
}

Result<kernels::KernelPtr> make_pack(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    const Shape& y = call.outputs[0].shape;
    SOFTACL_ASSIGN(const size_t axis, normal_axis(call, call.attrs.at<int64_t>("axis"), y.rank()));
    kernels::Strides to = kernels::row_strides(y);
    const int64_t slice = to[axis];
    to.erase(to.begin() + static_cast<std::ptrdiff_t>(axis));
    std::vector<StridedCopy> copies;
    for (size_t i = 0; i < call.inputs.size(); ++i) {
        const Shape& part = call.inputs[i]->shape;
        copies.push_back({i, 0, part, kernels::row_strides(part), to, 0, static_cast<int64_t>(i) * slice});
    }
    return copy_kernel(call, copies);
}

Imported import_concat(Importer& graph, const ForeignNode& node) {
    const int64_t axis = node.attrs.get<int64_t>("axis", 1);  // opset 1 has a default
    return one(
        graph.add("ConcatD", node.inputs, {{"concat_dim", axis}, {"N", static_cast<int64_t>(node.inputs.size())}}));
}

}  // namespace

OpDef declare_ConcatD() {
    return OpDef("ConcatD", "The tensors one behind the other along the axis concat_dim.")
        .dynamic_input("x", kAny)
        .output("y", kAny)
        .required_attr("concat_dim", int64_t{})
        .attr("N", int64_t{1})
        .infer(infer_concat)
        .kernel("onednn", make_concat_fast)
        .kernel("reference", make_concat_reference)
        .onnx("Concat", import_concat)
        .caffe("Concat", import_caffe_concat);
}

OpDef declare_Pack() {
    return OpDef("Pack", "The tensors as slices of a new axis.")
        .dynamic_input("x", kAny)
        .output("y", kAny)
        .attr("axis", int64_t{0})
        .attr("N", int64_t{1})
        .infer(infer_pack)
        .kernel("reference", make_pack);
}

}  // namespace softacl::ops
