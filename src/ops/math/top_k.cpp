// SPDX-License-Identifier: Apache-2.0
// The greatest or smallest elements of an axis, and where they are.
#include <algorithm>
#include <array>
#include <numeric>

#include "base/parallel.h"
#include "kernels/ref/number.h"
#include "ops/caffe/imports.h"
#include "ops/common/along.h"
#include "ops/common/for_elements.h"
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

// Calls enter(i, value) for each element from number `first` on that may come before last(), or is NaN.
template <class T, class Last, class Enter>
void for_candidates(const T* x, int64_t first, int64_t size, int64_t step, bool largest, const Last& last,
                    const Enter& enter) {
    using W = kernels::Wide<T>;
    const auto some = [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) {
            const W value = kernels::widen(x[i * step]);
            if (largest ? !(value <= last()) : !(value >= last())) {
                enter(i, value);
            }
        }
    };
    if (step != 1) {
        return some(first, size);
    }
    constexpr int64_t kBlock = 16;  // most have no candidate
    int64_t i = first;
    for (; i + kBlock <= size; i += kBlock) {
        const T* const block = x + i;
        const W limit = last();
        int any = 0;
        if (largest) {
            for (int64_t j = 0; j < kBlock; ++j) {
                any |= static_cast<int>(!(kernels::widen(block[j]) <= limit));
            }
        } else {
            for (int64_t j = 0; j < kBlock; ++j) {
                any |= static_cast<int>(!(kernels::widen(block[j]) >= limit));
            }
        }
        if (any != 0) {
            some(i, i + kBlock);
        }
    }
    some(i, size);
}

// Which are the first k of a row, in order: few enough to be moved when another comes between them.
constexpr int64_t kFew = 64;
template <class T>
void find_few(const T* x, int64_t size, int64_t step, int64_t k, bool largest, int32_t* order) {
    using W = kernels::Wide<T>;
    std::array<W, kFew> values;
    const auto enter = [&](int64_t at, W value, int64_t place) {
        for (; place > 0 && comes_before(value, values[static_cast<size_t>(place) - 1], largest); --place) {
            values[static_cast<size_t>(place)] = values[static_cast<size_t>(place) - 1];
            order[place] = order[place - 1];
        }
        values[static_cast<size_t>(place)] = value;
        order[place] = static_cast<int32_t>(at);
    };
    for (int64_t i = 0; i < k; ++i) {
        enter(i, kernels::widen(x[i * step]), i);
    }
    const W& last = values[static_cast<size_t>(k) - 1];
    for_candidates(
        x, k, size, step, largest, [&] { return last; },
        [&](int64_t i, W value) {
            if (comes_before(value, last, largest)) {
                enter(i, value, k - 1);
            }
        });
}

// Many: a heap with the last of them on top.
template <class T>
void find_many(const T* x, int64_t size, int64_t step, int64_t k, bool largest, int32_t* order) {
    using W = kernels::Wide<T>;
    const auto before = [=](int32_t a, int32_t b) {
        const auto left = kernels::widen(x[a * step]);
        const auto right = kernels::widen(x[b * step]);
        return comes_before(left, right, largest) || (!comes_before(right, left, largest) && a < b);
    };
    std::iota(order, order + k, 0);
    std::make_heap(order, order + k, before);
    const auto last = [&] { return kernels::widen(x[order[0] * step]); };
    for_candidates(x, k, size, step, largest, last, [&](int64_t i, W value) {
        if (comes_before(value, last(), largest)) {
            std::pop_heap(order, order + k, before);
            order[k - 1] = static_cast<int32_t>(i);
            std::push_heap(order, order + k, before);
        }
    });
    std::sort_heap(order, order + k, before);
}

template <class T>
void find_first(const T* x, int64_t size, int64_t step, int64_t k, bool largest, int32_t* order) {
    if (k > kFew) {
        find_many(x, size, step, k, largest, order);
    } else if (k > 0) {
        vectorised<kernels::kUsual<T>>([=] { find_few(x, size, step, k, largest, order); });
    }
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
                for_rows(rows.count, rows.size, [&](int64_t row) {
                    int32_t* const order = static_cast<int32_t*>(buffers.scratch) + team_index() * results.size;
                    const T* from = static_cast<const T*>(buffers.inputs[0]) + rows.begin(row);
                    find_first(from, rows.size, rows.step, results.size, largest, order);
                    for (int64_t i = 0; i < results.size; ++i) {
                        const int64_t at = results.begin(row) + i * results.step;
                        static_cast<T*>(buffers.outputs[0])[at] = from[order[i] * rows.step];
                        if (has_indices) {
                            static_cast<int32_t*>(buffers.outputs[1])[at] = order[i];
                        }
                    }
                });
                return {};
            });
            kernel->scratch_bytes = parallel_width() * static_cast<size_t>(results.size) * sizeof(int32_t);
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
