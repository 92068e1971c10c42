// SPDX-License-Identifier: Apache-2.0
#include "exec/describe_model.h"

#include <algorithm>

#include "exec/free_shapes.h"
#include "graph/specialise.h"

namespace softacl::exec {
namespace {

/// The AIPP that reads an input; nothing if none does.
std::optional<AippInput> aipp_of(const graph::Graph& graph, graph::ValueId input) {
    for (const graph::Node& node : graph.nodes) {
        if (node.op->name() == "Aipp" && node.inputs[0] == input) {
            const auto params = aipp::from_text(node.attrs.at<std::string>("aipp_config_path"));
            if (params.ok()) {
                return AippInput{*params, graph.value(node.outputs[0]).type};
            }
        }
    }
    return std::nullopt;
}

}  // namespace

TensorInfo tensor_info(const TensorType& type, std::string name) {
    return {std::move(name), type.dtype, type.format, type.shape.dims(), type.bytes(), std::nullopt};
}

Variant variant_of(const graph::Graph& graph) {
    Variant variant;
    for (const graph::ValueId id : graph.inputs) {
        variant.inputs.push_back(tensor_info(graph.value(id).type, graph.value(id).name));
        variant.inputs.back().aipp = aipp_of(graph, id);
    }
    for (size_t i = 0; i < graph.outputs.size(); ++i) {
        variant.outputs.push_back(tensor_info(graph.value(graph.outputs[i]).type, graph.output_names[i]));
    }
    return variant;
}

ModelInfo describe(const graph::Graph& graph) {
    ModelInfo info;
    info.name = graph.name;
    Variant open = variant_of(graph);
    info.inputs = std::move(open.inputs);
    info.outputs = std::move(open.outputs);
    for (const graph::Node& node : graph.nodes) {
        if (node.origins != std::vector<std::string>{node.name}) {
            info.fused_from[node.name] = node.origins;
        }
    }
    return info;
}

ModelInfo describe_free(const model::OmModel& om) {
    ModelInfo info = describe(om.graph);
    if (const auto shapes = largest_shapes(om.graph, om.input_ranges)) {
        if (const auto special = graph::specialise(om.graph, *shapes); special.ok()) {
            const Variant largest = variant_of(*special);
            for (size_t i = 0; i < info.inputs.size(); ++i) {
                info.inputs[i].bytes = largest.inputs[i].bytes;
            }
            for (size_t i = 0; i < info.outputs.size(); ++i) {
                info.outputs[i].bytes = largest.outputs[i].bytes;
            }
        }
    }
    return info;
}

// Buffers must hold a tensor in every gear; shapes of outputs are shown as in the largest.
void describe_gears(ModelInfo& info) {
    const Variant& largest = *info.variants[info.gears.largest()];
    for (const VariantPtr& variant : info.variants) {
        for (size_t i = 0; i < info.inputs.size(); ++i) {
            info.inputs[i].bytes = std::max(info.inputs[i].bytes, variant->inputs[i].bytes);
        }
        for (size_t i = 0; i < info.outputs.size(); ++i) {
            info.outputs[i].dims = largest.outputs[i].dims;
            info.outputs[i].bytes = std::max(info.outputs[i].bytes, variant->outputs[i].bytes);
        }
    }
    const auto named = std::find_if(info.inputs.begin(), info.inputs.end(),
                                    [](const TensorInfo& input) { return input.name == model::kGearInput; });
    info.gear_input = static_cast<size_t>(named - info.inputs.begin());
}

}  // namespace softacl::exec
