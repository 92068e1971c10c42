// SPDX-License-Identifier: Apache-2.0
// Each slice of a tensor once. How many there are is part of the shape, so x must be known in advance.
#include <algorithm>
#include <cstring>

#include "kernels/ref/number.h"
#include "ops/common/importing.h"
#include "ops/common/infer.h"
#include "ops/common/reference.h"
#include "ops/common/values.h"

namespace softacl::ops {
namespace {

using kernels::Kernel;

// Slices along an axis: slice i has `outer` runs of `inner` elements.
struct Slices {
    int64_t outer = 1;
    int64_t count = 1;
    int64_t inner = 1;
};

Slices slices_of(const Shape& x, size_t axis) { return {x.elements(0, axis), x[axis], x.elements(axis + 1, x.rank())}; }

template <class T>
int compare(const T* x, const Slices& slices, int64_t a, int64_t b) {
    for (int64_t i = 0; i < slices.outer; ++i) {
        for (int64_t j = 0; j < slices.inner; ++j) {
            const auto left = kernels::widen(x[(i * slices.count + a) * slices.inner + j]);
            const auto right = kernels::widen(x[(i * slices.count + b) * slices.inner + j]);
            if (left != right && !(kernels::is_nan(left) && kernels::is_nan(right))) {
                return left < right || kernels::is_nan(right) ? -1 : 1;
            }
        }
    }
    return 0;
}

struct Found {
    std::vector<int64_t> first;    // of each different slice: where it stands first
    std::vector<int64_t> count;    // and how often
    std::vector<int64_t> inverse;  // of each slice: which one it is
};

template <class T>
Found find_unique(const T* x, const Slices& slices, bool sorted) {
    std::vector<int64_t> order(static_cast<size_t>(slices.count));
    for (size_t i = 0; i < order.size(); ++i) {
        order[i] = static_cast<int64_t>(i);
    }
    std::stable_sort(order.begin(), order.end(), [&](int64_t a, int64_t b) { return compare(x, slices, a, b) < 0; });
    std::vector<std::vector<int64_t>> groups;
    for (const int64_t slice : order) {
        if (groups.empty() || compare(x, slices, groups.back().front(), slice) != 0) {
            groups.emplace_back();
        }
        groups.back().push_back(slice);
    }
    if (!sorted) {
        std::sort(groups.begin(), groups.end(), [](const auto& a, const auto& b) { return a.front() < b.front(); });
    }
    Found found;
    found.inverse.resize(order.size());
    for (const auto& group : groups) {
        for (const int64_t slice : group) {
            found.inverse[static_cast<size_t>(slice)] = static_cast<int64_t>(found.first.size());
        }
        found.first.push_back(group.front());
        found.count.push_back(static_cast<int64_t>(group.size()));
    }
    return found;
}

Found find_unique(const void* x, aclDataType type, const Slices& slices, bool sorted) {
    Found found;
    visit_dtype(type, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        found = find_unique(static_cast<const T*>(x), slices, sorted);
    });
    return found;
}

Status infer_unique(OpCall& call) {
    const TensorType& x = *call.inputs[0];
    const auto dtype = call.attrs.at<aclDataType>("out_idx");
    if ((dtype != ACL_INT32 && dtype != ACL_INT64) || call.outputs.size() != 4) {
        return call.fail("out_idx is ", name_of(dtype), " and there are ", call.outputs.size(),
                         " outputs; expected int32 or int64, and 4");
    }
    SOFTACL_ASSIGN(const auto value, known_int(call, 1));
    call.outputs[0] = {x.dtype, unknown_shape(x.shape.rank())};
    for (size_t i = 1; i < 4; ++i) {
        call.outputs[i] = {dtype, {-1}};
    }
    if (!value) {
        return {};
    }
    SOFTACL_ASSIGN(const size_t axis, normal_axis(call, *value, x.shape.rank()));
    call.outputs[0].shape = x.shape;
    call.outputs[0].shape[axis] = -1;
    call.outputs[3].shape[0] = x.shape[axis];
    if (const Tensor* known = call.constant(0)) {
        const Found found = find_unique(known->data(), x.dtype, slices_of(x.shape, axis), false);
        const auto count = static_cast<int64_t>(found.first.size());
        call.outputs[0].shape[axis] = call.outputs[1].shape[0] = call.outputs[2].shape[0] = count;
    }
    return {};
}

void write(const std::vector<int64_t>& numbers, aclDataType type, void* to) {
    for (size_t i = 0; i < numbers.size(); ++i) {
        if (type == ACL_INT64) {
            static_cast<int64_t*>(to)[i] = numbers[i];
        } else {
            static_cast<int32_t*>(to)[i] = static_cast<int32_t>(numbers[i]);
        }
    }
}

Result<kernels::KernelPtr> make_unique(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    SOFTACL_ASSIGN(const int64_t value, required_int(call, 1));
    const TensorType& x = *call.inputs[0];
    SOFTACL_ASSIGN(const size_t axis, normal_axis(call, value, x.shape.rank()));
    const Slices slices = slices_of(x.shape, axis);
    return function_kernel(
        call,
        [slices, type = x.dtype, wanted = call.outputs[0].shape[axis], index_type = call.outputs[1].dtype,
         sorted = call.attrs.at<bool>("sorted")](const Kernel::Buffers& buffers) -> Status {
            const Found found = find_unique(buffers.inputs[0], type, slices, sorted);
            if (static_cast<int64_t>(found.first.size()) != wanted) {
                return import_fail("x has ", found.first.size(), " different slices instead of the ", wanted,
                                   " of its known value");
            }
            const size_t run = static_cast<size_t>(slices.inner) * size_of(type);
            char* to = static_cast<char*>(buffers.outputs[0]);
            for (int64_t i = 0; i < slices.outer; ++i) {
                for (const int64_t slice : found.first) {
                    const auto at = static_cast<size_t>(i * slices.count + slice);
                    std::memcpy(to, static_cast<const char*>(buffers.inputs[0]) + at * run, run);
                    to += run;
                }
            }
            write(found.first, index_type, buffers.outputs[1]);
            write(found.count, index_type, buffers.outputs[2]);
            write(found.inverse, index_type, buffers.outputs[3]);
            return {};
        });
}

// Without an axis the elements; the outputs are y, first, inverse, count.
Imported import_unique(Importer& graph, const ForeignNode& node) {
    ValueRef x = node.input(0);
    const auto* axis = node.attrs.find_as<int64_t>("axis");
    if (axis == nullptr) {
        const ValueRef flat = graph.add_constant(Tensor::list(Ints{-1}), "flat");
        SOFTACL_ASSIGN(x, graph.add("Reshape", {x, flat}, {}, "reshape"));
    }
    const ValueRef along = graph.add_constant(Tensor::scalar<int64_t>(axis == nullptr ? 0 : *axis), "axis");
    SOFTACL_ASSIGN(
        auto outputs,
        graph.add_node("UniqueWithCountsExt2", {x, along},
                       {{"sorted", node.attrs.get<int64_t>("sorted", 1) != 0}, {"return_inverse", true}}, 4, ""));
    std::swap(outputs[2], outputs[3]);
    outputs.resize(std::min<size_t>(node.outputs, 4));
    return outputs;
}

// The places where the condition is true, as indices.
Imported import_compress(Importer& graph, const ForeignNode& node) {
    const ValueRef flat = graph.add_constant(Tensor::list(Ints{-1}), "flat");
    SOFTACL_ASSIGN(const ValueRef found, graph.add("NonZero", {node.input(1)}, {}, "places"));
    SOFTACL_ASSIGN(const ValueRef indices, graph.add("Reshape", {found, flat}, {}, "indices"));
    ValueRef x = node.input(0);
    const auto* axis = node.attrs.find_as<int64_t>("axis");
    if (axis == nullptr) {
        SOFTACL_ASSIGN(x, graph.add("Reshape", {x, flat}, {}, "reshape"));
    }
    const ValueRef along = graph.add_constant(Tensor::scalar<int64_t>(axis == nullptr ? 0 : *axis), "axis");
    return one(graph.add("GatherV2", {x, indices, along}));
}

}  // namespace

OpDef declare_UniqueWithCountsExt2() {
    return OpDef("UniqueWithCountsExt2",
                 "Each slice along axis once; where it stands first, how often, and which one each slice is.")
        .input("x", kAny)
        .input("axis", kIndexes)
        .output("y", kAny)
        .output("idx", kIndexes)
        .output("count", kIndexes)
        .output("inverse_idx", kIndexes)
        .attr("out_idx", ACL_INT64)
        .attr("sorted", false)
        .attr("return_inverse", false)
        .needs_value(0)
        .needs_value(1)
        .infer(infer_unique)
        .kernel("reference", make_unique)
        .onnx("Unique", import_unique)
        .onnx("Compress", import_compress);
}

}  // namespace softacl::ops
