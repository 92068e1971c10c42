// SPDX-License-Identifier: Apache-2.0
// Casts, reductions, operators with any number of inputs, and others with attributes of other names.
#include <map>

#include "ops/common/scalar.h"
#include "ops/tensorflow/importing.h"

namespace softacl::ops {

Imported import_tf_cast(Importer& graph, const ForeignNode& node) {
    SOFTACL_TRY(check_inputs(node, 1, 1));
    const auto* to = node.attrs.find_as<aclDataType>("DstT");
    if (to == nullptr) {
        return import_fail("its attribute DstT names no type that is supported");
    }
    return one(add_cast(graph, node.input(0), *to, ""));
}

Imported import_tf_reduce(Importer& graph, const ForeignNode& node) {
    static const std::map<std::string, const char*> kOps = {
        {"All", "ReduceAll"}, {"Any", "ReduceAny"},   {"Max", "ReduceMax"}, {"Mean", "ReduceMean"},
        {"Min", "ReduceMin"}, {"Prod", "ReduceProd"}, {"Sum", "ReduceSum"}};
    SOFTACL_TRY(check_inputs(node, 2, 2));
    ValueRef axes = node.input(1);
    if (const Tensor* list = graph.constant(axes); list != nullptr && list->shape().rank() != 1) {
        axes = graph.add_constant(Tensor::list(list->to_ints()), "axes");
    }
    return one(graph.add(kOps.at(node.type), {node.input(0), axes},
                         {{"keep_dims", node.attrs.get<bool>("keep_dims", false)}}));
}

Imported import_tf_arg(Importer& graph, const ForeignNode& node) {
    SOFTACL_TRY(check_inputs(node, 2, 2));
    return one(graph.add(node.type == "ArgMax" ? "ArgMaxV2" : "ArgMin", {node.input(0), node.input(1)},
                         {{"dtype", node.attrs.get<aclDataType>("output_type", ACL_INT64)}}));
}

Imported import_tf_top_k(Importer& graph, const ForeignNode& node) {
    SOFTACL_TRY(check_inputs(node, 1, 2));
    ValueRef k = node.input(1);
    if (k == kNoValue) {
        k = graph.add_constant(Tensor::scalar(static_cast<int32_t>(node.attrs.get<int64_t>("k", 1))), "k");
    }
    if (const auto type = node.attrs.get<aclDataType>("index_type", ACL_INT32); type != ACL_INT32) {
        return import_fail("its attribute index_type is not int32");
    }
    return graph.add_node("TopKV2", {node.input(0), k}, {{"sorted", node.attrs.get<bool>("sorted", true)}}, 2, "");
}

Imported import_tf_list(Importer& graph, const ForeignNode& node) {
    Attrs attrs = {{"N", static_cast<int64_t>(node.inputs.size())}};
    if (node.type == "Pack") {
        attrs.set("axis", node.attrs.get<int64_t>("axis", 0));
    } else if (node.type == "Einsum") {
        attrs.set("equation", node.attrs.get<std::string>("equation", ""));
    }
    return one(graph.add(node.type, node.inputs, std::move(attrs)));
}

Imported import_tf_l2_loss(Importer& graph, const ForeignNode& node) {
    SOFTACL_TRY(check_inputs(node, 1, 1));
    Ints axes;
    for (size_t i = 0; i < graph.type(node.input(0)).shape.rank(); ++i) {
        axes.push_back(static_cast<int64_t>(i));
    }
    SOFTACL_ASSIGN(const ValueRef sum, graph.add("SquareSumV1", {node.input(0)}, {{"axis", std::move(axes)}}, "sum"));
    return one(graph.add("Muls", {sum}, {{"value", 0.5F}}));
}

Imported import_tf_key_counter(Importer& graph, const ForeignNode& node) {
    SOFTACL_TRY(check_inputs(node, 1, 1));
    return graph.add_node(node.type, node.inputs, {}, node.type == "StatelessRandomGetKeyCounter" ? 2 : 3, "");
}

Imported import_tf_multinomial(Importer& graph, const ForeignNode& node) {
    SOFTACL_TRY(check_inputs(node, 2, 2));
    return one(graph.add("Multinomial", node.inputs,
                         {{"dtype", node.attrs.get<aclDataType>("output_dtype", ACL_INT64)},
                          {"seed", node.attrs.get<int64_t>("seed", 0)},
                          {"seed2", node.attrs.get<int64_t>("seed2", 0)}}));
}

}  // namespace softacl::ops
