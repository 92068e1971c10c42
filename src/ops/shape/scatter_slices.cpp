// SPDX-License-Identifier: Apache-2.0
// Slices along the first dimension replaced or changed by their index, and zeros with slices scattered into them.
#include "ops/common/attribute_form.h"
#include "ops/common/infer.h"
#include "ops/common/values.h"
#include "ops/shape/scattering.h"

namespace softacl::ops {
namespace {

// There is a slice for each index, or one number for all of them.
Status infer_scatter_slices(OpCall& call) {
    const Shape& x = call.inputs[0]->shape;
    const Shape& indices = call.inputs[1]->shape;
    const Shape& updates = call.inputs[2]->shape;
    SOFTACL_TRY(require_same_dtype(call, 0, 2));
    if (x.rank() == 0) {
        return call.fail("the input ", input_name(call, 0), " is a scalar; expected at least one dimension");
    }
    std::vector<int64_t> dims = indices.dims();
    dims.insert(dims.end(), x.begin() + 1, x.end());
    const Shape wanted(std::move(dims));
    if (updates.rank() != 0 && !may_be_same(updates, wanted)) {
        return call.fail("the input ", input_name(call, 2), " has the shape ", updates, "; indices of ", indices,
                         " into ", x, " need ", wanted);
    }
    return same_as_first(call);
}

template <How kHow>
Result<kernels::KernelPtr> make_scatter_slices(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    ScatterPlan plan;
    plan.how = kHow;
    plan.target = call.inputs[0]->shape;
    plan.count = call.inputs[1]->shape.elements();
    plan.one_update = call.inputs[2]->shape.rank() == 0;
    return scatter_kernel(call, plan);
}

template <How kHow>
OpDef declare_slices(const char* name, const char* doc, const char* x, const char* updates, const char* y) {
    return OpDef(name, doc)
        .input(x, kNumbers)
        .input("indices", kIndexes)
        .input(updates, kNumbers)
        .output(y, kNumbers)
        .infer(infer_scatter_slices)
        .kernel("reference", make_scatter_slices<kHow>);
}

// Variables that a training step changes: what remains of that here is the result.
template <How kHow>
OpDef declare_var(const char* name, const char* doc) {
    return declare_slices<kHow>(name, doc, "var", "updates", "var").attr("use_locking", false);
}

template <How kHow>
OpDef declare_inplace(const char* name, const char* doc) {
    return declare_slices<kHow>(name, doc, "x", "v", "y");
}

template <const AttributeForm& kForm>
OpDef declare_inplace_d(const OpDef& base, const char* name, const char* doc) {
    return attribute_form<kForm>(base, OpDef(name, doc)
                                           .input("x", kNumbers)
                                           .input("v", kNumbers)
                                           .output("y", kNumbers)
                                           .required_attr("indices", Ints{}));
}
constexpr AttributeForm kInplaceUpdate = {"InplaceUpdate"};
constexpr AttributeForm kInplaceAdd = {"InplaceAdd"};
constexpr AttributeForm kInplaceSub = {"InplaceSub"};

// ScatterNd: indices, x, shape.
Status infer_scatter_nd(OpCall& call) {
    const Shape& list = call.inputs[2]->shape;
    if (list.rank() > 1 || !list.is_known() || list.elements() > 32) {
        return call.fail("the input shape has the shape ", list, "; expected a list of at most 32 numbers");
    }
    Shape shape = unknown_shape(static_cast<size_t>(list.elements()));
    if (auto dims = known_ints(call, 2)) {
        shape = Shape(std::move(*dims));
        if (!shape.is_known()) {
            return call.fail("the input shape ", shape, " has a negative dimension");
        }
    }
    SOFTACL_ASSIGN(const Shape wanted, shape_of_updates(call, call.inputs[0]->shape, shape));
    if (!may_be_same(call.inputs[1]->shape, wanted)) {
        return call.fail("the input x has the shape ", call.inputs[1]->shape, "; indices of ", call.inputs[0]->shape,
                         " into ", shape, " need ", wanted);
    }
    call.outputs[0] = {call.inputs[1]->dtype, std::move(shape)};
    return {};
}

Result<kernels::KernelPtr> make_scatter_nd(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    const Shape& indices = call.inputs[0]->shape;
    ScatterPlan plan;
    plan.how = How::kAdd;
    plan.target = call.outputs[0].shape;
    plan.depth = indices[indices.rank() - 1];
    plan.count = indices.elements(0, indices.rank() - 1);
    plan.from_zeros = true;
    plan.indices = 0;
    plan.updates = 1;
    return scatter_kernel(call, plan);
}

constexpr AttributeForm kScatterNd = {"ScatterNd"};

}  // namespace

OpDef declare_ScatterUpdate() {
    return declare_var<How::kReplace>("ScatterUpdate", "var with slices replaced by the updates.");
}
OpDef declare_ScatterAdd() { return declare_var<How::kAdd>("ScatterAdd", "var with the updates added to its slices."); }
OpDef declare_ScatterSub() {
    return declare_var<How::kSub>("ScatterSub", "var with the updates subtracted from its slices.");
}
OpDef declare_ScatterMul() {
    return declare_var<How::kMul>("ScatterMul", "var with its slices multiplied by the updates.");
}
OpDef declare_ScatterDiv() {
    return declare_var<How::kDiv>("ScatterDiv", "var with its slices divided by the updates.");
}
OpDef declare_ScatterMax() { return declare_var<How::kMax>("ScatterMax", "The greater of slices of var and updates."); }
OpDef declare_ScatterMin() { return declare_var<How::kMin>("ScatterMin", "The smaller of slices of var and updates."); }

OpDef declare_InplaceUpdate() {
    return declare_inplace<How::kReplace>("InplaceUpdate", "x with the rows that indices name replaced by those of v.");
}
OpDef declare_InplaceAdd() {
    return declare_inplace<How::kAdd>("InplaceAdd", "x with v added to the rows that indices name.");
}
OpDef declare_InplaceSub() {
    return declare_inplace<How::kSub>("InplaceSub", "x with v subtracted from the rows that indices name.");
}
OpDef declare_InplaceUpdateD() {
    return declare_inplace_d<kInplaceUpdate>(declare_InplaceUpdate(), "InplaceUpdateD",
                                             "InplaceUpdate whose indices are an attribute.");
}
OpDef declare_InplaceAddD() {
    return declare_inplace_d<kInplaceAdd>(declare_InplaceAdd(), "InplaceAddD",
                                          "InplaceAdd whose indices are an attribute.");
}
OpDef declare_InplaceSubD() {
    return declare_inplace_d<kInplaceSub>(declare_InplaceSub(), "InplaceSubD",
                                          "InplaceSub whose indices are an attribute.");
}

OpDef declare_ScatterNd() {
    return OpDef("ScatterNd", "Zeros of the shape `shape` with the slices x added at the indices.")
        .input("indices", kIndexes)
        .input("x", kNumbers)
        .input("shape", kIndexes)
        .output("y", kNumbers)
        .needs_value(2)
        .infer(infer_scatter_nd)
        .kernel("reference", make_scatter_nd);
}
OpDef declare_ScatterNdD() {
    return attribute_form<kScatterNd>(declare_ScatterNd(), OpDef("ScatterNdD", "ScatterNd whose shape is an attribute.")
                                                               .input("indices", kIndexes)
                                                               .input("x", kNumbers)
                                                               .output("y", kNumbers)
                                                               .required_attr("shape", Ints{}));
}

}  // namespace softacl::ops
