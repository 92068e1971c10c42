// SPDX-License-Identifier: Apache-2.0
// Elements and slices by their index.
#include <algorithm>
#include <atomic>
#include <cstring>
#include <limits>

#include "ops/caffe/imports.h"
#include "ops/common/attribute_form.h"
#include "ops/common/copy.h"
#include "ops/common/importing.h"
#include "ops/common/indexes.h"
#include "ops/common/infer.h"
#include "ops/common/reference.h"
#include "ops/common/values.h"

namespace softacl::ops {
namespace {

using kernels::Kernel;

struct GatherPlan {
    size_t axis = 0;
    size_t batch_dims = 0;
};
// Gather has no axis: it takes the first dimension behind the batch's.
Result<std::optional<GatherPlan>> gather_plan(const OpCall& call) {
    const Shape& x = call.inputs[0]->shape;
    const auto batch_dims = call.attrs.at<int64_t>("batch_dims");
    const auto width = static_cast<int64_t>(call.inputs[1]->shape.rank());
    const int64_t counted = batch_dims < 0 ? batch_dims + width : batch_dims;
    std::optional<int64_t> value = std::max<int64_t>(counted, 0);
    if (call.op->inputs().size() > 2) {
        SOFTACL_ASSIGN(value, known_int(call, 2));
    }
    if (!value) {
        return std::optional<GatherPlan>();
    }
    GatherPlan plan;
    SOFTACL_ASSIGN(plan.axis, normal_axis(call, *value, x.rank()));
    plan.batch_dims = static_cast<size_t>(counted);
    if (batch_dims < -width || batch_dims > width || plan.batch_dims > plan.axis) {
        return call.fail("the attribute batch_dims is ", batch_dims, " for indices with ", width,
                         " dimensions and axis ", plan.axis);
    }
    return std::optional<GatherPlan>(plan);
}

Status infer_gather(OpCall& call) {
    const Shape& x = call.inputs[0]->shape;
    const Shape& indices = call.inputs[1]->shape;
    if (x.rank() == 0) {
        return call.fail("the input x is a scalar; expected at least one dimension");
    }
    SOFTACL_ASSIGN(const auto plan, gather_plan(call));
    if (!plan) {
        call.outputs[0] = {call.inputs[0]->dtype, unknown_shape(x.rank() + indices.rank() - 1)};
        return {};
    }
    for (size_t i = 0; i < plan->batch_dims; ++i) {
        if (x[i] >= 0 && indices[i] >= 0 && x[i] != indices[i]) {
            return call.fail("dimension ", i, " of x ", x, " and of indices ", indices, " differ");
        }
    }
    std::vector<int64_t> dims(x.begin(), x.begin() + static_cast<std::ptrdiff_t>(plan->axis));
    dims.insert(dims.end(), indices.begin() + static_cast<std::ptrdiff_t>(plan->batch_dims), indices.end());
    dims.insert(dims.end(), x.begin() + static_cast<std::ptrdiff_t>(plan->axis) + 1, x.end());
    call.outputs[0] = {call.inputs[0]->dtype, Shape(std::move(dims))};
    return {};
}

Status index_failure(int64_t index, int64_t at, int64_t size) {
    return import_fail("index ", index, " (element ", at, " of the indices) is out of range of a dimension of ", size);
}

Result<kernels::KernelPtr> make_gather(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    SOFTACL_ASSIGN(const auto plan, gather_plan(call));
    if (!plan) {
        return call.fail("the axis must be known before the model runs");
    }
    const Shape& x = call.inputs[0]->shape;
    const Shape& list = call.inputs[1]->shape;
    const int64_t batches = x.elements(0, plan->batch_dims);
    const int64_t outer = x.elements(plan->batch_dims, plan->axis);
    const int64_t size = x[plan->axis];
    const auto inner = static_cast<int64_t>(static_cast<size_t>(x.elements(plan->axis + 1, x.rank())) *
                                            size_of(call.inputs[0]->dtype));
    const int64_t count = list.elements(plan->batch_dims, list.rank());
    const bool negative = call.attrs.at<bool>("negative_index_support");
    return function_kernel(call, [=, type = call.inputs[1]->dtype](const Kernel::Buffers& buffers) -> Status {
        const Indexes indexes(buffers.inputs[1], type);
        const char* from = static_cast<const char*>(buffers.inputs[0]);
        char* to = static_cast<char*>(buffers.outputs[0]);
        for (int64_t batch = 0; batch < batches; ++batch) {
            for (int64_t i = 0; i < outer; ++i, from += size * inner) {
                for (int64_t at = batch * count; at < (batch + 1) * count; ++at, to += inner) {
                    const int64_t index = indexes.within(at, size, negative);
                    if (index < 0) {
                        return index_failure(indexes[at], at, size);
                    }
                    std::memcpy(to, from + index * inner, static_cast<size_t>(inner));
                }
            }
        }
        return {};
    });
}

// GatherD has the dimension as an input, and an attribute that says the same if it says anything.
size_t index_input(const OpCall& call) { return call.op->inputs().size() - 1; }
Result<std::optional<size_t>> elements_axis(const OpCall& call) {
    const auto attr = call.attrs.at<int64_t>("dim");
    std::optional<int64_t> value = attr;
    if (index_input(call) == 2) {
        SOFTACL_ASSIGN(value, known_int(call, 1));
        if (value && attr != 0 && attr != *value) {
            return call.fail("the attribute dim is ", attr, " and the input dim is ", *value, "; expected the same");
        }
    }
    if (!value) {
        return std::optional<size_t>();
    }
    SOFTACL_ASSIGN(const size_t axis, normal_axis(call, *value, call.inputs[0]->shape.rank()));
    return std::optional<size_t>(axis);
}

Status infer_gather_elements(OpCall& call) {
    const Shape& x = call.inputs[0]->shape;
    const Shape& index = call.inputs[index_input(call)]->shape;
    SOFTACL_ASSIGN(const auto axis, elements_axis(call));
    bool fits = index.rank() == x.rank();
    for (size_t i = 0; fits && axis && i < x.rank(); ++i) {
        fits = i == *axis || x[i] < 0 || index[i] <= x[i];
    }
    if (!fits) {
        return call.fail("the input index has the shape ", index, ", which does not lie within x ", x);
    }
    call.outputs[0] = {call.inputs[0]->dtype, index};
    return {};
}

struct ElementsPlan {
    kernels::StridedLoop<2> loop;  // of x without the axis, and of the index
    int64_t size = 0;              // of the axis
    int64_t step = 0;
};

// The number of the first index that is out of range, or -1.
template <class T, class Index>
int64_t gather_elements(const ElementsPlan& plan, const T* x, const Index* indexes, T* y) {
    constexpr int64_t kNone = std::numeric_limits<int64_t>::max();
    std::atomic<int64_t> faulty{kNone};
    plan.loop.run_shared([&, size = plan.size, step = plan.step](const auto& at, int64_t count, const auto& steps) {
        const T* const from = x + at[0];
        const Index* const index = indexes + at[1];
        T* const to = y + at[1];
        const int64_t from_step = steps[0];
        for (int64_t i = 0; i < count; ++i) {
            const auto given = static_cast<int64_t>(index[i]);
            const int64_t place = given + (given < 0 ? size : 0);
            if (place < 0 || place >= size) {
                int64_t first = faulty.load();
                while (at[1] + i < first && !faulty.compare_exchange_weak(first, at[1] + i)) {
                }
                return;
            }
            to[i] = from[i * from_step + place * step];
        }
    });
    return faulty == kNone ? -1 : faulty.load();
}

Result<kernels::KernelPtr> make_gather_elements(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    const Shape& x = call.inputs[0]->shape;
    const Shape& y = call.outputs[0].shape;
    const size_t input = index_input(call);
    SOFTACL_ASSIGN(const auto found, elements_axis(call));
    if (!found) {
        return call.fail("the input dim must be known before the model runs");
    }
    const size_t axis = *found;
    kernels::Strides strides = kernels::row_strides(x);
    const int64_t step = strides[axis];
    strides[axis] = 0;
    const ElementsPlan plan{{y, {strides, kernels::row_strides(y)}}, x[axis], step};
    kernels::KernelPtr kernel;
    visit_size(call.inputs[0]->dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        kernel = function_kernel(
            call, [plan, input, type = call.inputs[input]->dtype](const Kernel::Buffers& buffers) -> Status {
                const T* from = static_cast<const T*>(buffers.inputs[0]);
                T* to = static_cast<T*>(buffers.outputs[0]);
                const void* index = buffers.inputs[input];
                const int64_t faulty = type == ACL_INT64
                                           ? gather_elements(plan, from, static_cast<const int64_t*>(index), to)
                                           : gather_elements(plan, from, static_cast<const int32_t*>(index), to);
                return faulty < 0 ? Status() : index_failure(Indexes(index, type)[faulty], faulty, plan.size);
            });
    });
    return kernel;
}

// The last dimension of the indices is a place in the dimensions of x behind the batch's.
Status infer_gather_nd(OpCall& call) {
    const Shape& x = call.inputs[0]->shape;
    const Shape& indices = call.inputs[1]->shape;
    if (indices.rank() == 0 || indices[indices.rank() - 1] < 0) {
        return call.fail("the input indices has the shape ", indices, "; expected a last dimension that is known");
    }
    const int64_t depth = indices[indices.rank() - 1];
    const auto batch_dims = call.attrs.get<int64_t>("batch_dims", 0);
    if (batch_dims < 0 || batch_dims >= static_cast<int64_t>(indices.rank()) ||
        depth > static_cast<int64_t>(x.rank()) - batch_dims) {
        return call.fail("the indices have ", depth, " numbers each; x has ", x.rank(), " dimensions, of which ",
                         batch_dims, " are batches");
    }
    for (size_t i = 0; i < static_cast<size_t>(batch_dims); ++i) {
        if (x[i] != indices[i] && x[i] >= 0 && indices[i] >= 0) {
            return call.fail("dimension ", i, " of x ", x, " and of indices ", indices, " differ");
        }
    }
    std::vector<int64_t> dims(indices.begin(), indices.end() - 1);
    dims.insert(dims.end(), x.begin() + batch_dims + depth, x.end());
    call.outputs[0] = {call.inputs[0]->dtype, Shape(std::move(dims))};
    return {};
}

Result<kernels::KernelPtr> make_gather_nd(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    const Shape& x = call.inputs[0]->shape;
    const Shape& indices = call.inputs[1]->shape;
    const int64_t depth = indices[indices.rank() - 1];
    const auto batch_dims = static_cast<size_t>(call.attrs.get<int64_t>("batch_dims", 0));
    const int64_t batches = x.elements(0, batch_dims);
    const int64_t count = indices.elements(batch_dims, indices.rank() - 1);
    const kernels::Strides strides = kernels::row_strides(x);
    const int64_t batch = x.elements(batch_dims, x.rank());
    const auto element = static_cast<int64_t>(size_of(call.inputs[0]->dtype));
    const int64_t slice = x.elements(batch_dims + static_cast<size_t>(depth), x.rank()) * element;
    const bool negative = call.attrs.get<bool>("negative_index_support", true);
    return function_kernel(call, [=, type = call.inputs[1]->dtype](const Kernel::Buffers& buffers) -> Status {
        const Indexes indexes(buffers.inputs[1], type);
        const char* from = static_cast<const char*>(buffers.inputs[0]);
        char* to = static_cast<char*>(buffers.outputs[0]);
        for (int64_t i = 0; i < batches * count; ++i) {
            int64_t offset = i / count * batch;
            for (int64_t j = 0; j < depth; ++j) {
                const size_t axis = batch_dims + static_cast<size_t>(j);
                const int64_t size = x[axis];
                const int64_t index = indexes.within(i * depth + j, size, negative);
                if (index < 0) {
                    return index_failure(indexes[i * depth + j], i * depth + j, size);
                }
                offset += index * strides[axis];
            }
            std::memcpy(to + i * slice, from + offset * element, static_cast<size_t>(slice));
        }
        return {};
    });
}

Imported import_gather(Importer& graph, const ForeignNode& node) {
    const ValueRef axis = graph.add_constant(Tensor::scalar(node.attrs.get<int64_t>("axis", 0)), "axis");
    return one(graph.add("GatherV2", {node.input(0), node.input(1), axis}, {{"negative_index_support", true}}));
}

Imported import_gather_elements(Importer& graph, const ForeignNode& node) {
    return one(graph.add("GatherElements", node.inputs, {{"dim", node.attrs.get<int64_t>("axis", 0)}}));
}

Imported import_gather_nd(Importer& graph, const ForeignNode& node) {
    if (const auto batch_dims = node.attrs.get<int64_t>("batch_dims", 0); batch_dims != 0) {
        return one(graph.add("CpuGatherND", node.inputs, {{"batch_dims", batch_dims}}));
    }
    return one(graph.add("GatherNd", node.inputs, {{"negative_index_support", true}}));
}

constexpr AttributeForm kGatherV2D = {"GatherV2"};

}  // namespace

OpDef declare_GatherV2() {
    return OpDef("GatherV2", "The slices of x along axis that the indices name.")
        .input("x", kAny)
        .input("indices", kIndexes)
        .input("axis", kIndexes)
        .output("y", kAny)
        .attr("batch_dims", int64_t{0})
        .attr("is_preprocessed", false)
        .attr("negative_index_support", false)
        .needs_value(2)
        .infer(infer_gather)
        .kernel("reference", make_gather)
        .onnx("Gather", import_gather)
        .caffe("Embed", import_caffe_embed);
}

OpDef declare_GatherV2D() {
    return attribute_form<kGatherV2D>(declare_GatherV2(), OpDef("GatherV2D", "GatherV2 whose axis is an attribute.")
                                                              .input("x", kAny)
                                                              .input("indices", kIndexes)
                                                              .output("y", kAny)
                                                              .required_attr("axis", int64_t{}));
}

OpDef declare_Gather() {
    return OpDef("Gather", "The slices of x along its first dimension, behind those of the batch, that indices name.")
        .input("x", kAny)
        .input("indices", kIndexes)
        .output("y", kAny)
        .attr("validate_indices", true)
        .attr("batch_dims", int64_t{0})
        .attr("is_preprocessed", false)
        .attr("negative_index_support", false)
        .infer(infer_gather)
        .kernel("reference", make_gather);
}

OpDef declare_GatherD() {
    return OpDef("GatherD", "For each index the element of x at that place of dimension dim.")
        .input("x", kAny)
        .input("dim", kIndexes)
        .input("index", kIndexes)
        .output("y", kAny)
        .attr("dim", int64_t{0})
        .needs_value(1)
        .infer(infer_gather_elements)
        .kernel("reference", make_gather_elements);
}

OpDef declare_GatherElements() {
    return OpDef("GatherElements", "For each index the element of x at that place of dimension dim.")
        .input("x", kAny)
        .input("index", kIndexes)
        .output("y", kAny)
        .attr("dim", int64_t{0})
        .infer(infer_gather_elements)
        .kernel("reference", make_gather_elements)
        .onnx("GatherElements", import_gather_elements);
}

OpDef declare_GatherNd() {
    return OpDef("GatherNd", "The elements or slices of x at places given by the last dimension of the indices.")
        .input("x", kAny)
        .input("indices", kIndexes)
        .output("y", kAny)
        .attr("negative_index_support", false)
        .infer(infer_gather_nd)
        .kernel("reference", make_gather_nd);
}

OpDef declare_CpuGatherND() {
    return OpDef("CpuGatherND", "GatherNd of each batch: the first batch_dims dimensions of data and indices.")
        .input("data", kAny)
        .input("indices", kIndexes)
        .output("output", kAny)
        .attr("batch_dims", int64_t{0})
        .infer(infer_gather_nd)
        .kernel("reference", make_gather_nd)
        .onnx("GatherND", import_gather_nd);
}

}  // namespace softacl::ops
