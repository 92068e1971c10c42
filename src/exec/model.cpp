// SPDX-License-Identifier: Apache-2.0
#include "exec/model.h"

#include <algorithm>
#include <functional>
#include <mutex>

#include "base/log.h"
#include "exec/device_block.h"
#include "exec/plan.h"
#include "graph/specialise.h"
#include "model/om.h"

namespace softacl::exec {
namespace {

// Lets go of the graph's constants as soon as they are packed, if nobody else holds the graph.
Result<std::unique_ptr<Plan>> compile(graph::Graph graph, WeightPlaces& places) {
    const std::string name = graph.name;
    auto plan = Plan::compile(std::move(graph), {}, &places);
    if (!plan.ok() && plan.status().code() == ACL_ERROR_INVALID_PARAM) {  // a node that no kernel takes
        return Status(ACL_ERROR_GE_EXEC_LOAD_KERNEL_PARTITION_FAILED, plan.status().message());
    }
    if (plan.ok() && log_enabled(LogLevel::kDebug)) {
        log(LogLevel::kDebug, SOFTACL_HERE, "plan of model '" + name + "': " + (*plan)->describe());
    }
    return plan;
}

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

// Buffers must hold a tensor in every gear; shapes of outputs are shown as in the largest.
void describe_gears(ModelInfo& info) {
    const Variant& largest = info.variants[info.gears.largest()];
    for (const Variant& variant : info.variants) {
        for (size_t i = 0; i < info.inputs.size(); ++i) {
            info.inputs[i].bytes = std::max(info.inputs[i].bytes, variant.inputs[i].bytes);
        }
        for (size_t i = 0; i < info.outputs.size(); ++i) {
            info.outputs[i].dims = largest.outputs[i].dims;
            info.outputs[i].bytes = std::max(info.outputs[i].bytes, variant.outputs[i].bytes);
        }
    }
    const auto named = std::find_if(info.inputs.begin(), info.inputs.end(),
                                    [](const TensorInfo& input) { return input.name == model::kGearInput; });
    info.gear_input = static_cast<size_t>(named - info.inputs.begin());
}

struct Compiled {
    std::vector<std::unique_ptr<Plan>> plans;  ///< by gear
    ModelInfo info;
};

Result<Compiled> compile(model::OmModel om) {
    Compiled model;
    ModelInfo& info = model.info;
    info = describe(om.graph);
    SOFTACL_ASSIGN(info.gears, model::gears_of(om));
    WeightPlaces places;
    const auto add = [&](graph::Graph graph) -> Status {
        info.variants.push_back(variant_of(graph));
        SOFTACL_ASSIGN(auto plan, compile(std::move(graph), places));
        info.work_bytes = std::max({info.work_bytes, plan->work_bytes(), size_t{1}});
        model.plans.push_back(std::move(plan));
        return {};
    };
    if (info.gears.any()) {
        std::vector<Shape> open;
        for (const TensorInfo& input : info.inputs) {
            open.emplace_back(input.dims);
        }
        for (size_t gear = 0; gear < info.gears.values.size(); ++gear) {
            SOFTACL_ASSIGN(auto special, graph::specialise(om.graph, info.gears.shapes(open, gear)));
            SOFTACL_TRY(add(std::move(special)));
        }
        describe_gears(info);
        om.graph = {};
    } else {
        SOFTACL_TRY(add(std::move(om.graph)));
    }
    info.weight_bytes = std::max<size_t>(places.bytes(), 1);
    return model;
}

bool overlap(const Buffer& a, const Buffer& b) {
    const auto* a_begin = static_cast<const char*>(a.data);
    const auto* b_begin = static_cast<const char*>(b.data);
    return std::less<>()(a_begin, b_begin + b.size) && std::less<>()(b_begin, a_begin + a.size);
}

class PlannedModel final : public Model {
   public:
    static Result<std::shared_ptr<Model>> load(runtime::Device& device, model::OmModel om, const ModelMemory& memory) {
        SOFTACL_ASSIGN(auto compiled, compile(std::move(om)));
        auto& [plans, info] = compiled;
        if (memory.work.data != nullptr && overlap(memory.work, memory.weights)) {
            return fail(ACL_ERROR_GE_PARAM_INVALID, "the memory given for working memory, ", memory.work.size,
                        " bytes at ", memory.work.data, ", and that for weights, ", memory.weights.size, " bytes at ",
                        memory.weights.data, ", overlap; expected two pieces");
        }
        SOFTACL_ASSIGN(auto weights, DeviceBlock::take(device, memory.weights, info.weight_bytes, "weights"));
        SOFTACL_ASSIGN(auto work, DeviceBlock::take(device, memory.work, info.work_bytes, "working memory"));
        for (const auto& plan : plans) {
            SOFTACL_TRY(plan->load(weights.get()));
            plan->bind(work.get());
        }
        return std::shared_ptr<Model>(
            new PlannedModel(std::move(plans), std::move(info), std::move(weights), std::move(work)));
    }

    const ModelInfo& info() const override { return info_; }

    Status execute(size_t gear, const std::vector<Buffer>& inputs, const std::vector<Buffer>& outputs) override {
        const std::lock_guard lock(mutex_);
        const Variant& variant = info_.variants[gear];
        Detours detours;
        for (size_t i = 0; i < inputs.size(); ++i) {
            input_addresses_[i] = detours.input(inputs[i], variant.inputs[i].bytes);
        }
        for (size_t i = 0; i < outputs.size(); ++i) {
            output_addresses_[i] = detours.output(outputs, i, inputs, variant.outputs[i].bytes);
        }
        SOFTACL_TRY(plans_[gear]->run(input_addresses_.data(), output_addresses_.data()));
        detours.finish();
        return {};
    }

   private:
    // Buffers the plan cannot work on itself: not aligned to elements, or outputs that overlap others.
    class Detours {
       public:
        const void* input(const Buffer& buffer, size_t bytes) {
            if (is_aligned(buffer.data)) {
                return buffer.data;
            }
            auto block = aligned_block(bytes);
            std::memcpy(block.get(), buffer.data, bytes);
            blocks_.push_back(block);
            return block.get();
        }
        void* output(const std::vector<Buffer>& outputs, size_t index, const std::vector<Buffer>& inputs,
                     size_t bytes) {
            const Buffer own{outputs[index].data, bytes};
            const auto meets = [&](const Buffer& other) { return overlap(own, other); };
            const bool shared =
                std::any_of(inputs.begin(), inputs.end(), meets) ||
                std::any_of(outputs.begin(), outputs.begin() + static_cast<std::ptrdiff_t>(index), meets);
            if (is_aligned(own.data) && !shared) {
                return own.data;
            }
            auto block = aligned_block(bytes);
            back_.push_back({own, block.get()});
            blocks_.push_back(block);
            return block.get();
        }
        void finish() const {
            for (const auto& [target, from] : back_) {
                std::memcpy(target.data, from, target.size);
            }
        }

       private:
        static bool is_aligned(const void* address) { return reinterpret_cast<uintptr_t>(address) % 8 == 0; }

        struct Back {
            Buffer target;
            const void* from;
        };
        std::vector<std::shared_ptr<void>> blocks_;
        std::vector<Back> back_;
    };

    PlannedModel(std::vector<std::unique_ptr<Plan>> plans, ModelInfo info, DeviceBlock weights, DeviceBlock work)
        : plans_(std::move(plans)),
          info_(std::move(info)),
          weights_(std::move(weights)),
          work_(std::move(work)),
          input_addresses_(info_.inputs.size()),
          output_addresses_(info_.outputs.size()) {}

    std::mutex mutex_;
    const std::vector<std::unique_ptr<Plan>> plans_;
    const ModelInfo info_;
    const DeviceBlock weights_;
    const DeviceBlock work_;
    std::vector<const void*> input_addresses_;
    std::vector<void*> output_addresses_;
};

// Memory may be borrowed for as long as the call takes.
Result<model::OmModel> read(const ModelSource& source) {
    if (source.path != nullptr) {
        return model::read_om_file(source.path);
    }
    const std::shared_ptr<const void> borrowed(source.data, [](const void*) {});
    return model::read_om(source.data, source.size, borrowed, "the model in memory");
}

}  // namespace

TensorInfo tensor_info(const TensorType& type, std::string name) {
    return {std::move(name), type.dtype, type.format, type.shape.dims(), type.bytes(), std::nullopt};
}

Result<std::shared_ptr<Model>> Model::load(runtime::Device& device, const ModelSource& source,
                                           const ModelMemory& memory) {
    SOFTACL_ASSIGN(auto om, read(source));
    return PlannedModel::load(device, std::move(om), memory);
}

Result<ModelInfo> query(const ModelSource& source) {
    SOFTACL_ASSIGN(auto om, read(source));
    SOFTACL_ASSIGN(auto compiled, compile(std::move(om)));
    return std::move(compiled.info);
}

}  // namespace softacl::exec
