// SPDX-License-Identifier: Apache-2.0
// The greatest or smallest elements of an axis, and where they are.
#include <algorithm>
#include <numeric>

#include "kernels/ref/number.h"
#include "ops/caffe/imports.h"
#include "ops/common/along.h"
#include "ops/common/importing.h"
#include "ops/common/infer.h"
#include "ops/common/reference.h"
#include "ops/common/values.h"

namespace softacl::ops {
namespace {

using kernels::Kernel;

// How many, from an attribute or an input; nothing if not known yet.
Result<std::optional<int64_t>> k_of(const OpCall& call) {
    const auto* attr = call.attrs.find_as<int64_t>("k");
    return attr == nullptr ? known_int(call, 1) : Result<std::optional<int64_t>>(std::optional<int64_t>(*attr));
}

Status infer_top_k(OpCall& call) {
    const TensorType& x = *call.inputs[0];
    SOFTACL_ASSIGN(const size_t axis, normal_axis(call, call.attrs.at<int64_t>("dim"), x.shape.rank()));
    SOFTACL_ASSIGN(const auto k, k_of(call));
    if (k && (*k < 0 || (x.shape[axis] >= 0 && *k > x.shape[axis]))) {
        return call.fail("k is ", *k, "; dimension ", axis, " of ", x.shape, " has ", x.shape[axis], " elements");
    }
    call.outputs[0] = {x.dtype, x.shape};
    call.outputs[0].shape[axis] = k.value_or(-1);
    if (call.outputs.size() > 1) {
        call.outputs[1] = {ACL_INT32, call.outputs[0].shape};
    }
    return {};
}

// NaN is greater than every number; of equal elements the first comes first.
template <class T>
bool comes_before(T a, T b, bool largest) {
    if (kernels::is_nan(a) || kernels::is_nan(b)) {
        return kernels::is_nan(a) != kernels::is_nan(b) && kernels::is_nan(a) == largest;
    }
    return largest ? a > b : a < b;
}

Result<kernels::KernelPtr> make_top_k(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    const Shape& x = call.inputs[0]->shape;
    SOFTACL_ASSIGN(const size_t axis, normal_axis(call, call.attrs.at<int64_t>("dim"), x.rank()));
    const Rows rows(x, axis);
    const Rows results(call.outputs[0].shape, axis);
    if (rows.size > std::numeric_limits<int32_t>::max()) {
        return call.fail("dimension ", axis, " of ", x, " is too long for indices of 32 bits");
    }
    const bool largest = call.attrs.at<bool>("largest");
    const bool has_indices = call.outputs.size() > 1;
    kernels::KernelPtr kernel;
    visit_dtype(call.inputs[0]->dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        if constexpr (!std::is_same_v<T, bool>) {
            kernel = function_kernel(call, [=](const Kernel::Buffers& buffers) -> Status {
                auto* order = static_cast<int32_t*>(buffers.scratch);
                for (int64_t row = 0; row < rows.count; ++row) {
                    const T* from = static_cast<const T*>(buffers.inputs[0]) + rows.begin(row);
                    std::iota(order, order + rows.size, 0);
                    std::partial_sort(order, order + results.size, order + rows.size, [&](int32_t a, int32_t b) {
                        const auto left = kernels::widen(from[a * rows.step]);
                        const auto right = kernels::widen(from[b * rows.step]);
                        return comes_before(left, right, largest) || (!comes_before(right, left, largest) && a < b);
                    });
                    for (int64_t i = 0; i < results.size; ++i) {
                        const int64_t at = results.begin(row) + i * results.step;
                        static_cast<T*>(buffers.outputs[0])[at] = from[order[i] * rows.step];
                        if (has_indices) {
                            static_cast<int32_t*>(buffers.outputs[1])[at] = order[i];
                        }
                    }
                }
                return {};
            });
            kernel->scratch_bytes = static_cast<size_t>(rows.size) * sizeof(int32_t);
        }
    });
    return kernel;
}

// Indices are int64 in ONNX. Before opset 10 k is an attribute.
Imported import_top_k(Importer& graph, const ForeignNode& node) {
    ValueRef k = node.input(1);
    if (const auto* attr = node.attrs.find_as<int64_t>("k"); attr != nullptr && k == kNoValue) {
        k = graph.add_constant(Tensor::list(Ints{*attr}), "k");
    }
    if (k != kNoValue) {
        SOFTACL_ASSIGN(k, add_cast(graph, k, ACL_INT32, "k"));
    }
    SOFTACL_ASSIGN(auto outputs, graph.add_node("TopKV2", {node.input(0), k},
                                                {{"dim", node.attrs.get<int64_t>("axis", -1)},
                                                 {"largest", node.attrs.get<int64_t>("largest", 1) != 0},
                                                 {"sorted", node.attrs.get<int64_t>("sorted", 1) != 0}},
                                                2, ""));
    SOFTACL_ASSIGN(outputs[1], add_cast(graph, outputs[1], ACL_INT64, "indices"));
    return outputs;
}

OpDef top_k(const char* name) {
    return OpDef(name, "The k greatest (or smallest) elements along dim, in order, and their indices.")
        .input("x", kNumbers)
        .input("k", kIndexes)
        .output("values", kNumbers)
        .output("indices", {ACL_INT32})
        .attr("sorted", true)
        .attr("dim", int64_t{-1})
        .attr("largest", true)
        .needs_value(1)
        .infer(infer_top_k)
        .kernel("reference", make_top_k);
}

}  // namespace

OpDef declare_TopK() { return top_k("TopK"); }
OpDef declare_TopKV2() { return top_k("TopKV2").onnx("TopK", import_top_k).caffe("ArgMax", import_caffe_arg_max); }
OpDef declare_TopKD() {
    return OpDef("TopKD",
                 "TopKV2 whose k is an attribute. assist_seq helps a device to number the elements; it is not read.")
        .input("x", kNumbers)
        .input("assist_seq", {ACL_FLOAT16})
        .output("values", kNumbers)
        .output("indices", {ACL_INT32})
        .required_attr("k", int64_t{})
        .attr("sorted", true)
        .attr("dim", int64_t{-1})
        .attr("largest", true)
        .infer(infer_top_k)
        .kernel("reference", make_top_k);
}

}  // namespace softacl::ops
