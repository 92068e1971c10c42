// SPDX-License-Identifier: Apache-2.0
// A tensor's dimensions as values.
#include <algorithm>

#include "ops/common/importing.h"
#include "ops/common/reference.h"
#include "ops/common/values.h"

namespace softacl::ops {
namespace {

Status infer_numbers(OpCall& call, Shape shape) {
    const auto dtype = call.attrs.get<int64_t>("dtype", ACL_INT32);
    if (dtype != ACL_INT32 && dtype != ACL_INT64) {
        return call.fail("the attribute dtype is ", dtype, "; expected ", ACL_INT32, " (int32) or ", ACL_INT64,
                         " (int64)");
    }
    call.outputs[0] = {static_cast<aclDataType>(dtype), std::move(shape)};
    return {};
}
Status infer_shape_of(OpCall& call) {
    return infer_numbers(call, {static_cast<int64_t>(call.inputs[0]->shape.rank())});
}
Status infer_count(OpCall& call) { return infer_numbers(call, {}); }

Result<kernels::KernelPtr> make_numbers(const OpCall& call, std::vector<int64_t> numbers) {
    SOFTACL_TRY(require_known_shapes(call));
    const bool wide = call.outputs[0].dtype == ACL_INT64;
    return function_kernel(call,
                           [numbers = std::move(numbers), wide](const kernels::Kernel::Buffers& buffers) -> Status {
                               for (size_t i = 0; i < numbers.size(); ++i) {
                                   if (wide) {
                                       static_cast<int64_t*>(buffers.outputs[0])[i] = numbers[i];
                                   } else {
                                       static_cast<int32_t*>(buffers.outputs[0])[i] = static_cast<int32_t>(numbers[i]);
                                   }
                               }
                               return {};
                           });
}
// One output for each input.
Status infer_shape_n(OpCall& call) {
    if (call.outputs.size() != call.inputs.size()) {
        return call.fail("there are ", call.inputs.size(), " inputs and ", call.outputs.size(),
                         " outputs; expected as many");
    }
    SOFTACL_TRY(infer_count(call));
    const aclDataType dtype = call.outputs[0].dtype;
    for (size_t i = 0; i < call.outputs.size(); ++i) {
        call.outputs[i] = {dtype, {static_cast<int64_t>(call.inputs[i]->shape.rank())}};
    }
    return {};
}

Result<kernels::KernelPtr> make_shape_n(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    std::vector<kernels::KernelPtr> parts;
    for (const TensorType* x : call.inputs) {
        SOFTACL_ASSIGN(auto part, make_numbers(call, x->shape.dims()));
        parts.push_back(std::move(part));
    }
    return function_kernel(call, [parts = std::move(parts)](const kernels::Kernel::Buffers& buffers) -> Status {
        for (size_t i = 0; i < parts.size(); ++i) {
            SOFTACL_TRY(parts[i]->run({buffers.inputs, buffers.outputs + i, nullptr, nullptr}));
        }
        return {};
    });
}

Result<kernels::KernelPtr> make_shape(const OpCall& call) { return make_numbers(call, call.inputs[0]->shape.dims()); }
Result<kernels::KernelPtr> make_size(const OpCall& call) {
    return make_numbers(call, {call.inputs[0]->shape.elements()});
}
Result<kernels::KernelPtr> make_rank(const OpCall& call) {
    return make_numbers(call, {static_cast<int64_t>(call.inputs[0]->shape.rank())});
}

// Dimensions that are known already are a constant, so that what is computed from them can be one, too.
Imported import_shape(Importer& graph, const ForeignNode& node) {
    if (!node.has_input(0)) {
        return import_fail("the input data is missing");
    }
    const Shape& shape = graph.type(node.input(0)).shape;
    const auto rank = static_cast<int64_t>(shape.rank());
    const auto place = [rank](int64_t at) { return std::clamp<int64_t>(at < 0 ? at + rank : at, 0, rank); };
    const int64_t start = place(node.attrs.get<int64_t>("start", 0));
    const int64_t end = std::max(start, place(node.attrs.get<int64_t>("end", rank)));
    const Shape part(std::vector<int64_t>(shape.begin() + start, shape.begin() + end));
    if (part.is_known()) {
        return std::vector<ValueRef>{graph.add_constant(Tensor::list(part.dims()), "")};
    }
    const bool whole = part.rank() == shape.rank();
    SOFTACL_ASSIGN(const ValueRef all,
                   graph.add("Shape", {node.input(0)}, {{"dtype", int64_t{ACL_INT64}}}, whole ? "" : "shape"));
    if (whole) {
        return std::vector<ValueRef>{all};
    }
    const ValueRef from = graph.add_constant(Tensor::list(Ints{start}), "start");
    const ValueRef to = graph.add_constant(Tensor::list(Ints{end}), "end");
    return one(graph.add("StridedSliceV2", {all, from, to}));
}

Imported import_size(Importer& graph, const ForeignNode& node) {
    if (node.has_input(0) && graph.type(node.input(0)).shape.is_known()) {
        const int64_t size = graph.type(node.input(0)).shape.elements();
        return std::vector<ValueRef>{graph.add_constant(Tensor::scalar(size), "")};
    }
    return one(graph.add("Size", node.inputs, {{"dtype", int64_t{ACL_INT64}}}));
}

}  // namespace

OpDef declare_Shape() {
    return OpDef("Shape", "The dimensions of x.")
        .input("x", kAny)
        .output("y", kIndexes)
        .attr("dtype", int64_t{ACL_INT32})
        .infer(infer_shape_of)
        .kernel("reference", make_shape)
        .onnx("Shape", import_shape);
}

OpDef declare_ShapeN() {
    return OpDef("ShapeN", "The dimensions of each x.")
        .dynamic_input("x", kAny)
        .output("y", kIndexes, Arity::kDynamic)
        .attr("dtype", int64_t{ACL_INT32})
        .infer(infer_shape_n)
        .kernel("reference", make_shape_n);
}

OpDef declare_Size() {
    return OpDef("Size", "The number of elements of x.")
        .input("x", kAny)
        .output("y", kIndexes)
        .attr("dtype", int64_t{ACL_INT32})
        .infer(infer_count)
        .kernel("reference", make_size)
        .onnx("Size", import_size);
}

OpDef declare_Rank() {
    return OpDef("Rank", "The number of dimensions of x.")
        .input("x", kAny)
        .output("y", {ACL_INT32})
        .infer(infer_count)
        .kernel("reference", make_rank);
}

}  // namespace softacl::ops
