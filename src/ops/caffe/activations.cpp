// SPDX-License-Identifier: Apache-2.0
// Layers that are functions of single elements.
#include <map>

#include "ops/caffe/importing.h"
#include "ops/caffe/imports.h"
#include "ops/common/scalar.h"

namespace softacl::ops {
namespace {

Result<ValueRef> clip(Importer& graph, ValueRef x, float low, float high) {
    const ValueRef least = graph.add_constant(Tensor::scalar(low), "clip_value_min");
    const ValueRef most = graph.add_constant(Tensor::scalar(high), "clip_value_max");
    return graph.add("ClipByValueV2", {x, least, most});
}

/// The steps scale * x and + shift, as far as they do something. The last one has the layer's name if `ends`.
Result<ValueRef> scale_and_shift(Importer& graph, ValueRef x, float scale, float shift, bool ends) {
    if (scale != 1) {
        SOFTACL_ASSIGN(x, graph.add("Muls", {x}, {{"value", scale}}, ends && shift == 0 ? "" : "scale"));
    }
    if (shift != 0) {
        SOFTACL_ASSIGN(x, graph.add("Adds", {x}, {{"value", shift}}, ends ? "" : "shift"));
    }
    return x;
}

}  // namespace

Imported import_caffe_function(Importer& graph, const ForeignNode& node) {
    static const std::map<std::string, const char*> kOps = {
        {"AbsVal", "Abs"}, {"BNLL", "Softplus"}, {"Mish", "Mish"}, {"Sigmoid", "Sigmoid"}, {"TanH", "Tanh"}};
    SOFTACL_TRY(check_bottoms(node, 1, 1));
    return one(graph.add(kOps.at(node.type), {node.input(0)}));
}

Imported import_caffe_relu(Importer& graph, const ForeignNode& node) {
    SOFTACL_TRY(check_bottoms(node, 1, 1));
    const float slope = float_of(node, "negative_slope", 0);
    return one(slope == 0 ? graph.add("Relu", {node.input(0)})
                          : graph.add("LeakyRelu", {node.input(0)}, {{"negative_slope", slope}}));
}

Imported import_caffe_relu6(Importer& graph, const ForeignNode& node) {
    constexpr float kUsual = 6;
    SOFTACL_TRY(check_bottoms(node, 1, 1));
    const float threshold = float_of(node, "threshold", kUsual);
    return one(threshold == kUsual ? graph.add("Relu6", {node.input(0)}) : clip(graph, node.input(0), 0, threshold));
}

Imported import_caffe_clip(Importer& graph, const ForeignNode& node) {
    SOFTACL_TRY(check_bottoms(node, 1, 1));
    if (!node.attrs.has("min") || !node.attrs.has("max")) {
        return import_fail("its parameters min and max are needed");
    }
    return one(clip(graph, node.input(0), float_of(node, "min", 0), float_of(node, "max", 0)));
}

Imported import_caffe_prelu(Importer& graph, const ForeignNode& node) {
    SOFTACL_TRY(check_bottoms(node, 1, 1));
    const Shape& x = graph.type(node.input(0)).shape;
    if (x.rank() < 2) {
        return import_fail("the bottom has the shape ", x, "; expected channels");
    }
    const int64_t slopes = flag_of(node, "channel_shared", false) ? 1 : x[1];
    SOFTACL_ASSIGN(const ValueRef weight, blob_of(graph, node, 0, {slopes}, "weight"));
    return one(graph.add("PRelu", {node.input(0), weight}));
}

Imported import_caffe_elu(Importer& graph, const ForeignNode& node) {
    SOFTACL_TRY(check_bottoms(node, 1, 1));
    return one(graph.add("Elu", {node.input(0)}, {{"alpha", float_of(node, "alpha", 1)}}));
}

Imported import_caffe_swish(Importer& graph, const ForeignNode& node) {
    SOFTACL_TRY(check_bottoms(node, 1, 1));
    return one(graph.add("Swish", {node.input(0)}, {{"scale", float_of(node, "beta", 1)}}));
}

/// 1 above the threshold, else 0.
Imported import_caffe_threshold(Importer& graph, const ForeignNode& node) {
    SOFTACL_TRY(check_bottoms(node, 1, 1));
    const ValueRef threshold = graph.add_constant(Tensor::scalar(float_of(node, "threshold", 0)), "threshold");
    SOFTACL_ASSIGN(const ValueRef above, graph.add("Greater", {node.input(0), threshold}, {}, "above"));
    return one(graph.add("Cast", {above}, {{"dst_type", static_cast<int64_t>(ACL_FLOAT)}}));
}

/// (shift + scale * x) ^ power
Imported import_caffe_power(Importer& graph, const ForeignNode& node) {
    SOFTACL_TRY(check_bottoms(node, 1, 1));
    const float power = float_of(node, "power", 1);
    const float scale = float_of(node, "scale", 1);
    const float shift = float_of(node, "shift", 0);
    if (power == 1 && scale == 1 && shift == 0) {
        return one(graph.add("Identity", {node.input(0)}));
    }
    SOFTACL_ASSIGN(const ValueRef base, scale_and_shift(graph, node.input(0), scale, shift, power == 1));
    if (power == 1) {
        return std::vector<ValueRef>{base};
    }
    constexpr float kSquare = 2;
    if (power == kSquare) {
        return one(graph.add("Square", {base}));
    }
    return one(graph.add("Pow", {base, graph.add_constant(Tensor::scalar(power), "power")}));
}

Imported import_caffe_exp_or_log(Importer& graph, const ForeignNode& node) {
    SOFTACL_TRY(check_bottoms(node, 1, 1));
    const float base = float_of(node, "base", -1);
    if (base != -1 && !(base > 0)) {
        return import_fail("its parameter base is ", base, "; expected a positive number, or -1 for e");
    }
    return one(
        graph.add(node.type, {node.input(0)},
                  {{"base", base}, {"scale", float_of(node, "scale", 1)}, {"shift", float_of(node, "shift", 0)}}));
}

}  // namespace softacl::ops
