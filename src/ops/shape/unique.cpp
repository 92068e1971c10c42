// SPDX-License-Identifier: Apache-2.0
// Each slice of a tensor once. How many there are is part of the shape, so x must be known in advance.
#include <algorithm>
#include <cstring>
#include <iterator>

#include "kernels/ref/number.h"
#include "ops/common/importing.h"
#include "ops/common/infer.h"
#include "ops/common/reference.h"
#include "ops/common/values.h"

namespace softacl::ops {
namespace {

using kernels::Kernel;

constexpr int64_t kNoAxis = 1000;

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

// The outputs of the different operators, as places among them; kNone: there is none.
constexpr size_t kNone = static_cast<size_t>(-1);
struct Outputs {
    size_t first = kNone;    // where each slice stands first
    size_t count = kNone;    // how often
    size_t inverse = kNone;  // which one each slice is
};
Outputs outputs_of(const OpCall& call) {
    return call.outputs.size() == 4 ? Outputs{1, 2, 3} : Outputs{kNone, call.outputs.size() == 3 ? 2 : kNone, 1};
}

// Operators without the input `axis` take lists.
Result<std::optional<size_t>> unique_axis(const OpCall& call) {
    const Shape& x = call.inputs[0]->shape;
    if (call.op->inputs().size() == 1) {
        if (x.rank() != 1) {
            return call.fail("the input x has the shape ", x, "; expected a list");
        }
        return std::optional<size_t>(0);
    }
    SOFTACL_ASSIGN(const auto value, known_int(call, 1));
    if (!value) {
        return std::optional<size_t>();
    }
    SOFTACL_ASSIGN(const size_t axis, normal_axis(call, *value, x.rank()));
    return std::optional<size_t>(axis);
}

Status infer_unique(OpCall& call) {
    const TensorType& x = *call.inputs[0];
    const auto dtype = call.attrs.at<aclDataType>("out_idx");
    const size_t wanted = call.op->outputs().size();
    if ((dtype != ACL_INT32 && dtype != ACL_INT64) || call.outputs.size() != wanted) {
        return call.fail("out_idx is ", name_of(dtype), " and there are ", call.outputs.size(),
                         " outputs; expected int32 or int64, and ", wanted);
    }
    SOFTACL_ASSIGN(const auto axis, unique_axis(call));
    const Outputs outputs = outputs_of(call);
    call.outputs[0] = {x.dtype, unknown_shape(x.shape.rank())};
    for (size_t i = 1; i < call.outputs.size(); ++i) {
        call.outputs[i] = {dtype, {-1}};
    }
    if (!axis) {
        return {};
    }
    call.outputs[0].shape = x.shape;
    call.outputs[0].shape[*axis] = -1;
    call.outputs[outputs.inverse].shape[0] = x.shape[*axis];
    if (const Tensor* known = call.constant(0)) {
        const Found found = find_unique(known->data(), x.dtype, slices_of(x.shape, *axis), false);
        const auto count = static_cast<int64_t>(found.first.size());
        call.outputs[0].shape[*axis] = count;
        for (const size_t output : {outputs.first, outputs.count}) {
            if (output != kNone) {
                call.outputs[output].shape[0] = count;
            }
        }
    }
    return {};
}

// All slices may be different.
Status largest_unique(OpCall& call) {
    SOFTACL_ASSIGN(const auto axis, unique_axis(call));
    for (TensorType& output : call.outputs) {
        for (size_t i = 0; axis && i < output.shape.rank(); ++i) {
            output.shape[i] = output.shape[i] < 0 ? call.inputs[0]->shape[*axis] : output.shape[i];
        }
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

void copy_slices(const std::vector<int64_t>& chosen, const Slices& slices, size_t element, const void* from, void* to) {
    const size_t run = static_cast<size_t>(slices.inner) * element;
    char* place = static_cast<char*>(to);
    for (int64_t i = 0; i < slices.outer && run != 0; ++i) {
        for (const int64_t slice : chosen) {
            const auto at = static_cast<size_t>(i * slices.count + slice);
            std::memcpy(place, static_cast<const char*>(from) + at * run, run);
            place += run;
        }
    }
}

Status count_failure(size_t found, int64_t wanted) {
    return import_fail("x has ", found, " different slices, not the ", wanted, " of its known value");
}

Result<kernels::KernelPtr> make_unique(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    SOFTACL_ASSIGN(const auto axis, unique_axis(call));
    if (!axis) {
        return call.fail("the axis must be known before the model runs");
    }
    const TensorType& x = *call.inputs[0];
    return function_kernel(
        call,
        [slices = slices_of(x.shape, *axis), type = x.dtype, wanted = call.outputs[0].shape[*axis],
         index_type = call.outputs[1].dtype, outputs = outputs_of(call),
         sorted = call.attrs.get<bool>("sorted", false)](const Kernel::Buffers& buffers) -> Status {
            const Found found = find_unique(buffers.inputs[0], type, slices, sorted);
            if (static_cast<int64_t>(found.first.size()) != wanted) {
                return count_failure(found.first.size(), wanted);
            }
            copy_slices(found.first, slices, size_of(type), buffers.inputs[0], buffers.outputs[0]);
            const std::pair<size_t, const std::vector<int64_t>*> lists[] = {
                {outputs.first, &found.first}, {outputs.count, &found.count}, {outputs.inverse, &found.inverse}};
            for (const auto& [output, list] : lists) {
                if (output != kNone) {
                    write(*list, index_type, buffers.outputs[output]);
                }
            }
            return {};
        });
}

// UniqueConsecutive: runs of equal slices; along no axis of equal elements. Lists that are not wanted are empty.

Result<std::optional<size_t>> run_axis(const OpCall& call) {
    const auto axis = call.attrs.at<int64_t>("axis");
    if (axis == kNoAxis) {
        return std::optional<size_t>();
    }
    SOFTACL_ASSIGN(const size_t found, normal_axis(call, axis, call.inputs[0]->shape.rank()));
    return std::optional<size_t>(found);
}

Slices run_slices(const Shape& x, std::optional<size_t> axis) {
    return axis ? slices_of(x, *axis) : Slices{1, x.elements(), 1};
}

Found find_runs(const void* x, aclDataType type, const Slices& slices) {
    Found found;
    visit_dtype(type, [&](auto tag) {
        const auto* elements = static_cast<const typename decltype(tag)::Type*>(x);
        for (int64_t i = 0; i < slices.count; ++i) {
            if (i == 0 || compare(elements, slices, i - 1, i) != 0) {
                found.first.push_back(i);
                found.count.push_back(0);
            }
            ++found.count.back();
            found.inverse.push_back(static_cast<int64_t>(found.first.size()) - 1);
        }
    });
    return found;
}

Status infer_runs(OpCall& call) {
    const TensorType& x = *call.inputs[0];
    SOFTACL_ASSIGN(const auto axis, run_axis(call));
    const bool known = call.constant(0) != nullptr;
    int64_t count = -1;
    if (known) {
        const Found found = find_runs(call.constant(0)->data(), x.dtype, run_slices(x.shape, axis));
        count = static_cast<int64_t>(found.first.size());
    }
    call.outputs[0] = {x.dtype, {count}};
    if (axis) {
        call.outputs[0].shape = x.shape;
        call.outputs[0].shape[*axis] = count;
    }
    Shape inverse = axis ? Shape{x.shape[*axis]} : x.shape;
    const TensorType more[] = {{ACL_INT64, call.attrs.at<bool>("return_idx") ? std::move(inverse) : Shape{0}},
                               {ACL_INT64, {call.attrs.at<bool>("return_counts") ? count : 0}}};
    for (size_t i = 1; i < call.outputs.size() && i <= std::size(more); ++i) {  // a node may end before the last ones
        call.outputs[i] = more[i - 1];
    }
    return {};
}

Status largest_runs(OpCall& call) {
    SOFTACL_ASSIGN(const auto axis, run_axis(call));
    const Slices slices = run_slices(call.inputs[0]->shape, axis);
    for (TensorType& output : call.outputs) {
        for (size_t i = 0; i < output.shape.rank(); ++i) {
            output.shape[i] = output.shape[i] < 0 ? slices.count : output.shape[i];
        }
    }
    return {};
}

Result<kernels::KernelPtr> make_runs(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    const TensorType& x = *call.inputs[0];
    SOFTACL_ASSIGN(const auto axis, run_axis(call));
    return function_kernel(
        call,
        [slices = run_slices(x.shape, axis), type = x.dtype, wanted = call.outputs[0].shape[axis.value_or(0)],
         return_idx = call.attrs.at<bool>("return_idx") && call.outputs.size() > 1,
         return_counts =
             call.attrs.at<bool>("return_counts") && call.outputs.size() > 2](const Kernel::Buffers& b) -> Status {
            const Found found = find_runs(b.inputs[0], type, slices);
            if (static_cast<int64_t>(found.first.size()) != wanted) {
                return count_failure(found.first.size(), wanted);
            }
            copy_slices(found.first, slices, size_of(type), b.inputs[0], b.outputs[0]);
            if (return_idx) {
                write(found.inverse, ACL_INT64, b.outputs[1]);
            }
            if (return_counts) {
                write(found.count, ACL_INT64, b.outputs[2]);
            }
            return {};
        });
}

// ListDiff: what of x is not in y, and where it stands.

std::vector<int64_t> difference(const void* x, int64_t x_size, const void* y, int64_t y_size, aclDataType type) {
    std::vector<int64_t> places;
    visit_dtype(type, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        std::vector<kernels::Wide<T>> sorted;  // NaN is equal to nothing
        for (int64_t i = 0; i < y_size; ++i) {
            if (const auto value = kernels::widen(static_cast<const T*>(y)[i]); !kernels::is_nan(value)) {
                sorted.push_back(value);
            }
        }
        std::sort(sorted.begin(), sorted.end());
        for (int64_t i = 0; i < x_size; ++i) {
            const auto value = kernels::widen(static_cast<const T*>(x)[i]);
            if (kernels::is_nan(value) || !std::binary_search(sorted.begin(), sorted.end(), value)) {
                places.push_back(i);
            }
        }
    });
    return places;
}

Status infer_list_diff(OpCall& call) {
    SOFTACL_TRY(require_same_dtype(call, 0, 1));
    const auto dtype = call.attrs.at<aclDataType>("out_idx");
    if (dtype != ACL_INT32 && dtype != ACL_INT64) {
        return call.fail("out_idx is ", name_of(dtype), "; expected int32 or int64");
    }
    for (const size_t input : {0, 1}) {
        if (call.inputs[input]->shape.rank() != 1) {
            return call.fail("the input ", input_name(call, input), " has the shape ", call.inputs[input]->shape,
                             "; expected a list");
        }
    }
    int64_t count = -1;
    if (call.constant(0) != nullptr && call.constant(1) != nullptr) {
        const Tensor& x = *call.constant(0);
        const Tensor& y = *call.constant(1);
        count = static_cast<int64_t>(difference(x.data(), x.elements(), y.data(), y.elements(), x.dtype()).size());
    }
    call.outputs[0] = {call.inputs[0]->dtype, {count}};
    if (call.outputs.size() > 1) {
        call.outputs[1] = {dtype, {count}};
    }
    return {};
}

Status largest_list_diff(OpCall& call) {
    for (TensorType& output : call.outputs) {
        output.shape = call.inputs[0]->shape;
    }
    return {};
}

Result<kernels::KernelPtr> make_list_diff(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    return function_kernel(
        call,
        [x_size = call.inputs[0]->shape[0], y_size = call.inputs[1]->shape[0], type = call.inputs[0]->dtype,
         wanted = call.outputs[0].shape[0], index_type = call.attrs.at<aclDataType>("out_idx"),
         tells_places = call.outputs.size() > 1](const Kernel::Buffers& b) -> Status {
            const auto places = difference(b.inputs[0], x_size, b.inputs[1], y_size, type);
            if (static_cast<int64_t>(places.size()) != wanted) {
                return count_failure(places.size(), wanted);
            }
            copy_slices(places, {1, x_size, 1}, size_of(type), b.inputs[0], b.outputs[0]);
            if (tells_places) {
                write(places, index_type, b.outputs[1]);
            }
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
        .largest(largest_unique)
        .kernel("reference", make_unique)
        .onnx("Unique", import_unique)
        .onnx("Compress", import_compress);
}

OpDef declare_Unique() {
    return OpDef("Unique", "Each number of x once; idx: which one each number of x is.")
        .input("x", kAny)
        .output("y", kAny)
        .output("idx", kIndexes)
        .attr("out_idx", ACL_INT32)
        .needs_value(0)
        .infer(infer_unique)
        .largest(largest_unique)
        .kernel("reference", make_unique);
}

OpDef declare_UniqueWithCounts() {
    return OpDef("UniqueWithCounts", "Each number of x once, and how often; idx: which one each number of x is.")
        .input("x", kAny)
        .output("y", kAny)
        .output("idx", kIndexes)
        .output("count", kIndexes)
        .required_attr("out_idx", ACL_INT32)
        .needs_value(0)
        .infer(infer_unique)
        .largest(largest_unique)
        .kernel("reference", make_unique);
}

OpDef declare_UniqueExt2() {
    return OpDef("UniqueExt2", "Each slice along axis once; idx: which one each slice of x is.")
        .input("x", kAny)
        .input("axis", kIndexes)
        .output("y", kAny)
        .output("idx", kIndexes)
        .attr("out_idx", ACL_INT32)
        .needs_value(0)
        .needs_value(1)
        .infer(infer_unique)
        .largest(largest_unique)
        .kernel("reference", make_unique);
}

OpDef declare_UniqueConsecutive() {
    return OpDef("UniqueConsecutive",
                 "Each run of equal slices once (of elements if axis is 1000), and how long it is.")
        .input("x", kAny)
        .output("y", kAny)
        .output("idx", kIndexes)
        .output("count", kIndexes)
        .attr("return_idx", false)
        .attr("return_counts", false)
        .attr("axis", kNoAxis)
        .needs_value(0)
        .infer(infer_runs)
        .largest(largest_runs)
        .kernel("reference", make_runs);
}

OpDef declare_ListDiff() {
    return OpDef("ListDiff", "The numbers of x that are not in y, and where they stand.")
        .input("x", kAny)
        .input("y", kAny)
        .output("out", kAny)
        .output("idx", kIndexes)
        .attr("out_idx", ACL_INT32)
        .needs_value(0)
        .needs_value(1)
        .infer(infer_list_diff)
        .largest(largest_list_diff)
        .kernel("reference", make_list_diff);
}

}  // namespace softacl::ops
