// SPDX-License-Identifier: Apache-2.0
// Dimensions of 1 come and go.
#include <algorithm>

#include "ops/common/importing.h"
#include "ops/common/infer.h"
#include "ops/common/reference.h"
#include "ops/common/values.h"

namespace softacl::ops {
namespace {

// The axes are an attribute of one of two names, or the second input; nothing if not known yet. No axes: all.
std::optional<Ints> axes_of(const OpCall& call) {
    for (const char* name : {"axis", "axes"}) {
        if (const Ints* axes = call.attrs.find_as<Ints>(name)) {
            return *axes;
        }
    }
    return call.has_input(1) ? known_ints(call, 1) : Ints{};
}

Status infer_squeeze(OpCall& call) {
    const Shape& x = call.inputs[0]->shape;
    const auto wanted = axes_of(call);
    if (!wanted) {
        return call.fail("the axes must be known before the model runs");
    }
    SOFTACL_ASSIGN(const auto axes, normal_axes(call, *wanted, x.rank()));
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

Status infer_unsqueeze(OpCall& call) {
    if (const auto axes = axes_of(call)) {
        return insert_axes(call, *axes);
    }
    const Shape& list = call.inputs[1]->shape;  // how many axes there are is known
    if (list.rank() > 1 || !list.is_known() || list.elements() > 32) {
        return call.fail("the input axes has the shape ", list, "; expected a list of at most 32 numbers");
    }
    const auto count = static_cast<size_t>(list.elements());
    call.outputs[0] = {call.inputs[0]->dtype, unknown_shape(call.inputs[0]->shape.rank() + count)};
    return {};
}

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

OpDef declare_squeeze(const char* name) {
    return OpDef(name, "Without the dimensions axis, which are 1; without all that are 1 if axis is empty.")
        .input("x", kAny)
        .output("y", kAny)
        .attr("axis", Ints{})
        .infer(infer_squeeze)
        .kernel("view", make_view);
}

OpDef declare_unsqueeze(const char* name, const char* axes) {
    return OpDef(name, "With dimensions of 1 at the places axes of the result.")
        .input("x", kAny)
        .output("y", kAny)
        .attr(axes, Ints{})
        .infer(infer_unsqueeze)
        .kernel("view", make_view);
}

}  // namespace

OpDef declare_Squeeze() { return declare_squeeze("Squeeze").onnx("Squeeze", import_squeeze); }
OpDef declare_SqueezeV2() { return declare_squeeze("SqueezeV2"); }

OpDef declare_SqueezeV3() {
    return OpDef("SqueezeV3", "Without the dimensions axes, which are 1; without all that are 1 if there are no axes.")
        .input("x", kAny)
        .optional_input("axes", kIndexes)
        .output("y", kAny)
        .needs_value(1)
        .infer(infer_squeeze)
        .kernel("view", make_view);
}

OpDef declare_Unsqueeze() { return declare_unsqueeze("Unsqueeze", "axes").onnx("Unsqueeze", import_unsqueeze); }
OpDef declare_UnsqueezeV2() { return declare_unsqueeze("UnsqueezeV2", "axis"); }

OpDef declare_UnsqueezeV3() {
    return OpDef("UnsqueezeV3", "With dimensions of 1 at the places axes of the result.")
        .input("x", kAny)
        .input("axes", kIndexes)
        .output("y", kAny)
        .needs_value(1)
        .infer(infer_unsqueeze)
        .kernel("view", make_view);
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
