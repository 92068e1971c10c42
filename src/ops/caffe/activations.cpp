// SPDX-License-Identifier: Apache-2.0
// Layers that are functions of single elements, and Softmax.
#include "ops/caffe/importing.h"
#include "ops/caffe/imports.h"

namespace softacl::ops {

Imported import_caffe_relu(Importer& graph, const ForeignNode& node) {
    SOFTACL_TRY(check_bottoms(node, 1, 1));
    const float slope = float_of(node, "negative_slope", 0);
    return one(slope == 0 ? graph.add("Relu", {node.input(0)})
                          : graph.add("LeakyRelu", {node.input(0)}, {{"negative_slope", slope}}));
}

Imported import_caffe_softmax(Importer& graph, const ForeignNode& node) {
    SOFTACL_TRY(check_bottoms(node, 1, 1));
    SOFTACL_ASSIGN(const int64_t axis, axis_of(node, "axis", 1, graph.type(node.input(0)).shape));
    return one(graph.add("SoftmaxV2", {node.input(0)}, {{"axes", Ints{axis}}}));
}

}  // namespace softacl::ops
