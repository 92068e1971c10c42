// SPDX-License-Identifier: Apache-2.0
#include "ops/caffe/importing.h"
#include "ops/caffe/imports.h"

namespace softacl::ops {

/// The dimensions from `axis` on are the features.
Imported import_caffe_inner_product(Importer& graph, const ForeignNode& node) {
    SOFTACL_TRY(check_bottoms(node, 1, 1));
    const Shape x = graph.type(node.input(0)).shape;
    SOFTACL_ASSIGN(const int64_t axis, axis_of(node, "axis", 1, x));
    const auto split = static_cast<size_t>(axis);
    const int64_t features = x.elements(split, x.rank());
    const int64_t made = int_of(node, "num_output", 0);
    if (made < 1) {
        return import_fail("its parameter num_output is ", made, "; expected at least 1");
    }
    const bool turned = flag_of(node, "transpose", false);
    const Shape filter = turned ? Shape{features, made} : Shape{made, features};
    SOFTACL_ASSIGN(const ValueRef weights, blob_of(graph, node, 0, filter, "weights"));
    std::vector<ValueRef> inputs = {node.input(0), weights};
    if (flag_of(node, "bias_term", true)) {
        SOFTACL_ASSIGN(const ValueRef bias, blob_of(graph, node, 1, {made}, "bias"));
        inputs.push_back(bias);
    }
    if (x.rank() != 2 || axis != 1) {
        SOFTACL_ASSIGN(inputs[0], graph.add("Flatten", {node.input(0)}, {{"axis", axis}}, "flatten"));
    }
    const bool flat = axis == 1;
    SOFTACL_ASSIGN(const ValueRef y, graph.add("MatMulV2", inputs, {{"transpose_x1", false}, {"transpose_x2", !turned}},
                                               flat ? "" : "product"));
    if (flat) {
        return std::vector<ValueRef>{y};
    }
    Ints dims(x.begin(), x.begin() + axis);
    dims.push_back(made);
    const ValueRef shape = graph.add_constant(Tensor::list(dims), "shape");
    return one(graph.add("Reshape", {y, shape}));
}

}  // namespace softacl::ops
