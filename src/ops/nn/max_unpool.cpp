// SPDX-License-Identifier: Apache-2.0
// CpuMaxUnpool: what a pool with places took out goes back to where it was, among zeros.
#include <algorithm>

#include "ops/common/copy.h"
#include "ops/common/importing.h"
#include "ops/common/reference.h"
#include "ops/common/values.h"
#include "ops/common/window.h"

namespace softacl::ops {
namespace {

/// The shape that the pool had read, in which places count.
Result<Shape> shape_of_places(const OpCall& call) {
    const Shape& x = call.inputs[0]->shape;
    const Shape& places = call.inputs[1]->shape;
    if (x.rank() < 3) {
        return call.fail("the input X has the shape ", x, "; expected at least 3 dimensions");
    }
    bool agree = x.rank() == places.rank();
    for (size_t i = 0; agree && i < x.rank(); ++i) {
        agree = x[i] == places[i] || x[i] < 0 || places[i] < 0;
    }
    if (!agree) {
        return call.fail("the inputs X and I have the shapes ", x, " and ", places, "; expected the same");
    }
    if (call.attrs.at<Ints>("kernel_shape").empty()) {
        return call.fail("the attribute kernel_shape is missing");
    }
    SOFTACL_ASSIGN(const Window window, onnx_window(call, x, {}));
    Shape shape = x;
    for (size_t i = 0; i < window.size.size(); ++i) {
        if (window.size[i] < 1) {
            return call.fail("kernel_shape has the entry ", window.size[i], "; expected at least 1");
        }
        int64_t& dim = shape[2 + i];
        if (dim > INT32_MAX) {
            return call.fail("the input X has the shape ", x, ", which is too large");
        }
        if (dim > 0) {
            dim = (dim - 1) * window.strides[i] + window.size[i] - window.pads_begin[i] - window.pads_end[i];
            if (dim < 1) {
                return call.fail("the pads ", window.pads_begin[i], " and ", window.pads_end[i],
                                 " leave nothing of dimension ", i + 2);
            }
        }
    }
    if (shape.is_known() && !shape.fits(sizeof(double))) {
        return call.fail("the result would have the shape ", shape, ", which is too large");
    }
    return shape;
}

Status infer(OpCall& call) {
    SOFTACL_ASSIGN(Shape shape, shape_of_places(call));
    if (call.has_input(2)) {
        const size_t rank = shape.rank();
        const Shape& given = call.inputs[2]->shape;
        if (given.rank() != 1 || (given[0] >= 0 && given[0] != static_cast<int64_t>(rank))) {
            return call.fail("the input output_shape has the shape ", given, "; expected [", rank, "]");
        }
        const auto dims = known_ints(call, 2);
        if (dims && *std::min_element(dims->begin(), dims->end()) < 0) {
            return call.fail("the input output_shape is ", Shape(*dims), "; expected sizes");
        }
        shape = dims ? Shape(*dims) : unknown_shape(rank);
    }
    call.outputs[0] = {call.inputs[0]->dtype, std::move(shape), call.inputs[0]->format};
    return {};
}

/// The place in `to` of an element of `from`; -1 if it has none.
int64_t moved(int64_t place, const Shape& from, const Shape& to) {
    int64_t at = 0;
    int64_t step = 1;
    for (size_t i = from.rank(); i-- > 0; place /= from[i]) {
        const int64_t index = place % from[i];
        if (index >= to[i]) {
            return -1;
        }
        at += index * step;
        step *= to[i];
    }
    return at;
}

Result<kernels::KernelPtr> make(const OpCall& call) {
    SOFTACL_TRY(require_known_shapes(call));
    SOFTACL_ASSIGN(const Shape from, shape_of_places(call));
    const Shape to = call.outputs[0].shape;
    const int64_t count = call.inputs[0]->shape.elements();
    kernels::KernelPtr kernel;
    visit_size(call.inputs[0]->dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        kernel = function_kernel(call, [=](const kernels::Kernel::Buffers& b) -> Status {
            const auto* x = static_cast<const T*>(b.inputs[0]);
            const auto* places = static_cast<const int64_t*>(b.inputs[1]);
            auto* y = static_cast<T*>(b.outputs[0]);
            std::fill_n(y, to.elements(), T{});
            for (int64_t i = 0; i < count; ++i) {
                const bool is_inside = places[i] >= 0 && places[i] < from.elements();
                const int64_t at = is_inside ? moved(places[i], from, to) : -1;
                if (at < 0) {
                    return fail(ACL_ERROR_INVALID_PARAM, "element ", i, " of the input I is ", places[i],
                                ", which is no place of the shape ", from, " within ", to);
                }
                y[at] = x[i];
            }
            return {};
        });
    });
    return kernel;
}

Imported import_unpool(Importer& graph, const ForeignNode& node) {
    Attrs attrs;
    for (const char* name : {"kernel_shape", "pads", "strides"}) {
        attrs.set(name, node.attrs.get<Ints>(name, {}));
    }
    return one(graph.add("CpuMaxUnpool", node.inputs, std::move(attrs)));
}

}  // namespace

OpDef declare_CpuMaxUnpool() {
    return OpDef("CpuMaxUnpool",
                 "Zeros, and the elements of X at the places I, which count in the shape that follows from X and the "
                 "window.")
        .input("X", kFloats)
        .input("I", {ACL_INT64})
        .optional_input("output_shape", {ACL_INT64})
        .output("output", kFloats)
        .required_attr("kernel_shape", Ints{})
        .attr("pads", Ints{})
        .attr("strides", Ints{})
        .needs_value(2)
        .infer(infer)
        .kernel("reference", make)
        .onnx("MaxUnpool", import_unpool);
}

}  // namespace softacl::ops
