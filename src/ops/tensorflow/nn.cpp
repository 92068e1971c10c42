// SPDX-License-Identifier: Apache-2.0
// Normalisation, resizing, products and activations.
#include <map>

#include "ops/common/scalar.h"
#include "ops/tensorflow/importing.h"

namespace softacl::ops {

Imported import_tf_bias_add(Importer& graph, const ForeignNode& node) {
    SOFTACL_TRY(check_inputs(node, 2, 2));
    const Shape x = graph.type(node.input(0)).shape;
    const Shape bias = graph.type(node.input(1)).shape;
    const bool first = node.attrs.get<std::string>("data_format", "NHWC").compare(0, 2, "NC") == 0;
    const size_t axis = first ? 1 : x.rank() - 1;
    if (x.rank() < 2 || bias.rank() != 1 || (bias[0] != x[axis] && x[axis] >= 0)) {
        return import_fail("the bias of shape ", bias, " does not fit ", x);
    }
    ValueRef values = node.input(1);
    if (first && x.rank() > 2) {
        Ints axes;
        for (size_t i = 1; i + 1 < x.rank(); ++i) {
            axes.push_back(static_cast<int64_t>(i));
        }
        SOFTACL_ASSIGN(values, graph.add("Unsqueeze", {values}, {{"axes", std::move(axes)}}, "bias"));
    }
    return one(graph.add("Add", {node.input(0), values}));
}

Imported import_tf_batch_norm(Importer& graph, const ForeignNode& node) {
    SOFTACL_TRY(check_inputs(node, 5, 5));
    if (node.attrs.get<bool>("is_training", true)) {
        return import_fail("its attribute is_training is true; freeze the network for inference");
    }
    const size_t rank = graph.type(node.input(0)).shape.rank();
    if (rank != 4 && rank != 5) {
        return import_fail("its input has ", rank, " dimensions; expected 4 or 5");
    }
    SOFTACL_ASSIGN(const Channels channels, Channels::of(graph, node, rank));
    SOFTACL_ASSIGN(const ValueRef x, channels.forth(node.input(0)));
    const ValueRef momentum = graph.add_constant(scalar_of(graph.type(node.input(3)).dtype, 1), "momentum");
    SOFTACL_ASSIGN(const ValueRef y,
                   graph.add("BNInference", {x, node.input(3), node.input(4), momentum, node.input(1), node.input(2)},
                             {{"epsilon", node.attrs.get<float>("epsilon", 1e-4F)}}, channels.suffix("norm")));
    SOFTACL_ASSIGN(const ValueRef result, channels.back(y));
    // The statistics of the batch are the given ones, when nothing is trained.
    return std::vector<ValueRef>{result, node.input(3), node.input(4), node.input(3), node.input(4)};
}

Imported import_tf_resize(Importer& graph, const ForeignNode& node) {
    SOFTACL_TRY(check_inputs(node, 2, 2));
    SOFTACL_ASSIGN(const Ints size, known_input(graph, node, 1, "size"));
    const Shape shape = graph.type(node.input(0)).shape;
    if (shape.rank() != 4 || size.size() != 2) {
        return import_fail("it resizes ", shape, " to ", Shape(size), "; expected 4 dimensions and 2 numbers");
    }
    const bool nearest = node.type == "ResizeNearestNeighbor";
    const bool corners = node.attrs.get<bool>("align_corners", false);
    const bool centers = node.attrs.get<bool>("half_pixel_centers", false);
    if (corners && centers) {
        return import_fail("its attributes align_corners and half_pixel_centers exclude each other");
    }
    const char* const mode = corners ? "align_corners" : centers ? "half_pixel" : "asymmetric";
    SOFTACL_ASSIGN(const Channels channels, Channels::of(graph, node, 4));
    SOFTACL_ASSIGN(ValueRef x, channels.forth(node.input(0)));
    if (!nearest && graph.type(x).dtype != ACL_FLOAT) {  // the result is float32 whatever the picture is
        SOFTACL_ASSIGN(x, add_cast(graph, x, ACL_FLOAT, "float"));
    }
    const ValueRef sizes = graph.add_constant(Tensor::list(Ints{shape[0], shape[3], size[0], size[1]}), "sizes");
    SOFTACL_ASSIGN(const ValueRef y,
                   graph.add("Resize", {x, kNoValue, kNoValue, sizes},
                             {{"mode", std::string(nearest ? "nearest" : "linear")},
                              {"coordinate_transformation_mode", std::string(mode)},
                              {"nearest_mode", std::string(corners || centers ? "round_prefer_ceil" : "floor")}},
                             "resize"));
    return one(channels.back(y));
}

Imported import_tf_lrn(Importer& graph, const ForeignNode& node) {
    SOFTACL_TRY(check_inputs(node, 1, 1));
    SOFTACL_ASSIGN(const Channels channels, Channels::of(graph, node, 4));
    if (graph.type(node.input(0)).shape.rank() != 4) {
        return import_fail("its input has the shape ", graph.type(node.input(0)).shape, "; expected 4 dimensions");
    }
    SOFTACL_ASSIGN(const ValueRef x, channels.forth(node.input(0)));
    SOFTACL_ASSIGN(const ValueRef y, graph.add("LRN", {x},
                                               {{"depth_radius", node.attrs.get<int64_t>("depth_radius", 5)},
                                                {"bias", node.attrs.get<float>("bias", 1)},
                                                {"alpha", node.attrs.get<float>("alpha", 1)},
                                                {"beta", node.attrs.get<float>("beta", 0.5F)}},
                                               "lrn"));
    return one(channels.back(y));
}

Imported import_tf_softmax(Importer& graph, const ForeignNode& node) {
    SOFTACL_TRY(check_inputs(node, 1, 1));
    return one(graph.add(node.type == "Softmax" ? "SoftmaxV2" : "LogSoftmaxV2", {node.input(0)}, {{"axes", Ints{-1}}}));
}

Imported import_tf_leaky_relu(Importer& graph, const ForeignNode& node) {
    SOFTACL_TRY(check_inputs(node, 1, 1));
    return one(graph.add("LeakyRelu", {node.input(0)}, {{"negative_slope", node.attrs.get<float>("alpha", 0.2F)}}));
}

Imported import_tf_matmul(Importer& graph, const ForeignNode& node) {
    SOFTACL_TRY(check_inputs(node, 2, 2));
    return one(graph.add("MatMulV2", {node.input(0), node.input(1)},
                         {{"transpose_x1", node.attrs.get<bool>("transpose_a", false)},
                          {"transpose_x2", node.attrs.get<bool>("transpose_b", false)}}));
}

Imported import_tf_batch_matmul(Importer& graph, const ForeignNode& node) {
    SOFTACL_TRY(check_inputs(node, 2, 2));
    return one(graph.add(
        "BatchMatMulV2", {node.input(0), node.input(1)},
        {{"adj_x1", node.attrs.get<bool>("adj_x", false)}, {"adj_x2", node.attrs.get<bool>("adj_y", false)}}));
}

Imported import_tf_clip(Importer& graph, const ForeignNode& node) {
    SOFTACL_TRY(check_inputs(node, 3, 3));
    return one(graph.add("ClipByValueV2", node.inputs));
}

}  // namespace softacl::ops
