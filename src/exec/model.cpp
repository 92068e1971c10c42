// SPDX-License-Identifier: Apache-2.0
#include "exec/model.h"

#include <algorithm>
#include <mutex>

#include "base/log.h"
#include "exec/describe_model.h"
#include "exec/detours.h"
#include "exec/device_block.h"
#include "exec/plan.h"
#include "graph/specialise.h"
#include "model/om.h"

namespace softacl::exec {
namespace {

/// A variant and what computes it.
struct PlannedVariant final : Variant {
    explicit PlannedVariant(Variant variant) : Variant(std::move(variant)) {}
    std::unique_ptr<Plan> plan;
};
using PlannedVariantPtr = std::shared_ptr<PlannedVariant>;

// Lets go of the graph's constants as soon as they are packed, if nobody else holds the graph.
Result<PlannedVariantPtr> compile(graph::Graph graph, WeightPlaces& places) {
    const std::string name = graph.name;
    auto variant = std::make_shared<PlannedVariant>(variant_of(graph));
    auto plan = Plan::compile(std::move(graph), {}, &places);
    if (!plan.ok() && plan.status().code() == ACL_ERROR_INVALID_PARAM) {  // a node that no kernel takes
        return Status(ACL_ERROR_GE_EXEC_LOAD_KERNEL_PARTITION_FAILED, plan.status().message());
    }
    SOFTACL_TRY(plan.status());
    variant->plan = std::move(*plan);
    if (log_enabled(LogLevel::kDebug)) {
        log(LogLevel::kDebug, SOFTACL_HERE, "plan of model '" + name + "': " + variant->plan->describe());
    }
    return variant;
}

struct Compiled {
    std::vector<PlannedVariantPtr> variants;  ///< by gear
    ModelInfo info;
};

Result<Compiled> compile(model::OmModel om) {
    Compiled model;
    ModelInfo& info = model.info;
    info = describe(om.graph);
    SOFTACL_ASSIGN(info.gears, model::gears_of(om));
    WeightPlaces places;
    const auto add = [&](graph::Graph graph) -> Status {
        SOFTACL_ASSIGN(auto variant, compile(std::move(graph), places));
        info.work_bytes = std::max({info.work_bytes, variant->plan->work_bytes(), size_t{1}});
        info.variants.push_back(variant);
        model.variants.push_back(std::move(variant));
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

class PlannedModel final : public Model {
   public:
    static Result<std::shared_ptr<Model>> load(runtime::Device& device, model::OmModel om, const ModelMemory& memory) {
        SOFTACL_ASSIGN(auto compiled, compile(std::move(om)));
        auto& [variants, info] = compiled;
        if (memory.work.data != nullptr && overlap(memory.work, memory.weights)) {
            return fail(ACL_ERROR_GE_PARAM_INVALID, "the memory given for working memory, ", memory.work.size,
                        " bytes at ", memory.work.data, ", and that for weights, ", memory.weights.size, " bytes at ",
                        memory.weights.data, ", overlap; expected two pieces");
        }
        SOFTACL_ASSIGN(auto weights, DeviceBlock::take(device, memory.weights, info.weight_bytes, "weights"));
        SOFTACL_ASSIGN(auto work, DeviceBlock::take(device, memory.work, info.work_bytes, "working memory"));
        for (const auto& variant : variants) {
            SOFTACL_TRY(variant->plan->load(weights.get()));
            variant->plan->bind(work.get());
        }
        return std::shared_ptr<Model>(new PlannedModel(std::move(info), std::move(weights), std::move(work)));
    }

    const ModelInfo& info() const override { return info_; }

    Status execute(const Variant& variant, const std::vector<Buffer>& inputs,
                   const std::vector<Buffer>& outputs) override {
        const std::lock_guard lock(mutex_);
        Detours detours;
        for (size_t i = 0; i < inputs.size(); ++i) {
            input_addresses_[i] = detours.input(inputs[i], variant.inputs[i].bytes);
        }
        for (size_t i = 0; i < outputs.size(); ++i) {
            output_addresses_[i] = detours.output(outputs, i, inputs, variant.outputs[i].bytes);
        }
        Plan& plan = *static_cast<const PlannedVariant&>(variant).plan;
        SOFTACL_TRY(plan.run(input_addresses_.data(), output_addresses_.data()));
        detours.finish();
        return {};
    }

   private:
    PlannedModel(ModelInfo info, DeviceBlock weights, DeviceBlock work)
        : info_(std::move(info)),
          weights_(std::move(weights)),
          work_(std::move(work)),
          input_addresses_(info_.inputs.size()),
          output_addresses_(info_.outputs.size()) {}

    std::mutex mutex_;
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
