// SPDX-License-Identifier: Apache-2.0
// Other dimensions for the same elements in the same order.
#include "ops/caffe/imports.h"
#include "ops/common/dims.h"
#include "ops/common/importing.h"
#include "ops/common/infer.h"
#include "ops/common/reference.h"
#include "ops/common/values.h"

namespace softacl::ops {
namespace {

// What the shape says replaces the dimensions [axis, axis + num_axes) of x.
Status infer_reshape(OpCall& call) {
    const Shape& x = call.inputs[0]->shape;
    const auto rank = static_cast<int64_t>(x.rank());
    const auto axis_attr = call.attrs.at<int64_t>("axis");
    const auto num_axes = call.attrs.at<int64_t>("num_axes");
    const int64_t axis = axis_attr < 0 ? axis_attr + rank + 1 : axis_attr;
    const int64_t end = num_axes == -1 ? rank : axis + num_axes;
    if (axis < 0 || axis > rank || num_axes < -1 || end > rank) {
        return call.fail("the attributes axis = ", axis_attr, " and num_axes = ", num_axes,
                         " do not fit to an input with ", rank, " dimensions");
    }
    call.outputs[0].dtype = call.inputs[0]->dtype;
    std::vector<int64_t> dims(x.begin(), x.begin() + axis);
    const auto wanted = known_ints(call, 1);
    if (!wanted) {
        const Shape& list = call.inputs[1]->shape;
        if (list.rank() > 1 || !list.is_known() || list.elements() > 32) {
            return call.fail("the input shape is ", call.inputs[1]->text(), "; expected a list of at most 32 numbers");
        }
        dims.insert(dims.end(), static_cast<size_t>(list.elements()), -1);
        dims.insert(dims.end(), x.begin() + end, x.end());
        call.outputs[0].shape = Shape(std::move(dims));
        return {};
    }
    std::optional<size_t> open;
    for (size_t i = 0; i < wanted->size(); ++i) {
        int64_t dim = (*wanted)[i];
        if (dim == 0) {
            if (axis + static_cast<int64_t>(i) >= rank) {
                return call.fail("dimension ", i, " of the shape ", Shape(*wanted),
                                 " is 0, which stands for the input's, but the input is ", x);
            }
            dim = x[static_cast<size_t>(axis) + i];
        } else if (dim == -1) {
            if (open) {
                return call.fail("the shape ", Shape(*wanted), " has more than one -1");
            }
            open = dims.size();
        } else if (dim < 0) {
            return call.fail("the shape ", Shape(*wanted), " has a negative dimension");
        }
        dims.push_back(dim);
    }
    dims.insert(dims.end(), x.begin() + end, x.end());
    Shape shape(std::move(dims));
    if (!shape.fits(1)) {
        return call.fail("the shape ", shape, " is too large");
    }
    if (x.is_known()) {
        if (open) {
            shape[*open] = 1;
            const int64_t others = shape.elements();
            if (others == 0 ? x.elements() != 0 : x.elements() % others != 0) {
                return call.fail("the ", x.elements(), " elements of ", x, " cannot get the shape ", Shape(*wanted));
            }
            shape[*open] = others == 0 ? 0 : x.elements() / others;
        }
        if (shape.is_known() && shape.elements() != x.elements()) {
            return call.fail("the ", x.elements(), " elements of ", x, " cannot get the shape ", shape);
        }
    }
    call.outputs[0].shape = std::move(shape);
    return {};
}

Status infer_flatten(OpCall& call) {
    const Shape& x = call.inputs[0]->shape;
    const auto rank = static_cast<int64_t>(x.rank());
    const auto axis = call.attrs.at<int64_t>("axis");
    if (axis < -rank || axis > rank) {
        return call.fail("axis ", axis, " is outside [", -rank, ", ", rank, "]");
    }
    const auto split = static_cast<size_t>(axis < 0 ? axis + rank : axis);
    call.outputs[0] = {call.inputs[0]->dtype, {product(x, 0, split), product(x, split, x.rank())}};
    return {};
}

Status infer_flatten_v2(OpCall& call) {
    const Shape& x = call.inputs[0]->shape;
    call.outputs[0].dtype = call.inputs[0]->dtype;
    if (x.rank() == 0) {
        call.outputs[0].shape = {1};
        return {};
    }
    SOFTACL_ASSIGN(const size_t first, normal_axis(call, call.attrs.at<int64_t>("axis"), x.rank()));
    SOFTACL_ASSIGN(const size_t last, normal_axis(call, call.attrs.at<int64_t>("end_axis"), x.rank()));
    if (first > last) {
        return call.fail("axis ", first, " is behind end_axis ", last);
    }
    std::vector<int64_t> dims(x.begin(), x.begin() + static_cast<std::ptrdiff_t>(first));
    dims.push_back(product(x, first, last + 1));
    dims.insert(dims.end(), x.begin() + static_cast<std::ptrdiff_t>(last) + 1, x.end());
    call.outputs[0].shape = Shape(std::move(dims));
    return {};
}

// allowzero: a 0 in the shape is meant. The result then is empty, so it is a constant.
Imported import_reshape(Importer& graph, const ForeignNode& node) {
    std::vector<ValueRef> inputs = node.inputs;
    if (node.version < 5) {
        inputs.push_back(graph.add_constant(Tensor::list(node.attrs.get<Ints>("shape", {})), "shape"));
    }
    const Tensor* shape = inputs.size() == 2 && inputs[1] != kNoValue ? graph.constant(inputs[1]) : nullptr;
    if (node.attrs.get<int64_t>("allowzero", 0) != 0) {
        if (shape == nullptr) {
            return import_fail("allowzero with a shape that the model computes is not supported");
        }
        const Ints dims = shape->to_ints();
        bool empty = false;
        for (const int64_t dim : dims) {
            empty = empty || dim == 0;
        }
        if (empty) {
            const TensorType& x = graph.type(inputs[0]);
            Shape wanted(dims);
            if (!x.shape.is_known() || x.shape.elements() != 0 || !wanted.is_known()) {
                return import_fail("the elements of ", x.shape, " cannot get the shape ", wanted);
            }
            void* data = nullptr;
            return std::vector<ValueRef>{
                graph.add_constant(Tensor::zeros({x.dtype, wanted, ACL_FORMAT_ND}, &data), "")};
        }
    }
    return one(graph.add("Reshape", std::move(inputs)));
}

Imported import_flatten(Importer& graph, const ForeignNode& node) {
    return one(graph.add("Flatten", node.inputs, {{"axis", node.attrs.get<int64_t>("axis", 1)}}));
}

}  // namespace

OpDef declare_Reshape() {
    return OpDef(
               "Reshape",
               "The elements with other dimensions in place of [axis, axis + num_axes); 0 keeps a dimension, one -1 is "
               "what remains.")
        .input("x", kAny)
        .input("shape", kIndexes)
        .output("y", kAny)
        .attr("axis", int64_t{0})
        .attr("num_axes", int64_t{-1})
        .needs_value(1)
        .infer(infer_reshape)
        .kernel("view", make_view)
        .onnx("Reshape", import_reshape)
        .caffe("Reshape", import_caffe_reshape);
}

OpDef declare_Flatten() {
    return OpDef("Flatten", "Two dimensions: those before axis, and the others.")
        .input("x", kAny)
        .output("y", kAny)
        .attr("axis", int64_t{1})
        .infer(infer_flatten)
        .kernel("view", make_view)
        .onnx("Flatten", import_flatten);
}

OpDef declare_FlattenV2() {
    return OpDef("FlattenV2", "The dimensions from axis to end_axis as one.")
        .input("x", kAny)
        .output("y", kAny)
        .attr("axis", int64_t{1})
        .attr("end_axis", int64_t{-1})
        .infer(infer_flatten_v2)
        .kernel("view", make_view)
        .caffe("Flatten", import_caffe_flatten);
}

}  // namespace softacl::ops
