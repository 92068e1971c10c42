// SPDX-License-Identifier: Apache-2.0
#include "exec/describe_model.h"

#include <algorithm>

#include "exec/free_shapes.h"
#include "graph/specialise.h"

namespace softacl::exec {
namespace {

size_t position_of(const graph::Graph& graph, graph::ValueId input) {
    const auto at = std::find(graph.inputs.begin(), graph.inputs.end(), input);
    return static_cast<size_t>(at - graph.inputs.begin());
}

bool is_aipp(const graph::Node& node) { return node.op->name() == "Aipp"; }

/// What a node does that is AIPP. Type inference has looked at its attributes.
AippInput aipp_of(const graph::Graph& graph, const graph::Node& node) {
    const auto& settings = node.attrs.at<std::string>("aipp_config_path");
    AippInput aipp;
    aipp.network = graph.value(node.outputs[0]).type;
    if (const auto setup = aipp::dynamic_from_text(settings); setup.ok()) {
        aipp.dynamic = *setup;
        aipp.params_input = position_of(graph, node.inputs[1]);
    } else if (const auto params = aipp::from_text(settings); params.ok()) {
        aipp.params = *params;
    }
    return aipp;
}

/// The AIPP that reads an input; nothing if none does.
std::optional<AippInput> aipp_of(const graph::Graph& graph, graph::ValueId input) {
    for (const graph::Node& node : graph.nodes) {
        if (is_aipp(node) && node.inputs[0] == input) {
            return aipp_of(graph, node);
        }
    }
    return std::nullopt;
}

/// Pictures whose bytes the shape of the input does not tell.
bool has_own_bytes(const AippInput& aipp) { return aipp.dynamic || aipp::takes_any_size(aipp.params); }

Shape memory_shape(const AippInput& aipp) {
    const Shape& network = aipp.network.shape;
    const size_t height = aipp.network.format == ACL_FORMAT_NCHW ? 2 : 1;
    return aipp::memory_shape(aipp.params.format, network[0], network[height], network[height + 1]);
}

size_t bytes_of_pictures(const AippInput& aipp) {
    const Shape& network = aipp.network.shape;
    if (!network.is_known()) {
        return 0;
    }
    return static_cast<size_t>(aipp.dynamic ? network[0] * aipp.dynamic->max_source_bytes
                                            : memory_shape(aipp).elements());
}

}  // namespace

TensorInfo tensor_info(const TensorType& type, std::string name) {
    return {std::move(name), type.dtype, type.format, type.shape.dims(), type.bytes(), std::nullopt};
}

Variant variant_of(const graph::Graph& graph) {
    Variant variant;
    for (const graph::ValueId id : graph.inputs) {
        TensorInfo& input = variant.inputs.emplace_back(tensor_info(graph.value(id).type, graph.value(id).name));
        input.aipp = aipp_of(graph, id);
        if (input.aipp && has_own_bytes(*input.aipp)) {
            input.bytes = bytes_of_pictures(*input.aipp);
        }
    }
    for (size_t i = 0; i < graph.outputs.size(); ++i) {
        variant.outputs.push_back(tensor_info(graph.value(graph.outputs[i]).type, graph.output_names[i]));
    }
    return variant;
}

std::optional<TensorType> pictures_of_aipp(const graph::Graph& graph, const graph::Node& node) {
    if (!is_aipp(node)) {
        return std::nullopt;
    }
    const AippInput aipp = aipp_of(graph, node);
    if (!has_own_bytes(aipp)) {
        return std::nullopt;
    }
    return TensorType{ACL_UINT8, aipp.dynamic ? Shape{0} : memory_shape(aipp), ACL_FORMAT_NHWC};
}

Status check_aipp(const graph::Graph& graph, bool is_free) {
    const auto consumers = graph.consumers();
    for (const graph::Node& node : graph.nodes) {
        if (!is_aipp(node)) {
            continue;
        }
        const AippInput aipp = aipp_of(graph, node);
        if (!has_own_bytes(aipp)) {
            continue;
        }
        if (is_free) {
            return fail(ACL_ERROR_PARSE_MODEL, "the model '", graph.name, "' makes no sense: the operator '", node.name,
                        "' (Aipp) does not go with free shapes");
        }
        const size_t count = aipp.dynamic ? 2 : 1;
        for (size_t i = 0; i < count; ++i) {
            const graph::ValueId id = node.inputs[i];
            const bool alone = consumers[static_cast<size_t>(id)].size() == 1 &&
                               std::count(node.inputs.begin(), node.inputs.end(), id) == 1 &&
                               std::count(graph.outputs.begin(), graph.outputs.end(), id) == 0;
            if (position_of(graph, id) == graph.inputs.size() || !alone) {
                return fail(ACL_ERROR_PARSE_MODEL, "the model '", graph.name, "' makes no sense: '",
                            graph.value(id).name, "', which the operator '", node.name,
                            "' (Aipp) reads, must be an input of the model that nothing else reads");
            }
        }
    }
    return {};
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
