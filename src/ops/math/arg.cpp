// SPDX-License-Identifier: Apache-2.0
// Where the greatest or the smallest element of an axis is; the first one, if there are several.
#include "ops/common/importing.h"
#include "ops/common/infer.h"
#include "ops/common/reference.h"
#include "ops/common/values.h"
#include "ops/math/arg_loops.h"

namespace softacl::ops {
namespace {

using kernels::Kernel;

// The dimension is an input, or an attribute; nothing if not known yet.
Result<std::optional<int64_t>> dimension_of(const OpCall& call) {
    const auto* attr = call.attrs.find_as<int64_t>("dimension");
    return attr == nullptr ? known_int(call, 1) : Result<std::optional<int64_t>>(std::optional<int64_t>(*attr));
}

// Where the dimension is an attribute, indexes are int32 whatever dtype says.
Status infer_arg(OpCall& call) {
    const Shape& x = call.inputs[0]->shape;
    const auto dtype = call.attrs.has("dimension") ? ACL_INT32 : call.attrs.at<aclDataType>("dtype");
    if (dtype != ACL_INT32 && dtype != ACL_INT64) {
        return call.fail("the attribute dtype is ", name_of(dtype), "; expected int32 or int64");
    }
    SOFTACL_ASSIGN(const auto dimension, dimension_of(call));
    if (!dimension) {
        call.outputs[0] = {dtype, unknown_shape(x.rank() == 0 ? 0 : x.rank() - 1)};
        return {};
    }
    SOFTACL_ASSIGN(const size_t axis, normal_axis(call, *dimension, x.rank()));
    if (x[axis] == 0) {
        return call.fail("dimension ", axis, " of ", x, " has no element");
    }
    std::vector<int64_t> dims = x.dims();
    if (call.attrs.get<bool>("keep_dims", false)) {
        dims[axis] = 1;
    } else {
        dims.erase(dims.begin() + static_cast<std::ptrdiff_t>(axis));
    }
    call.outputs[0] = {dtype, Shape(std::move(dims))};
    if (call.outputs.size() > 1) {
        call.outputs[1] = {call.inputs[0]->dtype, call.outputs[0].shape};
    }
    return {};
}

template <bool kMost>
Result<kernels::KernelPtr> make_arg(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    SOFTACL_ASSIGN(const auto dimension, dimension_of(call));
    if (!dimension) {
        return call.fail("the dimension must be known before the model runs");
    }
    SOFTACL_ASSIGN(const size_t axis, normal_axis(call, *dimension, call.inputs[0]->shape.rank()));
    const Shape& shape = call.inputs[0]->shape;
    const kernels::ref::Middle m{shape.elements(0, axis), shape[axis], shape.elements(axis + 1, shape.rank())};
    const bool wide = call.outputs[0].dtype == ACL_INT64;
    kernels::KernelPtr kernel;
    visit_dtype(call.inputs[0]->dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        if constexpr (!std::is_same_v<T, bool>) {
            kernel = function_kernel(
                call, [m, wide, has_value = call.outputs.size() > 1](const Kernel::Buffers& buffers) -> Status {
                    const T* x = static_cast<const T*>(buffers.inputs[0]);
                    find_all<kMost>(m, x, [&](int64_t i, int64_t place) {
                        if (wide) {
                            static_cast<int64_t*>(buffers.outputs[0])[i] = place;
                        } else {
                            static_cast<int32_t*>(buffers.outputs[0])[i] = static_cast<int32_t>(place);
                        }
                        if (has_value) {
                            static_cast<T*>(buffers.outputs[1])[i] =
                                x[(i / m.inner * m.count + place) * m.inner + i % m.inner];
                        }
                    });
                    return {};
                });
        }
    });
    return kernel;
}

// The last of several equal ones is the first seen from the end.
template <bool kMost>
Imported import_arg(Importer& graph, const ForeignNode& node) {
    if (!node.has_input(0)) {
        return import_fail("the input data is missing");
    }
    const Shape& x = graph.type(node.input(0)).shape;
    const auto rank = static_cast<int64_t>(x.rank());
    int64_t axis = node.attrs.get<int64_t>("axis", 0);
    if (axis < -rank || axis >= rank) {
        return import_fail("axis ", axis, " is outside [", -rank, ", ", rank, ")");
    }
    axis += axis < 0 ? rank : 0;
    const bool keep = node.attrs.get<int64_t>("keepdims", 1) != 0;
    const bool last = node.attrs.get<int64_t>("select_last_index", 0) != 0;
    const ValueRef dimension = graph.add_constant(Tensor::scalar(axis), "axis");
    const std::string op = kMost ? "ArgMaxV2" : "ArgMin";
    ValueRef value = node.input(0);
    const int64_t size = x[static_cast<size_t>(axis)];
    if (last) {
        if (size < 0) {
            return import_fail("select_last_index along a dimension that is not known is not supported");
        }
        const ValueRef axes = graph.add_constant(Tensor::list(Ints{axis}), "axes");
        SOFTACL_ASSIGN(value, graph.add("ReverseV2", {value, axes}, {}, "reverse"));
    }
    SOFTACL_ASSIGN(value, graph.add(op, {value, dimension}, {{"dtype", ACL_INT64}}, keep || last ? "arg" : ""));
    if (last) {
        const ValueRef end = graph.add_constant(Tensor::scalar<int64_t>(size - 1), "last");
        SOFTACL_ASSIGN(value, graph.add("Sub", {end, value}, {}, keep ? "from_end" : ""));
    }
    if (keep) {
        SOFTACL_ASSIGN(value, graph.add("ExpandDims", {value, dimension}));
    }
    return std::vector<ValueRef>{value};
}

template <bool kMost>
OpDef declare_arg(const char* name, const char* doc, const char* onnx) {
    return OpDef(name, doc)
        .input("x", kNumbers)
        .input("dimension", kIndexes)
        .output("y", kIndexes)
        .attr("dtype", ACL_INT64)
        .needs_value(1)
        .infer(infer_arg)
        .kernel("reference", make_arg<kMost>)
        .onnx(onnx, import_arg<kMost>);
}

template <bool kMost>
OpDef declare_arg_d(const char* name, const char* doc) {
    return OpDef(name, doc)
        .input("x", kNumbers)
        .output("y", {ACL_INT32})
        .required_attr("dimension", int64_t{})
        .attr("dtype", ACL_INT64)
        .infer(infer_arg)
        .kernel("reference", make_arg<kMost>);
}

template <bool kMost>
OpDef declare_arg_with_value(const char* name, const char* doc) {
    return OpDef(name, doc)
        .input("x", kNumbers)
        .output("indice", {ACL_INT32})
        .output("values", kNumbers)
        .required_attr("dimension", int64_t{})
        .attr("keep_dims", false)
        .infer(infer_arg)
        .kernel("reference", make_arg<kMost>);
}

}  // namespace

OpDef declare_ArgMaxD() {
    return declare_arg_d<true>("ArgMaxD", "The index of the greatest element along a dimension.");
}
OpDef declare_ArgMinD() {
    return declare_arg_d<false>("ArgMinD", "The index of the smallest element along a dimension.");
}
OpDef declare_ArgMaxWithValue() {
    return declare_arg_with_value<true>("ArgMaxWithValue", "The greatest element along a dimension, and its index.");
}
OpDef declare_ArgMinWithValue() {
    return declare_arg_with_value<false>("ArgMinWithValue", "The smallest element along a dimension, and its index.");
}
OpDef declare_ArgMaxV2() {
    return declare_arg<true>("ArgMaxV2", "The index of the greatest element along a dimension.", "ArgMax");
}
OpDef declare_ArgMin() {
    return declare_arg<false>("ArgMin", "The index of the smallest element along a dimension.", "ArgMin");
}

}  // namespace softacl::ops
