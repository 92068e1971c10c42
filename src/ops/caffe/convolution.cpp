// SPDX-License-Identifier: Apache-2.0
// Convolution and Deconvolution.
#include "ops/caffe/importing.h"
#include "ops/caffe/imports.h"

namespace softacl::ops {

/// A Deconvolution is the transposed convolution; its filter has the input channels first.
Imported import_caffe_convolution(Importer& graph, const ForeignNode& node) {
    const bool transposed = node.type == "Deconvolution";
    SOFTACL_TRY(check_bottoms(node, 1, 1));
    const Shape x = graph.type(node.input(0)).shape;
    if (x.rank() < 3 || x.rank() > 5) {
        return import_fail("the bottom has the shape ", x, "; expected 3 to 5 dimensions");
    }
    SOFTACL_ASSIGN(const int64_t axis, axis_of(node, "axis", 1, x));
    if (axis != 1) {
        return import_fail("its parameter axis is ", axis, "; only 1, the channels, is supported");
    }
    SOFTACL_ASSIGN(const Window window, window_of(node, x));
    const int64_t made = int_of(node, "num_output", 0);
    const int64_t groups = int_of(node, "group", 1);
    if (made < 1 || groups < 1 || made % groups != 0 || x[1] % groups != 0) {
        return import_fail("num_output is ", made, " and group ", groups, " for a bottom with ", x[1],
                           " channels; the group must divide both");
    }
    Ints filter = transposed ? Ints{x[1], made / groups} : Ints{made, x[1] / groups};
    filter.insert(filter.end(), window.size.begin(), window.size.end());
    SOFTACL_ASSIGN(const ValueRef weights, blob_of(graph, node, 0, Shape(filter), "weights"));
    ValueRef bias = kNoValue;
    if (flag_of(node, "bias_term", true)) {
        SOFTACL_ASSIGN(bias, blob_of(graph, node, 1, {made}, "bias"));
    }
    const Flat flat{graph, x.rank() == 3};
    SOFTACL_ASSIGN(const ValueRef wide_x, flat.widen(node.input(0), "x"));
    SOFTACL_ASSIGN(const ValueRef wide_weights, flat.widen(weights, "filter"));
    const Window wide = flat.widen(window);
    Attrs attrs = {{"strides", with_leading_ones(wide.strides)},
                   {"pads", pads_in_pairs(wide)},
                   {"dilations", with_leading_ones(wide.dilations)},
                   {"groups", groups},
                   {"data_format", std::string(x.rank() == 5 ? "NCDHW" : "NCHW")}};
    std::vector<ValueRef> inputs = {wide_x, wide_weights, bias};
    if (transposed) {
        inputs.insert(inputs.begin(), graph.add_constant(Tensor::list<int64_t>({}), "input_size"));
    }
    const std::string op = std::string(x.rank() == 5 ? "Conv3D" : "Conv2D") + (transposed ? "Transpose" : "");
    SOFTACL_ASSIGN(const ValueRef y, graph.add(op, std::move(inputs), std::move(attrs), flat.suffix("conv")));
    return one(flat.narrow(y));
}

}  // namespace softacl::ops
