// SPDX-License-Identifier: Apache-2.0
// Where a tensor is not 0. How many such places there are is part of the shape, so x must be known in advance.
#include "kernels/ref/number.h"
#include "ops/common/attribute_form.h"
#include "ops/common/importing.h"
#include "ops/common/infer.h"
#include "ops/common/reference.h"
#include "ops/common/values.h"

namespace softacl::ops {
namespace {

using kernels::Kernel;

template <class T>
bool is_set(T value) {
    return kernels::widen(value) != kernels::Wide<T>{};
}

Status infer_non_zero(OpCall& call) {
    const Shape& x = call.inputs[0]->shape;
    const auto dtype = call.attrs.at<aclDataType>("dtype");
    if (dtype != ACL_INT32 && dtype != ACL_INT64) {
        return call.fail("the attribute dtype is ", name_of(dtype), "; expected int32 or int64");
    }
    int64_t count = -1;
    if (const Tensor* value = call.constant(0)) {
        count = 0;
        visit_dtype(value->dtype(), [&](auto tag) {
            using T = typename decltype(tag)::Type;
            for (int64_t i = 0; i < value->elements(); ++i) {
                count += is_set(value->data_as<T>()[i]) ? 1 : 0;
            }
        });
    }
    const auto rank = static_cast<int64_t>(x.rank());
    call.outputs[0] = {dtype, call.attrs.at<bool>("transpose") ? Shape{rank, count} : Shape{count, rank}};
    return {};
}

/// All elements.
Status largest_non_zero(OpCall& call) {
    const Shape& x = call.inputs[0]->shape;
    Shape& y = call.outputs[0].shape;
    y[call.attrs.at<bool>("transpose") ? 1 : 0] = x.elements();
    return {};
}

Result<kernels::KernelPtr> make_non_zero(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    const Shape& x = call.inputs[0]->shape;
    const Shape& y = call.outputs[0].shape;
    const bool by_axis = call.attrs.at<bool>("transpose");
    const int64_t count = by_axis ? y[1] : y[0];
    const bool wide = call.outputs[0].dtype == ACL_INT64;
    kernels::KernelPtr kernel;
    visit_dtype(call.inputs[0]->dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        kernel = function_kernel(call, [=](const Kernel::Buffers& buffers) -> Status {
            int64_t found = 0;
            for (int64_t i = 0; i < x.elements(); ++i) {
                if (!is_set(static_cast<const T*>(buffers.inputs[0])[i])) {
                    continue;
                }
                if (found == count) {
                    return import_fail("x has more than the ", count, " elements that are not 0 of its known value");
                }
                const auto rank = static_cast<int64_t>(x.rank());
                int64_t rest = i;
                for (int64_t axis = rank - 1; axis >= 0; --axis) {
                    const int64_t size = x[static_cast<size_t>(axis)];
                    const int64_t at = by_axis ? axis * count + found : found * rank + axis;
                    if (wide) {
                        static_cast<int64_t*>(buffers.outputs[0])[at] = rest % size;
                    } else {
                        static_cast<int32_t*>(buffers.outputs[0])[at] = static_cast<int32_t>(rest % size);
                    }
                    rest /= size;
                }
                ++found;
            }
            return found == count ? Status()
                                  : import_fail("x has ", found, " elements that are not 0 instead of ", count);
        });
    });
    return kernel;
}

Imported import_non_zero(Importer& graph, const ForeignNode& node) {
    return one(graph.add("NonZero", node.inputs, {{"transpose", true}}));
}

constexpr AttributeForm kNonZero = {"NonZero"};

}  // namespace

OpDef declare_NonZero() {
    return OpDef("NonZero", "The places of elements that are not 0: one per row, or with transpose one per column.")
        .input("x", kAny)
        .output("y", kIndexes)
        .attr("transpose", false)
        .attr("dtype", ACL_INT64)
        .needs_value(0)
        .infer(infer_non_zero)
        .largest(largest_non_zero)
        .kernel("reference", make_non_zero)
        .onnx("NonZero", import_non_zero);
}

OpDef declare_Where() {
    return attribute_form<kNonZero>(
        declare_NonZero(),
        OpDef("Where", "The places of elements that are not 0, in rows.").input("x", kAny).output("y", {ACL_INT64}));
}

}  // namespace softacl::ops
