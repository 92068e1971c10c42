// SPDX-License-Identifier: Apache-2.0
// The sum of any number of tensors of one shape.
#include <algorithm>
#include <array>

#include "kernels/ref/number.h"
#include "ops/common/for_elements.h"
#include "ops/common/importing.h"
#include "ops/common/infer.h"
#include "ops/common/reference.h"
#include "ops/common/values.h"

namespace softacl::ops {
namespace {

Status infer_add_n(OpCall& call) {
    if (call.inputs.empty() || call.inputs[0] == nullptr) {
        return call.fail("there is nothing to add");
    }
    const auto n = call.attrs.at<int64_t>("N");
    if (n != static_cast<int64_t>(call.inputs.size())) {
        return call.fail("the attribute N is ", n, ", but there are ", call.inputs.size(), " tensors");
    }
    call.outputs[0] = *call.inputs[0];
    for (size_t i = 1; i < call.inputs.size(); ++i) {
        SOFTACL_TRY(require_same_dtype(call, 0, i));
        const Shape& shape = call.inputs[i]->shape;
        bool fits = shape.rank() == call.outputs[0].shape.rank();
        for (size_t axis = 0; fits && axis < shape.rank(); ++axis) {
            int64_t& known = call.outputs[0].shape[axis];
            fits = known < 0 || shape[axis] < 0 || known == shape[axis];
            known = std::max(known, shape[axis]);
        }
        if (!fits) {
            return call.fail("the shapes ", call.inputs[0]->shape, " and ", shape, " differ");
        }
    }
    return {};
}

/// Blocks of sums, which stay in the nearest cache while all tensors are added to them.
template <class T>
void add_all(size_t tensors, int64_t count, const kernels::Kernel::Buffers& buffers) {
    using W = kernels::Wide<T>;
    constexpr int64_t kBlock = 1024;
    parallel_for(count, kElementsWorthAThread, [&](int64_t begin, int64_t end) {
        std::array<W, kBlock> memory;
        W* const sums = memory.data();
        for (int64_t first = begin; first < end; first += kBlock) {
            const int64_t size = std::min(kBlock, end - first);
            std::fill_n(sums, size, W{});
            for (size_t i = 0; i < tensors; ++i) {
                const T* const x = static_cast<const T*>(buffers.inputs[i]) + first;
                vectorised<kernels::kUsual<T>>([=] {
                    for (int64_t j = 0; j < size; ++j) {
                        sums[j] = kernels::wrapping_add(sums[j], kernels::widen(x[j]));
                    }
                });
            }
            T* const y = static_cast<T*>(buffers.outputs[0]) + first;
            vectorised<kernels::kUsual<T>>([=] {
                for (int64_t j = 0; j < size; ++j) {
                    y[j] = kernels::narrow<T>(sums[j]);
                }
            });
        }
    });
}

Result<kernels::KernelPtr> make_add_n(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    kernels::KernelPtr kernel;
    visit_dtype(call.outputs[0].dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        if constexpr (!std::is_same_v<T, bool>) {
            kernel = function_kernel(call,
                                     [n = call.inputs.size(), count = call.outputs[0].shape.elements()](
                                         const kernels::Kernel::Buffers& buffers) -> Status {
                                         add_all<T>(n, count, buffers);
                                         return {};
                                     });
        }
    });
    return kernel;
}

// Caffe's: the product, the sum with factors, or the greatest.
enum class Mode { kProduct, kSum, kMaximum };

Status infer_eltwise(OpCall& call) {
    const auto mode = call.attrs.at<int64_t>("mode");
    const auto& factors = call.attrs.at<Floats>("coeff");
    if (mode < 0 || mode > 2) {
        return call.fail("the attribute mode is ", mode, "; expected 0 (product), 1 (sum) or 2 (maximum)");
    }
    if (!factors.empty() && (mode != 1 || factors.size() != call.inputs.size())) {
        return call.fail("the attribute coeff has ", factors.size(), " factors; expected none",
                         mode == 1 ? ", or one for each of the inputs" : " unless mode is 1 (sum)");
    }
    return infer_add_n(call);
}

template <class W>
W fold(Mode mode, W a, W b, float factor) {
    switch (mode) {
        case Mode::kProduct: return a * b;
        case Mode::kMaximum: return a > b || std::isnan(a) ? a : b;
        default: return a + static_cast<W>(factor) * b;
    }
}

Result<kernels::KernelPtr> make_eltwise(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    const auto mode = static_cast<Mode>(call.attrs.at<int64_t>("mode"));
    Floats factors = call.attrs.at<Floats>("coeff");
    factors.resize(call.inputs.size(), 1.0F);
    kernels::KernelPtr kernel;
    visit_dtype(call.outputs[0].dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        using W = kernels::Wide<T>;
        if constexpr (std::is_floating_point_v<W>) {
            kernel = function_kernel(call,
                                     [mode, factors, count = call.outputs[0].shape.elements()](
                                         const kernels::Kernel::Buffers& buffers) -> Status {
                                         const auto value = [&](size_t input, int64_t i) {
                                             return kernels::widen(static_cast<const T*>(buffers.inputs[input])[i]);
                                         };
                                         for (int64_t i = 0; i < count; ++i) {
                                             W result = value(0, i);
                                             result = mode == Mode::kSum ? static_cast<W>(factors[0]) * result : result;
                                             for (size_t input = 1; input < factors.size(); ++input) {
                                                 result = fold(mode, result, value(input, i), factors[input]);
                                             }
                                             static_cast<T*>(buffers.outputs[0])[i] = kernels::narrow<T>(result);
                                         }
                                         return {};
                                     });
        }
    });
    return kernel;
}

bool same_shapes(const Importer& graph, const ForeignNode& node) {
    for (const ValueRef input : node.inputs) {
        if (input != kNoValue && graph.type(input).shape != graph.type(node.inputs[0]).shape) {
            return false;
        }
    }
    return true;
}

// Tensors of several shapes are added two by two.
Result<ValueRef> add_sum(Importer& graph, const ForeignNode& node, const std::string& suffix) {
    if (node.inputs.size() == 1) {
        return graph.add("Identity", node.inputs, {}, suffix);
    }
    const bool two_by_two =
        node.inputs.size() == 2 || (!node.inputs.empty() && node.has_input(0) && !same_shapes(graph, node));
    if (!two_by_two) {
        return graph.add("AddN", node.inputs, {{"N", static_cast<int64_t>(node.inputs.size())}}, suffix);
    }
    ValueRef sum = node.inputs[0];
    for (size_t i = 1; i < node.inputs.size(); ++i) {
        const bool last = i + 1 == node.inputs.size();
        SOFTACL_ASSIGN(sum, graph.add("Add", {sum, node.inputs[i]}, {}, last ? suffix : text("step", i)));
    }
    return sum;
}

Imported import_sum(Importer& graph, const ForeignNode& node) { return one(add_sum(graph, node, "")); }

Imported import_mean(Importer& graph, const ForeignNode& node) {
    if (node.inputs.size() == 1) {
        return one(graph.add("Identity", node.inputs));
    }
    SOFTACL_ASSIGN(const ValueRef sum, add_sum(graph, node, "sum"));
    return one(graph.add("Muls", {sum}, {{"value", 1.0F / static_cast<float>(node.inputs.size())}}));
}

OpDef sum_of(const char* name) {
    return OpDef(name, "The sum of the tensors; integers wrap around.")
        .dynamic_input("x", kNumbers)
        .output("y", kNumbers)
        .required_attr("N", int64_t{})
        .infer(infer_add_n)
        .kernel("reference", make_add_n);
}

}  // namespace

OpDef declare_AddN() { return sum_of("AddN").onnx("Sum", import_sum).onnx("Mean", import_mean); }
OpDef declare_AccumulateNV2() { return sum_of("AccumulateNV2"); }
OpDef declare_Eltwise() {
    return OpDef("Eltwise", "The product, the sum with factors, or the greatest of the tensors' elements.")
        .dynamic_input("x", {ACL_FLOAT, ACL_FLOAT16, ACL_BF16})
        .output("y", {ACL_FLOAT, ACL_FLOAT16, ACL_BF16})
        .required_attr("N", int64_t{})
        .attr("mode", int64_t{1})
        .attr("coeff", Floats{})
        .infer(infer_eltwise)
        .kernel("reference", make_eltwise);
}

}  // namespace softacl::ops
