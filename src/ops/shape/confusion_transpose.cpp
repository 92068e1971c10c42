// SPDX-License-Identifier: Apache-2.0
// A transpose and a reshape in one.
#include "ops/common/attribute_form.h"
#include "ops/common/copy.h"
#include "ops/common/infer.h"
#include "ops/common/values.h"

namespace softacl::ops {
namespace {

// The shape that is transposed: x's own, or the one that x gets first. One of its dimensions may be -1.
Result<std::optional<Shape>> reshaped(const OpCall& call) {
    const auto list = known_ints(call, 1);
    if (!list) {
        return std::optional<Shape>();
    }
    Shape shape(*list);
    const Shape& x = call.inputs[0]->shape;
    size_t open = shape.rank();
    int64_t product = 1;
    for (size_t i = 0; i < shape.rank(); ++i) {
        const bool unknown = shape[i] == -1 && open == shape.rank();
        if (unknown) {
            open = i;
        } else if (shape[i] < 0 || __builtin_mul_overflow(product, shape[i], &product)) {
            return call.fail("the shape ", shape, " is not possible");
        }
    }
    if (!x.is_known()) {
        return std::optional<Shape>(std::move(shape));
    }
    if (open < shape.rank() && product > 0) {
        shape[open] = x.elements() / product;
    }
    if (!shape.is_known() || shape.elements() != x.elements()) {
        return call.fail("x ", x, " cannot have the shape ", Shape(*list));
    }
    return std::optional<Shape>(std::move(shape));
}

Result<Shape> permuted(const OpCall& call, const Shape& shape) {
    const Ints& perm = call.attrs.at<Ints>("perm");
    if (perm.size() != shape.rank()) {
        return call.fail("the permutation ", Shape(perm), " has ", perm.size(), " axes; ", shape, " has ",
                         shape.rank());
    }
    SOFTACL_ASSIGN(const auto axes, normal_axes(call, perm, shape.rank()));
    Shape result = shape;
    for (size_t i = 0; i < axes.size(); ++i) {
        result[i] = shape[axes[i]];
    }
    return result;
}

Status infer_confusion(OpCall& call) {
    const bool transposes_first = call.attrs.at<bool>("transpose_first");
    call.outputs[0].dtype = call.inputs[0]->dtype;
    SOFTACL_ASSIGN(const auto shape, reshaped(call));
    if (transposes_first) {
        SOFTACL_TRY(permuted(call, call.inputs[0]->shape).status());
        const Shape& list = call.inputs[1]->shape;
        if (!shape && (list.rank() != 1 || list[0] < 0 || list[0] > 32)) {
            return call.fail("the input shape has the shape ", list, "; expected a list of at most 32 numbers");
        }
        call.outputs[0].shape = shape ? *shape : unknown_shape(static_cast<size_t>(list[0]));
        return {};
    }
    if (!shape) {
        call.outputs[0].shape = unknown_shape(call.attrs.at<Ints>("perm").size());
        return {};
    }
    SOFTACL_ASSIGN(call.outputs[0].shape, permuted(call, *shape));
    return {};
}

Result<kernels::KernelPtr> make_confusion(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    SOFTACL_ASSIGN(const auto given, reshaped(call));
    if (!given) {
        return call.fail("the shape must be known before the model runs");
    }
    const Shape from = call.attrs.at<bool>("transpose_first") ? call.inputs[0]->shape : *given;
    SOFTACL_ASSIGN(const Shape to, permuted(call, from));
    SOFTACL_ASSIGN(const auto axes, normal_axes(call, call.attrs.at<Ints>("perm"), from.rank()));
    const kernels::Strides strides = kernels::row_strides(from);
    StridedCopy copy{0, 0, to, kernels::Strides(to.rank()), kernels::row_strides(to)};
    for (size_t i = 0; i < to.rank(); ++i) {
        copy.from[i] = strides[axes[i]];
    }
    return copy_kernel(call, {copy});
}

constexpr AttributeForm kConfusionTranspose = {"ConfusionTranspose"};

}  // namespace

OpDef declare_ConfusionTranspose() {
    return OpDef("ConfusionTranspose",
                 "x transposed, then with another shape; or first with the shape, then transposed.")
        .input("x", kAny)
        .input("shape", kIndexes)
        .output("y", kAny)
        .required_attr("perm", Ints{})
        .required_attr("transpose_first", false)
        .needs_value(1)
        .infer(infer_confusion)
        .kernel("reference", make_confusion);
}

OpDef declare_ConfusionTransposeD() {
    return attribute_form<kConfusionTranspose>(
        declare_ConfusionTranspose(), OpDef("ConfusionTransposeD", "ConfusionTranspose whose shape is an attribute.")
                                          .input("x", kAny)
                                          .output("y", kAny)
                                          .required_attr("perm", Ints{})
                                          .required_attr("shape", Ints{})
                                          .required_attr("transpose_first", false));
}

}  // namespace softacl::ops
