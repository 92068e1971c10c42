// SPDX-License-Identifier: Apache-2.0
// Several tensors become one.
#include <algorithm>

#include "kernels/fast.h"
#include "ops/caffe/imports.h"
#include "ops/common/adapt.h"
#include "ops/common/attribute_form.h"
#include "ops/common/copy.h"
#include "ops/common/importing.h"
#include "ops/common/infer.h"
#include "ops/common/reference.h"
#include "ops/common/values.h"

namespace softacl::ops {
namespace {

// The tensors among the inputs, and the axis: an attribute, or the input before or behind them (nothing if not known).
struct Joined {
    size_t first = 0;
    size_t end = 0;
    std::optional<int64_t> axis;
};
Result<Joined> joined_of(const OpCall& call) {
    Joined joined{0, call.inputs.size(), {}};
    if (const auto* axis = call.attrs.find_as<int64_t>("concat_dim")) {
        joined.axis = *axis;
    } else if (call.attrs.has("shape")) {
        joined.axis = 0;
    } else if (call.op->inputs().front().arity == Arity::kDynamic) {
        SOFTACL_ASSIGN(joined.axis, known_int(call, --joined.end));
    } else {
        SOFTACL_ASSIGN(joined.axis, known_int(call, joined.first++));
    }
    const auto n = call.attrs.at<int64_t>("N");
    const size_t count = joined.end - joined.first;
    if (n != 1 && n != static_cast<int64_t>(count)) {
        return call.fail("the attribute N is ", n, ", but there are ", count, " tensors");
    }
    return joined;
}

Status infer_concat(OpCall& call) {
    SOFTACL_ASSIGN(const Joined joined, joined_of(call));
    const Shape& first = call.inputs[joined.first]->shape;
    if (!joined.axis) {
        call.outputs[0] = {call.inputs[joined.first]->dtype, unknown_shape(first.rank())};
        return {};
    }
    SOFTACL_ASSIGN(const size_t axis, normal_axis(call, *joined.axis, first.rank()));
    Shape shape = first;
    for (size_t i = joined.first + 1; i < joined.end; ++i) {
        const Shape& part = call.inputs[i]->shape;
        SOFTACL_TRY(require_same_dtype(call, joined.first, i));
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
    call.outputs[0] = {call.inputs[joined.first]->dtype, std::move(shape), call.inputs[joined.first]->format};
    return {};
}

// The values are slices of the first dimension of a shape that is known before.
Status infer_parallel_concat(OpCall& call) {
    SOFTACL_TRY(infer_concat(call));
    const Shape wanted(call.attrs.at<Ints>("shape"));
    const Shape& found = call.outputs[0].shape;
    bool fits = wanted.rank() == found.rank();
    for (size_t i = 0; fits && i < wanted.rank(); ++i) {
        fits = wanted[i] == found[i] || wanted[i] < 0 || found[i] < 0;
    }
    if (!fits) {
        return call.fail("the attribute shape is ", wanted, "; the values make ", found);
    }
    return {};
}

Result<size_t> required_axis(const OpCall& call, const Joined& joined) {
    if (!joined.axis) {
        return call.fail("the axis must be known before the model runs");
    }
    return normal_axis(call, *joined.axis, call.outputs[0].shape.rank());
}

Result<kernels::KernelPtr> make_concat_fast(const OpCall& call) {
    SOFTACL_ASSIGN(const auto* fast, kernels::fast_kernels());
    SOFTACL_TRY(require_known_shapes(call));
    if (call.outputs[0].dtype != ACL_FLOAT) {
        return call.fail("float32 only");
    }
    SOFTACL_ASSIGN(const Joined joined, joined_of(call));
    kernels::ConcatParams params;
    SOFTACL_ASSIGN(params.axis, required_axis(call, joined));
    std::vector<size_t> inputs;
    for (size_t i = joined.first; i < joined.end; ++i) {
        params.inputs.push_back(call.inputs[i]->shape);
        params.layouts.push_back(call.layout(i));
        inputs.push_back(i);
    }
    if (inputs.size() == call.inputs.size()) {
        return fast->concat(params);
    }
    SOFTACL_ASSIGN(auto kernel, fast->concat(params));
    return fit_kernel(std::move(kernel), call, std::move(inputs));
}

Result<kernels::KernelPtr> make_concat_reference(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    SOFTACL_ASSIGN(const Joined joined, joined_of(call));
    SOFTACL_ASSIGN(const size_t axis, required_axis(call, joined));
    const kernels::Strides to = kernels::row_strides(call.outputs[0].shape);
    std::vector<StridedCopy> copies;
    int64_t offset = 0;
    for (size_t i = joined.first; i < joined.end; ++i) {
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

// ConcatOffset: the axis, and shapes; the result says where each tensor of such a shape begins.
Status infer_concat_offset(OpCall& call) {
    const auto n = call.attrs.at<int64_t>("N");
    if (n != static_cast<int64_t>(call.inputs.size()) - 1 || call.outputs.size() + 1 != call.inputs.size()) {
        return call.fail("the attribute N is ", n, ", but there are ", call.inputs.size() - 1, " shapes and ",
                         call.outputs.size(), " outputs");
    }
    for (size_t i = 1; i < call.inputs.size(); ++i) {
        const Shape& list = call.inputs[i]->shape;
        if (list.rank() != 1 || (list[0] >= 0 && call.inputs[1]->shape[0] >= 0 && list != call.inputs[1]->shape)) {
            return call.fail("the input x", i - 1, " has the shape ", list, "; expected lists of one length");
        }
        call.outputs[i - 1] = {ACL_INT32, list};
    }
    return {};
}

Result<kernels::KernelPtr> make_concat_offset(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    if (call.inputs[0]->shape.elements() != 1) {
        return call.fail("the input concat_dim has the shape ", call.inputs[0]->shape, "; expected one number");
    }
    return function_kernel(
        call, [rank = call.inputs[1]->shape[0], count = call.outputs.size()](const kernels::Kernel::Buffers& b) {
            const int64_t dim = *static_cast<const int32_t*>(b.inputs[0]);
            const int64_t axis = dim < 0 ? dim + rank : dim;
            if (axis < 0 || axis >= rank) {
                return import_fail("concat_dim is ", dim, "; expected [", -rank, ", ", rank, ")");
            }
            uint32_t offset = 0;
            for (size_t i = 0; i < count; ++i) {
                const auto* shape = static_cast<const int32_t*>(b.inputs[i + 1]);
                for (int64_t j = 0; j < rank; ++j) {
                    if (j != axis && shape[j] != static_cast<const int32_t*>(b.inputs[1])[j]) {
                        return import_fail("the shapes x0 and x", i, " differ in dimension ", j);
                    }
                    static_cast<int32_t*>(b.outputs[i])[j] = j == axis ? static_cast<int32_t>(offset) : 0;
                }
                offset += static_cast<uint32_t>(shape[axis]);
            }
            return Status();
        });
}

constexpr AttributeForm kConcatOffset = {"ConcatOffset"};

OpDef finish(OpDef op) {
    return op.output("y", kAny)
        .attr("N", int64_t{1})
        .infer(infer_concat)
        .kernel("onednn", make_concat_fast)
        .kernel("reference", make_concat_reference);
}

OpDef declare_concat_d(const char* name) {
    OpDef op(name, "The tensors one behind the other along the axis concat_dim.");
    return finish(op.dynamic_input("x", kAny).required_attr("concat_dim", int64_t{}));
}

}  // namespace

OpDef declare_ConcatV2() {
    OpDef op("ConcatV2", "The tensors one behind the other along the axis concat_dim.");
    return finish(op.dynamic_input("x", kAny).input("concat_dim", kIndexes).needs_value(1));
}

OpDef declare_Concat() {
    OpDef op("Concat", "The tensors one behind the other along the axis concat_dim.");
    return finish(op.input("concat_dim", kIndexes).needs_value(0).dynamic_input("x", kAny));
}

OpDef declare_ConcatV2D() { return declare_concat_d("ConcatV2D"); }

OpDef declare_ParallelConcat() {
    return OpDef("ParallelConcat",
                 "The values one behind the other along the first axis; together they have the shape.")
        .dynamic_input("values", kAny)
        .output("output_data", kAny)
        .required_attr("shape", Ints{})
        .required_attr("N", int64_t{})
        .infer(infer_parallel_concat)
        .kernel("reference", make_concat_reference);
}

OpDef declare_ConcatOffset() {
    return OpDef("ConcatOffset", "Where tensors of the shapes x begin if they are joined along concat_dim.")
        .input("concat_dim", {ACL_INT32})
        .dynamic_input("x", {ACL_INT32})
        .output("y", {ACL_INT32}, Arity::kDynamic)
        .required_attr("N", int64_t{})
        .infer(infer_concat_offset)
        .kernel("reference", make_concat_offset);
}

OpDef declare_ConcatOffsetD() {
    return attribute_form<kConcatOffset>(declare_ConcatOffset(),
                                         OpDef("ConcatOffsetD", "ConcatOffset whose axis is an attribute.")
                                             .dynamic_input("x", {ACL_INT32})
                                             .output("y", {ACL_INT32}, Arity::kDynamic)
                                             .required_attr("concat_dim", int64_t{})
                                             .required_attr("N", int64_t{}));
}

OpDef declare_ConcatD() {
    return declare_concat_d("ConcatD").onnx("Concat", import_concat).caffe("Concat", import_caffe_concat);
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
