// SPDX-License-Identifier: Apache-2.0
// Indices as rows with one marked element.
#include <algorithm>

#include "ops/common/attribute_form.h"
#include "ops/common/copy.h"
#include "ops/common/for_elements.h"
#include "ops/common/importing.h"
#include "ops/common/infer.h"
#include "ops/common/reference.h"
#include "ops/common/values.h"

namespace softacl::ops {
namespace {

using kernels::Kernel;

Status infer_one_hot(OpCall& call) {
    const Shape& x = call.inputs[0]->shape;
    SOFTACL_TRY(require_same_dtype(call, 2, 3));
    SOFTACL_ASSIGN(const size_t axis, normal_axis(call, call.attrs.at<int64_t>("axis"), x.rank() + 1));
    SOFTACL_ASSIGN(const auto depth, known_int(call, 1));
    if (depth && *depth < 0) {
        return call.fail("the input depth is ", *depth);
    }
    for (const size_t value : {2, 3}) {
        if (call.inputs[value]->shape.is_known() && call.inputs[value]->shape.elements() != 1) {
            return call.fail("the input ", input_name(call, value), " has the shape ", call.inputs[value]->shape,
                             "; expected one value");
        }
    }
    std::vector<int64_t> dims = x.dims();
    dims.insert(dims.begin() + static_cast<std::ptrdiff_t>(axis), depth.value_or(-1));
    call.outputs[0] = {call.inputs[2]->dtype, Shape(std::move(dims))};
    return {};
}

int64_t index_at(const void* data, aclDataType type, int64_t at) {
    switch (type) {
        case ACL_UINT8: return static_cast<const uint8_t*>(data)[at];
        case ACL_INT32: return static_cast<const int32_t*>(data)[at];
        default: return static_cast<const int64_t*>(data)[at];
    }
}

// Indices outside of [0, depth) mark nothing.
Result<kernels::KernelPtr> make_one_hot(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    const Shape& y = call.outputs[0].shape;
    SOFTACL_ASSIGN(const size_t axis, normal_axis(call, call.attrs.at<int64_t>("axis"), y.rank()));
    const int64_t outer = y.elements(0, axis);
    const int64_t depth = y[axis];
    const int64_t inner = y.elements(axis + 1, y.rank());
    kernels::KernelPtr kernel;
    visit_size(call.outputs[0].dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        kernel = function_kernel(call, [=, type = call.inputs[0]->dtype](const Kernel::Buffers& buffers) -> Status {
            const T on = *static_cast<const T*>(buffers.inputs[2]);
            const T off = *static_cast<const T*>(buffers.inputs[3]);
            const int64_t block = depth * inner;
            for_rows(outer, block, [&](int64_t i) {
                T* const to = static_cast<T*>(buffers.outputs[0]) + i * block;
                std::fill_n(to, block, off);
                for (int64_t k = 0; k < inner; ++k) {
                    const int64_t index = index_at(buffers.inputs[0], type, i * inner + k);
                    if (index >= 0 && index < depth) {
                        to[index * inner + k] = on;
                    }
                }
            });
            return {};
        });
    });
    return kernel;
}

// The values are one tensor [off, on]; indices may count from the end.
Imported import_one_hot(Importer& graph, const ForeignNode& node) {
    if (!node.has_input(0) || !node.has_input(1) || !node.has_input(2)) {
        return import_fail("it has not the inputs indices, depth and values");
    }
    ValueRef depth = node.input(1);
    ValueRef indices = node.input(0);
    if (const Tensor* known = graph.constant(depth); known != nullptr && known->elements() == 1) {
        depth = graph.add_constant(Tensor::scalar(known->to_ints().front()), "depth");
    } else {
        SOFTACL_ASSIGN(depth, add_cast(graph, depth, ACL_INT64, "depth"));
    }
    if (graph.type(indices).dtype != ACL_INT64) {
        SOFTACL_ASSIGN(indices, add_cast(graph, indices, ACL_INT64, "indices"));
    }
    const ValueRef zero = graph.add_constant(Tensor::scalar<int64_t>(0), "zero");
    SOFTACL_ASSIGN(const ValueRef negative, graph.add("Less", {indices, zero}, {}, "negative"));
    SOFTACL_ASSIGN(const ValueRef moved, graph.add("Add", {indices, depth}, {}, "moved"));
    SOFTACL_ASSIGN(indices, graph.add("SelectV2", {negative, moved, indices}, {}, "select"));
    const ValueRef axis = graph.add_constant(Tensor::scalar<int64_t>(0), "axis");
    ValueRef values[2] = {};
    for (int i = 0; i < 2; ++i) {
        const ValueRef at = graph.add_constant(Tensor::scalar<int64_t>(i), i == 0 ? "off_index" : "on_index");
        SOFTACL_ASSIGN(values[i], graph.add("GatherV2", {node.input(2), at, axis}, {}, i == 0 ? "off" : "on"));
    }
    return one(
        graph.add("OneHot", {indices, depth, values[1], values[0]}, {{"axis", node.attrs.get<int64_t>("axis", -1)}}));
}

constexpr AttributeForm kOneHot = {"OneHot"};

}  // namespace

OpDef declare_OneHot() {
    return OpDef("OneHot", "on_value where the index is the place along axis, else off_value.")
        .input("x", {ACL_UINT8, ACL_INT32, ACL_INT64})
        .input("depth", kIndexes)
        .input("on_value", kAny)
        .input("off_value", kAny)
        .output("y", kAny)
        .attr("axis", int64_t{-1})
        .needs_value(1)
        .infer(infer_one_hot)
        .kernel("reference", make_one_hot)
        .onnx("OneHot", import_one_hot);
}

OpDef declare_OneHotD() {
    return attribute_form<kOneHot>(declare_OneHot(), OpDef("OneHotD", "OneHot whose depth is an attribute.")
                                                         .input("x", {ACL_UINT8, ACL_INT32, ACL_INT64})
                                                         .input("on_value", kAny)
                                                         .input("off_value", kAny)
                                                         .output("y", kAny)
                                                         .required_attr("depth", int64_t{})
                                                         .attr("axis", int64_t{-1}));
}

}  // namespace softacl::ops
