// SPDX-License-Identifier: Apache-2.0
// Slices along any axis added by their index, and elements repeated along one.
#include <cstring>

#include "kernels/ref/real.h"
#include "ops/common/copy.h"
#include "ops/common/importing.h"
#include "ops/common/indexes.h"
#include "ops/common/infer.h"
#include "ops/common/reference.h"
#include "ops/common/values.h"
#include "ops/shape/scattering.h"

namespace softacl::ops {
namespace {

using kernels::Kernel;

constexpr int64_t kNoAxis = 1000;

Status infer_index_add(OpCall& call) {
    const Shape& var = call.inputs[0]->shape;
    const Shape& indices = call.inputs[1]->shape;
    SOFTACL_TRY(require_same_dtype(call, 0, 2));
    SOFTACL_ASSIGN(const size_t axis, normal_axis(call, call.attrs.at<int64_t>("axis"), var.rank()));
    Shape wanted = var;
    wanted[axis] = indices.rank() == 1 ? indices[0] : 1;
    if (indices.rank() > 1 || !may_be_same(call.inputs[2]->shape, wanted)) {
        return call.fail("the updates have the shape ", call.inputs[2]->shape, "; indices of ", indices, " along axis ",
                         axis, " of ", var, " need ", wanted);
    }
    if (call.has_input(3)) {
        SOFTACL_TRY(require_same_dtype(call, 0, 3));
        if (call.inputs[3]->shape.is_known() && call.inputs[3]->shape.elements() != 1) {
            return call.fail("the input alpha has the shape ", call.inputs[3]->shape, "; expected one number");
        }
    }
    return same_as_first(call);
}

Result<kernels::KernelPtr> make_index_add(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    const Shape& var = call.inputs[0]->shape;
    SOFTACL_ASSIGN(const size_t axis, normal_axis(call, call.attrs.at<int64_t>("axis"), var.rank()));
    const int64_t outer = var.elements(0, axis);
    const int64_t inner = var.elements(axis + 1, var.rank());
    kernels::KernelPtr kernel;
    kernels::ref::visit_numbers(call.outputs[0].dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        kernel = function_kernel(
            call,
            [=, size = var[axis], bytes = call.outputs[0].bytes(), count = call.inputs[1]->shape.elements(),
             type = call.inputs[1]->dtype, scales = call.has_input(3)](const Kernel::Buffers& b) -> Status {
                if (b.outputs[0] != b.inputs[0]) {
                    std::memcpy(b.outputs[0], b.inputs[0], bytes);
                }
                const Indexes indexes(b.inputs[1], type);
                const auto alpha = scales ? kernels::widen(*static_cast<const T*>(b.inputs[3])) : kernels::Wide<T>{1};
                for (int64_t i = 0; i < outer; ++i) {
                    for (int64_t j = 0; j < count; ++j) {
                        const int64_t index = indexes.within(j, size);
                        if (index < 0) {
                            return index_failure(indexes[j], j, size);
                        }
                        const T* from = static_cast<const T*>(b.inputs[2]) + (i * count + j) * inner;
                        T* to = static_cast<T*>(b.outputs[0]) + (i * size + index) * inner;
                        for (int64_t k = 0; k < inner; ++k) {
                            const auto update = scales ? kernels::wrapping_mul(kernels::widen(from[k]), alpha)
                                                       : kernels::widen(from[k]);
                            to[k] = kernels::narrow<T>(kernels::wrapping_add(kernels::widen(to[k]), update));
                        }
                    }
                }
                return {};
            });
        kernel->reuses_input = 0;
    });
    return kernel;
}

// RepeatInterleave: each slice along axis (each element of a list, without) as often as `repeats` says.

struct Repeats {
    int64_t outer = 1;
    int64_t count = 1;
    int64_t inner = 1;
};

Result<Repeats> repeats_of(const OpCall& call, size_t& axis) {
    const Shape& x = call.inputs[0]->shape;
    const auto attr = call.attrs.at<int64_t>("axis");
    axis = 0;
    if (attr == kNoAxis) {
        return Repeats{1, x.is_known() ? x.elements() : -1, 1};
    }
    SOFTACL_ASSIGN(axis, normal_axis(call, attr, x.rank()));
    return Repeats{x.elements(0, axis), x[axis], x.elements(axis + 1, x.rank())};
}

Status infer_repeat(OpCall& call) {
    size_t axis = 0;
    SOFTACL_ASSIGN(const Repeats repeats, repeats_of(call, axis));
    const Shape& list = call.inputs[1]->shape;
    const int64_t given = list.is_known() ? list.elements() : -1;
    if (list.rank() > 1 || (given >= 0 && given != 1 && repeats.count >= 0 && given != repeats.count)) {
        return call.fail("the input repeats has the shape ", list, "; expected one number, or ", repeats.count);
    }
    int64_t length = -1;
    if (const auto numbers = known_ints(call, 1)) {
        length = 0;
        for (const int64_t number : *numbers) {
            if (number < 0 || number > int64_t{1} << 40) {
                return call.fail("the repeats have ", number, ", which is not possible");
            }
            length += number;
        }
        if (numbers->size() == 1) {
            const bool known = repeats.count >= 0;
            if (known && !Shape{repeats.count, length}.fits(8)) {
                return call.fail("the result is too large");
            }
            length = known ? repeats.count * length : -1;
        }
    }
    call.outputs[0] = {call.inputs[0]->dtype, {length}};
    if (call.attrs.at<int64_t>("axis") != kNoAxis) {
        call.outputs[0].shape = call.inputs[0]->shape;
        call.outputs[0].shape[axis] = length;
    }
    return {};
}

Result<kernels::KernelPtr> make_repeat(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    size_t axis = 0;
    SOFTACL_ASSIGN(const Repeats repeats, repeats_of(call, axis));
    const auto run = static_cast<int64_t>(static_cast<size_t>(repeats.inner) * size_of(call.outputs[0].dtype));
    return function_kernel(
        call,
        [repeats, run, wanted = call.outputs[0].shape[axis], one = call.inputs[1]->shape.elements() == 1,
         type = call.inputs[1]->dtype](const Kernel::Buffers& b) -> Status {
            const Indexes times(b.inputs[1], type);
            int64_t sum = 0;
            for (int64_t i = 0; i < repeats.count; ++i) {
                const int64_t number = times[one ? 0 : i];
                if (number < 0 || number > wanted - sum) {
                    return import_fail("the repeats do not make the ", wanted, " slices of their known value");
                }
                sum += number;
            }
            if (sum != wanted) {
                return import_fail("the repeats make ", sum, " slices, not the ", wanted, " of their known value");
            }
            const char* from = static_cast<const char*>(b.inputs[0]);
            char* to = static_cast<char*>(b.outputs[0]);
            for (int64_t i = 0; i < repeats.outer * repeats.count; ++i, from += run) {
                for (int64_t j = times[one ? 0 : i % repeats.count]; j > 0 && run > 0; --j, to += run) {
                    std::memcpy(to, from, static_cast<size_t>(run));
                }
            }
            return {};
        });
}

}  // namespace

OpDef declare_IndexAdd() {
    return OpDef("IndexAdd", "var with the updates added to the slices along axis that indices name.")
        .input("var", kNumbers)
        .input("indices", kIndexes)
        .input("updates", kNumbers)
        .output("var_out", kNumbers)
        .attr("axis", int64_t{0})
        .infer(infer_index_add)
        .kernel("reference", make_index_add);
}

OpDef declare_InplaceIndexAdd() {
    return OpDef("InplaceIndexAdd", "var with alpha times the updates added to the slices along axis.")
        .input("var", kNumbers)
        .input("indices", kIndexes)
        .input("updates", kNumbers)
        .optional_input("alpha", kNumbers)
        .output("var", kNumbers)
        .required_attr("axis", int64_t{})
        .infer(infer_index_add)
        .kernel("reference", make_index_add);
}

OpDef declare_RepeatInterleave() {
    return OpDef("RepeatInterleave", "The slices of x along axis, or its elements if axis is 1000, each repeated.")
        .input("x", kAny)
        .input("repeats", kIndexes)
        .output("y", kAny)
        .attr("axis", kNoAxis)
        .needs_value(1)
        .infer(infer_repeat)
        .kernel("reference", make_repeat);
}

}  // namespace softacl::ops
