// SPDX-License-Identifier: Apache-2.0
// Tensors that lie with strides of their own in the elements of another one; and bytes seen as another type.
#include <cstring>

#include "ops/common/copy.h"
#include "ops/common/infer.h"
#include "ops/common/reference.h"
#include "ops/common/values.h"

namespace softacl::ops {
namespace {

// size, stride and storage_offset are inputs one behind the other.
struct View {
    Shape shape;
    kernels::Strides strides;
    int64_t offset = 0;
};

// Nothing if not known yet. Fails if the view goes beyond the elements of the input it lies in.
Result<std::optional<View>> view_of(const OpCall& call, size_t storage, size_t first) {
    const auto sizes = known_ints(call, first);
    const auto strides = known_ints(call, first + 1);
    SOFTACL_ASSIGN(const auto offset, known_int(call, first + 2));
    if (!sizes || !strides || !offset) {
        return std::optional<View>();
    }
    View view{Shape(*sizes), *strides, *offset};
    if (strides->size() != sizes->size() || !view.shape.is_known() || !view.shape.fits(8)) {
        return call.fail("the size ", view.shape, " and the strides ", Shape(*strides), " do not make a view");
    }
    const Shape& all = call.inputs[storage]->shape;
    if (!all.is_known() || view.shape.elements() == 0) {
        return std::optional<View>(std::move(view));
    }
    int64_t last = view.offset;
    bool fits = view.offset >= 0;
    for (size_t i = 0; fits && i < sizes->size(); ++i) {
        int64_t reach = 0;
        fits = (*strides)[i] >= 0 && !__builtin_mul_overflow(view.shape[i] - 1, (*strides)[i], &reach) &&
               !__builtin_add_overflow(last, reach, &last);
    }
    if (!fits || last >= all.elements()) {
        return call.fail("the size ", view.shape, ", strides ", Shape(*strides), " and offset ", view.offset,
                         " go beyond the ", all.elements(), " elements of ", input_name(call, storage));
    }
    return std::optional<View>(std::move(view));
}

Status infer_as_strided(OpCall& call) {
    SOFTACL_ASSIGN(const auto view, view_of(call, 0, 1));
    const Shape& list = call.inputs[1]->shape;
    if (!view && (list.rank() != 1 || list[0] < 0 || list[0] > 32)) {
        return call.fail("the input size has the shape ", list, "; expected a list of at most 32 numbers");
    }
    call.outputs[0] = {call.inputs[0]->dtype, view ? view->shape : unknown_shape(static_cast<size_t>(list[0]))};
    return {};
}

Result<kernels::KernelPtr> make_as_strided(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    SOFTACL_ASSIGN(const auto view, view_of(call, 0, 1));
    if (!view) {
        return call.fail("size, stride and storage_offset must be known before the model runs");
    }
    return copy_kernel(call, {{0, 0, view->shape, view->strides, kernels::row_strides(view->shape), view->offset}});
}

// dst, its view, src, its view: the elements of the second go to those of the first.
Status infer_view_copy(OpCall& call) {
    SOFTACL_TRY(require_same_dtype(call, 0, 4));
    SOFTACL_ASSIGN(const auto to, view_of(call, 0, 1));
    SOFTACL_ASSIGN(const auto from, view_of(call, 4, 5));
    if (to && from && to->shape != from->shape) {
        return call.fail("the views have the sizes ", to->shape, " and ", from->shape, "; expected the same");
    }
    return same_as_first(call);
}

Result<kernels::KernelPtr> make_view_copy(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    SOFTACL_ASSIGN(const auto to, view_of(call, 0, 1));
    SOFTACL_ASSIGN(const auto from, view_of(call, 4, 5));
    if (!to || !from) {
        return call.fail("sizes, strides and offsets must be known before the model runs");
    }
    const Shape whole{call.inputs[0]->shape.elements()};
    const bool empty = to->shape.elements() == 0;
    std::vector<StridedCopy> copies = {{0, 0, whole, {1}, {1}}};
    if (!empty) {
        copies.push_back({4, 0, to->shape, from->strides, to->strides, from->offset, to->offset});
    }
    return copy_kernel(call, copies);
}

// Bitcast: smaller elements become a dimension more, larger ones take the last dimension.
Status infer_bitcast(OpCall& call) {
    const auto type = call.attrs.at<aclDataType>("type");
    const auto from = static_cast<int64_t>(size_of(call.inputs[0]->dtype));
    const auto to = static_cast<int64_t>(size_of(type));
    if (!kAny.contains(type)) {
        return call.fail("the attribute type is ", name_of(type), ", which no element can be seen as");
    }
    std::vector<int64_t> dims = call.inputs[0]->shape.dims();
    if (to < from) {
        dims.push_back(from / to);
    } else if (to > from) {
        if (dims.empty() || (dims.back() >= 0 && dims.back() != to / from)) {
            return call.fail("the input x has the shape ", call.inputs[0]->shape, "; elements of ", name_of(type),
                             " need a last dimension of ", to / from);
        }
        dims.pop_back();
    }
    call.outputs[0] = {type, Shape(std::move(dims))};
    return {};
}

}  // namespace

OpDef declare_AsStrided() {
    return OpDef("AsStrided", "The elements of x at storage_offset and strides from there.")
        .input("x", kAny)
        .input("size", kIndexes)
        .input("stride", kIndexes)
        .input("storage_offset", kIndexes)
        .output("y", kAny)
        .needs_value(1)
        .needs_value(2)
        .needs_value(3)
        .infer(infer_as_strided)
        .kernel("reference", make_as_strided);
}

OpDef declare_ViewCopy() {
    OpDef op("ViewCopy", "dst, in a view of which lies what a view of src shows.");
    for (const char* name : {"dst", "src"}) {
        op.input(name, kAny);
        for (const char* part : {"_size", "_stride", "_storage_offset"}) {
            op.needs_value(op.inputs().size()).input(std::string(name) + part, kIndexes);
        }
    }
    return op.output("dst", kAny).infer(infer_view_copy).kernel("reference", make_view_copy);
}

OpDef declare_Bitcast() {
    return OpDef("Bitcast", "The bytes of x as elements of another type.")
        .input("x", kAny)
        .output("y", kAny)
        .required_attr("type", ACL_DT_UNDEFINED)
        .infer(infer_bitcast)
        .kernel("view", make_view);
}

}  // namespace softacl::ops
