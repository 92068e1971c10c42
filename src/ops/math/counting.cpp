// SPDX-License-Identifier: Apache-2.0
// How many elements there are of a kind.
#include <algorithm>

#include "kernels/ref/number.h"
#include "ops/common/attribute_form.h"
#include "ops/common/indexes.h"
#include "ops/common/infer.h"
#include "ops/common/reference.h"
#include "ops/common/values.h"

namespace softacl::ops {
namespace {

using kernels::Kernel;

// A list as long as an input says.
Status infer_list(OpCall& call, size_t input, int64_t least, aclDataType dtype) {
    SOFTACL_ASSIGN(const auto count, known_int(call, input));
    if (count && *count < least) {
        return call.fail("the input ", input_name(call, input), " is ", *count, "; expected at least ", least);
    }
    call.outputs[0] = {dtype, {count.value_or(-1)}};
    return {};
}

Status infer_bincount(OpCall& call) {
    const Shape& array = call.inputs[0]->shape;
    const Shape& weights = call.inputs[2]->shape;
    if (array.is_known() && weights.is_known() && weights.elements() != 0 && weights != array) {
        return call.fail("the input weights has the shape ", weights, "; expected none, or that of array, ", array);
    }
    return infer_list(call, 1, 0, call.inputs[2]->dtype);
}

Result<kernels::KernelPtr> make_bincount(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    const int64_t count = call.inputs[0]->shape.elements();
    const int64_t bins = call.outputs[0].shape[0];
    const bool weighted = call.inputs[2]->shape.elements() != 0;
    kernels::KernelPtr kernel;
    visit_dtype(call.inputs[2]->dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        using W = kernels::Wide<T>;
        kernel = function_kernel(call, [=](const Kernel::Buffers& buffers) -> Status {
            T* y = static_cast<T*>(buffers.outputs[0]);
            std::fill_n(y, bins, T{});
            for (int64_t i = 0; i < count; ++i) {
                const int32_t bin = static_cast<const int32_t*>(buffers.inputs[0])[i];
                if (bin < 0) {
                    return fail(ACL_ERROR_INVALID_PARAM, "element ", i, " of the input array is ", bin,
                                "; expected no negative number");
                }
                if (bin < bins) {
                    const W weight = weighted ? kernels::widen(static_cast<const T*>(buffers.inputs[2])[i]) : W(1);
                    y[bin] = kernels::narrow<T>(kernels::wrapping_add<W>(kernels::widen(y[bin]), weight));
                }
            }
            return {};
        });
    });
    return kernel;
}

Status infer_histogram(OpCall& call) {
    SOFTACL_TRY(require_same_dtype(call, 0, 1));
    if (call.attrs.at<int64_t>("dtype") != ACL_INT32) {
        return call.fail("the attribute dtype is ", call.attrs.at<int64_t>("dtype"), "; expected 3, int32");
    }
    if (call.inputs[1]->shape.is_known() && call.inputs[1]->shape != Shape{2}) {
        return call.fail("the input range has the shape ", call.inputs[1]->shape, "; expected [2]");
    }
    return infer_list(call, 2, 1, ACL_INT32);
}

Result<kernels::KernelPtr> make_histogram(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    const int64_t count = call.inputs[0]->shape.elements();
    const int64_t bins = call.outputs[0].shape[0];
    kernels::KernelPtr kernel;
    visit_dtype(call.inputs[0]->dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        kernel = function_kernel(call, [=](const Kernel::Buffers& buffers) -> Status {
            const auto number = [](const void* from, int64_t at) {
                return static_cast<double>(kernels::widen(static_cast<const T*>(from)[at]));
            };
            const double low = number(buffers.inputs[1], 0);
            const double high = number(buffers.inputs[1], 1);
            if (!(low < high)) {
                return fail(ACL_ERROR_INVALID_PARAM, "the input range goes from ", low, " to ", high,
                            "; expected an ascending one");
            }
            auto* y = static_cast<int32_t*>(buffers.outputs[0]);
            std::fill_n(y, bins, 0);
            const double step = (high - low) / static_cast<double>(bins);
            for (int64_t i = 0; i < count; ++i) {
                const double at = (number(buffers.inputs[0], i) - low) / step;
                if (!std::isnan(at)) {  // what is no number is in no bin
                    ++y[static_cast<int64_t>(std::clamp(at, 0.0, static_cast<double>(bins - 1)))];
                }
            }
            return {};
        });
    });
    return kernel;
}

Status infer_in_top_k(OpCall& call) {
    const Shape& x = call.inputs[0]->shape;
    const Shape& targets = call.inputs[1]->shape;
    if (x.rank() != 2 || targets.rank() != 1 || (x[0] >= 0 && targets[0] >= 0 && x[0] != targets[0])) {
        return call.fail("the input ", input_name(call, 0), " has the shape ", x, ", the input ", input_name(call, 1),
                         " ", targets, "; expected [batch, classes] and [batch]");
    }
    if (call.inputs[2]->shape.is_known() && call.inputs[2]->shape.elements() != 1) {
        return call.fail("the input k has the shape ", call.inputs[2]->shape, "; expected one element");
    }
    call.outputs[0] = {ACL_BOOL, {std::max(x[0], targets[0])}};
    return {};
}

// Classes with the same prediction as the target do not push it out; what is not finite is in no selection.
bool is_in_top(const float* x, int64_t classes, int64_t target, int64_t k) {
    if (target < 0 || !std::isfinite(x[target])) {
        return false;
    }
    int64_t better = 0;
    for (int64_t i = 0; i < classes; ++i) {
        if (!std::isfinite(x[i])) {
            return false;
        }
        better += x[i] > x[target] ? 1 : 0;
    }
    return better < k;
}

Result<kernels::KernelPtr> make_in_top_k(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    const Shape& x = call.inputs[0]->shape;
    return function_kernel(call,
                           [rows = x[0], classes = x[1], target_type = call.inputs[1]->dtype,
                            k_type = call.inputs[2]->dtype](const Kernel::Buffers& buffers) -> Status {
                               const Indexes targets(buffers.inputs[1], target_type);
                               const int64_t k = Indexes(buffers.inputs[2], k_type)[0];
                               for (int64_t row = 0; row < rows; ++row) {
                                   static_cast<bool*>(buffers.outputs[0])[row] =
                                       is_in_top(static_cast<const float*>(buffers.inputs[0]) + row * classes, classes,
                                                 targets.within(row, classes, false), k);
                               }
                               return {};
                           });
}

OpDef in_top_k(const char* name, const char* predictions, const char* targets, const char* output) {
    return OpDef(name, "Whether each row's target is among its k greatest predictions.")
        .input(predictions, {ACL_FLOAT})
        .input(targets, kIndexes)
        .input("k", kIndexes)
        .output(output, kBool)
        .infer(infer_in_top_k)
        .kernel("reference", make_in_top_k);
}

constexpr AttributeForm kInTopK = {"InTopK"};
constexpr AttributeForm kHistogram = {"HistogramFixedWidth"};
constexpr DTypes kHistogramTypes = {ACL_FLOAT16, ACL_FLOAT, ACL_INT32, ACL_INT64};

}  // namespace

OpDef declare_Bincount() {
    constexpr DTypes kWeights = {ACL_FLOAT, ACL_INT32, ACL_INT64, ACL_DOUBLE};
    return OpDef("Bincount", "How often each number below size stands in array; with weights, the sum of them.")
        .input("array", {ACL_INT32})
        .input("size", {ACL_INT32})
        .input("weights", kWeights)
        .output("bins", kWeights)
        .needs_value(1)
        .infer(infer_bincount)
        .kernel("reference", make_bincount);
}

OpDef declare_HistogramFixedWidth() {
    return OpDef("HistogramFixedWidth",
                 "How many elements are in each of the equal parts of a range; what is outside counts at its ends.")
        .input("x", kHistogramTypes)
        .input("range", kHistogramTypes)
        .input("nbins", {ACL_INT32})
        .output("y", {ACL_INT32})
        .attr("dtype", int64_t{ACL_INT32})
        .needs_value(2)
        .infer(infer_histogram)
        .kernel("reference", make_histogram);
}

OpDef declare_InTopK() { return in_top_k("InTopK", "x1", "x2", "y"); }
OpDef declare_InTopKV2() { return in_top_k("InTopKV2", "predictions", "targets", "precision"); }

OpDef declare_InTopKD() {
    return attribute_form<kInTopK>(declare_InTopK(), OpDef("InTopKD", "InTopK whose k is an attribute.")
                                                         .input("x1", {ACL_FLOAT})
                                                         .input("x2", kIndexes)
                                                         .output("y", kBool)
                                                         .required_attr("k", int64_t{}));
}

OpDef declare_HistogramFixedWidthD() {
    return attribute_form<kHistogram>(
        declare_HistogramFixedWidth(),
        OpDef("HistogramFixedWidthD", "HistogramFixedWidth whose number of parts is an attribute.")
            .input("x", kHistogramTypes)
            .input("range", kHistogramTypes)
            .output("y", {ACL_INT32})
            .required_attr("nbins", int64_t{})
            .attr("dtype", int64_t{ACL_INT32}));
}

}  // namespace softacl::ops
