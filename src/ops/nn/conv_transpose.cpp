// SPDX-License-Identifier: Apache-2.0
// Transposed convolutions over two and three axes.
#include <algorithm>
#include <limits>

#include "ops/caffe/imports.h"
#include "ops/common/import_simple.h"
#include "ops/nn/conv.h"

namespace softacl::ops {
namespace {

constexpr ConvInputs kInputs = {1, 2, 3, static_cast<size_t>(-1), true};

/// The result's spatial dimensions are those of input_size if it is known and not empty, else what the window gives.
template <size_t rank>
Status infer(OpCall& call) {
    SOFTACL_ASSIGN(const Window window, conv_window(call, kInputs, rank));
    const TensorType& x = *call.inputs[kInputs.x];
    std::vector<int64_t> dims = {x.shape[0], -1};
    SOFTACL_TRY(check_channels(call, kInputs, dims[1]));
    const Ints& more = call.attrs.at<Ints>("output_padding");
    if (more.size() != rank) {
        return call.fail("the attribute output_padding has ", more.size(), " entries; expected ", rank);
    }
    for (size_t i = 0; i < window.size.size(); ++i) {
        if (more[2 + i] < 0 || more[2 + i] > std::numeric_limits<int32_t>::max()) {
            return call.fail("output_padding is ", more[2 + i], " for dimension ", 2 + i, "; expected at least 0");
        }
        if (x.shape[2 + i] < 0 || window.size[i] < 0) {
            dims.push_back(-1);
            continue;
        }
        if (x.shape[2 + i] > std::numeric_limits<int32_t>::max()) {
            return call.fail("the input x has the shape ", x.shape, ", which is too large");
        }
        const int64_t full = (x.shape[2 + i] - 1) * window.strides[i] + window.span(i) + more[2 + i];
        const int64_t size = full - window.pads_begin[i] - window.pads_end[i];
        if (size < 0) {
            return call.fail("the pads ", window.pads_begin[i], " and ", window.pads_end[i],
                             " leave nothing of dimension ", 2 + i, " of the result, which has ", full);
        }
        dims.push_back(size);
    }
    const Tensor* wanted = call.constant(0);
    if (wanted != nullptr && wanted->elements() != 0) {
        const Ints sizes = wanted->to_ints();
        if (sizes.size() != rank) {
            return call.fail("the input input_size has ", sizes.size(), " elements; expected ", rank);
        }
        for (size_t i = 0; i < rank; ++i) {
            if (dims[i] >= 0 && sizes[i] != dims[i]) {
                return call.fail("the input input_size is ", Shape(sizes), ", but pads, strides and filter give ",
                                 Shape(dims));
            }
        }
    }
    call.outputs[0] = {x.dtype, Shape(std::move(dims)), x.format};
    return {};
}

Result<kernels::KernelPtr> make_fast(const OpCall& call) { return make_fast_convolution(call, kInputs, {}); }
Result<kernels::KernelPtr> make_reference(const OpCall& call) { return make_reference_convolution(call, kInputs, {}); }

/// Pads of the node: given, or from output_shape or auto_pad. What pads cannot express (a result beyond the last
/// window) becomes output_padding.
Status resolve_pads(const ForeignNode& node, const Shape& x, Window& window, Ints& more) {
    const auto auto_pad = node.attrs.get<std::string>("auto_pad", "NOTSET");
    const Ints* shape = node.attrs.find_as<Ints>("output_shape");
    const bool same = auto_pad == "SAME_UPPER" || auto_pad == "SAME_LOWER";
    if (shape == nullptr && !same) {
        return {};
    }
    const size_t spatial = window.size.size();
    if (shape != nullptr && shape->size() != spatial && shape->size() != spatial + 2) {
        return fail(ACL_ERROR_INVALID_PARAM, "output_shape has ", shape->size(), " entries; expected ", spatial);
    }
    for (size_t i = 0; i < spatial; ++i) {
        const int64_t in = x[2 + i];
        if (in < 0 || window.size[i] < 0) {
            return fail(ACL_ERROR_INVALID_PARAM, "output_shape and auto_pad need dimension ", 2 + i,
                        " of X, which is not known: ", x);
        }
        const int64_t wanted = shape != nullptr ? (*shape)[shape->size() - spatial + i] : in * window.strides[i];
        const int64_t total = (in - 1) * window.strides[i] + window.span(i) + more[i] - wanted;
        if (total < 0) {
            more[i] -= total;
        }
        const int64_t half = std::max<int64_t>(total, 0) / 2;
        const int64_t rest = std::max<int64_t>(total, 0) - half;
        // The standard puts the larger part at the begin unless SAME_UPPER is asked for.
        window.pads_begin[i] = auto_pad == "SAME_UPPER" ? half : rest;
        window.pads_end[i] = auto_pad == "SAME_UPPER" ? rest : half;
    }
    return {};
}

Imported import_conv_transpose(Importer& graph, const ForeignNode& node) {
    const Shape x = graph.type(node.input(0)).shape;
    const Shape filter = graph.type(node.input(1)).shape;
    if (x.rank() < 3 || x.rank() > 5 || filter.rank() != x.rank()) {
        return fail(ACL_ERROR_INVALID_PARAM, "X has the shape ", x, " and W ", filter,
                    "; expected 3 to 5 dimensions, and the same number");
    }
    ForeignNode plain = node;  // SAME means something else here than for a convolution
    plain.attrs.erase("auto_pad");
    if (node.attrs.get<std::string>("auto_pad", "NOTSET") == "VALID") {
        plain.attrs.erase("pads");
    }
    SOFTACL_ASSIGN(Window window, onnx_window(plain, x, Ints(filter.begin() + 2, filter.end())));
    Ints more = node.attrs.get<Ints>("output_padding", Ints(window.size.size(), 0));
    if (more.size() != window.size.size()) {
        return fail(ACL_ERROR_INVALID_PARAM, "output_padding has ", more.size(), " entries; expected ",
                    window.size.size());
    }
    SOFTACL_TRY(resolve_pads(node, x, window, more));
    const Flat flat{graph, x.rank() == 3};
    if (flat.is_flat) {
        more.insert(more.begin(), 0);
    }
    more.insert(more.begin(), 2, 0);
    SOFTACL_ASSIGN(const ValueRef wide_x, flat.widen(node.input(0), "x"));
    SOFTACL_ASSIGN(const ValueRef wide_filter, flat.widen(node.input(1), "filter"));
    const Window wide = flat.widen(window);
    // Pads decide; an empty size keeps the node right for other batches.
    const ValueRef size = graph.add_constant(Tensor::list<int64_t>({}), "input_size");
    Attrs attrs = {{"strides", with_leading_ones(wide.strides)},
                   {"pads", pads_in_pairs(wide)},
                   {"dilations", with_leading_ones(wide.dilations)},
                   {"groups", node.attrs.get<int64_t>("group", 1)},
                   {"data_format", std::string(x.rank() == 5 ? "NCDHW" : "NCHW")},
                   {"output_padding", more}};
    SOFTACL_ASSIGN(const ValueRef y,
                   graph.add(x.rank() == 5 ? "Conv3DTranspose" : "Conv2DTranspose",
                             {size, wide_x, wide_filter, node.input(2)}, std::move(attrs), flat.suffix("conv")));
    return one(flat.narrow(y));
}

OpDef transposed(const char* name, const char* doc, size_t rank) {
    return OpDef(name, doc)
        .input("input_size", kIndexes)
        .input("x", kFloats)
        .input("filter", kFloats)
        .optional_input("bias", kFloats)
        .optional_input("offset_w", {ACL_INT8})
        .output("y", kFloats)
        .required_attr("strides", Ints{})
        .required_attr("pads", Ints{})
        .attr("dilations", Ints(rank, 1))
        .attr("groups", int64_t{1})
        .attr("data_format", std::string(rank == 5 ? "NDHWC" : "NHWC"))
        .attr("output_padding", Ints(rank, 0))
        .attr("offset_x", int64_t{0})
        .needs_value(0)
        .kernel("onednn", make_fast)
        .kernel("reference", make_reference);
}

}  // namespace

OpDef declare_Conv2DTranspose() {
    return transposed("Conv2DTranspose", "Transposed convolution over two axes.", 4)
        .infer(infer<4>)
        .onnx("ConvTranspose", import_conv_transpose)
        .caffe("Deconvolution", import_caffe_convolution);
}
OpDef declare_Conv3DTranspose() {
    return transposed("Conv3DTranspose", "Transposed convolution over three axes.", 5).infer(infer<5>);
}

}  // namespace softacl::ops
