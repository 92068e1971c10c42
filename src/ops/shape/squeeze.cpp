// SPDX-License-Identifier: Apache-2.0
// Dimensions of 1 come and go.
#include <algorithm>

#include "ops/common/importing.h"
#include "ops/common/infer.h"
#include "ops/common/reference.h"
#include "ops/common/values.h"

namespace softacl::ops {
namespace {

Status infer_squeeze(OpCall& call) {
    const Shape& x = call.inputs[0]->shape;
    SOFTACL_ASSIGN(const auto axes, normal_axes(call, call.attrs.at<Ints>("axis"), x.rank()));
    std::vector<int64_t> dims;
    for (size_t i = 0; i < x.rank(); ++i) {
        const bool named = std::count(axes.begin(), axes.end(), i) != 0;
        if (named && x[i] != 1 && x[i] != -1) {
            return call.fail("dimension ", i, " of ", x, " is not 1");
        }
        if (axes.empty() && x[i] == -1) {
            return call.fail("dimension ", i, " of ", x, " is not known; the attribute axis must say what to remove");
        }
        if (axes.empty() ? x[i] != 1 : !named) {
            dims.push_back(x[i]);
        }
    }
    call.outputs[0] = {call.inputs[0]->dtype, Shape(std::move(dims))};
    return {};
}

Status insert_axes(OpCall& call, const Ints& wanted) {
    const Shape& x = call.inputs[0]->shape;
    SOFTACL_ASSIGN(const auto axes, normal_axes(call, wanted, x.rank() + wanted.size()));
    std::vector<int64_t> dims;
    size_t next = 0;
    for (size_t i = 0; i < x.rank() + wanted.size(); ++i) {
        dims.push_back(std::count(axes.begin(), axes.end(), i) != 0 ? 1 : x[next++]);
    }
    call.outputs[0] = {call.inputs[0]->dtype, Shape(std::move(dims))};
    return {};
}

Status infer_unsqueeze(OpCall& call) { return insert_axes(call, call.attrs.at<Ints>("axes")); }

Status infer_expand_dims(OpCall& call) {
    SOFTACL_ASSIGN(const auto axis, known_int(call, 1));
    if (!axis) {
        call.outputs[0] = {call.inputs[0]->dtype, unknown_shape(call.inputs[0]->shape.rank() + 1)};
        return {};
    }
    return insert_axes(call, {*axis});
}

Imported import_squeeze(Importer& graph, const ForeignNode& node) {
    SOFTACL_ASSIGN(Ints axes, ints_of(graph, node, 1, "axes", {}));
    return one(graph.add("Squeeze", {node.input(0)}, {{"axis", std::move(axes)}}));
}

Imported import_unsqueeze(Importer& graph, const ForeignNode& node) {
    SOFTACL_ASSIGN(Ints axes, ints_of(graph, node, 1, "axes", {}));
    return one(graph.add("Unsqueeze", {node.input(0)}, {{"axes", std::move(axes)}}));
}

}  // namespace

OpDef declare_Squeeze() {
    return OpDef("Squeeze", "Without the dimensions axis, which are 1; without all that are 1 if axis is empty.")
        .input("x", kAny)
        .output("y", kAny)
        .attr("axis", Ints{})
        .infer(infer_squeeze)
        .kernel("view", make_view)
        .onnx("Squeeze", import_squeeze);
}

OpDef declare_Unsqueeze() {
    return OpDef("Unsqueeze", "With dimensions of 1 at the places axes of the result.")
        .input("x", kAny)
        .output("y", kAny)
        .attr("axes", Ints{})
        .infer(infer_unsqueeze)
        .kernel("view", make_view)
        .onnx("Unsqueeze", import_unsqueeze);
}

OpDef declare_ExpandDims() {
    return OpDef("ExpandDims", "With a dimension of 1 at the place axis of the result.")
        .input("x", kAny)
        .input("axis", kIndexes)
        .output("y", kAny)
        .needs_value(1)
        .infer(infer_expand_dims)
        .kernel("view", make_view);
}

}  // namespace softacl::ops
