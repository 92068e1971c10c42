// SPDX-License-Identifier: Apache-2.0
// Boxes: cut out of images, and the best of those that overlap.
#include <limits>

#include "ops/common/scalar.h"
#include "ops/tensorflow/importing.h"

namespace softacl::ops {

Imported import_tf_crop_and_resize(Importer& graph, const ForeignNode& node) {
    SOFTACL_TRY(check_inputs(node, 4, 4));
    SOFTACL_ASSIGN(Ints size, known_input(graph, node, 3, "crop_size"));
    ValueRef x = node.input(0);
    if (graph.type(x).dtype != ACL_FLOAT) {  // the result is float in any case
        SOFTACL_ASSIGN(x, add_cast(graph, x, ACL_FLOAT, "float"));
    }
    return one(graph.add("CropAndResizeD", {x, node.input(1), node.input(2)},
                         {{"crop_size", std::move(size)},
                          {"extrapolation_value", node.attrs.get<float>("extrapolation_value", 0.0F)},
                          {"method", node.attrs.get<std::string>("method", "bilinear")}}));
}

namespace {

/// The first of a known number of rows.
Result<ValueRef> cut(Importer& graph, ValueRef rows, int64_t count, const std::string& suffix) {
    const ValueRef begin = graph.add_constant(Tensor::list(Ints{0}), suffix + "_begin");
    const ValueRef size = graph.add_constant(Tensor::list(Ints{count}), suffix + "_size");
    return graph.add("Slice", {rows, begin, size}, {}, suffix);
}

}  // namespace

Imported import_tf_non_max_suppression(Importer& graph, const ForeignNode& node) {
    const std::string version = node.type.substr(std::string("NonMaxSuppression").size());
    const bool counted = version == "V4" || version == "V5";
    const size_t wanted = version == "V5" ? 6 : version == "V2" ? 4 : version.empty() ? 3 : 5;
    SOFTACL_TRY(check_inputs(node, wanted, wanted));
    const aclDataType type = graph.type(node.input(0)).dtype;
    const auto limit = [&](size_t input, const char* name, double fallback) {
        return node.has_input(input) ? node.input(input) : graph.add_constant(scalar_of(type, fallback), name);
    };
    std::vector<ValueRef> all = {
        node.input(0),
        node.input(1),
        node.input(2),
        limit(3, "iou_threshold", static_cast<double>(node.attrs.get<float>("iou_threshold", 0.5F))),
        limit(4, "score_threshold", -std::numeric_limits<double>::infinity()),
        limit(5, "soft_nms_sigma", 0)};
    const bool padded = counted && node.attrs.get<bool>("pad_to_max_output_size", false);
    SOFTACL_ASSIGN(std::vector<ValueRef> made,
                   graph.add_node("NonMaxSuppressionV5", std::move(all),
                                  {{"pad_to_max_output_size", true}, {"T", type}}, 3, padded ? "" : "padded"));
    if (!padded) {
        const Tensor* count = graph.constant(made[2]);
        if (count == nullptr) {
            return import_fail("how many boxes it chooses is known only when the model runs. Use ",
                               "tf.image.non_max_suppression_padded with pad_to_max_output_size, or end the network ",
                               "before it with --out_nodes");
        }
        SOFTACL_ASSIGN(made[0], cut(graph, made[0], count->to_ints()[0], version == "V5" ? "indices" : ""));
        if (version == "V5") {
            SOFTACL_ASSIGN(made[1], cut(graph, made[1], count->to_ints()[0], "scores"));
        }
    }
    if (version == "V5") {
        return made;
    }
    return counted ? std::vector<ValueRef>{made[0], made[2]} : std::vector<ValueRef>{made[0]};
}

Imported import_tf_combined_suppression(Importer& graph, const ForeignNode& node) {
    SOFTACL_TRY(check_inputs(node, 6, 6));
    return graph.add_node("CombinedNonMaxSuppression", node.inputs,
                          {{"pad_per_class", node.attrs.get<bool>("pad_per_class", false)},
                           {"clip_boxes", node.attrs.get<bool>("clip_boxes", true)}},
                          4, "");
}

}  // namespace softacl::ops
